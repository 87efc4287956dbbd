//! `C2C.CallbackAfterSendMsg`: keeps a record of every one-to-one message, delivered or failed.

use std::process::ExitCode;
use std::sync::Arc;

use chathook_endpoint::{AfterSend, Endpoint, after, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        let (archive, queue) = after::open(&settings).await?;
        let keep = AfterSend::new(archive, Arc::clone(&settings));
        Ok(Endpoint::new(settings).route(&[Command::C2cAfterSend], keep).parking(queue))
    })
    .await
}
