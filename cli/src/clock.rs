//! Reads the clock. Everything else takes the time as an argument.

/// Now, in Unix milliseconds.
pub fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// Now, in Unix seconds.
pub fn now() -> u64 {
    now_ms() / 1000
}
