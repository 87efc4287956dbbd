//! Why a body cannot be read as a callback.

use thiserror::Error;

/// Why a body is not a callback of its command.
#[derive(Debug, Error)]
pub enum ShapeError {
    /// Not JSON, or JSON that is not an object.
    #[error("the body is not a JSON object ({0}); check that it is the platform itself that calls the webhook URL")]
    NotAnObject(#[from] serde_json::Error),
    /// A field that says whose message it is, is missing, empty or not a string.
    #[error("{0} is missing, empty or not a string; without it, the message belongs to no conversation")]
    Missing(&'static str),
    /// A field is there twice with different values.
    #[error("{0} is there twice with different values, so nobody can tell which of them is meant")]
    Twice(&'static str),
    /// `MsgBody` is not an array.
    #[error("MsgBody is not an array of elements")]
    MsgBody,
    /// The field that says what was changed is missing or unreadable.
    #[error("{0} is missing or unreadable; without it, nobody can tell what was changed")]
    Target(&'static str),
}
