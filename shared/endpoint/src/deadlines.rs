//! How long each step towards an answer may take.

use std::time::Duration;

use tokio::time::Instant;

use crate::http::Arrival;

/// The least time that a handler gets, however late the request came. Nobody reads the answer to an after-callback, but
/// what it brings must be stored; and a clock that is off must not fail every write.
const LEAST_FOR_HANDLER: Duration = Duration::from_millis(200);

/// The part of the time that the handler gets if there is a queue for what it cannot store. The queue gets the rest.
const HANDLER_SHARE: f64 = 0.6;

/// The least time that the queue gets. A late answer to an after-callback does no harm: at worst the platform sends it
/// again. A callback that neither the table nor the queue took is lost.
const LEAST_FOR_QUEUE: Duration = Duration::from_millis(400);

/// How long after its arrival the platform has certainly given up on a callback: it waits 2 s. It then sends an
/// after-callback again, if the operator has switched that on.
const PLATFORM_GAVE_UP: Duration = Duration::from_millis(2300);

/// The deadlines of one request. All count from the moment the request reached the front.
pub(crate) struct Deadlines {
    started: Instant,
    /// How long the request was under way before `started`.
    under_way: Duration,
    answer_within: Duration,
}

impl Deadlines {
    /// The deadlines of a request that came just now.
    pub fn new(arrival: Arrival, answer_within: Duration) -> Self {
        let under_way = Duration::from_millis(arrival.age_ms(arrival.at_ms));
        Self { started: Instant::now(), under_way, answer_within }
    }

    /// When work on the request began.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Until when a handler may wait.
    pub fn handler(&self) -> Instant {
        self.started + self.left()
    }

    /// Until when a handler may wait if the queue comes after it.
    pub fn handler_before_queue(&self) -> Instant {
        self.started + self.left().mul_f64(HANDLER_SHARE)
    }

    /// Until when the queue may take a callback, if it is asked now.
    pub fn queue(&self) -> Instant {
        self.handler().max(Instant::now() + LEAST_FOR_QUEUE)
    }

    /// When the platform no longer waits.
    pub fn platform_gave_up(&self) -> Instant {
        self.started + PLATFORM_GAVE_UP.saturating_sub(self.under_way)
    }

    /// What is left of `ANSWER_WITHIN_MS`.
    fn left(&self) -> Duration {
        self.answer_within.saturating_sub(self.under_way).max(LEAST_FOR_HANDLER.min(self.answer_within))
    }
}
