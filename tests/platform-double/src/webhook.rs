//! Posts callbacks as the platform does: one HTTP request, signed in its query.

use std::time::Duration;

use chathook_protocol::Token;
use form_urlencoded::Serializer;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// How long the platform waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where callbacks go.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// `http://…`, without a query.
    pub url: String,
    /// The name of the host, where the URL has an address; `None`: the URL's own.
    pub host: Option<String>,
    /// The app's token; `None`: callbacks are not signed.
    pub token: Option<Token>,
}

/// The query that the platform appends to the webhook's URL for a callback, at `now` (Unix seconds). `platform` is
/// `OptPlatform`: `Android`, `RESTAPI`, …
#[must_use]
pub fn callback_query(app_id: &str, token: Option<&Token>, command: &str, platform: &str, now: u64) -> String {
    let mut query = Serializer::new(String::new());
    query
        .append_pair("SdkAppid", app_id)
        .append_pair("CallbackCommand", command)
        .append_pair("contenttype", "json")
        .append_pair("ClientIP", "127.0.0.1")
        .append_pair("OptPlatform", platform);
    if let Some(token) = token {
        let now = now.to_string();
        query.append_pair("Sign", &token.sign(&now)).append_pair("RequestTime", &now);
    }
    query.finish()
}

/// Posts to one webhook.
pub(crate) struct Poster {
    webhook: Webhook,
    app_id: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Poster {
    pub(crate) fn new(webhook: Webhook, sdk_app_id: u64) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { webhook, app_id: sdk_app_id.to_string(), client }
    }

    /// Posts a callback. Gives the answer if it is one that the platform accepts.
    pub(crate) async fn post(&self, callback: &Value, platform: &str, now: u64) -> Option<Value> {
        let command = callback["CallbackCommand"].as_str()?;
        let query = callback_query(&self.app_id, self.webhook.token.as_ref(), command, platform, now);
        let mut request =
            Request::post(format!("{}?{query}", self.webhook.url)).header(CONTENT_TYPE, "application/json");
        if let Some(host) = &self.webhook.host {
            request = request.header(HOST, host);
        }
        let request = request.body(Full::new(Bytes::from(callback.to_string()))).ok()?;
        tokio::time::timeout(TIMEOUT, self.answer(request)).await.ok()?
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Option<Value> {
        let response = self.client.request(request).await.ok()?;
        let status = response.status();
        let body = response.into_body().collect().await.ok()?.to_bytes();
        let answer: Value = serde_json::from_slice(&body).ok()?;
        (status == StatusCode::OK && answer["ActionStatus"] == "OK").then_some(answer)
    }
}
