//! After a message was sent: it is kept before the answer is given.

use std::sync::Arc;
use std::time::Duration;

use chathook_archive::{Archive, Kept, Record};
use chathook_protocol::Reply;
use futures_util::future::{BoxFuture, FutureExt as _};

use crate::endpoint::{Callback, Handler, HandlerError};
use crate::settings::Settings;

/// How long the throw-away read may take. It is there to make the first callback quick; waiting for it longer than a
/// handshake within a region takes would make the first one slow.
const WARM_UP: Duration = Duration::from_millis(100);

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

    /// One throw-away read, so that the TLS handshake happens during init, where a Lambda function has a whole core.
    /// Whether it succeeds matters to nobody but the log.
    pub async fn warm_up(&self) {
        match tokio::time::timeout(WARM_UP, self.archive.warm_up()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the table could not be read at start; writes may fail too"),
            Err(_) => tracing::warn!("the table did not answer within {} ms at start", WARM_UP.as_millis()),
        }
    }
}

impl Handler for AfterSend {
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Reply, HandlerError>> {
        self.keep(callback).boxed()
    }
}

impl AfterSend {
    async fn keep(&self, callback: Callback<'_>) -> Result<Reply, HandlerError> {
        let Callback { message, query, now, deadline } = callback;
        if message.is_online_only() && !self.settings.store_online_only {
            metrics::counter!("OnlineOnlySkipped").increment(1);
            return Ok(Reply::allow());
        }
        let record = Record::new(&message, query, now, self.settings.retention_days);
        let kept = tokio::time::timeout_at(deadline, self.archive.keep(&record))
            .await
            .map_err(|_| HandlerError::Deadline)?
            .map_err(|error| HandlerError::Store(Box::new(error)))?;
        metrics::counter!(match kept {
            Kept::New | Kept::Replaced => "Stored",
            Kept::Duplicate => "Duplicates",
        })
        .increment(1);
        Ok(Reply::allow())
    }
}
