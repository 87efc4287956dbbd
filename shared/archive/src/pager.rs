//! Making pages of messages from the items of a conversation.
//!
//! The changes of a message are next to it, and so are read with it. Only where a page begins or ends between them do
//! they take another request.

use std::collections::HashMap;

use crate::client::Archive;
use crate::error::ArchiveError;
use crate::item::text;
use crate::key_range::KeyRange;
use crate::keys::{self, is_message};
use crate::merge::merged;
use crate::message::StoredMessage;
use crate::query::Page;
use crate::range_query::RangeQuery;

/// A page takes at most this many requests, of 1 MB at most each. Then it is cut short.
const REQUESTS_PER_PAGE: usize = 16;

/// A request asks for at least this many items: small ones are read at the price of one, and some may be changes.
const MIN_ITEMS_PER_REQUEST: usize = 8;

/// The same where messages may be passed over because they are outside the time bounds.
const MIN_ITEMS_PER_REQUEST_IN_BOUNDS: usize = 200;

/// By how many seconds the `MsgTime` of a group message may differ from its place in the order of `MsgSeq`.
pub(crate) const MAX_DISORDER: u64 = 10;

/// What to read of a conversation, page by page.
pub(crate) struct PageQuery {
    /// `pk`
    pub(crate) partition: String,
    /// In the order in which they are read.
    pub(crate) ranges: Vec<KeyRange>,
    /// Bounds of `MsgTime`, if the keys have none. A range ends where two numbers in succession are beyond the far bound
    /// by more than [`MAX_DISORDER`]. One alone proves nothing: a message that was sent hours later, only to those online,
    /// may repeat it.
    pub(crate) times: Option<TimeBounds>,
    pub(crate) newest_first: bool,
}

/// Bounds of `MsgTime`, Unix seconds, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeBounds {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Whether the group's numbers grow with time.
    pub(crate) in_order: bool,
}

impl TimeBounds {
    fn include(self, message: &StoredMessage) -> bool {
        message.msg_time().is_some_and(|time| (self.from..=self.to).contains(&time))
    }
}

impl PageQuery {
    fn includes(&self, message: &StoredMessage) -> bool {
        self.times.is_none_or(|times| times.include(message))
    }

    /// The `MsgSeq` of the message, if it is beyond the far bound of time.
    fn seq_past_the_end(&self, message: &StoredMessage) -> Option<u64> {
        let (times, time) = (self.times?, message.msg_time()?);
        let is_past = if self.newest_first {
            time.saturating_add(MAX_DISORDER) < times.from
        } else {
            time > times.to.saturating_add(MAX_DISORDER)
        };
        // Messages without a number are exactly in the order of their time.
        message.msg_seq().filter(|seq| *seq > 0 && is_past && times.in_order)
    }

    /// How many items to ask for if `missing` messages would fill the page.
    fn items_to_ask_for(&self, missing: usize) -> usize {
        let least = if self.times.is_some() { MIN_ITEMS_PER_REQUEST_IN_BOUNDS } else { MIN_ITEMS_PER_REQUEST };
        // One more than needed: it shows whether anything follows.
        missing.saturating_add(1).max(least)
    }
}

impl Archive {
    /// Asks until the page is full, all ranges are read, or enough was asked. Then merges what was found.
    pub(crate) async fn page(
        &self,
        query: &PageQuery,
        cursor: Option<String>,
        limit: usize,
        now: u64,
    ) -> Result<Page, ArchiveError> {
        let starts_at = match &cursor {
            None => 0,
            Some(cursor) => query
                .ranges
                .iter()
                .position(|range| range.contains(cursor))
                .ok_or(ArchiveError::InvalidRequest("the cursor belongs to another query; start without one"))?,
        };
        let mut found = Found { is_c2c: keys::is_c2c(&query.partition), ..Found::default() };
        let mut last_seen = cursor.clone();
        let mut next_cursor = None;
        let mut requests = 0;
        'reading: for range in &query.ranges[starts_at..] {
            let mut after = last_seen.clone().filter(|key| range.contains(key));
            let mut past = None;
            loop {
                if requests == REQUESTS_PER_PAGE {
                    // More changes of the last message may follow.
                    found.follows = found.messages.last().and_then(|message| found.place(message.sort_key()));
                    next_cursor = last_seen;
                    break 'reading;
                }
                requests += 1;
                let (items, more) = self
                    .query_range(RangeQuery {
                        partition: &query.partition,
                        range,
                        newest_first: query.newest_first,
                        after,
                        limit: query.items_to_ask_for(limit - found.messages.len()),
                        consistent: false,
                    })
                    .await?;
                for item in items {
                    let Some(key) = text(&item, "sk") else { continue };
                    if is_message(&key) || !KeyRange::all().contains(&key) {
                        if found.messages.len() == limit {
                            found.follows = found.place(&key);
                            next_cursor = last_seen;
                            break 'reading;
                        }
                        let message = StoredMessage::from(item);
                        let before = std::mem::replace(&mut past, query.seq_past_the_end(&message));
                        if past.is_some() && before.is_some() && past != before {
                            continue 'reading;
                        }
                        found.messages.extend(Some(message).filter(|it| !it.has_expired(now) && query.includes(it)));
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
        for place in found.places_read_in_part(cursor.as_deref()) {
            let changes = self.all_in_range(&query.partition, &KeyRange::of_changes(&place)).await?;
            found.changes.insert(place, changes);
        }
        Ok(Page { messages: found.merged(now), next_cursor })
    }

    /// The message with that key, and its changes; `None` if it is gone.
    pub(crate) async fn message_at(
        &self,
        partition: &str,
        sort_key: &str,
        now: u64,
    ) -> Result<Option<StoredMessage>, ArchiveError> {
        let messages = self.all_in_range(partition, &KeyRange::of_item(sort_key)).await?;
        let mut found = Found { is_c2c: keys::is_c2c(partition), messages, ..Found::default() };
        found.messages.retain(|message| !message.has_expired(now));
        if found.messages.is_empty() {
            return Ok(None);
        }
        if let Some(place) = found.place(sort_key).filter(|_| is_message(sort_key)) {
            let changes = self.all_in_range(partition, &KeyRange::of_changes(&place)).await?;
            found.changes.insert(place, changes);
        }
        Ok(found.merged(now).pop())
    }
}

/// What was found for a page so far.
#[derive(Default)]
struct Found {
    is_c2c: bool,
    messages: Vec<StoredMessage>,
    /// By place.
    changes: HashMap<String, Vec<StoredMessage>>,
    /// The place of the next item, if one follows.
    follows: Option<String>,
}

impl Found {
    fn place(&self, sort_key: &str) -> Option<String> {
        keys::place(sort_key, self.is_c2c).map(str::to_owned)
    }

    /// The places of which some changes may not have been read, because the page begins or ends among them.
    fn places_read_in_part(&self, cursor: Option<&str>) -> Vec<String> {
        let place = |message: &StoredMessage| self.place(message.sort_key());
        let first = self.messages.first().and_then(place);
        let last = self.messages.last().and_then(place);
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
        let merge = |message: StoredMessage| match keys::place(message.sort_key(), is_c2c)
            .and_then(|place| changes.get(place))
        {
            Some(changes) => merged(message, changes),
            None => message,
        };
        messages.into_iter().map(merge).collect()
    }
}
