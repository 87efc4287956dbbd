//! A webhook that answers as it was told to, and notes what it was asked and told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use chathook_platform_double::{Double, Setup, Webhook};
use chathook_protocol::{Query, Token};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const APP: u64 = 1_400_000_000;
pub const TOKEN: &str = "tests-token";
/// When the vectors of UserSig begin.
pub const NOW: u64 = 1_700_000_000;
pub const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

#[derive(Clone, Default)]
pub struct Recorder {
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
    told: Arc<Mutex<Vec<(Query, Value)>>>,
}

impl Recorder {
    /// Starts one, and a double that asks it. It answers OK when it has no other answer left.
    pub async fn start() -> (Self, Double) {
        let recorder = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(recorder.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        let double = double(Some(Webhook { url, host: None, token: Token::new(TOKEN) })).await;
        (recorder, double)
    }

    /// The next callback is answered like this.
    pub fn answers(&self, status: u16, answer: Value) {
        self.answers.lock().unwrap().push_back((status, answer));
    }

    /// What it was asked and told since it was last looked at.
    pub fn take(&self) -> Vec<(Query, Value)> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The commands of that.
    pub fn take_commands(&self) -> Vec<String> {
        self.take().iter().map(|(_, callback)| callback["CallbackCommand"].as_str().unwrap().to_owned()).collect()
    }
}

pub async fn double(webhook: Option<Webhook>) -> Double {
    let setup = Setup {
        sdk_app_id: APP,
        secret_key: KEY.to_owned(),
        administrator: "administrator".to_owned(),
        webhook,
        clock: Arc::new(|| NOW * 1000 + 250),
    };
    Double::start(setup).await.unwrap()
}

async fn answer(State(recorder): State<Recorder>, RawQuery(query): RawQuery, body: String) -> (StatusCode, String) {
    let told = (Query::parse(&query.unwrap()), serde_json::from_str(&body).unwrap());
    recorder.told.lock().unwrap().push(told);
    let allow = (200, json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}));
    let (status, answer) = recorder.answers.lock().unwrap().pop_front().unwrap_or(allow);
    (StatusCode::from_u16(status).unwrap(), answer.to_string())
}
