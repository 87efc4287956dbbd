//! The HTTP side that every function shares: verify the caller, read the callback, hand it to the handler of its
//! command, and answer in time, whatever happens.
//!
//! The platform delivers a message unmoderated when the webhook breaks, and does not repeat an after-callback that was
//! answered. So there is one path from a request to an answer, [`Endpoint::answer`], and it always ends in a valid one:
//! errors and panics become the answer that the operator chose (`ON_FAILURE`), and a message that could not be stored
//! goes to a queue or to the log before it is lost.
//!
//! Each stage of that path has a type, which says what is known of a request by then: a [`Request`] came from anyone; a
//! [`Verified`](verify::Verified) one is the platform's, for our app; a [`Callback`] has a command and a JSON body.
//!
//! - [`settings`]: the environment variables, checked at start.
//! - [`http`]: the request and its answer.
//! - [`verify`]: who may call.
//! - [`callback`]: a verified callback, and what handles it.
//! - [`error`]: why there is no reply; what the log says about it and what the caller gets.
//! - [`outcome`]: what became of a request, in more words than the platform's answers have.
//! - [`endpoint`]: from a request to an answer, and `deadlines`: how long each step of that may take.
//! - [`moderator`], [`archiver`]: the handlers, for messages before they are sent, and after they were sent or changed.
//! - `judge`: the rules judge what people can see already, while it is stored.
//! - [`unstored`]: a callback that could not be stored, on its way to the queue and back, or to the log.
//! - [`lambda`], [`function_url`]: all of that as a Lambda function.
//!
//! A function links only what it names: a binary that makes no [`Archiver`] has no AWS SDK in it.

pub mod archiver;
pub mod callback;
mod deadlines;
pub mod endpoint;
pub mod error;
pub mod function_url;
pub mod http;
mod judge;
pub mod lambda;
pub mod moderator;
pub mod outcome;
pub mod settings;
pub mod unstored;
pub mod verify;

pub use archiver::Archiver;
pub use callback::{Callback, Handler, Unreadable};
pub use endpoint::Endpoint;
pub use error::{EndpointError, Forbidden};
pub use function_url::FunctionUrlEvent;
pub use http::{Answer, Arrival, Request};
pub use judge::RulesInForce;
pub use moderator::Moderator;
pub use outcome::{AgainstRules, Handled, Moderated, Outcome};
pub use settings::Settings;

/// The version of this build and, in brackets, the commit that it was made from: `0.1.0 (1234567890ab)`. A `+` means
/// that files differed from the commit.
pub const VERSION: &str = env!("CHATHOOK_VERSION");
pub use unstored::{RetryQueue, UnstoredCallback};
