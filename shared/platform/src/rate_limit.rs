//! Our own limit on calls, below the platform's 200 a second for each command.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// Half of what the platform allows: the app's own servers call it too.
pub const DEFAULT_CALLS_PER_SECOND: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// Spaces calls evenly, so that no second has more than it may.
#[derive(Debug)]
pub(crate) struct RateLimit {
    interval: Duration,
    next: Option<Instant>,
}

impl RateLimit {
    pub(crate) fn new(calls_per_second: NonZeroU32) -> Self {
        Self { interval: Duration::from_secs(1) / calls_per_second.get(), next: None }
    }

    /// When a call that is ready `now` may be made. Each call has to ask.
    pub(crate) fn reserve(&mut self, now: Instant) -> Instant {
        let at = self.next.map_or(now, |next| next.max(now));
        self.next = Some(at + self.interval);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_are_spaced_and_a_pause_saves_nothing_up() {
        let start = Instant::now();
        let mut limit = RateLimit::new(DEFAULT_CALLS_PER_SECOND);
        for (ready, made) in [(0, 0), (0, 10), (0, 20), (5, 30), (39, 40), (51, 51), (5000, 5000), (5000, 5010)] {
            let at = limit.reserve(start + Duration::from_millis(ready));
            assert_eq!(at - start, Duration::from_millis(made), "ready at {ready} ms");
        }
    }
}
