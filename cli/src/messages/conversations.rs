//! `chathook messages conversations`: who talks with whom.

use std::io::Write as _;
use std::process::ExitCode;

use chathook_archive::{Conversation, Conversations, Summary};
use clap::Args;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use crate::clock::now;
use crate::conversation::AsOptions;
use crate::cost;
use crate::display;
use crate::messages::list::limit;
use crate::output::{Format, print_json};
use crate::progress::{Progress, count};
use crate::retry::Backoff;
use crate::source::Source;
use crate::times::TimesArguments;

/// Who talks with whom: all conversations, the one with the newest message first, with the number of their messages
///
/// No index has this, so the command reads the whole table. On AWS it says what that costs; a local table is free.
#[derive(Args)]
pub struct Arguments {
    /// At most this many
    #[arg(long, default_value = "50", value_name = "N", value_parser = limit)]
    limit: usize,
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
        let source = self.source.open().await?;
        let archive = source.archive();
        // A role may be allowed to scan the table, but not to describe it.
        let size = archive.table_size().await.ok();
        if archive.is_on_aws() {
            let cost = size.map(|size| cost::of_reading(archive, size)).unwrap_or_default();
            eprintln!("reading the whole table{cost}");
        }
        let mut progress = Progress::of_items(size.map(|size| size.items).filter(|items| *items > 0));
        let (mut conversations, mut backoff) = (Conversations::default(), Backoff::new());
        while !conversations.is_finished() {
            match archive.read_conversations(&mut conversations, now()).await {
                Ok(()) => backoff = Backoff::new(),
                Err(error) => backoff.wait(error).await?,
            }
            progress.at(conversations.scanned(), count(conversations.found() as u64, "conversation"));
        }
        progress.finish();

        let found = conversations.newest_first();
        let shown = &found[..found.len().min(self.limit)];
        match self.format {
            Format::Json => print_json(&shown.iter().map(to_json).collect::<Vec<_>>())?,
            Format::Table => self.print(shown)?,
        }
        if found.is_empty() {
            eprintln!("{} holds no messages", archive.table_name());
        } else if let Some(more) = found.len().checked_sub(shown.len()).filter(|more| *more > 0) {
            eprintln!("{} more; --limit shows them", count(more as u64, "conversation"));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn print(&self, shown: &[Summary]) -> anyhow::Result<()> {
        let times = self.times.times();
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["Newest", "Messages", "messages list …"]);
        for Summary { conversation, messages, newest } in shown {
            let newest = if *newest == 0 { String::new() } else { times.show(*newest) };
            let options = display::printable(&AsOptions(conversation).to_string());
            table.add_row([newest, messages.to_string(), options]);
        }
        let mut out = std::io::stdout().lock();
        if !shown.is_empty() {
            writeln!(out, "{table}")?;
        }
        writeln!(out, "{}", count(shown.len() as u64, "conversation"))?;
        Ok(())
    }
}

fn to_json(summary: &Summary) -> Value {
    let Summary { conversation, messages, newest } = summary;
    let (messages, newest) = (json!(messages), json!(Some(newest).filter(|newest| **newest > 0)));
    match conversation {
        Conversation::C2c(a, b) => json!({"Accounts": [a, b], "Messages": messages, "Newest": newest}),
        Conversation::Group { group_id, topic_id } => {
            json!({"GroupId": group_id, "TopicId": topic_id, "Messages": messages, "Newest": newest})
        }
    }
}
