//! Retries for requests that may take minutes: a table that is throttled or unavailable for a while must not end an
//! export.

use std::time::Duration;

use chathook_archive::ArchiveError;

/// The pauses double from the first to the longest: together about a minute.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(32);

/// The pauses between the attempts of one request.
pub struct Backoff {
    pause: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Self { pause: FIRST_PAUSE }
    }

    /// Waits until it is time for the next attempt.
    ///
    /// # Errors
    /// The error itself, if another attempt would not help, or if there were enough attempts.
    pub async fn wait(&mut self, error: ArchiveError) -> Result<(), ArchiveError> {
        if !is_temporary(&error) || self.pause > LONGEST_PAUSE {
            return Err(error);
        }
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        Ok(())
    }
}

/// Whether the same request may succeed later.
pub fn is_temporary(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Throttled | ArchiveError::Timeout | ArchiveError::Unavailable { .. })
}

/// Makes a request, again and again while its error is temporary. The request must be safe to repeat.
pub async fn with_retries<T, F>(mut request: impl FnMut() -> F) -> Result<T, ArchiveError>
where
    F: Future<Output = Result<T, ArchiveError>>,
{
    let mut backoff = Backoff::new();
    loop {
        match request().await {
            Ok(answer) => return Ok(answer),
            Err(error) => backoff.wait(error).await?,
        }
    }
}
