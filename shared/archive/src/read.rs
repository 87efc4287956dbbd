//! Finding messages again: every question is a `Query` on one conversation, never a scan.
//!
//! Reads are eventually consistent, at half the price: a message kept within the last second may be missing. Messages
//! that have expired (DynamoDB deletes them days later) are passed over. What happened to a message later is next to it,
//! and so is read with it; only where a page begins or ends between the two does it take a request of its own.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chathook_protocol::{Command, MsgKey};

use crate::client::patient;
use crate::keys::{self, Range, is_message};
use crate::merge::merged;
use crate::record::Item;
use crate::{Archive, ArchiveError, Conversation, StoredMessage};

/// A page makes at most this many requests, of 1 MB at most each, and is cut short then.
const REQUESTS_PER_PAGE: usize = 16;

/// A request asks for as many items at least: small ones are read at the price of one, and some may be changes.
const LEAST_ASKED: usize = 8;

const DEFAULT_LIMIT: usize = 100;

/// Which part of a conversation, in which order.
///
/// One-to-one messages are ordered by `MsgTime`, then `MsgSeq`; group messages by `MsgSeq`, after those that have none,
/// which are ordered by `MsgTime`. The time bounds of a one-to-one conversation are bounds of its key: nothing outside
/// them is read. A group is not ordered by time, so there they filter what is read anyway: a page with bounds may be
/// empty although more follow, and a message without `MsgTime` is outside all bounds.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Only messages of this `MsgTime` or later, Unix seconds.
    pub from_time: Option<u64>,
    /// Only messages of this `MsgTime` or earlier, Unix seconds.
    pub to_time: Option<u64>,
    /// At most this many messages, at least 1; `None`: 100.
    pub limit: Option<usize>,
    /// [`Page::next`] of the page before; order and bounds must be the same.
    pub cursor: Option<String>,
}

/// How far an account has read in a one-to-one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMark {
    /// `Report_Account`, who read.
    pub account: String,
    /// `LastReadTime`, Unix seconds: everything that the other side wrote up to then is read.
    pub last_read_time: u64,
}

/// One page of a conversation.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages in the order asked for. May be fewer than the limit, even none, although more follow.
    pub messages: Vec<StoredMessage>,
    /// Where the next page starts; `None` when this was the last one.
    pub next: Option<String>,
}

impl Archive {
    /// One page of a conversation. What has expired by `now` (Unix seconds) is not shown.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] if the cursor belongs to another listing; else that of a request.
    pub async fn messages(
        &self,
        conversation: &Conversation,
        listing: &Listing,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let Listing { from_time, to_time, .. } = *listing;
        let (range, times) = match conversation {
            Conversation::C2c(..) => (Range::of_times(from_time, to_time), None),
            Conversation::Group { .. } if from_time.is_none() && to_time.is_none() => (Some(Range::all()), None),
            Conversation::Group { .. } => {
                let times = (from_time.unwrap_or(0), to_time.unwrap_or(u64::MAX));
                ((times.0 <= times.1).then(Range::all), Some(times))
            }
        };
        self.listed(conversation, range, times, listing, now).await
    }

    /// One page of the messages that the platform refused to send to a group, in the order of `EventTime`, which the
    /// time bounds are about. `ErrorCode` and `ErrorInfo` say why.
    ///
    /// # Errors
    /// As [`Self::messages`].
    pub async fn refused(
        &self,
        conversation: &Conversation,
        listing: &Listing,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let range = Range::of_refused(listing.from_time, listing.to_time);
        self.listed(conversation, range, None, listing, now).await
    }

    /// How far each side of a one-to-one conversation has read, as far as it ever said.
    ///
    /// # Errors
    /// That of a request.
    pub async fn read_marks(&self, conversation: &Conversation, now: u64) -> Result<Vec<ReadMark>, ArchiveError> {
        let range = Range::of_read_marks();
        let marks = self.items(&Query { conversation, range, times: None, newest_first: false }).await?;
        let mark = |mark: StoredMessage| {
            let last_read_time = mark.attribute("LastReadTime")?.parse().ok()?;
            Some(ReadMark { account: mark.attribute("Report_Account")?.to_owned(), last_read_time })
        };
        Ok(marks.into_iter().filter(|mark| !mark.has_expired(now)).filter_map(mark).collect())
    }

