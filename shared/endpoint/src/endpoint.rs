//! From a request to an answer. The order of the steps is a contract; docs/operations.md tells users about it.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use chathook_protocol::json::Body;
use chathook_protocol::{Command, Replays, Reply, ShapeError};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::callback::{Callback, Handler, Unreadable};
use crate::deadlines::Deadlines;
use crate::error::{EndpointError, Forbidden};
use crate::http::{Answer, Arrival, MAX_BODY_BYTES, Request};
use crate::outcome::{Handled, Outcome};
use crate::settings::{OnFailure, Settings};
use crate::unstored::{RetryQueue, UnstoredCallback};
use crate::verify::Verified;

/// The commands of a function and the handler of each.
pub struct Endpoint {
    settings: Arc<Settings>,
    routes: Vec<(Command, Arc<dyn Handler>)>,
    queue: Option<Box<dyn RetryQueue>>,
    /// The signatures that came, if replays are refused.
    replays: Option<Mutex<Replays>>,
}

/// A request without a reply from a handler.
struct Failed {
    /// Its command; `None` if it failed before the command was known.
    command: Option<Command>,
    error: EndpointError,
}

impl From<EndpointError> for Failed {
    fn from(error: EndpointError) -> Self {
        Self { command: None, error }
    }
}

impl From<Forbidden> for Failed {
    fn from(reason: Forbidden) -> Self {
        EndpointError::from(reason).into()
    }
}

