//! The webhook protocol of Tencent Cloud Chat as plain types: what the platform posts, how it signs it, and what it
//! accepts as an answer.
//!
//! Real traffic varies: old SDKs leave fields out, REST calls carry odd accounts, new products add fields and element
//! types, and numbers arrive as strings. So a callback is never deserialised into a closed shape. The raw JSON is kept
//! ([`json::Object`]), and the types here are *views* that borrow from it. What a view does not know, or cannot read,
//! is still there, byte for byte, when the callback is stored or a rewritten message is sent back.
//!
//! Nothing here does I/O, reads a clock or knows where it runs. Only the `Debug` of [`Content`] shows what people
//! wrote.
//!
//! ```
//! use chathook_protocol::{C2cRejectCode, Command, Content, RejectCode, Reply, SendMsg, json};
//!
//! let body = br#"{"CallbackCommand":"C2C.CallbackBeforeSendMsg","From_Account":"ana","To_Account":"bo",
//!     "MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"buy gold"}}]}"#;
//! let text = json::readable(body);
//! let message = SendMsg::parse(Command::C2cBeforeSend, &text)?;
//! let advert = message.msg_body.elements.iter().any(|element| match element.content() {
//!     Content::Text(content) => content.text.is_some_and(|text| text.contains("gold")),
//!     _ => false,
//! });
//! assert!(advert);
//! let code = C2cRejectCode::try_from(120_001)?;
//! assert_eq!(
//!     Reply::reject(RejectCode::C2c(code), "No adverts, please.").to_json(),
//!     r#"{"ActionStatus":"OK","ErrorInfo":"No adverts, please.","ErrorCode":120001}"#
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod callback;
pub mod change;
pub mod command;
pub mod element;
mod error;
mod fields;
pub mod json;
pub mod msg_key;
pub mod query;
pub mod replays;
pub mod reply;
pub mod sign;

pub use callback::{C2c, Chat, Group, GroupAt, SendMsg};
pub use change::{Change, What};
pub use command::Command;
pub use element::{Content, Element, MsgBody};
pub use error::ShapeError;
pub use msg_key::MsgKey;
pub use query::Query;
pub use replays::Replays;
pub use reply::{C2cRejectCode, GroupRejectCode, RejectCode, Reply, Rewrite};
pub use sign::{SignError, Token};

/// The largest message the platform delivers, in bytes of its `MsgBody` JSON: 12 KB.
pub const MAX_MESSAGE_BYTES: usize = 12 * 1024;
