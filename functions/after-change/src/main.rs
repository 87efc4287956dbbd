//! Stores what happens to messages later: recalls, edits, extensions, read receipts and refused group messages.
//!
//! One function serves eight commands, since they share one job: storing a change beside its message.

use std::process::ExitCode;

use chathook_endpoint::{Archiver, Endpoint, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        let (archiver, queue) = Archiver::open_to_judge(&settings).await?;
        Ok(Endpoint::new(settings).route(&Command::AFTER_CHANGE, archiver).retry_queue(queue))
    })
    .await
}
