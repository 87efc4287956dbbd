//! Messages in DynamoDB: what after-callbacks report is stored once, and found again by conversation, key or sequence.
//!
//! The platform keeps a message for days, and may send a callback twice, late, or after a later one. So the key of a
//! record follows from the message alone (see `keys.rs`), and storing it is one blind, conditional write: without a read
//! before it, in any order, safe to repeat. A [`Record`] is a message as the item that it becomes, made without I/O. An
//! [`Archive`] is the table. Time is passed in, as everywhere.
//!
//! What happens to a message later (it is recalled, edited) is a [`ChangeRecord`], an item of its own. It is merged into
//! the [`StoredMessage`] when that is read, so it may come before the message, or twice.
//!
//! What people can see although the rules are against it is a [`Violation`], also an item of its own.
//!
//! What cannot be stored waits in a [`Queue`]. An [`Erasure`] blanks what a person sent.
//!
//! No other crate knows DynamoDB or SQS.

mod change_record;
mod client;
mod conversation;
mod conversations;
mod erase;
mod error;
mod export_import;
mod filter;
mod finding;
mod indexes;
mod item;
mod key_range;
mod keys;
mod merge;
mod message;
mod messages;
mod pager;
mod preview;
mod query;
mod queue;
mod range_query;
mod raw_item;
mod record;
mod schema;
mod seek;
mod setup;
mod store;
mod violation_record;
mod violations;

pub use change_record::ChangeRecord;
pub use client::{Archive, https_client};
pub use conversation::Conversation;
pub use conversations::{Conversations, Summary};
pub use erase::{Erasure, Lookup};
pub use error::ArchiveError;
pub use export_import::{ExportPage, Imported};
pub use filter::Filter;
pub use finding::Finding;
pub use item::ItemKey;
pub use message::{Recall, StoredMessage, Version};
pub use messages::ReadReceipt;
pub use query::{MessageQuery, Page};
pub use queue::{MAX_QUEUED_BYTES, Queue, QueueError, QueueSize};
pub use raw_item::{ItemError, RawItem};
pub use record::Record;
pub use schema::{Outcome, ViolationState};
pub use setup::TableSize;
pub use store::Stored;
pub use violation_record::{Reason, Span, ViolationRecord, ViolationReport};
pub use violations::{Judgement, Violation, ViolationPage};
