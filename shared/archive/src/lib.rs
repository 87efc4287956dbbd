//! Messages in DynamoDB: what an after-callback told, kept once, found again by conversation, by key or by sequence.
//!
//! [`Record`] is a callback as the item it becomes; making one is pure. [`Archive`] is the table.

mod client;
mod error;
mod keys;
mod read;
mod record;
mod write;

pub use client::Archive;
pub use error::ArchiveError;
pub use keys::Conversation;
pub use read::{Listing, Page, StoredMessage};
pub use record::Record;
pub use write::Kept;
