//! A double of Tencent Cloud Chat: what chathook talks to, without an account.
//!
//! It delivers messages as the platform does: it asks the webhook before, does what the answer says, and reports after.
//! It answers the REST calls that chathook makes, checks their UserSig, holds the messages, and tells the webhook about
//! edits and recalls, whoever made them. On request it fails as the platform and the network may. Where the platform's
//! pages leave something open, the code says what is assumed.
//!
//! The same calls give the same answers: the clock is handed in, ids count up, and callbacks are posted one by one.
//! Nothing here uses `shared/platform`, which is tested against it.

mod call;
mod double;
mod fault;
mod http;
mod message;
mod state;
mod user_sig;
mod webhook;

pub use call::Via;
pub use double::{CallMade, Double, Draft, Sent, Setup};
pub use fault::Fault;
pub use message::{Fate, Ids, Message, Recipient};
pub use state::{Held, Visibility};
pub use webhook::{Webhook, callback_query};
