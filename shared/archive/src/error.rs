//! Why the archive could not do it, and what to do about it.

use thiserror::Error;

/// What went wrong with a request to the table. No variant ever holds message text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The table does not answer in time.
    #[error("DynamoDB did not answer in time; try again")]
    Timeout,
}
