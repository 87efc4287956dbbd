//! `chathook rules`: tools to write, test and pack rules files.

mod arguments;
mod check;
mod explain;
pub mod load;
mod message;
mod pack;
mod run;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Check, explain, run and pack moderation rules
#[derive(Args)]
#[command(after_help = "PATH is a rules file or what `rules pack` made of one.\n\nExamples:\n  \
chathook rules check rules/rules.toml --words /usr/share/dict/words\n  \
chathook rules explain rules/rules.toml --group @TGS#1 'Buy followers today'\n  \
chathook rules run rules/rules.toml --input messages.jsonl --output verdicts.jsonl\n  \
chathook rules pack rules/rules.toml -o rules.pack")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Explain(explain::Arguments),
    Run(run::Arguments),
    Pack(pack::Arguments),
    /// Print the JSON Schema of the rules file, with which editors complete and check it
    Schema,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Pack(arguments) => pack::run(arguments),
        Command::Schema => {
            print!("{}", chathook_moderation::schema());
            Ok(ExitCode::SUCCESS)
        }
    }
}
