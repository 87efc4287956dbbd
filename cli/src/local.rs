//! The webhook on this machine: the functions' own handlers over plain HTTP, with a DynamoDB-compatible engine inside.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use chathook_archive::Archive;
use chathook_endpoint::{Answer, Archiver, Arrival, Endpoint, Moderator, Request, Settings};
use chathook_moderation::Rules;
use chathook_protocol::{Command, Reply};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::platform::is_chathook;

/// The app id that serves for trying things out.
pub const DEMO_APP_ID: &str = "1400000000";
/// The token that serves for trying things out, on loopback only.
pub const DEMO_TOKEN: &str = "chathook-demo";
/// The table's name unless `TABLE_NAME` says otherwise.
pub const TABLE: &str = "chathook";
/// Where `serve` keeps its data unless told otherwise.
pub const DATA: &str = ".chathook";

/// What a front may post at most, as at a function URL.
const MAX_REQUEST_BYTES: usize = 6 * 1024 * 1024;

/// How long a request may go on when the webhook is to stop: longer than any answer takes.
const STALLED: std::time::Duration = std::time::Duration::from_secs(2);

/// Where records go.
pub enum Store {
    /// An engine in this process that forgets.
    Memory { listen: SocketAddr },
    /// An engine in this process that keeps its data in this folder.
    Folder { listen: SocketAddr, folder: PathBuf },
    /// Somebody else's.
    Endpoint(String),
}

/// A webhook that runs.
pub struct Local {
    /// Where it listens: `http://…`
    pub url: String,
    /// Where its table is.
    pub dynamodb: String,
    /// The table itself.
    pub archive: Archive,
    stop: watch::Sender<bool>,
    servers: JoinSet<anyhow::Result<()>>,
}

/// What a running `serve` tells other commands, in a file in its data folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Running {
    /// The webhook's URL.
    pub webhook: String,
    /// The table's endpoint.
    pub dynamodb: String,
}

impl Running {
    /// The `serve` that runs with this data folder; `None` when none does.
    pub fn find(folder: &Path) -> Option<Self> {
        let running: Self = serde_json::from_slice(&std::fs::read(Self::file(folder)).ok()?).ok()?;
        // A `serve` that was killed left its file behind, and its port to others.
        is_chathook(&running.webhook).then_some(running)
    }

    /// Tells that this one runs now.
    pub fn tell(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        std::fs::write(Self::file(folder), serde_json::to_vec(self)?)?;
        Ok(())
    }

    /// Tells that none runs any more.
    pub fn forget(folder: &Path) {
        // Gone already, or left behind: `find` tells either apart from one that runs.
        let _ = std::fs::remove_file(Self::file(folder));
    }

    fn file(folder: &Path) -> PathBuf {
        folder.join("serve.json")
    }
}

/// Starts an engine on `listen` that ends with `stop`; gives its URL.
async fn start_engine(
    servers: &mut JoinSet<anyhow::Result<()>>,
    listen: SocketAddr,
    folder: Option<&Path>,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<String> {
    let database = match folder {
        None => dynoxide::Database::memory(),
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            dynoxide::Database::new(&folder.join("dynamodb.sqlite").to_string_lossy())
        }
    };
    let database = database.map_err(|error| anyhow::anyhow!("cannot open the data: {error}"))?;
    let listener = bind(listen, "--dynamodb-listen").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let stopped = async move {
        // An error means that the sender is gone, which is a stop too.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let serving = dynoxide::server::serve_with_shutdown(listener, database, stopped);
    servers.spawn(async { serving.await.map_err(anyhow::Error::msg) });
    Ok(url)
}

/// Data that a `serve` left, open for as long as this lives.
pub struct Left {
    /// The table in it.
    pub archive: Archive,
    _engine: JoinSet<anyhow::Result<()>>,
    _stop: watch::Sender<bool>,
}

impl Left {
    /// Opens the data in `folder`.
    pub async fn open(folder: &Path, table: &str) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut engine = JoinSet::new();
        let url = start_engine(&mut engine, SocketAddr::from(([127, 0, 0, 1], 0)), Some(folder), stopped).await?;
        Ok(Self { archive: Archive::connect(table, Some(&url)).await, _engine: engine, _stop: stop })
    }
}

