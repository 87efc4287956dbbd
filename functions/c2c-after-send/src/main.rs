//! `C2C.CallbackAfterSendMsg`: stores every one-to-one message, delivered or failed.

use std::process::ExitCode;

use chathook_endpoint::{Archiver, Endpoint, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        let (archiver, queue) = Archiver::open_to_judge(&settings).await?;
        Ok(Endpoint::new(settings).route(&[Command::C2cAfterSend], archiver).retry_queue(queue))
    })
    .await
}
