//! `chathook erase`: blanks what a person sent.

use std::process::ExitCode;

use anyhow::Context as _;
use chathook_archive::{Archive, ArchiveError, Erasure, Lookup, TableSize};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use indicatif::DecimalBytes;
use serde_json::json;

use crate::clock::now;
use crate::display;
use crate::output::Format;
use crate::progress::{self, count};
use crate::retry::Backoff;
use crate::source::Source;

/// Blank everything that an account sent, edits included, and keep a receipt
///
/// Messages are blanked, and their changes: edits, and the recalls of one-to-one messages. Who wrote, when and under
/// which ids stays, so that the others' conversations keep their order; what was said goes, for
/// good, and the receipt says how much that was. Interrupted, it goes on where it stopped when it is called again. It
/// needs the table's index by account (the template's AccountIndex), or reads the whole table with --scan.
///
/// What it does not reach: callbacks that wait in the queues, `lost` records in the log, backups and exports. README says
/// how long these last.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  chathook erase ada --dry-run\n  chathook erase ada --aws --table chathook-MessageTable-1ABC\n  \
chathook erase ada --scan --aws --table chathook-MessageTable-1ABC"
)]
pub struct Arguments {
    /// The account
    #[arg(value_name = "ACCOUNT", value_parser = NonEmptyStringValueParser::new())]
    account: String,
    /// Count only, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Read the whole table, for want of an index
    #[arg(long)]
    scan: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    source: Source,
}

/// AWS's price of a million read units on demand in us-east-1, in USD.
const USD_PER_MILLION_READ_UNITS: f64 = 0.125;

pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let source = arguments.source.open().await?;
    let archive = source.archive();
    let Arguments { account, dry_run, scan, format, .. } = arguments;
    let lookup = if *scan { Lookup::Scan } else { Lookup::Index };
    if *scan {
        eprintln!("reading the whole table{}", cost(archive.table_size().await?));
    }
    let mut erasure = match dry_run {
        true => Erasure::dry_run(account, lookup, now()),
        false => archive.begin_erasure(account, lookup, now()).await?,
    };
    if erasure.is_resumed() {
        eprintln!("going on with the erasure that began at {}", display::time(erasure.started_at()));
    }
    let total = if *scan { archive.table_size().await.ok().map(|size| size.items) } else { None };
    let progress = progress::items(total);
    let mut backoff = Backoff::new();
    while !erasure.is_finished() {
        match archive.erase_page(&mut erasure, now()).await {
            Ok(()) => backoff = Backoff::new(),
            Err(error @ ArchiveError::IndexMissing { .. }) => {
                // It takes one permission more, which may be missing.
                let cost = archive.table_size().await.map(cost).unwrap_or_default();
                anyhow::bail!("{error}; or call again with --scan, which reads the whole table{cost}");
            }
            Err(error) => {
                let goes_on = "call again, and the erasure goes on where it stopped";
                backoff.wait(error).await.with_context(|| if *dry_run { "not counted" } else { goes_on })?;
            }
        }
        let (messages, changes) = (erasure.messages(), erasure.changes());
        progress.set_position(erasure.scanned());
        progress.set_message(format!("{}, {}", count(messages, "message"), count(changes, "change")));
    }
    progress.finish_and_clear();
    report(archive, account, &erasure, *dry_run, *format);
    Ok(ExitCode::SUCCESS)
}

fn report(archive: &Archive, account: &str, erasure: &Erasure, dry_run: bool, format: Format) {
    let (messages, changes, table) = (erasure.messages(), erasure.changes(), archive.table_name());
    if format == Format::Json {
        let report = json!({
            "Account": account, "Table": table, "DryRun": dry_run, "StartedAt": erasure.started_at(),
            "Messages": messages, "Changes": changes, "Receipt": erasure.receipt(),
        });
        println!("{report}");
        return;
    }
    let did = format!("{} of {account} and {} of them", count(messages, "message"), count(changes, "change"));
    match (messages + changes, erasure.previous(), erasure.receipt()) {
        (0, Some(previous), _) => {
            println!("{table}: nothing new of {account} since the erasure of {}", display::time(previous));
        }
        (0, None, _) => {
            println!("{table}: nothing of {account} to blank; is that how the platform spells the account?");
        }
        (.., Some(receipt)) => println!("{table}: blanked {did}; the receipt is `{receipt}`"),
        (.., None) => println!("{table}: would blank {did}; nothing was written"),
    }
}

/// What reading the whole table takes, as the end of a sentence about that.
fn cost(size: TableSize) -> String {
    let units = size.read_units();
    #[expect(clippy::cast_precision_loss, reason = "a price is not exact")]
    let usd = units as f64 * USD_PER_MILLION_READ_UNITS / 1e6;
    let usd = if usd < 0.01 { "less than 0.01".to_owned() } else { format!("{usd:.2}") };
    format!(
        ": about {} items, {}, {units} read units, {usd} USD at {USD_PER_MILLION_READ_UNITS} USD a million (us-east-1; \
         DynamoDB counts items every six hours)",
        size.items,
        DecimalBytes(size.bytes)
    )
}
