//! The archive over the wire: the real SDK against an embedded engine that speaks DynamoDB's protocol.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod change_records;
mod changes;
mod cost;
mod engine;
mod erase;
mod export_import;
mod failures;
mod fake;
mod fixtures;
mod idempotence;
mod indexes;
mod messages;
mod queue;
mod round_trip;
mod samples;
mod violations;
