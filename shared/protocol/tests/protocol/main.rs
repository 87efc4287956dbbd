//! Callbacks are read as they were meant and kept as they came, and replies are what the platform expects.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callbacks;
mod changes;
mod depth;
mod elements;
mod escapes;
mod events;
mod fixture;
mod mend;
mod privacy;
mod query;
mod readable;
mod replies;
mod round_trip;
mod sign;
mod terminal;
