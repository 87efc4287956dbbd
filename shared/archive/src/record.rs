//! A callback as the item it becomes.

use chathook_protocol::{Query, SendMsg};

/// A message as it is kept.
#[derive(Clone)]
pub struct Record {}

impl Record {
    /// The record of a callback that arrived at `received_at` (Unix seconds), kept for `retention_days` or for ever.
    #[must_use]
    pub fn new(_message: &SendMsg<'_>, _query: &Query, _received_at: u64, _retention_days: Option<u32>) -> Self {
        todo!()
    }
}
