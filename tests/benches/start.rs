//! What a function costs at its start and later. It runs real `bootstrap`s behind a Runtime API on loopback, in turn
//! with the smallest possible function. `scripts/bench start` builds them and runs this. `RESULTS.md` has its results.
//!
//! usage: `start ROUNDS 'FUNCTION …' DIR…`, where each DIR has `FUNCTION/bootstrap`, and the first one also
//! `hello-world/bootstrap`. A function with a folder `rules` is measured with each pack in it.

#![expect(clippy::expect_used, reason = "a bench that cannot be set up ends by panicking")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_tests::function::event;
use chathook_tests::{APP, TABLE, TOKEN, engine, fixture, now, query};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::{Mutex, mpsc};

/// How many callbacks a process gets after its first.
const WARM_CALLS: usize = 100;

/// Far more than any answer takes. A function that hangs must not hang the bench.
const PATIENCE: Duration = Duration::from_secs(20);

const HELLO_WORLD: &str = "hello-world";

/// What is started and called again and again.
struct Case {
    folder: PathBuf,
    function: String,
    /// The name of a pack in the function's folder `rules`, if it has that folder.
    rules: Option<String>,
    /// The fixture of the callback that it gets.
    callback: &'static str,
    samples: Samples,
}

#[derive(Default)]
struct Samples {
    /// From before the process is made until it asks for an event.
    to_next: Vec<Duration>,
    /// From handing over an event until the answer is there: the process's first, and all others.
    first: Vec<Duration>,
    warm: Vec<Duration>,
    /// The most memory that was resident, in KiB.
    peak: Vec<u64>,
}

/// What the Runtime API sees of a function.
enum Seen {
    /// It asks for an event.
    Next(Instant),
    /// It gets one.
    Given(Instant),
    /// It has answered.
    Answer(Instant, String),
}

struct Api {
    events: Mutex<mpsc::Receiver<String>>,
    seen: mpsc::UnboundedSender<Seen>,
}

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [rounds, functions, folders @ ..] = &arguments[..] else { panic!("run scripts/bench start") };
    let rounds: usize = rounds.parse().expect("a number of rounds");
    let first = folders.first().expect("a folder with bootstraps");
    let mut cases = cases(first, HELLO_WORLD);
    for function in functions.split_whitespace() {
        cases.extend(folders.iter().flat_map(|folder| self::cases(folder, function)));
    }
    let load = || fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load_before = load();
    let (dynamodb, _archive) = engine().await;
    for round in 1..=rounds {
        eprint!("\rround {round} of {rounds}");
        for case in &mut cases {
            case.run(&dynamodb).await;
        }
    }
    eprintln!();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("Medians of {rounds} starts each, in turn, and of {WARM_CALLS} warm calls in each; {cores} cores.");
    println!("Load of the machine before: {}; at the end: {}.", one_minute(&load_before), one_minute(&load()));
    print(&cases, folders.len() > 1);
}

/// The cases of a function, each with its rules and callback.
fn cases(folder: &str, function: &str) -> Vec<Case> {
    let folder = Path::new(folder).join(function);
    let mut rules: Vec<Option<String>> = fs::read_dir(folder.join("rules")).map_or_else(
        |_| vec![None],
        |files| {
            let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
            names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml")).map(Some).collect()
        },
    );
    rules.sort_by_key(|rules| rules.as_deref() != Some("rules.toml"));
    let case = |rules: &Option<String>, callback| Case {
        folder: folder.clone(),
        function: function.to_owned(),
        rules: rules.clone(),
        callback,
        samples: Samples::default(),
    };
    let callbacks = callbacks(function);
    rules.iter().flat_map(|rules| callbacks.iter().map(|callback| case(rules, callback)).collect::<Vec<_>>()).collect()
}

/// The callbacks that a function is measured with.
fn callbacks(function: &str) -> &'static [&'static str] {
    match function {
        "webhook" => &["callbacks/c2c_before_send", "callbacks/c2c_after_send"],
        "c2c-before-send" | HELLO_WORLD => &["callbacks/c2c_before_send"],
        "group-before-send" => &["callbacks/group_before_send"],
        "c2c-after-send" | "redrive" => &["callbacks/c2c_after_send"],
        "group-after-send" => &["callbacks/group_after_send"],
        // An edit is judged, a withdrawal is not.
        "after-change" => &["changes/c2c_after_modify_msg", "changes/c2c_after_msg_withdraw"],
        _ => panic!("say in {}, callbacks(), what {function} is to be measured with", file!()),
    }
}

impl Case {
    /// Starts the function once and calls it.
    async fn run(&mut self, dynamodb: &str) {
        let (events, receiver) = mpsc::channel(1);
        let (sender, mut seen) = mpsc::unbounded_channel();
        let address = serve(Api { events: receiver.into(), seen: sender }).await;
        let log = tempfile::NamedTempFile::new().expect("a file");
        let mut command = self.command(&address, dynamodb, log.as_file());
        let mut wait = async || {
            let waited = tokio::time::timeout(PATIENCE, seen.recv()).await.ok().flatten();
            waited.unwrap_or_else(|| panic!("{} hangs: {:?}", self.function, fs::read_to_string(log.path())))
        };

        let started = Instant::now();
        let mut process = command.spawn().expect("the function starts");
        let Seen::Next(asked) = wait().await else { panic!("it asks first") };
        self.samples.to_next.push(asked - started);
        for call in 0..=WARM_CALLS {
            events.send(self.event()).await.expect("the Runtime API runs");
            let (Seen::Given(from), Seen::Answer(to, answer)) = (wait().await, wait().await) else {
                panic!("it answers what it is given")
            };
            assert!(self.is_success(&answer), "{}: {answer} {:?}", self.function, fs::read_to_string(log.path()));
            if call == 0 { &mut self.samples.first } else { &mut self.samples.warm }.push(to - from);
            let Seen::Next(_) = wait().await else { panic!("it asks again") };
        }
        self.samples.peak.push(peak_kib(process.id().expect("it runs")));
        process.kill().await.expect("it can be ended");
    }

