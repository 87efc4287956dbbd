//! After a message was sent, and after it was changed: what happened is kept before the answer is given.

use std::sync::Arc;
use std::time::Duration;

use chathook_archive::{Archive, ArchiveError, ChangeRecord, Queue, Record, Stored};
use chathook_protocol::{Reply, What};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use crate::endpoint::{Callback, Handler, HandlerError};
use crate::parked::Parking;
use crate::settings::{Settings, SettingsError};

/// How long the throw-away read may take. It is there to make the first callback quick; waiting for it longer than a
/// handshake within a region takes would make the first one slow.
const WARM_UP: Duration = Duration::from_millis(100);

/// How many messages of one recall are written at a time. The platform recalls a few at most.
const WRITES_AT_ONCE: usize = 8;

/// Keeps a record of every message.
pub struct AfterSend {
    archive: Archive,
    settings: Arc<Settings>,
}

impl AfterSend {
    /// Keeps records in `archive`.
    #[must_use]
    pub fn new(archive: Archive, settings: Arc<Settings>) -> Self {
        Self { archive, settings }
    }
}

/// The table that the settings name, read once already, and the queue for what it does not take.
///
/// # Errors
/// [`SettingsError`] when no table is named.
pub async fn open(settings: &Settings) -> Result<(Archive, Option<Queue>), SettingsError> {
    let archive = Archive::connect(settings.table_name()?, None).await;
    warm_up(&archive).await;
    let queue = settings.queue_url.as_deref().map(|url| archive.queue(url));
    Ok((archive, queue))
}

/// One throw-away read, so that the TLS handshake happens during init, where a Lambda function has a whole core.
/// Whether it succeeds matters to nobody but the log.
async fn warm_up(archive: &Archive) {
    match tokio::time::timeout(WARM_UP, archive.warm_up()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the table could not be read at start; writes may fail too"),
        Err(_) => tracing::warn!("the table did not answer within {} ms at start", WARM_UP.as_millis()),
    }
}

impl Handler for AfterSend {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, HandlerError>> {
        self.keep(callback).boxed()
    }
}

impl AfterSend {
    async fn keep(&self, callback: Callback<'_>) -> Result<Reply, HandlerError> {
        let message = callback.message()?;
        if message.is_online_only() && !self.settings.store_online_only {
            return Ok(skipped());
        }
        let record = Record::new(&message, callback.query, callback.now, self.settings.retention_days);
        count(stored(callback.deadline, self.archive.store(&record)).await?);
        Ok(Reply::allow())
    }
}

/// Keeps what happens to messages later: recalls, edits, read reports, and group messages that the platform refused.
pub struct AfterChange {
    archive: Archive,
    settings: Arc<Settings>,
}

impl AfterChange {
    /// Keeps changes in `archive`.
    #[must_use]
    pub fn new(archive: Archive, settings: Arc<Settings>) -> Self {
        Self { archive, settings }
    }

    async fn keep(&self, callback: Callback<'_>) -> Result<Reply, HandlerError> {
        let change = callback.change()?;
        if let What::Refused(refused) = &change.what
            && refused.message.is_online_only()
            && !self.settings.store_online_only
        {
            return Ok(skipped());
        }
        let change_records = ChangeRecord::of(&change, callback.query, callback.now, self.settings.retention_days);
        let writes: Vec<_> =
            change_records.iter().map(|change_record| self.archive.store_change(change_record)).collect();
        let writes = stream::iter(writes).buffer_unordered(WRITES_AT_ONCE);
        let kept: Vec<_> = stored(callback.deadline, writes.try_collect()).await?;
        kept.into_iter().for_each(count);
        Ok(Reply::allow())
    }
}

impl Handler for AfterChange {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, HandlerError>> {
        self.keep(callback).boxed()
    }
}

/// The archive's queue is where callbacks wait until they can be stored.
impl Parking for Queue {
    fn park(&self, text: String) -> BoxFuture<'_, Result<(), Box<dyn std::error::Error + Send + Sync>>> {
        async move { Ok(self.send(text).await?) }.boxed()
    }
}

async fn stored<T>(deadline: Instant, write: impl Future<Output = Result<T, ArchiveError>>) -> Result<T, HandlerError> {
    tokio::time::timeout_at(deadline, write)
        .await
        .map_err(|_| HandlerError::Deadline)?
        .map_err(|error| HandlerError::Store(Box::new(error)))
}

fn skipped() -> Reply {
    metrics::counter!("OnlineOnlySkipped").increment(1);
    Reply::allow()
}

fn count(kept: Stored) {
    metrics::counter!(match kept {
        Stored::New | Stored::Replaced => "Stored",
        Stored::Duplicate => "Duplicates",
    })
    .increment(1);
}
