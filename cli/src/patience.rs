//! For what takes minutes or hours: a table that is throttled or away for a while must not end it.

use std::time::Duration;

use chathook_archive::ArchiveError;

/// The pauses double from the first to the longest: together about a minute.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(32);

/// Patience with one request that may be repeated.
pub struct Patience {
    pause: Duration,
}

impl Patience {
    pub fn new() -> Self {
        Self { pause: FIRST_PAUSE }
    }

    /// Waits until it is time to ask again.
    ///
    /// # Errors
    /// The failure itself, if it is not one that passes, or lasts too long.
    pub async fn bear(&mut self, error: ArchiveError) -> Result<(), ArchiveError> {
        if !passes(&error) || self.pause > LONGEST_PAUSE {
            return Err(error);
        }
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        Ok(())
    }
}

/// Whether a failure is one that passes.
pub fn passes(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Throttled | ArchiveError::Timeout | ArchiveError::Unavailable { .. })
}

/// Makes a request again and again while its failure is one that passes.
pub async fn patiently<T, F>(mut request: impl FnMut() -> F) -> Result<T, ArchiveError>
where
    F: Future<Output = Result<T, ArchiveError>>,
{
    let mut patience = Patience::new();
    loop {
        match request().await {
            Ok(answer) => return Ok(answer),
            Err(error) => patience.bear(error).await?,
        }
    }
}
