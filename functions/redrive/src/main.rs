//! Stores what waits in the queue: callbacks that could not be stored when they came.
//!
//! They were verified when they came, so signature and time are not checked again. A callback that fails once more
//! stays in the queue; the others of its batch are done. One that always fails ends in the dead-letter queue.

use std::process::ExitCode;

use chathook_endpoint::{Archiver, Endpoint, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run_queue(env!("CARGO_PKG_NAME"), async |settings| {
        let (archiver, _) = Archiver::open_to_judge(&settings).await?;
        Ok(Endpoint::new(settings).route(&Command::AFTER, archiver.patient()))
    })
    .await
}
