//! From a point in time to a place in a group, whose messages are ordered by number.
//!
//! Numbers and times grow together, so the place is found by halving: each probe reads the first message at or after a
//! number and looks at its time. Numbers that are missing (expired, never stored) cost nothing. The times need not grow
//! strictly: what is found is right up to [`DISORDER`](crate::walk::DISORDER), and the page that starts there looks at
//! every message itself.

use crate::keys::{self, Range, is_message};
use crate::walk::text;
use crate::{Archive, ArchiveError, StoredMessage};

/// So few numbers are read, not halved any further.
const NEAR_ENOUGH: u64 = 128;

/// Requests that one probe may make: what follows a message is mostly the next one, else what happened to it.
const REQUESTS_PER_PROBE: usize = 4;

const ITEMS_PER_REQUEST: usize = 8;

/// A message's number and time.
#[derive(Debug, Clone, Copy)]
struct Point {
    seq: u64,
    time: u64,
}

impl Archive {
    /// Two numbers between which `time` came: below the first no message is of that time or later, from the second on
    /// every one is. At most 128 numbers lie between them, or none are in use. Takes one request for each halving of the
    /// numbers in use: 17 for ten million, and two to begin with.
    pub(crate) async fn seqs_around(&self, partition: &str, time: u64) -> Result<(u64, u64), ArchiveError> {
        let (Some(first), Some(last)) =
            (self.nearest(partition, 1, u64::MAX, false).await?, self.nearest(partition, 1, u64::MAX, true).await?)
        else {
            return Ok((1, u64::MAX));
        };
        if first.time >= time {
            return Ok((1, first.seq));
        }
        if last.time < time {
            return Ok((last.seq, u64::MAX));
        }
        let (mut low, mut high) = (first.seq, last.seq);
        while high - low > NEAR_ENOUGH {
            let middle = low + (high - low) / 2;
            match self.nearest(partition, middle, high, false).await? {
                Some(point) if point.time < time => low = point.seq,
                _ => high = middle,
            }
        }
        Ok((low, high))
    }

    /// The first message from one number to another that has a time, or the last.
    async fn nearest(&self, partition: &str, from: u64, to: u64, last: bool) -> Result<Option<Point>, ArchiveError> {
        let range = Range::of_seqs(from, to);
        let mut after = None;
        for _ in 0..REQUESTS_PER_PROBE {
            let (items, more) = self.ask(partition, &range, last, after, ITEMS_PER_REQUEST).await?;
            for item in items {
                let Some(key) = text(&item, "sk").filter(|key| is_message(key)) else { continue };
                if let (Some(seq), Some(time)) = (keys::seq(&key), StoredMessage::from(item).msg_time()) {
                    return Ok(Some(Point { seq, time }));
                }
            }
            if more.is_none() {
                break;
            }
            after = more;
        }
        Ok(None)
    }
}
