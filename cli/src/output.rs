//! How commands print what they found.

use std::io::Write as _;

use chathook_protocol::json;
use clap::ValueEnum;

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// JSON, with every attribute under the platform's name
    Json,
}

/// Prints a value as JSON that people can read. Nothing in it acts on a terminal.
pub fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    writeln!(std::io::stdout(), "{}", json::terminal_safe(&json))?;
    Ok(())
}

/// A value as JSON in one line. Nothing in it acts on a terminal.
pub fn json_line(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(json::terminal_safe(&serde_json::to_string(value)?).into_owned())
}

/// Whether the reader of our output went away (`chathook … | head`), which is no error.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| {
        let of_json = || cause.downcast_ref::<serde_json::Error>()?.io_error_kind();
        cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind).or_else(of_json)
    };
    error.chain().any(|cause| kind(cause) == Some(std::io::ErrorKind::BrokenPipe))
}
