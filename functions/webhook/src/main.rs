//! Every command behind one URL, since the console takes exactly one for an app.

use std::process::ExitCode;

use chathook_endpoint::{Archiver, Endpoint, Moderator, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        // Load the rules while the table's first answer is on its way.
        let load = async { Moderator::load(&lambda::in_function_folder(&settings.rules_path)) };
        let (opened, moderator) = tokio::join!(Archiver::open(&settings), load);
        let (archiver, queue) = opened?;
        Ok(Endpoint::new(settings)
            .route(&Command::BEFORE_SEND, moderator.clone())
            .route(&Command::AFTER, archiver.judging(moderator))
            .retry_queue(queue))
    })
    .await
}
