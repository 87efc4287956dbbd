//! The archive over the wire: the real SDK against an embedded engine that speaks DynamoDB's protocol.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod across;
mod amendments;
mod changes;
mod cost;
mod engine;
mod erase;
mod failures;
mod fake;
mod fixtures;
mod idempotence;
mod queue;
mod reads;
mod round_trip;
mod samples;
mod transfer;
