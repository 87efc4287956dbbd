//! `chathook`: run the webhook on this machine, post callbacks to it or to a deployed one, and look into the archive.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are the help that people read on a terminal"
)]

mod demo;
mod erase;
mod export;
mod import;
mod lines;
mod local;
mod messages;
mod patience;
mod platform;
mod progress;
mod recover;
mod rules;
mod send;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The webhook backend for Tencent Cloud Chat: moderates messages before they are sent and keeps them afterwards.
///
/// The same handlers run here as in the Lambda functions. `chathook demo` shows all of it in a few seconds.
#[derive(Parser)]
#[command(name = "chathook", version, max_term_width = 110, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 not done, with the reason on standard error (`send`: an answer was no \
proper one; `messages get`: no such message; `messages export`: not complete; \
`messages import`: not all of it is in the table; `recover`: some were not stored; `rules check`: the rules are unusable); 2 the call's words are off.";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Serve(serve::Arguments),
    Send(send::Arguments),
    Messages(messages::Arguments),
    Recover(recover::Arguments),
    Erase(erase::Arguments),
    Rules(rules::Arguments),
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Send(arguments) => send::run(&arguments),
        Command::Messages(arguments) => messages::run(&arguments),
        Command::Recover(arguments) => recover::run(&arguments),
        Command::Erase(arguments) => erase::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
    };
    done.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        eprintln!("chathook: {error:#}");
        ExitCode::FAILURE
    })
}

/// Whether the reader of our output went away (`chathook … | head`), which is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| {
        let of_json = || cause.downcast_ref::<serde_json::Error>()?.io_error_kind();
        cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind).or_else(of_json)
    };
    error.chain().any(|cause| kind(cause) == Some(std::io::ErrorKind::BrokenPipe))
}

/// Now, in Unix milliseconds.
fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// The runtime that commands which wait for something run on.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
