//! From a request to an answer. The order of the steps is the contract; README's "answers" table tells it to users.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chathook_protocol::json::{self, Object};
use chathook_protocol::{Change, Command, Query, RejectCode, Reply, SendMsg, ShapeError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use thiserror::Error;
use tokio::time::Instant;

use crate::gate::{self, Refused};
use crate::lost;
use crate::parked::{Parked, ParkedError, Parking};
use crate::request::Request;
use crate::settings::{OnFailure, Settings};

/// The largest body that is looked at, in bytes. A message has at most 12 KB, so a callback never comes near.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// The least time that a wait is given, however late the request came to us. An after-callback's answer is read by
/// nobody, but what it brings must be stored; and a clock that is off must not fail every write.
const LEAST_WAIT: Duration = Duration::from_millis(200);

/// The part of the time that storing gets where there is a parking; the rest is for parking.
const STORING_SHARE: f64 = 0.6;

/// The least time that parking is given. An after-callback that is answered late is at worst sent again, which does no
/// harm; one that is not parked is lost.
const LEAST_PARKING: Duration = Duration::from_millis(400);

/// Until when the answer is held back that says that a message is lost, from the moment the request reached the front:
/// the platform waits 2 s, and only after that sends a callback again, where the operator has switched that on.
const HELD_UNTIL: Duration = Duration::from_millis(2300);

/// An HTTP answer. The body is always JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, or 403 for a caller that is not the platform.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

/// A callback on its way to a handler.
#[derive(Debug)]
pub struct Callback<'a> {
    /// What kind of thing the platform tells.
    pub command: Command,
    /// What it tells.
    pub body: Object<'a>,
    /// How it called.
    pub query: &'a Query,
    /// Now, in Unix seconds.
    pub now: u64,
    /// Until when a handler may wait.
    pub deadline: Instant,
}

impl<'a> Callback<'a> {
    /// The message that is about to be sent, or was sent.
    ///
    /// # Errors
    /// [`HandlerError::Shape`] when the body is none.
    pub fn message(&self) -> Result<SendMsg<'a>, HandlerError> {
        Ok(SendMsg::view(self.command, self.body.clone())?)
    }

    /// What happened to a message later.
    ///
    /// # Errors
    /// [`HandlerError::Shape`] when the body does not say so.
    pub fn change(&self) -> Result<Change<'a>, HandlerError> {
        Ok(Change::view(self.command, self.body.clone())?)
    }
}

/// What is done with a callback of some commands.
pub trait Handler: Send + Sync {
    /// The answer to the callback. Nothing may be left running when it returns: Lambda freezes then.
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, HandlerError>>;
}

impl<H: Handler + ?Sized> Handler for Arc<H> {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, HandlerError>> {
        self.as_ref().handle(callback)
    }
}

/// Why a handler has no answer. Its text is for the log; the caller hears none of it.
#[derive(Debug, Error)]
pub enum HandlerError {
    /// The body is not what its command says.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The rules could not be loaded at start, where the reason was logged.
    #[error("the rules are unusable; see the error logged at the cold start, repair the rules file and deploy again")]
    Rules,
    /// The record could not be stored.
    #[error("the record was not stored: {0}")]
    Store(Box<dyn std::error::Error + Send + Sync>),
    /// The store did not answer in time.
    #[error(
        "the record was not stored before the deadline; DynamoDB is slow or in another region, or ANSWER_WITHIN_MS is too low"
    )]
    Deadline,
}

