//! An endpoint as a Lambda function, behind a function URL or a queue: logs, metrics, and the loop that takes events.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chathook_protocol::json;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_runtime::{LambdaEvent, service_fn};
use metrics_cloudwatch_embedded::Collector;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::endpoint::Endpoint;
use crate::function_url::{self, FunctionUrlEvent};
use crate::http::Arrival;
use crate::settings::{LogLevel, Settings, SettingsError};
use crate::unstored::UnstoredCallback;

/// The namespace of all metrics in CloudWatch. Each carries the dimension `function`: the name on Lambda, which
/// differs from one deployment's functions to another's.
const NAMESPACE: &str = "chathook";

/// Runs the function called `name` with the endpoint that `build` makes from the settings. Returns only if it cannot
/// start.
pub async fn run<B>(name: &'static str, build: B) -> ExitCode
where
    B: AsyncFnOnce(Arc<Settings>) -> Result<Endpoint, SettingsError>,
{
    let (endpoint, metrics) = match start(name, build).await {
        Ok(started) => started,
        Err(code) => return code,
    };
    let handle = |event: LambdaEvent<FunctionUrlEvent>| answer(&endpoint, metrics, event);
    match lambda_runtime::run(service_fn(handle)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error),
    }
}

/// The same for a function that takes unstored callbacks from a queue.
pub async fn run_queue<B>(name: &'static str, build: B) -> ExitCode
where
    B: AsyncFnOnce(Arc<Settings>) -> Result<Endpoint, SettingsError>,
{
    let (endpoint, metrics) = match start(name, build).await {
        Ok(started) => started,
        Err(code) => return code,
    };
    let handle = |event: LambdaEvent<QueueEvent>| redrive(&endpoint, metrics, event.payload);
    match lambda_runtime::run(service_fn(handle)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error),
    }
}

/// Logs, metrics and settings, and the endpoint made from these.
async fn start<B>(name: &'static str, build: B) -> Result<(Endpoint, &'static Collector), ExitCode>
where
    B: AsyncFnOnce(Arc<Settings>) -> Result<Endpoint, SettingsError>,
{
    let settings = Settings::read(|variable| std::env::var(variable).ok());
    let level = match settings.as_ref().map(|settings| settings.log_level) {
        Ok(LogLevel::Debug) => LevelFilter::DEBUG,
        Ok(LogLevel::Info) | Err(_) => LevelFilter::INFO,
    };
    // What other crates log at the level DEBUG may quote messages.
    let wanted = Targets::new().with_default(LevelFilter::INFO).with_target("chathook_endpoint", level);
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_max_level(level).with_target(false);
    let log = log.with_writer(|| TerminalSafe(io::stdout())).finish();
    log.with(wanted).init();
    log_panics_by_place();
    tracing::info!(version = crate::VERSION, "started");
    let deployed_as = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| name.to_owned());
    let metrics = metrics_cloudwatch_embedded::Builder::new()
        .cloudwatch_namespace(NAMESPACE)
        .with_dimension("function", deployed_as)
        .init()
        .map_err(|error| refuse(&error))?;
    metrics::describe_histogram!("AnswerMs", metrics::Unit::Milliseconds, "");
    metrics::counter!("ColdStart").increment(1);

    let settings = settings.map_err(|error| refuse(&error))?;
    if settings.tokens.is_empty() {
        tracing::warn!("{}", Settings::UNSIGNED);
    }
    let endpoint = build(Arc::new(settings)).await.map_err(|error| refuse(&error))?;
    Ok((endpoint, metrics))
}

/// Writes lines of JSON, each at once, without anything that acts on the terminal of whoever reads the log.
struct TerminalSafe<W>(W);

impl<W: io::Write> io::Write for TerminalSafe<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(json::terminal_safe(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// How long the callbacks of one batch may take. They are stored side by side, and nobody waits for the answer. The
/// function's own time-out (30 s in the template) is longer.
const REDRIVE_WITHIN: Duration = Duration::from_secs(20);

/// What SQS hands over.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueueEvent {
    records: Vec<QueueRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueueRecord {
    message_id: String,
    body: String,
}

/// Which messages of the batch stay in the queue; the others are deleted from it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueAnswer {
    batch_item_failures: Vec<QueueFailure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueFailure {
    item_identifier: String,
}

async fn redrive(
    endpoint: &Endpoint,
    metrics: &Collector,
    event: QueueEvent,
) -> Result<QueueAnswer, lambda_runtime::Error> {
    let deadline = Instant::now() + REDRIVE_WITHIN;
    let store = async |record: QueueRecord| {
        let stored = match UnstoredCallback::parse(&record.body) {
            Ok(unstored) => endpoint.redrive(&unstored, deadline).await.map_err(|error| (unstored.request_id, error)),
            Err(error) => Err((String::new(), error)),
        };
        let (request_id, error) = stored.err()?;
        metrics::counter!("RedriveFailed").increment(1);
        tracing::error!(request_id, message_id = record.message_id, reason = %error, "a queued message was not stored");
        Some(QueueFailure { item_identifier: record.message_id })
    };
    let count = event.records.len();
    let failures = futures_util::future::join_all(event.records.into_iter().map(store)).await;
    let batch_item_failures: Vec<_> = failures.into_iter().flatten().collect();
    metrics::counter!("Redriven").increment((count - batch_item_failures.len()) as u64);
    flush(metrics);
    Ok(QueueAnswer { batch_item_failures })
}

fn flush(metrics: &Collector) {
    if let Err(error) = metrics.flush(io::stdout()) {
        tracing::error!(%error, "metrics could not be written");
    }
}

/// `path` as seen from the function's folder: Lambda's own, or elsewhere that of the binary.
#[must_use]
pub fn in_function_folder(path: &Path) -> PathBuf {
    let task_root = std::env::var_os("LAMBDA_TASK_ROOT").map(PathBuf::from);
    let beside_binary = || std::env::current_exe().ok()?.parent().map(Path::to_owned);
    task_root.or_else(beside_binary).unwrap_or_default().join(path)
}

async fn answer(
    endpoint: &Endpoint,
    metrics: &Collector,
    event: LambdaEvent<FunctionUrlEvent>,
) -> Result<ApiGatewayV2httpResponse, lambda_runtime::Error> {
    let LambdaEvent { payload, context } = event;
    let arrival = Arrival { at_ms: now_ms(), at_front_ms: payload.at_front_ms() };
    let (answer, outcome) = endpoint.answer(arrival, || payload.into_request(&context.request_id)).await;

    // Exact up to 2^53 ms.
    #[expect(clippy::cast_precision_loss)]
    metrics::histogram!("AnswerMs").record(arrival.age_ms(now_ms()) as f64);
    flush(metrics);
    Ok(function_url::response(answer, &outcome))
}

/// The time, in Unix milliseconds. The one place where a function reads the clock.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A panic's message may quote what a person wrote, so only its place is logged.
pub fn log_panics_by_place() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panic");
    }));
}

fn refuse(error: &dyn std::fmt::Display) -> ExitCode {
    tracing::error!(%error, "the function cannot start");
    ExitCode::FAILURE
}
