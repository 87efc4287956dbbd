//! Every command behind one URL, since the console takes exactly one for an app.

use std::process::ExitCode;
use std::sync::Arc;

use chathook_endpoint::{AfterChange, AfterSend, BeforeSend, Endpoint, after, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        // The rules compile while the table's first answer is under way.
        let load = async { BeforeSend::load(&lambda::in_function_folder(&settings.rules_path)) };
        let (opened, moderate) = tokio::join!(after::open(&settings), load);
        let (archive, queue) = opened?;
        let keep = AfterSend::new(archive.clone(), Arc::clone(&settings));
        let amend = AfterChange::new(archive, Arc::clone(&settings));
        Ok(Endpoint::new(settings)
            .route(&Command::BEFORE_SEND, moderate)
            .route(&Command::AFTER_SEND, keep)
            .route(&Command::AFTER_CHANGE, amend)
            .parking(queue))
    })
    .await
}
