//! Why a request has no answer from its handler: what the log says, and what the caller gets.

use chathook_protocol::{Command, RejectCode, Reply, ShapeError, SignError};
use thiserror::Error;

use crate::http::{Answer, MAX_BODY_BYTES};
use crate::settings::OnFailure;

/// Why a request has no answer from its handler.
///
/// `Display` is what the log says: the reason and what to do about it, never what a person wrote.
/// [`EndpointError::answer`] is what the caller gets, and it never has the reason.
#[derive(Debug, Error)]
pub enum EndpointError {
    /// The caller is not the platform calling for our app.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A command without a handler here. It is `None` if the request names none and the endpoint has no handlers.
    #[error(
        "no handler here takes its command; switch it off in the console or paste the URL of the function that does"
    )]
    Unhandled(Option<String>),
    /// The body has this many bytes, too many for a callback.
    #[error("the body has {0} bytes, more than the {MAX_BODY_BYTES} that a callback may have")]
    TooLarge(usize),
    /// The body does not have the shape that belongs to its command.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The rules could not be loaded at start. The log of the cold start has the reason.
    #[error("the rules are unusable; see the error logged at the cold start, repair the rules file and deploy again")]
    RulesUnusable,
    /// The store refused the record.
    #[error("the record was not stored: {0}")]
    NotStored(Box<dyn std::error::Error + Send + Sync>),
    /// The store did not answer in time.
    #[error(
        "the record was not stored before the deadline; DynamoDB is slow or in another region, or ANSWER_WITHIN_MS is too low"
    )]
    Deadline,
    /// A message in the queue that is not a callback. Names the field that cannot be read.
    #[error("it is not a queued callback: the field {0} is missing or unreadable")]
    Unreadable(&'static str),
    /// A bug.
    #[error("panic, a bug in chathook; its place is in the log line before this one. Please report it")]
    Panic,
}

/// Why a caller gets 403.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum Forbidden {
    /// The platform always names the app.
    #[error("SdkAppid is missing from the query: the caller is not the platform")]
    NoApp,
    /// The callback is of another app, or the setting is wrong.
    #[error("SdkAppid is not SDK_APP_ID; compare the setting with the app id in the console")]
    OtherApp,
    /// Authentication is off in the console, or the caller is not the platform.
    #[error("{0} is missing from the query; switch authentication on in the console and set the same token there")]
    Unsigned(&'static str),
    /// The signature is not valid.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The signature came before with another body, and `REFUSE_REPLAYS` is `true`.
    #[error(
        "its signature came before with another body: it is a replay, or the app sent two such callbacks within a \
         second; if so, set REFUSE_REPLAYS=false"
    )]
    Replay,
    /// The query has this parameter twice, with different values.
    // Anyone may choose the name, so it is quoted.
    #[error("the query has {0:?} twice with different values")]
    Ambiguous(String),
    /// A web page sent it: `serve` runs on a machine where browsers run too.
    #[error("it has an Origin, so a web page sent it and not the platform")]
    WebPage,
    /// The query and the body name different commands.
    #[error("CallbackCommand in the query is not the one in the body")]
    TwoCommands,
}

impl EndpointError {
    /// What a before-callback gets that fails for this reason, if `ON_FAILURE` is `on_failure`. A callback that can be
    /// read in two ways is rejected in any case: one of them might pass the rules while the other is delivered. So is
    /// one that is too large: only its beginning was judged, and the platform takes no message of a tenth of that.
    #[must_use]
    pub fn on_failure(&self, on_failure: OnFailure) -> OnFailure {
        match self {
            Self::Shape(ShapeError::Twice(_)) | Self::TooLarge(_) => OnFailure::Reject,
            _ => on_failure,
        }
    }

    /// What the caller gets if the callback has this command and `ON_FAILURE` is `on_failure`.
    #[must_use]
    pub fn answer(&self, command: Option<Command>, on_failure: OnFailure) -> Answer {
        match self {
            Self::Forbidden(_) => Answer::forbidden(),
            Self::Unhandled(_) => Answer::ok(&Reply::allow()),
            _ if command.is_some_and(Command::is_before) => Answer::ok(&match self.on_failure(on_failure) {
                OnFailure::Allow => Reply::allow(),
                OnFailure::Reject => Reply::reject(RejectCode::Plain, ""),
            }),
            _ => Answer::ok(&Reply::fail("the message was not stored")),
        }
    }
}
