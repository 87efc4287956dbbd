//! `chathook`: run the webhook on this machine, post callbacks to it or to a deployed one, and look into the archive.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are the help that people read on a terminal"
)]

mod aws_account;
mod aws_query;
mod callback_client;
mod clock;
mod color;
mod completions;
mod conversation;
mod cost;
mod defaults;
mod demo;
mod display;
mod dynamodb_server;
mod embedded_dynamodb;
mod erase;
mod example_rules;
mod input;
mod invocation;
mod live_rules;
mod live_view;
mod local_webhook;
mod lost_log;
mod message_text;
mod messages;
mod names;
mod output;
mod platform;
mod private;
mod progress;
mod queues;
mod recover;
mod retry;
mod rules;
mod running_serve;
mod send;
mod serve;
mod source;
mod stack;
mod times;
mod trigger;

use std::process::ExitCode;

use chathook_endpoint::VERSION;
use clap::{CommandFactory as _, Parser, Subcommand};

use color::{BAD, paint};
use display::printable;
use output::is_broken_pipe;

/// The webhook backend for Tencent Cloud Chat: moderates messages before they are sent and stores them afterwards.
///
/// The same handlers run here as in the Lambda functions. `chathook demo` shows all of it in a few seconds.
#[derive(Parser)]
#[command(name = "chathook", version = VERSION, max_term_width = 110, after_help = EXIT_CODES)]
struct Arguments {
    #[command(flatten)]
    color: colorchoice_clap::Color,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 not done, with the reason on standard error (`send`: a file was not a \
callback, or an answer was not valid; `messages get`: no such message; `messages export`: not complete, or nothing to \
export; `messages import`: not all of it is in the table; `recover`: some were not stored, or there was nothing to store; \
`rules check`: the rules are unusable); 2 the command line is wrong.";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Serve(serve::Arguments),
    Trigger(trigger::Arguments),
    Send(send::Arguments),
    Messages(messages::Arguments),
    Queues(queues::Arguments),
    Recover(recover::Arguments),
    Erase(erase::Arguments),
    Rules(rules::Arguments),
    Completions(completions::Completions),
    Man(completions::ManualPages),
}

fn main() -> ExitCode {
    let Arguments { color, command } = Arguments::parse();
    color.write_global();
    run(command).unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        // It may quote what somebody else wrote.
        let error: Vec<_> = format!("{error:#}").lines().map(printable).collect();
        anstream::eprintln!("{}: {}", paint(BAD, "chathook"), error.join("\n"));
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        Command::Demo(arguments) => runtime.block_on(demo::run(&arguments)),
        Command::Serve(arguments) => runtime.block_on(serve::run(arguments)),
        Command::Trigger(arguments) => runtime.block_on(trigger::run(arguments)),
        Command::Send(arguments) => send::run(&arguments),
        Command::Messages(arguments) => runtime.block_on(messages::run(&arguments)),
        Command::Queues(arguments) => runtime.block_on(queues::run(&arguments)),
        Command::Recover(arguments) => runtime.block_on(recover::run(&arguments)),
        Command::Erase(arguments) => runtime.block_on(erase::run(&arguments)),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Completions(arguments) => arguments.run(Arguments::command()),
        Command::Man(arguments) => arguments.run(Arguments::command()),
    }
}