async fn bind(listen: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; give another address with {option}, or port 0 for any free one")
    })
}

impl Local {
    /// Starts everything and creates the table.
    pub async fn start(listen: SocketAddr, store: &Store, settings: Settings, rules: Rules) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        let dynamodb = match store {
            Store::Memory { listen } => start_engine(&mut servers, *listen, None, stopped.clone()).await?,
            Store::Folder { listen, folder } => {
                start_engine(&mut servers, *listen, Some(folder), stopped.clone()).await?
            }
            Store::Endpoint(url) => url.clone(),
        };

        let table = settings.table_name.as_deref().unwrap_or(TABLE);
        let archive = Archive::connect(table, Some(&dynamodb)).await;
        archive.create_table().await.with_context(|| format!("cannot create the table at {dynamodb}"))?;

        let listener = bind(listen, "--listen").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = router(&Arc::new(settings), Moderator::new(rules), archive.clone());
        let mut stopped = stopped;
        let shutdown = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown).into_future();
        servers.spawn(async { Ok(serving.await?) });
        Ok(Self { url, dynamodb, archive, stop, servers })
    }

    /// Finishes what is under way, and ends; a request that stalls is not waited for.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { stop, servers, .. } = self;
        stop.send_replace(true);
        match tokio::time::timeout(STALLED, servers.join_all()).await {
            Ok(ended) => ended.into_iter().collect(),
            Err(_) => Ok(()),
        }
    }
}

/// Every command under `/`, and under the name of each function what that one handles.
fn router(settings: &Arc<Settings>, moderator: Moderator, archive: Archive) -> axum::Router {
    let moderator = Arc::new(moderator);
    let archiver = Arc::new(Archiver::new(archive, Arc::clone(settings)));
    let endpoint = |commands: &[Command]| {
        let (before, after): (Vec<_>, Vec<_>) = commands.iter().partition(|command| command.is_before());
        let endpoint = Endpoint::new(Arc::clone(settings));
        let endpoint = endpoint.route(&before, Arc::clone(&moderator)).route(&after, Arc::clone(&archiver));
        any(webhook).with_state(Arc::new(endpoint))
    };
    axum::Router::new()
        .route("/", endpoint(&Command::ALL))
        .route("/c2c-before-send", endpoint(&[Command::C2cBeforeSend]))
        .route("/group-before-send", endpoint(&[Command::GroupBeforeSend]))
        .route("/c2c-after-send", endpoint(&[Command::C2cAfterSend]))
        .route("/group-after-send", endpoint(&[Command::GroupAfterSend]))
        .route("/after-change", endpoint(&Command::AFTER_CHANGE))
        .fallback(async || {
            let reply = Reply::fail("no such path; / takes every command, /c2c-before-send and its like one each");
            respond(Answer { status: 404, body: reply.to_json() })
        })
}

async fn webhook(State(endpoint): State<Arc<Endpoint>>, request: axum::extract::Request) -> Response {
    static REQUESTS: AtomicU64 = AtomicU64::new(1);
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed).to_string();
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST_BYTES).await else {
        return respond(Answer { status: 413, body: Reply::fail("the body is too large").to_json() });
    };
    let request = Request::new(id, head.method.as_str(), head.uri.query().unwrap_or_default(), body.into());
    let (id, command) = (request.id.clone(), request.query.command().map(str::to_owned));
    let arrival = Arrival { at_ms: crate::now_ms(), at_front_ms: None };
    let answer = endpoint.answer(arrival, || request).await;
    tracing::info!(request_id = id, command, status = answer.status, "answered");
    respond(answer)
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(answer.body)).into_response()
}
