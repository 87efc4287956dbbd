//! A Lambda function's real `bootstrap` behind a Runtime API on loopback.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::{APP, TABLE, TOKEN, binary, now, query};

/// Far more than any answer takes, even the 20 s of a redrive. A function that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_mins(5);

/// A running function.
pub struct Function {
    child: Child,
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Value>,
    log: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

/// How a function is started.
pub struct Setup<'a> {
    /// The binary's name.
    pub name: &'a str,
    /// The engine that it writes to.
    pub dynamodb: &'a str,
    /// The text of `rules/rules.toml`; `None`: there is no such file.
    pub rules: Option<&'a str>,
    /// Environment variables that are added to those of a usual deployment, or replace them.
    pub environment: &'a [(&'a str, &'a str)],
}

/// The Runtime API's side of the conversation.
struct Api {
    events: tokio::sync::Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Value>,
}

impl Function {
    /// Starts the function and its Runtime API.
    ///
    /// # Panics
    /// If they do not start.
    pub async fn start(setup: &Setup<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(rules) = setup.rules {
            std::fs::create_dir(folder.path().join("rules")).expect("a folder");
            std::fs::write(folder.path().join("rules/rules.toml"), rules).expect("a file");
        }
        let (event_sender, event_receiver) = mpsc::channel(1);
        let (answer_sender, answers) = mpsc::channel(1);
        let address = serve(Api { events: event_receiver.into(), answers: answer_sender }).await;

        let mut child = command(setup, &address, folder.path()).spawn().expect("the function starts");
        let log = Arc::default();
        collect(child.stdout.take(), &log);
        collect(child.stderr.take(), &log);
        Self { child, events: event_sender, answers, log, _folder: folder }
    }

    /// Posts a callback as the platform would, signed, and gives the answer's status and JSON.
    ///
    /// # Panics
    /// If there is no answer, or none that is JSON.
    pub async fn post(&mut self, command: &str, body: &str) -> (u64, Value) {
        self.invoke(event(&query(command), &json!(body), false)).await
    }

    /// Invokes the function with an event and gives the answer's status and JSON.
    ///
    /// # Panics
    /// If there is no answer, or none that is JSON.
    pub async fn invoke(&mut self, event: Value) -> (u64, Value) {
        let answer = self.invoke_raw(event).await;
        assert_eq!(answer["headers"]["content-type"], "application/json", "{answer}");
        let body = answer["body"].as_str().unwrap_or_else(|| panic!("a body: {answer}"));
        (answer["statusCode"].as_u64().expect("a status"), serde_json::from_str(body).expect("JSON"))
    }

    /// Posts a callback until it is acknowledged, and gives how often it was not.
    ///
    /// On a busy machine, perhaps neither the table nor the queue takes it in time. Then it is posted again, as the
    /// platform does.
    ///
    /// # Panics
    /// If it never is, or if the answer is another one.
    pub async fn post_until_acknowledged(&mut self, query: &str, body: &Value, is_base64: bool) -> usize {
        for refused in 0..30 {
            let (status, answer) = self.invoke(event(query, body, is_base64)).await;
            if (status, &answer["ActionStatus"]) == (200, &json!("OK")) {
                return refused;
            }
            assert_eq!((status, &answer["ErrorInfo"]), (200, &json!("the message was not stored")));
        }
        panic!("it is never acknowledged; the log is {:#?}", self.log.lock());
    }

    /// Invokes the function with an event of any kind and gives what it answers.
    ///
    /// # Panics
    /// If there is no answer.
    pub async fn invoke_raw(&mut self, event: Value) -> Value {
        self.events.send(event).await.expect("the Runtime API runs");
        tokio::time::timeout(PATIENCE, self.answers.recv()).await.expect("an answer").expect("an answer")
    }

    /// The lines that the function has logged, once `is_there` is among them.
    ///
    /// # Panics
    /// If it never is.
    pub async fn log_with(&self, is_there: impl Fn(&str) -> bool) -> Vec<String> {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let log = self.log.lock().expect("no panic while it is held").clone();
                if log.iter().any(|line| is_there(line)) {
                    return log;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("not logged; the log is {:#?}", self.log.lock()))
    }

    /// Waits for the function to end by itself; gives whether it did so in success, and its log.
    ///
    /// # Panics
    /// If it goes on.
    pub async fn ended(mut self) -> (bool, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("a status");
        let log = self.log_with(|_| true).await;
        (status.success(), log.join("\n"))
    }
}

/// A function URL's event.
#[must_use]
pub fn event(query: &str, body: &Value, is_base64: bool) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": query,
        "headers": {"content-type": "application/json", "host": "x.lambda-url.us-east-1.on.aws"},
        "requestContext": {
            "accountId": "anonymous",
            "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""},
            "requestId": "e1",
            "timeEpoch": now() * 1000,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

fn command(setup: &Setup<'_>, runtime_api: &str, folder: &Path) -> Command {
    let mut command = Command::new(binary(setup.name));
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", setup.name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
        .env("LAMBDA_TASK_ROOT", folder)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL_DYNAMODB", setup.dynamodb)
        .env("SDK_APP_ID", APP)
        .env("CALLBACK_TOKEN", TOKEN)
        .env("TABLE_NAME", TABLE)
        .envs(setup.environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn collect(output: Option<impl AsyncRead + Unpin + Send + 'static>, log: &Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(output.expect("it is piped")).lines();
    let log = Arc::clone(log);
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            log.lock().expect("no panic while it is held").push(line);
        }
    });
}

/// Starts the Runtime API and gives its address.
async fn serve(api: Api) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let invocation = "/2018-06-01/runtime/invocation";
    let router = Router::new()
        .route(&format!("{invocation}/next"), get(next))
        .route(&format!("{invocation}/{{id}}/response"), post(response))
        .route(&format!("{invocation}/{{id}}/error"), post(error))
        .with_state(Arc::new(api));
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some(event) = api.events.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let deadline = (now() + 5) * 1000;
    let headers = [
        ("lambda-runtime-aws-request-id", "11111111-2222-3333-4444-555555555555".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned()),
    ];
    Ok((headers, event.to_string()))
}

async fn response(State(api): State<Arc<Api>>, UrlPath(_id): UrlPath<String>, body: String) -> StatusCode {
    let answer = serde_json::from_str(&body).unwrap_or_else(|_| json!({"not JSON": body}));
    answered(&api, answer).await
}

async fn error(State(api): State<Arc<Api>>, UrlPath(_id): UrlPath<String>, body: String) -> StatusCode {
    answered(&api, json!({"error": body})).await
}

async fn answered(api: &Api, answer: Value) -> StatusCode {
    match api.answers.send(answer).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}
