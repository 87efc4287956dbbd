//! What the platform sends is read as it was meant and kept as it came; what is answered is what the platform expects.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callbacks;
mod changes;
mod depth;
mod elements;
mod escapes;
mod events;
mod fixture;
mod privacy;
mod query;
mod readable;
mod replies;
mod round_trip;
mod sign;
