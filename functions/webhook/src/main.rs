//! Every command behind one URL, since the console takes exactly one for an app.

use std::process::ExitCode;
use std::sync::Arc;

use chathook_archive::Archive;
use chathook_endpoint::{AfterSend, BeforeSend, Endpoint, lambda};
use chathook_protocol::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run(env!("CARGO_PKG_NAME"), async |settings| {
        let archive = Archive::connect(settings.table_name()?, None).await;
        let keep = AfterSend::new(archive, Arc::clone(&settings));
        // The rules compile while the table's first answer is under way.
        let load = async { BeforeSend::load(&lambda::in_function_folder(&settings.rules_path)) };
        let ((), moderate) = tokio::join!(keep.warm_up(), load);
        Ok(Endpoint::new(settings)
            .route(&[Command::C2cBeforeSend, Command::GroupBeforeSend], moderate)
            .route(&[Command::C2cAfterSend, Command::GroupAfterSend], keep))
    })
    .await
}
