//! The HTTP side that every function shares: verify the caller, read the callback, hand it to the handler of its
//! command, and answer in time, whatever happens.
//!
//! The platform delivers a message unmoderated when the webhook breaks, and does not repeat an after-callback that was
//! answered. So there is one path from a request to an answer, [`Endpoint::answer`], and it always ends in a valid one:
//! errors and panics become the answer that the operator chose (`ON_FAILURE`), and a message that could not be stored
//! goes to the log before it is lost.
//!
//! - [`settings`]: the environment variables, checked at start.
//! - [`request`]: an HTTP request reduced to what matters here.
//! - [`gate`]: who may call.
//! - [`endpoint`]: from a request to an answer.
//! - [`before`], [`after`]: what is done with a message before it is sent, and after it was sent or changed.
//! - [`parked`]: a callback that could not be stored, on its way to a queue and back.
//! - [`lambda`]: all of that behind a Lambda function URL.

#[cfg(feature = "after-send")]
pub mod after;
#[cfg(feature = "before-send")]
pub mod before;
pub mod endpoint;
pub mod gate;
pub mod lambda;
mod lost;
pub mod parked;
pub mod request;
pub mod settings;

#[cfg(feature = "after-send")]
pub use after::{AfterChange, AfterSend};
#[cfg(feature = "before-send")]
pub use before::BeforeSend;
pub use endpoint::{Answer, Callback, Endpoint, Handler, HandlerError, RedriveError};
pub use parked::{Parked, Parking};
pub use request::Request;
pub use settings::Settings;
