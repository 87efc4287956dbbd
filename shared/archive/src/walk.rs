//! Walking along a conversation's items and making pages of messages from them.
//!
//! What happened to a message later is next to it, and so is read with it; only where a page begins or ends between the
//! two does it take a request of its own.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::client::patient;
use crate::keys::{self, Range, is_message};
use crate::merge::merged;
use crate::record::Item;
use crate::{Archive, ArchiveError, Page, StoredMessage};

/// A page makes at most this many requests, of 1 MB at most each, and is cut short then.
const REQUESTS_PER_PAGE: usize = 16;

/// A request asks for as many items at least: small ones are read at the price of one, and some may be changes.
const LEAST_ASKED: usize = 8;

/// The same where messages may be passed over since they are outside the time bounds.
const LEAST_ASKED_IN_BOUNDS: usize = 200;

/// How many seconds the `MsgTime` of a group message may differ from its place in the order of `MsgSeq`.
pub(crate) const DISORDER: u64 = 10;

/// What to read of a conversation, page after page.
pub(crate) struct Walk {
    /// `pk`
    pub(crate) partition: String,
    /// In the order in which they are walked.
    pub(crate) ranges: Vec<Range>,
    /// Bounds of `MsgTime` where the keys have none. A range ends where two numbers in succession are beyond the far one
    /// by more than [`DISORDER`]: one alone may be repeated by what was sent to those online, hours later.
    pub(crate) times: Option<Times>,
    pub(crate) newest_first: bool,
}

/// Bounds of `MsgTime`, Unix seconds, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Whether the group's numbers grow with time.
    pub(crate) in_order: bool,
}

impl Times {
    fn include(self, message: &StoredMessage) -> bool {
        message.msg_time().is_some_and(|time| (self.from..=self.to).contains(&time))
    }
}

impl Walk {
    fn includes(&self, message: &StoredMessage) -> bool {
        self.times.is_none_or(|times| times.include(message))
    }

    /// The `MsgSeq` of a message that is beyond the far bound of time.
    fn past_the_end(&self, message: &StoredMessage) -> Option<u64> {
        let (times, time) = (self.times?, message.msg_time()?);
        let is_past = if self.newest_first {
            time.saturating_add(DISORDER) < times.from
        } else {
            time > times.to.saturating_add(DISORDER)
        };
        // Messages without a number are exactly in the order of their time.
        message.msg_seq().filter(|seq| *seq > 0 && is_past && times.in_order)
    }

    /// How many items to ask for when `missing` messages would fill the page.
    fn wanted(&self, missing: usize) -> usize {
        // One more than needed: it shows whether anything follows.
        missing.saturating_add(1).max(if self.times.is_some() { LEAST_ASKED_IN_BOUNDS } else { LEAST_ASKED })
    }
}

impl Archive {
    /// Asks until the page is full, everything is walked, or enough was asked; then merges what was found.
    pub(crate) async fn page(
        &self,
        walk: &Walk,
        cursor: Option<String>,
        limit: usize,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let starts_at = match &cursor {
            None => 0,
            Some(cursor) => walk
                .ranges
                .iter()
                .position(|range| range.contains(cursor))
                .ok_or(ArchiveError::Question("the cursor belongs to another listing; start without one"))?,
        };
        let mut found = Found { is_c2c: keys::is_c2c(&walk.partition), ..Found::default() };
        let mut last_seen = cursor.clone();
        let mut next = None;
        let mut requests = 0;
        'walking: for range in &walk.ranges[starts_at..] {
            let mut after = last_seen.clone().filter(|key| range.contains(key));
            let mut past = None;
            loop {
                if requests == REQUESTS_PER_PAGE {
                    // Nobody knows what follows: perhaps more of the same place.
                    found.follows = found.messages.last().and_then(|message| found.place_of(message));
                    next = last_seen;
                    break 'walking;
                }
                requests += 1;
                let wanted = walk.wanted(limit - found.messages.len());
                let (items, more) = self.ask(&walk.partition, range, walk.newest_first, after, wanted, false).await?;
                for item in items {
                    let Some(key) = text(&item, "sk") else { continue };
                    if is_message(&key) || !Range::all().contains(&key) {
                        if found.messages.len() == limit {
                            found.follows = found.place(&key);
                            next = last_seen;
                            break 'walking;
                        }
                        let message = StoredMessage::from(item);
                        let before = std::mem::replace(&mut past, walk.past_the_end(&message));
                        if past.is_some() && before.is_some() && past != before {
                            continue 'walking;
                        }
                        found.messages.extend(Some(message).filter(|it| !it.has_expired(now) && walk.includes(it)));
                    } else if let Some(place) = found.place(&key) {
                        found.changes.entry(place).or_default().push(StoredMessage::from(item));
                    }
                    last_seen = Some(key);
                }
                if more.is_none() {
                    break;
                }
                last_seen.clone_from(&more);
                after = more;
            }
        }
        for place in found.read_in_part(cursor.as_deref()) {
            let changes = self.items(&walk.partition, &Range::of_changes(&place)).await?;
            found.changes.insert(place, changes);
        }
        Ok(Page { messages: found.merged(now), next })
    }

    /// The message at that key, with what happened to it; `None` if it is gone.
    pub(crate) async fn message_at(
        &self,
        partition: &str,
        sort_key: &str,
        now: u64,
    ) -> Result<Option<StoredMessage>, ArchiveError> {
        let messages = self.items(partition, &Range::of_item(sort_key)).await?;
        let mut found = Found { is_c2c: keys::is_c2c(partition), messages, ..Found::default() };
        found.messages.retain(|message| !message.has_expired(now));
        if found.messages.is_empty() {
            return Ok(None);
        }
        if let Some(place) = found.place(sort_key).filter(|_| is_message(sort_key)) {
            let changes = self.items(partition, &Range::of_changes(&place)).await?;
            found.changes.insert(place, changes);
        }
        Ok(found.merged(now).pop())
    }

    /// All that is in a range which never holds much, up to date.
    pub(crate) async fn items(&self, partition: &str, range: &Range) -> Result<Vec<StoredMessage>, ArchiveError> {
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..REQUESTS_PER_PAGE {
            let (items, more) = self.ask(partition, range, false, after, usize::MAX, true).await?;
            all.extend(items.into_iter().map(StoredMessage::from));
            if more.is_none() {
                break;
            }
            after = more;
        }
        Ok(all)
    }

    /// One request: what it found, and where to go on. What is `up_to_date` costs twice as much.
    pub(crate) async fn ask(
        &self,
        partition: &str,
        range: &Range,
        newest_first: bool,
        after: Option<String>,
        wanted: usize,
        up_to_date: bool,
    ) -> Result<(Vec<Item>, Option<String>), ArchiveError> {
        let partition = AttributeValue::S(partition.to_owned());
        let mut request = self
            .client
            .query()
            .table_name(self.table())
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", partition.clone())
            .expression_attribute_values(":from", AttributeValue::S(range.from.clone()))
            .expression_attribute_values(":to", AttributeValue::S(range.to.clone()))
            .scan_index_forward(!newest_first)
            .consistent_read(up_to_date)
            .limit(i32::try_from(wanted).unwrap_or(i32::MAX));
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

pub(crate) fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}
