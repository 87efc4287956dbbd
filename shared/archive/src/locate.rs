//! From a point in time to a place in a group, whose messages are ordered by number.
//!
//! Numbers and times grow together, so the place is found by halving: each probe reads the first message at or after a
//! number and looks at its time. Numbers that are missing (expired, never stored) cost nothing. Where a probe cannot tell,
//! or after [`PROBES`] of them, the halving ends early: then more is read than had to be, and nothing is missed.
//!
//! The times need not grow strictly: what is found is right up to [`DISORDER`](crate::walk::DISORDER), and the page that
//! starts there looks at every message itself. What was sent to those online alone is passed over: it takes the number of
//! the message before it, whenever that was.

use crate::keys::{self, Range, is_message};
use crate::walk::text;
use crate::{Archive, ArchiveError, StoredMessage};

/// So few numbers are read, not halved any further.
const NEAR_ENOUGH: u64 = 128;

/// Ten million numbers need 17. Each is a request; with a page's own it makes no more than 40.
const PROBES: usize = 20;

/// A probe looks at so many items: what follows a message is mostly the next one, else what happened to it.
const ITEMS_PER_PROBE: usize = 16;

/// What a probe says.
enum Probe {
    /// The first message with a time.
    Found(Point),
    /// There is none.
    Nothing,
    /// There may be one after what was read.
    Unknown,
}

/// A message's number and time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    seq: u64,
    time: u64,
}

impl Archive {
    /// The first and the last message of a group whose numbers grow with time. `None`: nobody can say, or they do not,
    /// since the group was dissolved and counts anew.
    pub(crate) async fn ends_in_order(&self, partition: &str) -> Result<Option<(Point, Point)>, ArchiveError> {
        let first = self.probe(partition, 1, u64::MAX, false).await?;
        let last = self.probe(partition, 1, u64::MAX, true).await?;
        Ok(match (first, last) {
            (Probe::Found(first), Probe::Found(last)) if first.time <= last.time => Some((first, last)),
            _ => None,
        })
    }

    /// Two numbers between which `time` came: below the first no message is of that time or later, from the second on
    /// every one is. `ends` are those of the group.
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
        for _ in 0..PROBES {
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

    /// The first message from one number to another that has a time, or the last.
    async fn probe(&self, partition: &str, from: u64, to: u64, last: bool) -> Result<Probe, ArchiveError> {
        let (items, more) = self.ask(partition, &Range::of_seqs(from, to), last, None, ITEMS_PER_PROBE, false).await?;
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
