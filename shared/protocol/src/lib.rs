//! The webhook protocol of Tencent Cloud Chat as plain types: what the platform posts, how it signs it, and what it
//! accepts as an answer.
//!
//! Live traffic drifts: old SDKs leave fields out, REST sends carry odd accounts, new products add fields and element
//! types, and numbers arrive as strings. So a callback is never deserialised into a closed shape. The raw JSON is kept
//! ([`json::Object`]) and the types here are *views* that borrow from it: what a view does not know, or cannot read, is
//! still there, byte for byte, when the callback is stored or a rewritten message is sent back.
//!
//! Nothing here does I/O, reads a clock or knows where it runs.

pub mod callback;
pub mod command;
pub mod element;
pub mod json;
pub mod query;
pub mod reply;
pub mod sign;

pub use callback::{C2c, Chat, Group, GroupAt, SendMsg, ShapeError};
pub use command::Command;
pub use element::{Content, Element, MsgBody};
pub use query::Query;
pub use reply::{C2cRejectCode, GroupRejectCode, RejectCode, Reply, Rewrite};
pub use sign::{SignError, Token};

/// The largest message the platform delivers, in bytes of its `MsgBody` JSON: 12 KB.
pub const MAX_MESSAGE_BYTES: usize = 12 * 1024;
