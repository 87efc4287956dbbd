//! After a message was sent or changed: what happened is stored before the answer is given.

use std::sync::Arc;
use std::time::Duration;

use chathook_archive::{Archive, ArchiveError, ChangeRecord, Queue, Record, Stored};
use chathook_protocol::{Reply, What};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use crate::callback::{Callback, Handler};
use crate::error::EndpointError;
use crate::judge::{Found, RulesInForce, judge};
use crate::lambda;
use crate::moderator::Moderator;
use crate::outcome::{AgainstRules, Handled, Outcome};
use crate::settings::{Settings, SettingsError};
use crate::unstored::RetryQueue;

/// How long the throw-away read may take. It makes the first callback quick. Waiting longer than a handshake within a
/// region takes would make it slow again.
const WARM_UP: Duration = Duration::from_millis(100);

/// How many messages of one recall are written at a time. The platform recalls a few at most.
const WRITES_AT_ONCE: usize = 8;

/// Stores messages that were sent, and what happens to them later: recalls, edits, read receipts, and group messages
/// that the platform refused.
///
/// With rules it also judges what people can see: see [`Self::judging`].
pub struct Archiver {
    archive: Archive,
    settings: Arc<Settings>,
    /// `None`: nothing is judged.
    rules: Option<Arc<dyn RulesInForce>>,
}

impl Archiver {
    /// Stores in `archive`.
    #[must_use]
    pub fn new(archive: Archive, settings: Arc<Settings>) -> Self {
        Self { archive, settings, rules: None }
    }

    /// The same, judging what people can see by these rules, unless `JUDGE_AFTER` is `false`.
    #[must_use]
    pub fn judging(self, rules: impl RulesInForce + 'static) -> Self {
        let rules = self.settings.judge_after.then(|| Arc::new(rules) as Arc<dyn RulesInForce>);
        Self { rules, ..self }
    }

    /// Stores in the table that the settings name, after one read to warm up. Also returns the queue that they name.
    ///
    /// # Errors
    /// [`SettingsError`] if no table is named.
    pub async fn open(settings: &Arc<Settings>) -> Result<(Self, Option<Queue>), SettingsError> {
        let archive = Archive::from_environment(settings.table_name()?);
        warm_up(&archive).await;
        let queue = settings.queue_url.as_deref().map(|url| archive.queue(url));
        Ok((Self::new(archive, Arc::clone(settings)), queue))
    }

    /// As [`Self::open`], [judging](Self::judging) by the rules that the settings name. They are loaded while the table's
    /// first answer is on its way.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_to_judge(settings: &Arc<Settings>) -> Result<(Self, Option<Queue>), SettingsError> {
        let path = lambda::in_function_folder(&settings.rules_path);
        let load = async { settings.judge_after.then(|| Moderator::load_to_judge(&path)) };
        let (opened, rules) = tokio::join!(Self::open(settings), load);
        let (archiver, queue) = opened?;
        Ok((if let Some(rules) = rules { archiver.judging(rules) } else { archiver }, queue))
    }

    /// The same, waiting longer for the table: for callbacks whose answer nobody waits for any more.
    #[must_use]
    pub fn patient(self) -> Self {
        Self { archive: self.archive.patient(), ..self }
    }

    /// Stores what the callback reports. `None`: it was skipped, as `STORE_ONLINE_ONLY` says.
    async fn store(&self, callback: &Callback<'_>) -> Result<Option<Stored>, EndpointError> {
        let stored = if callback.command.is_change() {
            self.store_change(callback).await?
        } else {
            self.store_message(callback).await?
        };
        if stored.is_none() {
            metrics::counter!("OnlineOnlySkipped").increment(1);
        }
        Ok(stored)
    }

    async fn store_message(&self, callback: &Callback<'_>) -> Result<Option<Stored>, EndpointError> {
        let message = callback.message()?;
        if message.is_online_only() && !self.settings.store_online_only {
            return Ok(None);
        }
        let record = Record::new(&message, callback.query, callback.received_at, self.settings.retention_days);
        let stored = in_time(callback.deadline, self.archive.store(&record)).await?;
        count(stored);
        Ok(Some(stored))
    }

    /// A recall may concern several messages. It counts as stored before if none of it was new.
    async fn store_change(&self, callback: &Callback<'_>) -> Result<Option<Stored>, EndpointError> {
        let change = callback.change()?;
        if let What::Refused(refused) = &change.what
            && refused.message.is_online_only()
            && !self.settings.store_online_only
        {
            return Ok(None);
        }
        let records = ChangeRecord::of(&change, callback.query, callback.received_at, self.settings.retention_days);
        let writes: Vec<_> = records.iter().map(|record| self.archive.store_change(record)).collect();
        let writes = stream::iter(writes).buffer_unordered(WRITES_AT_ONCE);
        let stored: Vec<_> = in_time(callback.deadline, writes.try_collect()).await?;
        stored.iter().copied().for_each(count);
        let is_new = |stored: &Stored| matches!(stored, Stored::New | Stored::Replaced);
        Ok(stored.iter().copied().find(is_new).or(stored.first().copied()))
    }
}

