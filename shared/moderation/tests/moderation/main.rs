//! Moderation from the outside: a rules file and a message in, a verdict out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod errors;
mod limits;
mod packs;
mod properties;
mod schema;
mod shipped;
mod verdicts;
