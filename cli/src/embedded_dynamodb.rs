//! A DynamoDB-compatible engine within this process.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use chathook_archive::Archive;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::dynamodb_server;
use crate::private;

/// Starts an engine on `listen` that runs until `stop`. Returns its URL. Without a `folder` it keeps its data in
/// memory.
pub async fn start(
    servers: &mut JoinSet<anyhow::Result<()>>,
    listen: SocketAddr,
    folder: Option<&Path>,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<String> {
    let database = match folder {
        None => dynoxide::Database::memory(),
        Some(folder) => {
            let file = folder.join("dynamodb.sqlite");
            private::create_folder(folder)?;
            // SQLite gives the files beside it the same permissions.
            drop(private::open_file(&file)?);
            dynoxide::Database::new(&file.to_string_lossy())
        }
    };
    let database = database.map_err(|error| anyhow::anyhow!("cannot open the data: {error}"))?;
    // The usual mode of SQLite's write-ahead log: a write does not wait for the disk. A power failure may lose the last
    // writes, but the data stays sound. The engine opens in the mode that waits, and this is its only switch.
    database.disable_bulk_loading().map_err(|error| anyhow::anyhow!("cannot open the data: {error}"))?;
    let listener = bind(listen, "--dynamodb-listen").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let stopped = async move {
        // An error means that the sender is gone, which is a stop too.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let service = dynamodb_server::router(database).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopped);
    servers.spawn(async { Ok(serving.await?) });
    Ok(url)
}

/// Listens on an address. The error names the option that gives another one.
pub async fn bind(listen: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; give another address with {option}, or port 0 for any free one")
    })
}

/// The table in the data that `serve` left. It stays open as long as this value lives.
pub struct EmbeddedTable {
    /// The table.
    pub archive: Archive,
    _engine: JoinSet<anyhow::Result<()>>,
    _stop: watch::Sender<bool>,
}

impl EmbeddedTable {
    /// Opens the data in `folder`.
    pub async fn open(folder: &Path, table: &str) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut engine = JoinSet::new();
        let url = start(&mut engine, SocketAddr::from(([127, 0, 0, 1], 0)), Some(folder), stopped).await?;
        Ok(Self { archive: Archive::local(table, &url), _engine: engine, _stop: stop })
    }
}
