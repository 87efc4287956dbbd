//! Stores what waits in the queue: callbacks that could not be stored when they came.
//!
//! They were verified then, so neither signature nor time is looked at again. What fails once more stays in the queue,
//! alone: the others of its batch are done. What fails for good ends in the dead-letter queue.

use std::process::ExitCode;
use std::sync::Arc;

use chathook_endpoint::{AfterChange, AfterSend, Endpoint, after, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run_queue(env!("CARGO_PKG_NAME"), async |settings| {
        let (archive, _) = after::open(&settings).await?;
        let keep = AfterSend::new(archive.clone(), Arc::clone(&settings));
        let amend = AfterChange::new(archive, Arc::clone(&settings));
        Ok(Endpoint::new(settings).route(&Command::AFTER_SEND, keep).route(&Command::AFTER_CHANGE, amend))
    })
    .await
}
