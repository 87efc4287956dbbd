//! `chathook messages read-receipts`: how far each side of a conversation has read.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::bail;
use chathook_archive::{Archive, Conversation, ReadReceipt};
use clap::Args;
use serde_json::json;

use crate::clock::now;
use crate::conversation::{self, AsOptions};
use crate::display;
use crate::names;
use crate::output::{Format, print_json};
use crate::source::Source;
use crate::times::{Times, TimesArguments};

/// How far each side of a one-to-one conversation has read
#[derive(Args)]
pub struct Arguments {
    /// The conversation of these two accounts, in either order
    #[arg(long, num_args = 2, value_names = ["A", "B"], value_parser = names::account, required = true)]
    c2c: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    times: TimesArguments,
    #[command(flatten)]
    source: Source,
}

impl Arguments {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let [a, b] = self.c2c.as_slice() else { bail!("give --c2c A B") };
        let conversation = Conversation::C2c(a.clone(), b.clone());
        let source = self.source.open().await?;
        match self.format {
            Format::Table => {
                if print(source.archive(), &conversation, &self.times.times()).await? == 0 {
                    let table = source.archive().table_name();
                    eprintln!(
                        "{table} holds no read receipt of {}; {}",
                        AsOptions(&conversation),
                        conversation::advice(&conversation)
                    );
                }
            }
            Format::Json => {
                let receipts = source.archive().read_receipts(&conversation, now()).await?;
                let receipt = |ReadReceipt { account, last_read_time }: ReadReceipt| json!({"Report_Account": account, "LastReadTime": last_read_time});
                print_json(&receipts.into_iter().map(receipt).collect::<Vec<_>>())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints the read receipts of a conversation for people, and says how many there are.
pub async fn print(archive: &Archive, conversation: &Conversation, times: &Times) -> anyhow::Result<usize> {
    let receipts = archive.read_receipts(conversation, now()).await?;
    let mut out = std::io::stdout().lock();
    for ReadReceipt { account, last_read_time } in &receipts {
        let (account, time) = (display::printable(account), times.show(*last_read_time));
        writeln!(out, "{account} has read what came up to {time}")?;
    }
    Ok(receipts.len())
}