    fn command(&self, runtime_api: &str, dynamodb: &str, log: &File) -> Command {
        let log = || Stdio::from(log.try_clone().expect("a file"));
        let mut command = Command::new(self.folder.join("bootstrap"));
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.function)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .env("LAMBDA_TASK_ROOT", &self.folder)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
            .env("SDK_APP_ID", APP)
            .env("CALLBACK_TOKEN", TOKEN)
            .env("TABLE_NAME", TABLE)
            // Unusable rules would seem quick.
            .env("ON_FAILURE", "reject")
            .env("ANSWER_WITHIN_MS", "1800")
            .stdin(Stdio::null())
            .stdout(log())
            .stderr(log())
            .kill_on_drop(true);
        if let Some(rules) = &self.rules {
            command.env("RULES_PATH", Path::new("rules").join(rules));
        }
        command
    }

    /// The next event: a harmless message, and a new one each time, since the archive does less for one that it has.
    fn event(&self) -> String {
        static MESSAGES: AtomicU64 = AtomicU64::new(1_000_000);
        let seq = MESSAGES.fetch_add(1, Ordering::Relaxed).to_string();
        let body =
            fixture(self.callback).replace("51203", &seq).replace("\"MsgSeq\": 41,", &format!("\"MsgSeq\": {seq},"));
        let body_json: Value = serde_json::from_str(&body).expect("JSON");
        let query = query(body_json["CallbackCommand"].as_str().expect("a command"));
        if self.function == "redrive" {
            let queued =
                json!({"request_id": "r1", "received_at": now(), "query": query, "base64": BASE64.encode(&body)});
            return json!({"Records": [{"messageId": "m1", "body": queued.to_string()}]}).to_string();
        }
        event(&query, &json!(body), false).to_string()
    }

    /// Whether the message was allowed, or stored.
    fn is_success(&self, answer: &str) -> bool {
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        match self.function.as_str() {
            HELLO_WORLD => true,
            "redrive" => answer["batchItemFailures"] == json!([]),
            _ => {
                let body = serde_json::from_str::<Value>(answer["body"].as_str().unwrap_or_default());
                body.is_ok_and(|body| body["ActionStatus"] == "OK" && body["ErrorCode"] == 0)
            }
        }
    }
}

/// Starts the Runtime API and gives its address.
async fn serve(api: Api) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let invocation = "/2018-06-01/runtime/invocation";
    let router = Router::new()
        .route(&format!("{invocation}/next"), get(next))
        .route(&format!("{invocation}/{{id}}/response"), post(answer))
        .route(&format!("{invocation}/{{id}}/error"), post(answer))
        .with_state(Arc::new(api));
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    // When the process is being ended, nobody listens any more.
    drop(api.seen.send(Seen::Next(Instant::now())));
    let Some(event) = api.events.lock().await.recv().await else { return Err(StatusCode::GONE) };
    let headers = [
        ("lambda-runtime-aws-request-id", "11111111-2222-3333-4444-555555555555".to_owned()),
        ("lambda-runtime-deadline-ms", ((now() + 5) * 1000).to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned()),
    ];
    drop(api.seen.send(Seen::Given(Instant::now())));
    Ok((headers, event))
}

async fn answer(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    drop(api.seen.send(Seen::Answer(Instant::now(), body)));
    StatusCode::ACCEPTED
}

fn peak_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs, and this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn one_minute(load: &str) -> &str {
    load.split(' ').next().unwrap_or_default()
}

fn median<T: Ord + Copy>(samples: &[T]) -> T {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// Prints a table in Markdown, each figure with its ratio to the hello-world's.
fn print(cases: &[Case], name_folders: bool) {
    println!("\n| function | rules | callback | exec to first `next` | first answer | warm p50 | peak memory | size |");
    println!("|---|---|---|---|---|---|---|---|");
    let hello = cases[0].figures();
    for (index, case) in cases.iter().enumerate() {
        let name = if name_folders { case.folder.display().to_string() } else { case.function.clone() };
        let rules = case.rules.as_deref().map_or("–", |rules| rules.trim_end_matches(".toml"));
        let callback = case.callback.rsplit('/').next().unwrap_or_default();
        print!("| {name} | {rules} | {callback} |");
        for ((figure, unit), (of_hello, _)) in case.figures().into_iter().zip(hello) {
            let ratio = if index == 0 { String::new() } else { format!(" ({:.1}×)", figure / of_hello) };
            print!(" {figure:.2} {unit}{ratio} |");
        }
        println!();
    }
}

impl Case {
    #[expect(clippy::cast_precision_loss, reason = "sizes are small")]
    fn figures(&self) -> [(f64, &'static str); 5] {
        let ms = |samples: &[Duration]| (median(samples).as_secs_f64() * 1e3, "ms");
        let Samples { to_next, first, warm, peak } = &self.samples;
        let size = fs::metadata(self.folder.join("bootstrap")).map_or(0, |file| file.len());
        let mib = |kib: f64| (kib / 1024.0, "MiB");
        [ms(to_next), ms(first), ms(warm), mib(median(peak) as f64), mib(size as f64 / 1024.0)]
    }
}
