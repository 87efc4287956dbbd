//! `chathook send`: posts callbacks from files.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::callback_client::{CallbackClient, command_of};
use crate::clock::now;
use crate::color::{BAD, paint};
use crate::defaults::{DATA_FOLDER, WEBHOOK_URL};
use crate::display::printable;
use crate::input;
use crate::output::json_line;
use crate::running_serve::RunningServe;

/// Post callbacks from JSON files, signed as the platform signs them, and print what became of each
#[derive(Args)]
#[command(after_help = "Signs with SDK_APP_ID and CALLBACK_TOKEN; without them, for a `serve` without settings.\n\n\
Examples:\n  chathook send tests/fixtures/callbacks/*.json\n  \
SDK_APP_ID=… CALLBACK_TOKEN=… chathook send --url https://….lambda-url.eu-central-1.on.aws/ message.json")]
pub struct Arguments {
    /// Files with one callback each; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The webhook; by default the running `serve`, else http://127.0.0.1:9000
    #[arg(long)]
    url: Option<String>,

    /// How to print the answers
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One line for each
    Text,
    /// One JSON object for each, with the whole reply
    Json,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let running = || RunningServe::find(Path::new(DATA_FOLDER)).map(|running| running.webhook);
    let url = arguments.url.clone().or_else(running).unwrap_or_else(|| WEBHOOK_URL.to_owned());
    let client = CallbackClient::from_environment(&url)?;
    let mut out = std::io::stdout().lock();
    let mut is_done = true;
    for file in &arguments.files {
        let name = file.display();
        let callback = input::read(file).context("cannot read it").and_then(|body| Ok((command_of(&body)?, body)));
        let (command, body) = match callback {
            Ok(callback) => callback,
            Err(error) => {
                anstream::eprintln!("{}: {name}: {error:#}", paint(BAD, "chathook"));
                is_done = false;
                continue;
            }
        };
        let answer = client.post(&command, &body, now()).with_context(|| name.to_string())?;
        is_done &= answer.is_proper();
        match arguments.format {
            Format::Text => writeln!(out, "{name}: {} → {}", printable(&answer.command), printable(&answer.verdict))?,
            Format::Json => writeln!(out, "{}", json_line(&answer)?)?,
        }
    }
    Ok(if is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
