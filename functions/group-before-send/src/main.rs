//! `Group.CallbackBeforeSendMsg`: moderates group messages before they are delivered.

use std::process::ExitCode;

use chathook_endpoint::{Endpoint, Moderator, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        let moderator = Moderator::load(&lambda::in_function_folder(&settings.rules_path));
        Ok(Endpoint::new(settings).route(&[Command::GroupBeforeSend], moderator))
    })
    .await
}
