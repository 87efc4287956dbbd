//! The double does what the platform's pages say.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod http;
mod recorder;
mod sending;
