//! Finding messages again: every question is a `Query` on one conversation, never a scan.
//!
//! Reads are eventually consistent, at half the price: a message kept within the last second may be missing. Items that
//! are no messages, and messages that have expired (DynamoDB deletes them days later), are passed over.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::client::patient;
use crate::keys::{MsgKey, Range, is_message};
use crate::record::Item;
use crate::{Archive, ArchiveError, Conversation, StoredMessage};

/// A page makes at most this many requests, of 1 MB at most each, and is cut short then.
const REQUESTS_PER_PAGE: usize = 16;

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
        let Listing { newest_first, from_time, to_time, .. } = *listing;
        let (range, times) = match conversation {
            Conversation::C2c(..) => (Range::of_times(from_time, to_time), None),
            Conversation::Group { .. } if from_time.is_none() && to_time.is_none() => (Some(Range::all()), None),
            Conversation::Group { .. } => {
                let times = (from_time.unwrap_or(0), to_time.unwrap_or(u64::MAX));
                ((times.0 <= times.1).then(Range::all), Some(times))
            }
        };
        let Some(range) = range else {
            return Ok(Page { messages: Vec::new(), next: None });
        };
        let cursor = listing.cursor.clone();
        if cursor.as_ref().is_some_and(|cursor| !range.contains(cursor)) {
            return Err(ArchiveError::Question("the cursor belongs to another listing; start without one"));
        }
        let query = Query { conversation, range, times, newest_first };
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

    /// Asks until the page is full, the range read to its end, or enough was asked.
    async fn page(
        &self,
        query: &Query<'_>,
        cursor: Option<String>,
        limit: usize,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let mut messages = Vec::new();
        let mut last_seen = cursor;
        for _ in 0..REQUESTS_PER_PAGE {
            // One more than needed: it shows whether anything follows.
            let wanted = (limit - messages.len()).saturating_add(1);
            let (items, more) = self.ask(query, last_seen.clone(), wanted).await?;
            for item in items {
                if messages.len() == limit {
                    return Ok(Page { messages, next: last_seen });
                }
                last_seen = text(&item, "sk");
                if last_seen.as_deref().is_some_and(is_message) {
                    messages.extend(Some(StoredMessage::from(item)).filter(|message| !message.has_expired(now)));
                }
            }
            if more.is_none() {
                return Ok(Page { messages, next: None });
            }
            last_seen = more;
        }
        Ok(Page { messages, next: last_seen })
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
                .filter_expression("MsgTime BETWEEN :first AND :last")
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

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}
