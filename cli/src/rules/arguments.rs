//! The options that several commands about rules share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For scripts
    Json,
}

/// The rules that a command works on.
#[derive(Args)]
pub struct Rules {
    /// The rules file, or a packed one
    pub path: PathBuf,
}