/// Why a request of the platform's has no proper answer.
#[derive(Debug, Error)]
enum Failure {
    #[error("the body has {0} bytes, more than the {MAX_BODY_BYTES} that a callback may have")]
    TooLarge(usize),
    #[error(transparent)]
    Shape(#[from] ShapeError),
    #[error(transparent)]
    Handler(#[from] HandlerError),
    #[error("panic, a bug in chathook; its place is in the log line before this one. Please report it")]
    Panic,
}

/// Why a parked callback could not be stored now.
#[derive(Debug, Error)]
pub enum RedriveError {
    /// It is none.
    #[error(transparent)]
    Parked(#[from] ParkedError),
    /// It is of a command that stores nothing.
    #[error("its command is not one that stores anything")]
    Command,
    /// It is no callback of that command; storing it will never succeed.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The store failed again.
    #[error(transparent)]
    Handler(#[from] HandlerError),
    /// A bug.
    #[error("panic, a bug in chathook; its place is in the log line before this one. Please report it")]
    Panic,
}

/// A function's commands and how it treats them.
pub struct Endpoint {
    settings: Arc<Settings>,
    routes: Vec<(Command, Arc<dyn Handler>)>,
    parking: Option<Box<dyn Parking>>,
}

impl Endpoint {
    /// An endpoint that handles no command yet.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Self {
        Self { settings, routes: Vec::new(), parking: None }
    }

    /// The same, with these commands handled by `handler`.
    #[must_use]
    pub fn route(mut self, commands: &[Command], handler: impl Handler + 'static) -> Self {
        let handler: Arc<dyn Handler> = Arc::new(handler);
        self.routes.extend(commands.iter().map(|command| (*command, Arc::clone(&handler))));
        self
    }

    /// The same, with what cannot be stored kept in `parking`, if there is one, before the answer is given.
    #[must_use]
    pub fn parking(mut self, parking: Option<impl Parking + 'static>) -> Self {
        self.parking = parking.map(|parking| Box::new(parking) as Box<dyn Parking>);
        self
    }

    /// Answers the request that `read` gives, at the time `now_ms` (Unix milliseconds). Always ends in a valid answer:
    /// panics, those of `read` included, end here.
    pub async fn answer(&self, now_ms: u64, read: impl FnOnce() -> Request) -> Answer {
        let Ok(request) = std::panic::catch_unwind(AssertUnwindSafe(read)) else {
            return self.failed(&Request::default(), None, &Failure::Panic, &Times::new(now_ms, None)).await;
        };
        let times = Times::new(now_ms, request.front_ms);
        let named = OnceLock::new();
        let failure = match AssertUnwindSafe(self.handle(&request, &times, &named)).catch_unwind().await {
            Ok(Ok(answer)) => return answer,
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Panic,
        };
        self.failed(&request, named.get().copied(), &failure, &times).await
    }

    /// Stores a callback that was parked, or fails until `deadline`. It was verified before it was parked.
    ///
    /// # Errors
    /// [`RedriveError`]: it stays parked.
    pub async fn redrive(&self, parked: &Parked, deadline: Instant) -> Result<(), RedriveError> {
        let (query, body) = (parked.query(), parked.body()?);
        let text = json::readable(&body);
        let object = Object::parse(&text).map_err(ShapeError::from)?;
        let in_body = object.text("CallbackCommand");
        let name = query.command().or(in_body.as_deref());
        let (command, handler) = name.and_then(|name| self.find(name)).ok_or(RedriveError::Command)?;
        let callback = Callback { command: *command, body: object, query: &query, now: parked.received_at, deadline };
        match AssertUnwindSafe(handler.handle(callback)).catch_unwind().await {
            Ok(stored) => Ok(stored.map(drop)?),
            Err(_) => Err(RedriveError::Panic),
        }
    }

    /// `named` learns the command, for the case that there is no proper answer.
    async fn handle(&self, request: &Request, times: &Times, named: &OnceLock<Command>) -> Result<Answer, Failure> {
        if is_probe(request) {
            return Ok(ok(&Reply::allow()));
        }
        let now = times.now_ms / 1000;
        if let Err(refused) = gate::check(&self.settings, &request.query, now) {
            return Ok(forbidden(request, &refused));
        }

        let text = match request.body.len() {
            0..=MAX_BODY_BYTES => json::readable(&request.body),
            _ => "".into(),
        };
        let object = Object::parse(&text);
        let in_body = object.as_ref().ok().and_then(|object| object.text("CallbackCommand"));
        let in_body = in_body.filter(|name| !name.is_empty());
        let name = match (request.query.command(), in_body.as_deref()) {
            (Some(query), Some(body)) if query != body => return Ok(forbidden(request, &Refused::TwoCommands)),
            (Some(name), _) | (None, Some(name)) => Some(name),
            (None, None) => None,
        };
        let route = match name {
            Some(name) => self.find(name),
            // Neither place names a command, so the body is broken too. It fails as this function's callbacks do.
            None => self.routes.first(),
        };
        let Some((command, handler)) = route else {
            tracing::warn!(
                request_id = request.id,
                command = name,
                "a command that this function does not handle was allowed; switch it off in the console or paste the URL that handles it"
            );
            return Ok(ok(&Reply::allow()));
        };

        named.get_or_init(|| *command);
        if request.body.len() > MAX_BODY_BYTES {
            return Err(Failure::TooLarge(request.body.len()));
        }
        let (command, body, query) = (*command, object.map_err(ShapeError::from)?, &request.query);
        let mut wait = self.wait(times);
        if self.parking.is_some() && !command.is_before() {
            wait = wait.mul_f64(STORING_SHARE);
        }
        let deadline = Instant::now() + wait;
        let reply = handler.handle(Callback { command, body, query, now, deadline }).await?;
        Ok(ok(&reply))
    }

    /// How long the answer may take: what is left of `ANSWER_WITHIN_MS` since the request reached the front.
    fn wait(&self, times: &Times) -> Duration {
        let within = self.settings.answer_within;
        within.saturating_sub(times.passed).max(LEAST_WAIT.min(within))
    }

    fn find(&self, name: &str) -> Option<&(Command, Arc<dyn Handler>)> {
        self.routes.iter().find(|(command, _)| command.as_str() == name)
    }

    /// The answer when there is no proper one. If it is not known which kind of callback it was, it is the kind that
    /// this function is for.
    async fn failed(&self, request: &Request, named: Option<Command>, failure: &Failure, times: &Times) -> Answer {
        let named = named.or_else(|| request.query.command().and_then(Command::parse));
        let command = named.or(self.routes.first().map(|(command, _)| *command));
        let name = command.map(Command::as_str);
        if command.is_some_and(Command::is_before) {
            return match self.settings.on_failure {
                OnFailure::Allow => {
                    metrics::counter!("FailedOpen").increment(1);
                    tracing::error!(request_id = request.id, command = name, reason = %failure, "allowed unmoderated");
                    ok(&Reply::allow())
                }
                OnFailure::Reject => {
                    metrics::counter!("FailedClosed").increment(1);
                    tracing::error!(request_id = request.id, command = name, reason = %failure, "rejected unmoderated");
                    ok(&Reply::reject(RejectCode::Plain, ""))
                }
            };
        }
        let parked = Parked::new(request, times.now_ms / 1000, failure.to_string());
        if let Some(parking) = self.parking.as_deref().filter(|_| !request.body.is_empty()) {
            let within = (times.started + self.wait(times)).max(Instant::now() + LEAST_PARKING);
            let parking = AssertUnwindSafe(parking.park(parked.to_json())).catch_unwind();
            let refused = match tokio::time::timeout_at(within, parking).await {
                Ok(Ok(Ok(()))) => {
                    metrics::counter!("Parked").increment(1);
                    tracing::warn!(request_id = request.id, command = name, reason = %failure, "a message was parked in the queue, since it was not stored");
                    return ok(&Reply::allow());
                }
                Ok(Ok(Err(error))) => error.to_string(),
                Ok(Err(_)) => Failure::Panic.to_string(),
                Err(_) => "no answer in time".to_owned(),
            };
            tracing::error!(request_id = request.id, command = name, reason = refused, "the queue refused a message");
        }
        metrics::counter!("Lost").increment(1);
        tracing::error!(request_id = request.id, command = name, reason = %failure, "a message was not stored");
        lost::log(&parked);
        if self.parking.is_some() {
            tokio::time::sleep_until(times.started + HELD_UNTIL.saturating_sub(times.passed)).await;
        }
        ok(&Reply::fail("the message was not stored"))
    }
}

/// When a request came.
struct Times {
    /// By the clock, when its answer was begun.
    now_ms: u64,
    /// How long it was under way then, since it reached the front.
    passed: Duration,
    started: Instant,
}

impl Times {
    fn new(now_ms: u64, front_ms: Option<u64>) -> Self {
        let passed = front_ms.map_or(0, |front_ms| now_ms.saturating_sub(front_ms));
        Self { now_ms, passed: Duration::from_millis(passed), started: Instant::now() }
    }
}

/// Whether somebody only looks whether anyone is there: the console when the URL is saved, or a browser.
fn is_probe(request: &Request) -> bool {
    if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        return true;
    }
    let body = request.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&request.body);
    request.query.command().is_none() && matches!(body.trim_ascii(), b"" | b"{}")
}

fn ok(reply: &Reply) -> Answer {
    Answer { status: 200, body: reply.to_json() }
}

fn forbidden(request: &Request, refused: &Refused) -> Answer {
    metrics::counter!("Rejected403").increment(1);
    tracing::warn!(request_id = request.id, reason = %refused, "a caller was turned away");
    Answer { status: 403, body: Reply::fail("forbidden; the reason is in the function's log").to_json() }
}
