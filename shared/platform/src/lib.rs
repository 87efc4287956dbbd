//! The server REST API of Tencent Cloud Chat: what a moderator does after a message was delivered.
//!
//! [`Platform`] makes the few calls that chathook uses: recall and modify a message, fetch one, mute an account, delete
//! what somebody wrote in a group. It signs them with a [`UserSig`], keeps below a rate, and reads the error codes: a
//! [`Remedy`] says what to do about each. Every call may be repeated safely. The platform's pages about them start at
//! tencentcloud.com/document/product/1047/34620.
//!
//! Nothing here knows AWS, reads the wall clock or decides what is allowed. The only hosts are those of the platform's
//! data centers and, for tests, a double of it on this machine. No error and no `Debug` output shows the secret key, a
//! UserSig or what people wrote.

mod client;
mod error;
mod host;
mod messages;
mod people;
mod rate_limit;
mod secret_key;
mod user_sig;

pub use client::{App, Platform};
pub use error::{PlatformError, Refusal, Remedy};
pub use host::{DataCenter, Host, HostError};
pub use messages::{C2c, FetchedMessage, Group, Position, Recalled, RoamingPage, State};
pub use rate_limit::DEFAULT_CALLS_PER_SECOND;
pub use secret_key::SecretKey;
pub use user_sig::UserSig;