    async fn listed(
        &self,
        conversation: &Conversation,
        range: Option<Range>,
        times: Option<(u64, u64)>,
        listing: &Listing,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let Some(range) = range else {
            return Ok(Page { messages: Vec::new(), next: None });
        };
        let cursor = listing.cursor.clone();
        if cursor.as_ref().is_some_and(|cursor| !range.contains(cursor)) {
            return Err(ArchiveError::Question("the cursor belongs to another listing; start without one"));
        }
        let query = Query { conversation, range, times, newest_first: listing.newest_first };
        self.page(&query, cursor, listing.limit.unwrap_or(DEFAULT_LIMIT).max(1), now).await
    }

    /// The one-to-one message of that `MsgKey`; two when each side sent one under the same key.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] if it is no `MsgKey`, or asked of a group; else that of a request.
    pub async fn message_by_key(
        &self,
        conversation: &Conversation,
        msg_key: &str,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        if let Conversation::Group { .. } = conversation {
            return Err(ArchiveError::Question("group messages have no MsgKey; ask by MsgSeq"));
        }
        let key = MsgKey::parse(msg_key)
            .ok_or(ArchiveError::Question("a MsgKey is three numbers, <MsgSeq>_<MsgRandom>_<MsgTime>"))?;
        self.all_in(conversation, Range::of_msg_key(key), now).await
    }

    /// The group message of that `MsgSeq`; several where the group repeats it (online-only messages, live rooms), the
    /// first 100 then.
    ///
    /// # Errors
    /// [`ArchiveError::Question`] for the `MsgSeq` 0, which counts as none, or asked of a one-to-one conversation; else
    /// that of a request.
    pub async fn message_by_seq(
        &self,
        conversation: &Conversation,
        seq: u64,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        if let Conversation::C2c(..) = conversation {
            return Err(ArchiveError::Question("a MsgSeq does not name a one-to-one message; ask by MsgKey"));
        }
        if seq == 0 {
            return Err(ArchiveError::Question("a group counts MsgSeq from 1; list the group to see those without"));
        }
        self.all_in(conversation, Range::of_seq(seq), now).await
    }

    async fn all_in(
        &self,
        conversation: &Conversation,
        range: Range,
        now: u64,
    ) -> Result<Vec<StoredMessage>, ArchiveError> {
        let query = Query { conversation, range, times: None, newest_first: false };
        Ok(self.page(&query, None, DEFAULT_LIMIT, now).await?.messages)
    }