impl Endpoint {
    /// An endpoint that handles no command yet.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Self {
        // Without a token nothing says that a signature is valid, and strangers may send as many as they like.
        let replays = (settings.refuse_replays && !settings.tokens.is_empty()).then(Mutex::default);
        Self { settings, routes: Vec::new(), queue: None, replays }
    }

    /// The same, with these commands handled by `handler`.
    #[must_use]
    pub fn route(mut self, commands: &[Command], handler: impl Handler + 'static) -> Self {
        let handler: Arc<dyn Handler> = Arc::new(handler);
        self.routes.extend(commands.iter().map(|command| (*command, Arc::clone(&handler))));
        self
    }

    /// The same, with a queue for callbacks that cannot be stored. Without one they go to the log.
    #[must_use]
    pub fn retry_queue(mut self, queue: Option<impl RetryQueue + 'static>) -> Self {
        self.queue = queue.map(|queue| Box::new(queue) as Box<dyn RetryQueue>);
        self
    }

    /// Answers the request that `read` gives, and says what became of it. The answer is always a valid one: all panics
    /// end here, those of `read` included.
    pub async fn answer(&self, arrival: Arrival, read: impl FnOnce() -> Request) -> (Answer, Outcome) {
        let deadlines = Deadlines::new(arrival, self.settings.answer_within);
        let (request, replied) = match std::panic::catch_unwind(AssertUnwindSafe(read)) {
            Ok(request) => {
                let replied = AssertUnwindSafe(self.reply(&request, arrival, &deadlines)).catch_unwind().await;
                (request, replied.unwrap_or_else(|_| Err(EndpointError::Panic.into())))
            }
            Err(_) => (Request::default(), Err(EndpointError::Panic.into())),
        };
        match replied {
            Ok(Handled { reply, outcome }) => (Answer::ok(&reply), outcome),
            Err(failed) => self.fail(&request, arrival, &deadlines, failed).await,
        }
    }

    /// Stores a callback from the queue or the log, or fails by `deadline`. It was verified when it came.
    ///
    /// # Errors
    /// [`EndpointError`]: it is still unstored.
    pub async fn redrive(&self, unstored: &UnstoredCallback, deadline: Instant) -> Result<Outcome, EndpointError> {
        let (query, bytes) = (unstored.query(), unstored.body()?);
        let content = Body::new(&bytes);
        let body = content.object().map_err(ShapeError::from)?;
        let name = query.command().map(Cow::Borrowed).or_else(|| body.text("CallbackCommand"));
        let (command, handler) = self.find(name.as_deref())?;
        let callback = Callback {
            command,
            body,
            leftover: content.leftover(),
            query: &query,
            request_id: &unstored.request_id,
            started: Instant::now(),
            received_at: unstored.received_at,
            deadline,
        };
        Ok(handle(handler, callback).await?.outcome)
    }

    async fn reply(&self, request: &Request, arrival: Arrival, deadlines: &Deadlines) -> Result<Handled, Failed> {
        if request.is_probe() {
            metrics::counter!("Probes").increment(1);
            return Ok(Handled { reply: Reply::allow(), outcome: Outcome::Probe });
        }
        let received_at = arrival.at_ms / 1000;
        let verified = Verified::check(request, &self.settings, received_at)?;
        if self.settings.tokens.is_empty() {
            metrics::counter!("Unsigned").increment(1);
        }

        // A body that is too large is not parsed, but its beginning is looked at.
        let content = Body::new(request.body.get(..MAX_BODY_BYTES).unwrap_or(&request.body));
        let body = if request.body.len() > MAX_BODY_BYTES {
            Err(EndpointError::TooLarge(request.body.len()))
        } else {
            content.object().map_err(|error| ShapeError::from(error).into())
        };
        let (command, handler) = match (verified.command(body.as_ref().ok())?, self.routes.first()) {
            // Neither place names a command, so the body is broken too. It fails as this function's callbacks do.
            (None, Some((command, handler))) => (*command, handler.as_ref()),
            (name, _) => self.find(name.as_deref())?,
        };

        if self.is_replay(request, command, received_at) {
            return Err(Forbidden::Replay.into());
        }

        let deadline = match &self.queue {
            Some(_) if !command.is_before() => deadlines.handler_before_queue(),
            _ => deadlines.handler(),
        };
        let query = &request.query;
        let callback = |body| Callback {
            command,
            body,
            leftover: content.leftover(),
            query,
            request_id: &request.id,
            started: deadlines.started(),
            received_at,
            deadline,
        };
        let error = match body {
            Ok(body) => match handle(handler, callback(body)).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            },
            Err(error) => error,
        };
        if command.is_before() {
            let unreadable =
                Unreadable { command, text: content.text(), query, request_id: &request.id, reason: &error };
            if let Some(rejected) = handler.reject(&unreadable) {
                return Ok(rejected);
            }
        }
        Err(Failed { command: Some(command), error })
    }

    /// Whether the signature came before with another body, if that is to be refused.
    fn is_replay(&self, request: &Request, command: Command, now: u64) -> bool {
        let (Some(replays), Some(sign), Some(time)) =
            (&self.replays, request.query.sign(), request.query.request_time())
        else {
            return false;
        };
        // A panic cannot leave it half-changed.
        let mut replays = replays.lock().unwrap_or_else(PoisonError::into_inner);
        replays.is_replay(sign, time, command, &request.body, now)
    }

    fn find(&self, name: Option<&str>) -> Result<(Command, &dyn Handler), EndpointError> {
        let wanted = name.and_then(Command::parse);
        let route = self.routes.iter().find(|(command, _)| Some(*command) == wanted);
        let (command, handler) = route.ok_or_else(|| EndpointError::Unhandled(name.map(str::to_owned)))?;
        Ok((*command, handler.as_ref()))
    }

    /// Logs and counts why there is no reply, and returns what the caller gets instead.
    async fn fail(
        &self,
        request: &Request,
        arrival: Arrival,
        deadlines: &Deadlines,
        failed: Failed,
    ) -> (Answer, Outcome) {
        let Failed { command, error } = failed;
        // If the kind of callback is not known, it is the kind that this function is for.
        let command = command
            .or_else(|| request.query.command().and_then(Command::parse))
            .or_else(|| self.routes.first().map(|(command, _)| *command));
        let (request_id, name) = (&request.id, command.map(Command::as_str));
        let on_failure = error.on_failure(self.settings.on_failure);
        match &error {
            EndpointError::Forbidden(reason) => {
                metrics::counter!("Rejected403").increment(1);
                tracing::warn!(request_id, source = request.source, %reason, "a caller was turned away");
            }
            EndpointError::Unhandled(command) => {
                metrics::counter!("Unhandled").increment(1);
                tracing::warn!(
                    request_id,
                    command,
                    "a command that this function does not handle was allowed; switch it off in the console or paste the URL that handles it"
                );
            }
            reason if command.is_some_and(Command::is_before) => match on_failure {
                OnFailure::Allow => {
                    metrics::counter!("FailedOpen").increment(1);
                    tracing::error!(request_id, command = name, %reason, "allowed unmoderated");
                }
                OnFailure::Reject => {
                    metrics::counter!("FailedClosed").increment(1);
                    tracing::error!(request_id, command = name, %reason, "rejected unmoderated");
                }
            },
            reason => {
                let unstored = UnstoredCallback::new(request, arrival.at_ms / 1000, reason.to_string());
                if self.is_queued(&unstored, name, deadlines).await {
                    return (Answer::ok(&Reply::allow()), Outcome::Queued);
                }
                metrics::counter!("Lost").increment(1);
                tracing::error!(request_id, command = name, %reason, "a message was not stored");
                unstored.log_lost();
                if self.queue.is_some() {
                    // Only a callback that got no answer in time is sent again.
                    tokio::time::sleep_until(deadlines.platform_gave_up()).await;
                }
            }
        }
        (error.answer(command, on_failure), Outcome::Failed(error))
    }

    /// Whether the queue took the callback. There may be no queue, and an empty body is not worth keeping.
    async fn is_queued(&self, unstored: &UnstoredCallback, command: Option<&str>, deadlines: &Deadlines) -> bool {
        let Some(queue) = self.queue.as_deref().filter(|_| !unstored.base64.is_empty()) else { return false };
        let UnstoredCallback { request_id, reason, .. } = unstored;
        let send = AssertUnwindSafe(async { queue.send(unstored.to_json()).await }).catch_unwind();
        let refused = match tokio::time::timeout_at(deadlines.queue(), send).await {
            Ok(Ok(Ok(()))) => {
                metrics::counter!("Queued").increment(1);
                tracing::warn!(
                    request_id,
                    command,
                    reason,
                    "a message was put into the queue, since it was not stored"
                );
                return true;
            }
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(_)) => EndpointError::Panic.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::error!(request_id, command, reason = refused, "the queue refused a message");
        false
    }
}

/// What the handler makes of the callback. A panic there is an error like any other.
async fn handle(handler: &dyn Handler, callback: Callback<'_>) -> Result<Handled, EndpointError> {
    let done = AssertUnwindSafe(async { handler.handle(callback).await }).catch_unwind().await;
    done.unwrap_or(Err(EndpointError::Panic))
}
