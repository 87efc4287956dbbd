//! `chathook messages`: what the archive holds.

mod conversations;
mod export;
mod export_format;
mod get;
mod import;
mod list;
mod read_receipts;
pub mod violations;

use std::process::ExitCode;

use chathook_archive::Outcome;
use clap::{Args, Subcommand};

/// Look into the archive: list, follow and find messages, export and import them
#[derive(Args)]
#[command(
    after_help = "Reads from the running `serve`, else from the data it left in --data; with --aws from your account.\n\n\
Examples:\n  chathook messages conversations\n  chathook messages list --c2c ada grace\n  \
chathook messages list --group @TGS#1 --newest --limit 20 --format json\n  \
chathook messages get --msg-key 48374_2837546_1557481126 --c2c ada grace\n  \
chathook messages list --c2c ada grace --sender ada --text lunch\n  \
chathook messages list --group @TGS#1 --follow\n  \
chathook messages failed --from-time 2026-11-01T00:00:00Z\n  chathook messages violations\n  \
chathook messages get --group @TGS#1 --seq 123 --aws --table chathook-MessageTable-1ABC"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Conversations(conversations::Arguments),
    /// The messages of a conversation, or of an account, oldest first
    List(list::Followed),
    /// The messages that did not arrive, of a conversation, an account or everybody: one-to-one messages whose delivery
    /// failed, and group messages that the platform refused
    Failed(list::List),
    /// The messages that were recalled, of a conversation, an account or everybody
    Recalled(list::List),
    Violations(violations::Arguments),
    Judge(violations::Judge),
    Get(get::Arguments),
    ReadReceipts(read_receipts::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Conversations(arguments) => arguments.run().await,
        Command::List(list) => list.run().await,
        Command::Failed(list) => list.run(Some(Outcome::Failed)).await,
        Command::Recalled(list) => list.run(Some(Outcome::Recalled)).await,
        Command::Violations(arguments) => arguments.run().await,
        Command::Judge(arguments) => arguments.run().await,
        Command::Get(arguments) => arguments.run().await,
        Command::ReadReceipts(arguments) => arguments.run().await,
        Command::Export(arguments) => arguments.run().await,
        Command::Import(arguments) => arguments.run().await,
    }
}
