//! What to ask for, and the page that comes back.

use crate::filter::Filter;
use crate::message::StoredMessage;

/// The limit of a query that names none.
pub(crate) const DEFAULT_LIMIT: usize = 100;

/// Which messages to read, and in which order.
///
/// One-to-one messages are ordered by `MsgTime`, then by `MsgSeq`. Group messages are ordered by `MsgSeq`; those without
/// one come first, ordered by `MsgTime`.
///
/// Time bounds limit what is read. A group is not ordered by time, so the place to start is searched for. That takes 19
/// requests in a group of ten million messages, and 22 at most. A message without `MsgTime` is outside all bounds. A
/// group that was dissolved and starts counting again is read whole.
#[derive(Debug, Clone, Default)]
pub struct MessageQuery {
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Only messages of this `MsgTime` or later, Unix seconds.
    pub from_time: Option<u64>,
    /// Only messages of this `MsgTime` or earlier, Unix seconds.
    pub to_time: Option<u64>,
    /// At most this many messages, at least 1; `None`: 100.
    pub limit: Option<usize>,
    /// [`Page::next_cursor`] of the page before. Order and bounds must be the same as then.
    pub cursor: Option<String>,
    /// Of those messages, only the ones that match. A page is read as without a filter, so it may be empty although more
    /// follow.
    pub filter: Filter,
}

impl MessageQuery {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).max(1)
    }
}

/// One page of messages.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages in the order asked for. There may be fewer than the limit, even none, although more follow.
    pub messages: Vec<StoredMessage>,
    /// Where the next page starts; `None` if this is the last one.
    pub next_cursor: Option<String>,
}

impl Page {
    pub(crate) const EMPTY: Self = Self { messages: Vec::new(), next_cursor: None };
}
