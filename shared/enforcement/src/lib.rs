//! What is done about a message that was delivered against the rules, and what moderators order.
//!
//! An [`Order`] waits in a queue until it is carried out. Those that come from a callback prove nothing: a callback's
//! signature covers no body. So the message is fetched from the platform, and the rules judge that.

mod order;

pub use order::{By, Delivery, Order, OrderError, Target};
