//! `chathook rules`: tools for a rules file.

use std::path::PathBuf;
use std::process::ExitCode;

use chathook_endpoint::before::load_rules;
use clap::{Args, Subcommand};

/// Check moderation rules before they are deployed
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Validate a rules file and the word lists it names; every problem is told with its line and the fix
    Check {
        /// The rules file
        path: PathBuf,
    },
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Check { path } = &arguments.command;
    let rules = load_rules(path)?;
    println!("{}: {} rules, no problems", path.display(), rules.len());
    Ok(ExitCode::SUCCESS)
}
