//! The calls are the documented ones, and so is what is done about each answer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod double;
mod errors;
mod fixture;
mod host;
mod secrets;
mod server;
mod user_sig;
