//! A verified callback, and what handles it.

use std::sync::Arc;

use chathook_protocol::json::Object;
use chathook_protocol::{Change, Command, Query, SendMsg};
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::error::EndpointError;
use crate::outcome::Handled;

/// A callback on its way to its handler: verified, its command known, its body a JSON object.
#[derive(Debug)]
pub struct Callback<'a> {
    /// What kind of event the platform reports.
    pub command: Command,
    /// The event.
    pub body: Object<'a>,
    /// What the request's body holds besides the event, if it is not strict JSON.
    pub leftover: Option<&'a str>,
    /// The query that the platform appended.
    pub query: &'a Query,
    /// Names the request in the log.
    pub request_id: &'a str,
    /// When work on the request began.
    pub started: Instant,
    /// When the callback came, Unix seconds. After a redrive that may be days ago.
    pub received_at: u64,
    /// Until when the handler may wait.
    pub deadline: Instant,
}

impl<'a> Callback<'a> {
    /// The message that is about to be sent, or was sent.
    ///
    /// # Errors
    /// [`EndpointError::Shape`] if the body is no message.
    pub fn message(&self) -> Result<SendMsg<'a>, EndpointError> {
        Ok(SendMsg::view(self.command, self.body.clone())?)
    }

    /// What happened to a message later.
    ///
    /// # Errors
    /// [`EndpointError::Shape`] if the body does not say.
    pub fn change(&self) -> Result<Change<'a>, EndpointError> {
        Ok(Change::view(self.command, self.body.clone())?)
    }
}

/// What is done with the callbacks of some commands.
///
/// Handlers are trait objects so that a binary holds only the handlers that its `main.rs` names: the linker drops the
/// others, and with them the AWS SDK or the rules.
pub trait Handler: Send + Sync {
    /// The answer to the callback, and what was done. Nothing may still be running when it returns, since Lambda
    /// freezes the function then.
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>>;

    /// The rejection of a before-callback that could not be read or handled, if what it says is reason enough.
    /// Otherwise it gets what `ON_FAILURE` says.
    fn reject(&self, _unreadable: &Unreadable<'_>) -> Option<Handled> {
        None
    }
}

/// A before-callback that could not be read, or whose handling failed.
#[derive(Debug)]
pub struct Unreadable<'a> {
    /// What kind of message waits.
    pub command: Command,
    /// The whole body as text.
    pub text: &'a str,
    /// The query that the platform appended.
    pub query: &'a Query,
    /// Names the request in the log.
    pub request_id: &'a str,
    /// What went wrong.
    pub reason: &'a EndpointError,
}

impl<H: Handler + ?Sized> Handler for Arc<H> {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>> {
        self.as_ref().handle(callback)
    }

    fn reject(&self, unreadable: &Unreadable<'_>) -> Option<Handled> {
        self.as_ref().reject(unreadable)
    }
}
