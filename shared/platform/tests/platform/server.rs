//! A server that gives the answers it was told to give, and notes what it was asked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use chathook_platform::{App, DEFAULT_CALLS_PER_SECOND, Host, Platform, SecretKey};
use serde_json::Value;
use tokio::net::TcpListener;

pub const APP: u64 = 1_400_000_001;
pub const KEY: &str = "the-secret-key-that-nobody-may-see";
pub const NOW: u64 = 1_760_000_000;

/// What a call asked for.
#[derive(Debug, Clone)]
pub struct Call {
    /// `SERVICE/COMMAND`
    pub name: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
}

impl Call {
    pub fn parameter(&self, name: &str) -> &str {
        &self.query.iter().find(|(key, _)| key == name).unwrap().1
    }
}

#[derive(Clone, Default)]
pub struct Server {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    calls: Arc<Mutex<Vec<Call>>>,
    /// What the client's clock says.
    pub now: Arc<AtomicU64>,
}

impl Server {
    /// Starts one with these answers, and a client for it.
    pub async fn start(answers: impl IntoIterator<Item = (u16, String)>) -> (Self, Platform) {
        let server = Self::default();
        server.answers.lock().unwrap().extend(answers);
        server.now.store(NOW, Ordering::Relaxed);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async { axum::serve(listener, router).await });

        let now = Arc::clone(&server.now);
        let clock = move || now.load(Ordering::Relaxed);
        let platform = Platform::new(app(), Host::Double(address), DEFAULT_CALLS_PER_SECOND, clock).unwrap();
        (server, platform)
    }

    /// Starts one that gives these answers with status 200.
    pub async fn with(answers: &[&Value]) -> (Self, Platform) {
        Self::start(answers.iter().map(|answer| (200, answer.to_string()))).await
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

pub fn app() -> App {
    let secret_key = SecretKey::new(KEY.to_owned()).unwrap();
    App { sdk_app_id: APP, administrator: "administrator".to_owned(), secret_key }
}

async fn answer(
    State(server): State<Server>,
    uri: Uri,
    Query(query): Query<Vec<(String, String)>>,
    body: String,
) -> (StatusCode, String) {
    let name = uri.path().strip_prefix("/v4/").unwrap().to_owned();
    server.calls.lock().unwrap().push(Call { name, query, body: serde_json::from_str(&body).unwrap() });
    let (status, answer) = server.answers.lock().unwrap().pop_front().unwrap();
    (StatusCode::from_u16(status).unwrap(), answer)
}