    /// Asks until the page is full, the range read to its end, or enough was asked; then merges what was found.
    async fn page(
        &self,
        query: &Query<'_>,
        cursor: Option<String>,
        limit: usize,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let mut found = Found { is_c2c: matches!(query.conversation, Conversation::C2c(..)), ..Found::default() };
        let mut last_seen = cursor.clone();
        let mut next = None;
        'asking: for request in 1..=REQUESTS_PER_PAGE {
            // One more than needed: it shows whether anything follows.
            let wanted = (limit - found.messages.len()).saturating_add(1).max(LEAST_ASKED);
            let (items, more) = self.ask(query, last_seen.clone(), wanted).await?;
            for item in items {
                let Some(key) = text(&item, "sk") else { continue };
                if is_message(&key) || !Range::all().contains(&key) {
                    if found.messages.len() == limit {
                        found.follows = found.place(&key);
                        next = last_seen;
                        break 'asking;
                    }
                    found.messages.extend(Some(StoredMessage::from(item)).filter(|found| !found.has_expired(now)));
                } else if let Some(place) = found.place(&key) {
                    found.changes.entry(place).or_default().push(StoredMessage::from(item));
                }
                last_seen = Some(key);
            }
            if more.is_none() {
                break;
            }
            last_seen = more;
            if request == REQUESTS_PER_PAGE {
                // Nobody knows what follows: perhaps more of the same place.
                found.follows = found.messages.last().and_then(|message| found.place_of(message));
                next.clone_from(&last_seen);
            }
        }
        for place in found.read_in_part(cursor.as_deref()) {
            let range = Range::of_changes(&place);
            let changes = self.items(&Query { range, times: None, newest_first: false, ..*query }).await?;
            found.changes.insert(place, changes);
        }
        Ok(Page { messages: found.merged(now), next })
    }

    /// All that is in a range which never holds much.
    async fn items(&self, query: &Query<'_>) -> Result<Vec<StoredMessage>, ArchiveError> {
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..REQUESTS_PER_PAGE {
            let (items, more) = self.ask(query, after, usize::MAX).await?;
            all.extend(items.into_iter().map(StoredMessage::from));
            if more.is_none() {
                break;
            }
            after = more;
        }
        Ok(all)
    }

    /// One request: what it found, and where to go on.
    async fn ask(
        &self,
        query: &Query<'_>,
        after: Option<String>,
        wanted: usize,
    ) -> Result<(Vec<Item>, Option<String>), ArchiveError> {
        let partition = AttributeValue::S(query.conversation.partition_key());
        let mut request = self
            .client
            .query()
            .table_name(self.table())
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", partition.clone())
            .expression_attribute_values(":from", AttributeValue::S(query.range.from.clone()))
            .expression_attribute_values(":to", AttributeValue::S(query.range.to.clone()))
            .scan_index_forward(!query.newest_first);
        request = match query.times {
            Some((from, to)) => request
                // What happened to a message has no time of its message.
                .filter_expression("MsgTime BETWEEN :first AND :last OR CallbackCommand <> :sent")
                .expression_attribute_values(":sent", AttributeValue::S(Command::GroupAfterSend.as_str().to_owned()))
                .expression_attribute_values(":first", AttributeValue::N(from.to_string()))
                .expression_attribute_values(":last", AttributeValue::N(to.to_string())),
            // Only here: DynamoDB counts before it filters.
            None => request.limit(i32::try_from(wanted).unwrap_or(i32::MAX)),
        };
        if let Some(after) = after {
            request = request.exclusive_start_key("pk", partition).exclusive_start_key("sk", AttributeValue::S(after));
        }
        let answer = request
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| self.request("dynamodb:Query").failed(&error))?;
        let more = answer.last_evaluated_key().and_then(|key| text(key, "sk"));
        Ok((answer.items.unwrap_or_default(), more))
    }
}

/// What to ask of a conversation, page after page.
struct Query<'a> {
    conversation: &'a Conversation,
    range: Range,
    /// Bounds of `MsgTime` where the key has none.
    times: Option<(u64, u64)>,
    newest_first: bool,
}

/// What a page has found so far.
#[derive(Default)]
struct Found {
    is_c2c: bool,
    messages: Vec<StoredMessage>,
    /// What happened, by place.
    changes: HashMap<String, Vec<StoredMessage>>,
    /// The place of what comes next, when something does.
    follows: Option<String>,
}

impl Found {
    fn place(&self, sort_key: &str) -> Option<String> {
        keys::place(sort_key, self.is_c2c).map(str::to_owned)
    }

    fn place_of(&self, message: &StoredMessage) -> Option<String> {
        self.place(message.attribute("sk")?)
    }

    /// The places whose changes were read in part: where the page begins or ends among the items of one place.
    fn read_in_part(&self, cursor: Option<&str>) -> Vec<String> {
        let first = self.messages.first().and_then(|message| self.place_of(message));
        let last = self.messages.last().and_then(|message| self.place_of(message));
        let begins_inside = first.filter(|place| cursor.is_some_and(|cursor| cursor.starts_with(place.as_str())));
        let ends_inside = last.filter(|place| self.follows.as_ref() == Some(place));
        let mut places: Vec<_> = [begins_inside, ends_inside].into_iter().flatten().collect();
        places.dedup();
        places
    }

    fn merged(self, now: u64) -> Vec<StoredMessage> {
        let Self { is_c2c, messages, mut changes, .. } = self;
        for changes in changes.values_mut() {
            changes.retain(|change| !change.has_expired(now));
        }
        let merge = |message: StoredMessage| {
            let place = message.attribute("sk").and_then(|key| keys::place(key, is_c2c));
            let changes = place.and_then(|place| changes.get(place));
            match changes {
                Some(changes) => merged(message, changes),
                None => message,
            }
        };
        messages.into_iter().map(merge).collect()
    }
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}
