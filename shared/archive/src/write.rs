//! Keeping a message: one conditional write.

use crate::{Archive, ArchiveError, Record};

/// What [`Archive::keep`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The message was not there.
    New,
    /// The message was there as a failed delivery and is now there as a delivered one.
    Replaced,
    /// The message was there already; nothing was written.
    Duplicate,
}

impl Archive {
    /// Keeps a message, once, however often it comes.
    ///
    /// # Errors
    /// As every request.
    pub async fn keep(&self, _record: &Record) -> Result<Kept, ArchiveError> {
        todo!()
    }
}
