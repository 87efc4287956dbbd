//! The webhook on this machine: the functions' own handlers over plain HTTP, with a DynamoDB-compatible engine inside.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use chathook_archive::Archive;
use chathook_endpoint::outcome::OUTCOME_HEADER;
use chathook_endpoint::{
    AgainstRules, Answer, Archiver, Arrival, Endpoint, Forbidden, Handler, Moderated, Outcome, Request, RulesInForce,
    Settings,
};
use chathook_protocol::{Command, Reply};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::now_ms;
use crate::defaults::TABLE;
use crate::embedded_dynamodb::{self, bind};
use crate::live_view::{Answered, LiveView};

/// The largest request that is taken, as at a function URL.
const MAX_REQUEST_BYTES: usize = 6 * 1024 * 1024;

/// How long a stop waits for requests: longer than any answer takes.
const LONGEST_REQUEST: std::time::Duration = std::time::Duration::from_secs(2);

/// The response header with the ids of the rules that hit. It is for people who try rules on this machine.
pub const RULES_HEADER: &str = "chathook-rules";

/// The DynamoDB that holds the table.
pub enum Storage {
    /// An engine in this process that keeps its data in memory.
    Memory { listen: SocketAddr },
    /// An engine in this process that keeps its data in this folder.
    Folder { listen: SocketAddr, folder: PathBuf },
    /// Another one, at this URL.
    Endpoint(String),
}

/// A webhook that runs in this process.
pub struct LocalWebhook {
    /// Where it listens: `http://…`
    pub url: String,
    /// Where its table is.
    pub dynamodb: String,
    /// The table itself.
    pub archive: Archive,
    stop: watch::Sender<bool>,
    servers: JoinSet<anyhow::Result<()>>,
}

impl LocalWebhook {
    /// Starts everything and creates the table. `moderator` takes the before-callbacks, and what is stored is judged by its
    /// rules; `view` shows each callback.
    pub async fn start<M: Handler + RulesInForce + 'static>(
        listen: SocketAddr,
        store: &Storage,
        settings: Settings,
        moderator: Arc<M>,
        view: Option<Arc<LiveView>>,
    ) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        let dynamodb = match store {
            Storage::Memory { listen } => {
                embedded_dynamodb::start(&mut servers, *listen, None, stopped.clone()).await?
            }
            Storage::Folder { listen, folder } => {
                embedded_dynamodb::start(&mut servers, *listen, Some(folder), stopped.clone()).await?
            }
            Storage::Endpoint(url) => url.clone(),
        };

        let table = settings.table_name.as_deref().unwrap_or(TABLE);
        // Patient: the answer's deadline is the only one here. A local engine may be slow, but it does not hang.
        let archive = Archive::local(table, &dynamodb).patient();
        archive.create_table().await.with_context(|| format!("cannot create the table at {dynamodb}"))?;

        let listener = bind(listen, "--listen").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = router(&Arc::new(settings), &moderator, archive.clone(), view.as_ref());
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let mut stopped = stopped;
        let shutdown = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown).into_future();
        servers.spawn(async { Ok(serving.await?) });
        Ok(Self { url, dynamodb, archive, stop, servers })
    }

    /// Finishes the requests under way and stops. It does not wait for a request that stalls.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { stop, servers, .. } = self;
        stop.send_replace(true);
        match tokio::time::timeout(LONGEST_REQUEST, servers.join_all()).await {
            Ok(ended) => ended.into_iter().collect(),
            Err(_) => Ok(()),
        }
    }
}

/// The paths: `/` takes every command, and the path named after a function takes what that function handles.
fn router<M: Handler + RulesInForce + 'static>(
    settings: &Arc<Settings>,
    moderator: &Arc<M>,
    archive: Archive,
    view: Option<&Arc<LiveView>>,
) -> axum::Router {
    let archiver = Archiver::new(archive, Arc::clone(settings)).judging(Arc::clone(moderator));
    let archiver = Arc::new(archiver);
    let endpoint = |commands: &[Command]| {
        let (before, after): (Vec<_>, Vec<_>) = commands.iter().partition(|command| command.is_before());
        let endpoint = Endpoint::new(Arc::clone(settings));
        let endpoint = endpoint.route(&before, Arc::clone(moderator)).route(&after, Arc::clone(&archiver));
        any(webhook).with_state((Arc::new(endpoint), view.cloned()))
    };
    axum::Router::new()
        .route("/", endpoint(&Command::ALL))
        .route("/c2c-before-send", endpoint(&[Command::C2cBeforeSend]))
        .route("/group-before-send", endpoint(&[Command::GroupBeforeSend]))
        .route("/c2c-after-send", endpoint(&[Command::C2cAfterSend]))
        .route("/group-after-send", endpoint(&[Command::GroupAfterSend]))
        .route("/after-change", endpoint(&Command::AFTER_CHANGE))
        .fallback(async || {
            let reply = Reply::fail(
                "no such path; / takes every command, /c2c-before-send and the like take those of one function",
            );
            respond(Answer { status: 404, body: reply.to_json() }, None)
        })
}

type Served = (Arc<Endpoint>, Option<Arc<LiveView>>);

async fn webhook(
    State((endpoint, view)): State<Served>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: axum::extract::Request,
) -> Response {
    static REQUESTS: AtomicU64 = AtomicU64::new(1);
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed).to_string();
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST_BYTES).await else {
        return respond(Answer { status: 413, body: Reply::fail("the body is too large").to_json() }, None);
    };
    let mut request = Request::new(id, head.method.as_str(), head.uri.query().unwrap_or_default(), body.into());
    request.source = Some(source.ip().to_string());
    let arrival = Arrival { at_ms: now_ms(), at_front_ms: None };
    let started = Instant::now();
    // A browser names the page that sends a request; the platform and other programs have none. `Host` says nothing
    // here, since a tunnel changes it.
    let (answer, outcome) = if head.headers.contains_key(header::ORIGIN) {
        (Answer::forbidden(), Outcome::Failed(Forbidden::WebPage.into()))
    } else {
        endpoint.answer(arrival, || request.clone()).await
    };
    if let Some(view) = view {
        view.show(&Answered { request: &request, answer: &answer, outcome: &outcome, took: started.elapsed() });
    }
    respond(answer, Some(&outcome))
}

fn respond(answer: Answer, outcome: Option<&Outcome>) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], Body::from(answer.body)).into_response();
    if let Some(name) = outcome.and_then(Outcome::header) {
        response.headers_mut().insert(OUTCOME_HEADER, HeaderValue::from_static(name));
    }
    if let Some(Outcome::Moderated(Moderated { rules, .. }) | Outcome::AgainstRules(AgainstRules { rules, .. })) =
        outcome
        && let Ok(rules) = HeaderValue::from_bytes(rules.join(", ").as_bytes())
        && !rules.is_empty()
    {
        response.headers_mut().insert(RULES_HEADER, rules);
    }
    response
}
