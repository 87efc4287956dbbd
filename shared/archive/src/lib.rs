//! Messages in DynamoDB: what after-callbacks report, kept once, and found again by conversation, key or sequence.
//!
//! The platform keeps a message for days and may send a callback twice, late, or after a later one. So a record's key
//! follows from the message alone (the table's keys and why they are so: `keys.rs`), and keeping it is one blind,
//! conditional write: no read before it, no order to rely on, safe to repeat. A [`Record`] is a callback as the item it
//! becomes, made without I/O; an [`Archive`] is the table. Time is passed in, as everywhere.
//!
//! What happens to a message later (it is recalled, edited) is an [`Amendment`], an item of its own, merged into the
//! [`StoredMessage`] that is read: so it may come before the message, or twice.
//!
//! What cannot be stored waits in a [`Queue`]. What a person sent is blanked with an [`Erasure`].
//!
//! No other crate knows DynamoDB or SQS.

mod across;
mod amendment;
mod client;
mod erase;
mod error;
mod filter;
mod keys;
mod locate;
mod merge;
mod preview;
mod queue;
mod read;
mod record;
mod stored;
mod transfer;
mod walk;
mod write;

pub use amendment::Amendment;
pub use client::{Archive, Size};
pub use erase::{Erasure, Through};
pub use error::ArchiveError;
pub use filter::{Filter, Outcome};
pub use keys::Conversation;
pub use queue::{MAX_QUEUED_BYTES, Queue, QueueError};
pub use read::{Listing, Page, ReadMark};
pub use record::Record;
pub use stored::{Recall, StoredMessage, Version};
pub use transfer::{ExportPage, Imported, ItemError, Position, RawItem};
pub use write::Kept;