impl Archiver {
    /// Judges what the callback shows.
    async fn judge(&self, callback: &Callback<'_>) -> Option<Found> {
        judge(self.rules.as_deref()?, callback, self.settings.retention_days).await
    }

    /// Stores a violation, and tells of it unless somebody was told before.
    async fn report(&self, callback: &Callback<'_>, found: Found) -> Result<Option<AgainstRules>, EndpointError> {
        let stored = in_time(callback.deadline, self.archive.store_violation(&found.record)).await?;
        Ok(matches!(stored, Stored::New | Stored::Replaced).then(|| found.tell(callback)))
    }
}

impl Handler for Archiver {
    /// A violation that is not stored fails the callback, although its message is stored: it must not be lost. When the
    /// callback comes again from the queue, the message is there already.
    fn handle<'a>(&'a self, callback: Callback<'a>) -> BoxFuture<'a, Result<Handled, EndpointError>> {
        async move {
            let (stored, found) = tokio::join!(self.store(&callback), self.judge(&callback));
            let stored = stored?;
            let outcome = match stored {
                Some(Stored::New | Stored::Replaced) => Outcome::Stored,
                Some(Stored::Duplicate | Stored::Erased) => Outcome::StoredBefore,
                None => Outcome::Skipped,
            };
            let against = match found {
                // What was erased shall not come back as a violation either.
                Some(found) if stored != Some(Stored::Erased) => self.report(&callback, found).await?,
                _ => None,
            };
            let outcome = against.map_or(outcome, Outcome::AgainstRules);
            Ok(Handled { reply: Reply::allow(), outcome })
        }
        .boxed()
    }
}

impl RetryQueue for Queue {
    fn send(&self, text: String) -> BoxFuture<'_, Result<(), Box<dyn std::error::Error + Send + Sync>>> {
        async move { Ok(Self::send(self, text).await?) }.boxed()
    }
}

/// One throw-away read, so that the TLS handshake happens during init, where a Lambda function has a whole core. If it
/// fails, that is logged and changes nothing else.
async fn warm_up(archive: &Archive) {
    match tokio::time::timeout(WARM_UP, archive.warm_up()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the table could not be read at start; writes may fail too"),
        Err(_) => tracing::warn!("the table did not answer within {} ms at start", WARM_UP.as_millis()),
    }
}

async fn in_time<T>(
    deadline: Instant,
    write: impl Future<Output = Result<T, ArchiveError>>,
) -> Result<T, EndpointError> {
    tokio::time::timeout_at(deadline, write)
        .await
        .map_err(|_| EndpointError::Deadline)?
        .map_err(|error| EndpointError::NotStored(Box::new(error)))
}

fn count(stored: Stored) {
    metrics::counter!(match stored {
        Stored::New | Stored::Replaced => "Stored",
        Stored::Duplicate | Stored::Erased => "Duplicates",
    })
    .increment(1);
}
