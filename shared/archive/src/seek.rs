//! Finding the place in a group for a point in time. Group messages are ordered by number, not by time.
//!
//! Numbers and times grow together, so the place is found by halving. Each probe reads the first message at or after a
//! number and looks at its time. Missing numbers (expired, never stored) cost nothing. If a probe cannot tell, or after
//! [`MAX_PROBES`], the halving ends early: then more is read than necessary, and nothing is missed.
//!
//! The times need not grow strictly. The result is right up to [`MAX_DISORDER`](crate::pager::MAX_DISORDER), and the page
//! that starts there looks at the time of every message. Messages that were sent only to those online are passed over:
//! such a message has the number of the message before it, whenever that was sent.

use crate::client::Archive;
use crate::error::ArchiveError;
use crate::item::text;
use crate::key_range::KeyRange;
use crate::keys::{self, is_message};
use crate::message::StoredMessage;
use crate::range_query::RangeQuery;

/// Halving stops when this few numbers are left.
const NEAR_ENOUGH: u64 = 128;

/// Ten million numbers need 17. Each is a request; with those of the page there are no more than 40.
const MAX_PROBES: usize = 20;

/// How many items a probe looks at. A message is mostly followed by the next one, else by its changes.
const ITEMS_PER_PROBE: usize = 16;

/// What a probe says.
enum Probe {
    /// The first message with a time.
    Found(Point),
    /// There is none.
    Nothing,
    /// There may be one after the items that were read.
    Unknown,
}

/// A message's number and time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    seq: u64,
    time: u64,
}

impl Archive {
    /// The first and the last message of a group whose numbers grow with time. `None` if that is unknown, or if they do
    /// not: the group was dissolved and started counting again.
    pub(crate) async fn ends_in_order(&self, partition: &str) -> Result<Option<(Point, Point)>, ArchiveError> {
        let first = self.probe(partition, 1, u64::MAX, false).await?;
        let last = self.probe(partition, 1, u64::MAX, true).await?;
        Ok(match (first, last) {
            (Probe::Found(first), Probe::Found(last)) if first.time <= last.time => Some((first, last)),
            _ => None,
        })
    }

    /// Two numbers between which `time` came: below the first no message is of that time or later, from the second on all
    /// are. `first` and `last` are the ends of the group.
    pub(crate) async fn seqs_around(
        &self,
        partition: &str,
        (first, last): (Point, Point),
        time: u64,
    ) -> Result<(u64, u64), ArchiveError> {
        if first.time >= time {
            return Ok((1, first.seq));
        }
        if last.time < time {
            return Ok((last.seq, u64::MAX));
        }
        let (mut low, mut high) = (first.seq, last.seq);
        for _ in 0..MAX_PROBES {
            if high - low <= NEAR_ENOUGH {
                break;
            }
            let middle = low + (high - low) / 2;
            match self.probe(partition, middle, high, false).await? {
                Probe::Found(point) if point.time < time => low = point.seq,
                Probe::Found(_) | Probe::Nothing => high = middle,
                Probe::Unknown => break,
            }
        }
        Ok((low, high))
    }

    /// The first message with a time from one number to another; with `last` the last one.
    async fn probe(&self, partition: &str, from: u64, to: u64, last: bool) -> Result<Probe, ArchiveError> {
        let query = RangeQuery {
            partition,
            range: &KeyRange::of_seqs(from, to),
            newest_first: last,
            after: None,
            limit: ITEMS_PER_PROBE,
            consistent: false,
        };
        let (items, more) = self.query_range(query).await?;
        for item in items {
            let Some(key) = text(&item, "sk").filter(|key| is_message(key)) else { continue };
            let message = StoredMessage::from(item);
            if let (Some(seq), Some(time), false) = (keys::seq(&key), message.msg_time(), message.is_online_only()) {
                return Ok(Probe::Found(Point { seq, time }));
            }
        }
        Ok(if more.is_some() { Probe::Unknown } else { Probe::Nothing })
    }
}
