//! The double over HTTP: REST calls below `/v4`, and what people do and tests want to know below `/double`.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::Via;
use crate::double::{CallMade, Double, Draft};
use crate::fault::Fault;
use crate::message::{Fate, Recipient};
use crate::state::Held;

/// The query of a REST call. What is missing or odd is `None`.
#[derive(Debug, Deserialize)]
pub(crate) struct RestQuery {
    pub sdkappid: Option<u64>,
    pub identifier: Option<String>,
    pub usersig: Option<String>,
    pub random: Option<u32>,
    pub contenttype: Option<String>,
}

/// A message that somebody sends: to `To_Account`, or into `GroupId`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendBody {
    #[serde(rename = "From_Account")]
    from_account: String,
    #[serde(rename = "To_Account")]
    to_account: Option<String>,
    group_id: Option<String>,
    topic_id: Option<String>,
    #[serde(default = "public")]
    r#type: String,
    msg_body: Value,
    #[serde(default)]
    cloud_custom_data: String,
}

fn public() -> String {
    "Public".to_owned()
}

/// The next `calls` calls have this fault.
#[derive(Debug, Deserialize)]
struct FaultBody {
    fault: Fault,
    calls: u32,
}

pub(crate) fn router(double: Double) -> Router {
    Router::new()
        .route("/v4/{service}/{command}", post(rest))
        .route("/double/send", post(send))
        .route("/double/client/{account}/{service}/{command}", post(client))
        .route("/double/fault", post(fault))
        .route("/double/settled", post(settled))
        .route("/double/messages", get(messages))
        .route("/double/calls", get(calls))
        .with_state(double)
}

async fn rest(
    State(double): State<Double>,
    Path((service, command)): Path<(String, String)>,
    query: Result<Query<RestQuery>, axum::extract::rejection::QueryRejection>,
    body: Bytes,
) -> Response {
    let fault = double.next_fault();
    if fault == Some(Fault::Gateway) {
        return (StatusCode::BAD_GATEWAY, "<html><body>502 Bad Gateway</body></html>").into_response();
    }
    let refused = |code, info| Json(crate::call::failure(code, info)).into_response();
    if let Some((code, info)) = fault.and_then(Fault::refusal) {
        return refused(code, info);
    }
    let Ok(Query(query)) = query else { return refused(60002, "invalid URL") };
    let reply = double.rest(&format!("{service}/{command}"), &query, &body);
    if let Some(fault) = fault {
        tokio::time::sleep(fault.delay()).await;
    }
    if fault == Some(Fault::HalfAnswer) { half(&reply.to_string()) } else { Json(reply).into_response() }
}

/// An answer that breaks off.
fn half(answer: &str) -> Response {
    let first = Bytes::copy_from_slice(&answer.as_bytes()[..answer.len() / 2]);
    let broken = async {
        // Lets the server write the first half before it notices.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    let body = Body::from_stream(stream::once(async { Ok(first) }).chain(stream::once(broken)));
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_LENGTH, answer.len().to_string())];
    (headers, body).into_response()
}

async fn send(State(double): State<Double>, Json(body): Json<SendBody>) -> Response {
    let to = match (body.to_account, body.group_id) {
        (Some(account), None) => Recipient::Account(account),
        (None, Some(id)) => Recipient::Group { id, topic: body.topic_id, group_type: body.r#type },
        _ => return (StatusCode::BAD_REQUEST, "give To_Account or GroupId").into_response(),
    };
    let via = Via::Client(body.from_account.clone());
    let draft = Draft { from: body.from_account, to, body: body.msg_body, custom_data: body.cloud_custom_data };
    let sent = double.send(draft, &via).await;
    let fate = match sent.fate {
        Fate::Delivered => "delivered",
        Fate::Rewritten { .. } => "rewritten",
        Fate::Unmoderated => "unmoderated",
        Fate::Hidden => "hidden",
        Fate::Refused { .. } => "refused",
    };
    let message = sent.message.as_ref();
    let seq = message.map(|message| message.ids.seq);
    let msg_key = message.map(crate::message::Message::msg_key);
    Json(json!({"fate": fate, "MsgSeq": seq, "MsgKey": msg_key})).into_response()
}

async fn client(
    State(double): State<Double>,
    Path((account, service, command)): Path<(String, String, String)>,
    Json(body): Json<Value>,
) -> Json<Value> {
    Json(double.call(&format!("{service}/{command}"), &body, &Via::Client(account)))
}

async fn fault(State(double): State<Double>, Json(FaultBody { fault, calls }): Json<FaultBody>) {
    double.fail(fault, calls);
}

async fn settled(State(double): State<Double>) {
    double.settled().await;
}

async fn messages(State(double): State<Double>) -> Json<Vec<Value>> {
    Json(double.messages().iter().map(Held::to_json).collect())
}

async fn calls(State(double): State<Double>) -> Json<Vec<Value>> {
    let calls = double.calls().into_iter();
    let shown =
        calls.map(|CallMade { call, body, error_code }| json!({"call": call, "body": body, "ErrorCode": error_code}));
    Json(shown.collect())
}
