//! The platform's part: posting signed callbacks and reading the answers.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use chathook_endpoint::outcome::OUTCOME_HEADER;
use chathook_platform_double::callback_query;
use chathook_protocol::json::Body;
use chathook_protocol::{Command, Reply, Token};
use serde::Serialize;
use serde_json::Value;

use crate::defaults::{DEMO_APP_ID, DEMO_TOKEN};
use crate::local_webhook::RULES_HEADER;
use crate::message_text::content;

/// Posts callbacks of one app to one URL.
pub struct CallbackClient {
    url: String,
    app_id: String,
    token: Option<Token>,
    agent: ureq::Agent,
}

/// The webhook's answer to a callback.
#[derive(Debug, Serialize)]
pub struct CallbackAnswer {
    /// The callback's command.
    pub command: String,
    /// The HTTP status.
    pub status: u16,
    /// The answer's body; a string if it is not JSON, which the platform could not read either.
    pub reply: Value,
    /// What became of the callback, in a word or two.
    pub verdict: String,
    /// The ids of the rules that hit. Only `serve` reports them.
    pub rules: Option<String>,
    /// How long it took.
    pub milliseconds: u64,
}

/// A client for `url`. A proxy set in the environment is not used to reach this machine.
fn agent(url: &str, timeout: Duration) -> ureq::Agent {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(timeout));
    if is_here(host) { config.proxy(None).build().into() } else { config.build().into() }
}

/// Whether this host is this machine.
fn is_here(host: &str) -> bool {
    ["127.", "localhost", "[::1]"].iter().any(|here| host.starts_with(here))
}

/// The command of the callback in `body`.
pub fn command_of(body: &[u8]) -> anyhow::Result<String> {
    let body = Body::new(body);
    let callback = body.object().context("not a JSON object")?;
    let command = callback.text("CallbackCommand").context("no CallbackCommand in it: not a callback")?;
    Ok(command.into_owned())
}

/// How long a greeting may take. A closed port fails at once, so only a busy machine takes long.
const GREETING: Duration = Duration::from_secs(5);

/// Whether a chathook answers at `url`. It answers a GET with a known greeting.
pub fn is_chathook(url: &str) -> bool {
    let greeting = agent(url, GREETING).get(url).call();
    let greeting = greeting.ok().and_then(|mut greeting| greeting.body_mut().read_to_vec().ok());
    greeting.is_some_and(|greeting| greeting == Reply::allow().to_json().as_bytes())
}

impl CallbackClient {
    /// For the app and token that `SDK_APP_ID` and `CALLBACK_TOKEN` name, else for the demo app.
    pub fn from_environment(url: &str) -> anyhow::Result<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (app_id, token) = match (variable("SDK_APP_ID"), variable("CALLBACK_TOKEN")) {
            (None, None) => (DEMO_APP_ID.to_owned(), Some(DEMO_TOKEN.to_owned())),
            (Some(app_id), token) => (app_id, token),
            (None, Some(_)) => bail!("CALLBACK_TOKEN is set but SDK_APP_ID is not; set both as the webhook has them"),
        };
        Self::new(url, app_id, token.as_deref())
    }

    /// For this app. Without a token callbacks are not signed.
    pub fn new(url: &str, app_id: String, token: Option<&str>) -> anyhow::Result<Self> {
        if !url.contains("://") {
            let scheme = if is_here(url) { "http" } else { "https" };
            bail!("{url} is not a URL; write {scheme}://{url}");
        }
        if url.contains('?') {
            bail!("{url} has a query; give the URL as it is pasted into the console, which allows none");
        }
        let token =
            token.map(|token| Token::new(token).context("CALLBACK_TOKEN is not 1 to 128 characters")).transpose()?;
        // Longer than the platform waits: a cold start on a slow machine takes time.
        Ok(Self { url: url.to_owned(), app_id, token, agent: agent(url, Duration::from_secs(10)) })
    }

    /// Posts the callback `body` of this command at `now` (Unix seconds), with the query that the platform appends.
    pub fn post(&self, command: &str, body: &[u8], now: u64) -> anyhow::Result<CallbackAnswer> {
        let started = Instant::now();
        let mut response =
            self.agent.post(self.signed_url(command, now)).content_type("application/json").send(body).with_context(
                || format!("{} does not answer; is `chathook serve` running, or the URL mistyped?", self.url),
            )?;
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (outcome, rules) = (header(OUTCOME_HEADER), header(RULES_HEADER));
        let text = response.body_mut().read_to_string()?;
        let status = response.status().as_u16();
        let reply = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let verdict = verdict(command, status, &reply, outcome.as_deref());
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(CallbackAnswer { command: command.to_owned(), status, reply, verdict, rules, milliseconds })
    }

    fn signed_url(&self, command: &str, now: u64) -> String {
        let query = callback_query(&self.app_id, self.token.as_ref(), command, "RESTAPI", now);
        format!("{}?{query}", self.url)
    }
}

impl CallbackAnswer {
    /// Whether the platform would accept the answer.
    pub fn is_proper(&self) -> bool {
        self.status == 200 && self.reply["ActionStatus"] == "OK"
    }
}

/// An answer in a word or two. chathook adds `outcome`, which says what the platform's own fields cannot.
fn verdict(command: &str, status: u16, reply: &Value, outcome: Option<&str>) -> String {
    let info = reply["ErrorInfo"].as_str().filter(|info| !info.is_empty());
    let with_info = |what: String| info.map_or_else(|| what.clone(), |info| format!("{what}: {info}"));
    if status == 403 {
        return with_info("refused with HTTP 403".to_owned());
    }
    if status != 200 || reply["ActionStatus"] != "OK" {
        return with_info(format!("FAILED with HTTP {status}"));
    }
    let is_before = Command::parse(command).is_some_and(Command::is_before);
    match reply["ErrorCode"].as_u64() {
        Some(0) if outcome == Some("failed") => "allow, not moderated: the webhook's log says why".to_owned(),
        Some(0) if !is_before => outcome.unwrap_or("done").to_owned(),
        Some(0) => match (content(&reply["MsgBody"]), reply.get("CloudCustomData")) {
            (None, None) => outcome.unwrap_or("allow").to_owned(),
            (Some(text), _) => format!("rewrite: {text}"),
            (None, Some(_)) => "rewrite: CloudCustomData".to_owned(),
        },
        Some(1) => with_info("reject".to_owned()),
        Some(2) => "discard".to_owned(),
        Some(code) => with_info(format!("reject {code}")),
        None => "FAILED: no ErrorCode".to_owned(),
    }
}
