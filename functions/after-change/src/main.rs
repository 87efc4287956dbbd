//! What happens to messages later: keeps recalls, edits, read reports and refused group messages beside them.
//!
//! One function for six commands, since they share one job: amending what is stored.

use std::process::ExitCode;
use std::sync::Arc;

use chathook_endpoint::{AfterChange, Endpoint, after, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        let (archive, queue) = after::open(&settings).await?;
        let keep = AfterChange::new(archive, Arc::clone(&settings));
        Ok(Endpoint::new(settings).route(&Command::AFTER_CHANGE, keep).parking(queue))
    })
    .await
}
