//! `chathook erase`: blanks what a person sent.

use std::io::{BufRead, IsTerminal as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use chathook_archive::{Archive, ArchiveError, Erasure, Lookup};
use clap::Args;
use serde_json::json;

use crate::clock::now;
use crate::cost;
use crate::display;
use crate::names;
use crate::output::Format;
use crate::progress::{Progress, count};
use crate::retry::Backoff;
use crate::source::Source;
use crate::times::TimesArguments;

/// Blank everything that an account sent, edits included, and keep a receipt
///
/// It blanks messages and their changes: edits, and recalls of one-to-one messages. What was said is gone for good.
/// Sender, time and ids stay, so that other people's conversations keep their order. The receipt says how much was
/// blanked. The command asks before it begins. If it was interrupted, run it again: it goes on where it stopped. It
/// needs the table's index by account (the template's AccountIndex); with --scan it reads the whole table instead.
///
/// It does not reach callbacks that wait in the queues, `lost` records in the log, backups or exports. docs/archive.md
/// says how long these last.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  chathook erase ada --dry-run\n  chathook erase ada --aws --table chathook-MessageTable-1ABC\n  \
chathook erase ada --scan --aws --table chathook-MessageTable-1ABC"
)]
pub struct Arguments {
    /// The account
    #[arg(value_name = "ACCOUNT", value_parser = names::account)]
    account: String,
    /// Count only, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before blanking; scripts need this, since nobody is there to answer
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Read the whole table, for one without the index by account
    #[arg(long)]
    scan: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    times: TimesArguments,
    #[command(flatten)]
    source: Source,
}

pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let source = arguments.source.open().await?;
    let archive = source.archive();
    let Arguments { account, dry_run, yes, .. } = arguments;
    if !dry_run && !yes {
        ensure!(
            std::io::stdin().is_terminal(),
            "nothing was blanked: nobody is there to confirm it; give --yes, or --dry-run to count only"
        );
        if !is_confirmed(account, archive.table_name(), &mut std::io::stdin().lock())? {
            eprintln!("nothing was blanked");
            return Ok(ExitCode::FAILURE);
        }
    }
    let mut erasure = None;
    tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => {}
        erased = erase(arguments, archive, &mut erasure) => {
            let erasure = erased?;
            report(arguments, archive, &erasure);
            return Ok(ExitCode::SUCCESS);
        }
    }
    match erasure.filter(|_| !dry_run) {
        Some(erasure) => {
            bail!("interrupted; the erasure is unfinished, with at least {} blanked. {GOES_ON}", counts(&erasure))
        }
        None => bail!("interrupted; nothing was blanked"),
    }
}

/// What to do about an erasure that did not finish.
const GOES_ON: &str = "Run the same command again, and it goes on where it stopped";

/// Asks whether to go on, and reads the answer.
fn is_confirmed(account: &str, table: &str, answer: &mut impl BufRead) -> anyhow::Result<bool> {
    let account = display::printable(account);
    eprint!("This blanks everything that {account} sent, in {table}, for good. Type the account to go on: ");
    let mut typed = String::new();
    answer.read_line(&mut typed)?;
    Ok(typed.trim() == account)
}

/// Erases page by page. `under_way` is the erasure so far.
async fn erase(arguments: &Arguments, archive: &Archive, under_way: &mut Option<Erasure>) -> anyhow::Result<Erasure> {
    let Arguments { account, dry_run, scan, .. } = arguments;
    let times = arguments.times.times();
    let lookup = if *scan { Lookup::Scan } else { Lookup::Index };
    let size = if *scan { archive.table_size().await.ok() } else { None };
    if *scan {
        eprintln!("reading the whole table{}", size.map(|size| cost::of_reading(archive, size)).unwrap_or_default());
    }
    let erasure = match dry_run {
        true => Erasure::dry_run(account, lookup, now()),
        false => archive.begin_erasure(account, lookup, now()).await?,
    };
    let erasure = under_way.insert(erasure);
    if erasure.is_resumed() {
        let began = times.show(erasure.started_at());
        eprintln!("going on with the erasure that began at {began} and blanked {} so far", counts(erasure));
    } else {
        let does = if *dry_run { "counting" } else { "blanking" };
        eprintln!("{does} what {} sent, in {}", display::printable(account), archive.table_name());
    }
    let mut progress = Progress::of_items(size.map(|size| size.items).filter(|items| *items > 0));
    let mut backoff = Backoff::new();
    while !erasure.is_finished() {
        match archive.erase_page(erasure, now()).await {
            Ok(()) => backoff = Backoff::new(),
            Err(error @ ArchiveError::IndexMissing { .. }) => {
                // The size needs one more permission, which may be missing.
                let size = archive.table_size().await;
                let cost = size.map(|size| cost::of_reading(archive, size)).unwrap_or_default();
                bail!("{error}; or run it again with --scan, which reads the whole table{cost}");
            }
            Err(error) => {
                backoff.wait(error).await.with_context(|| match dry_run {
                    true => "not counted".to_owned(),
                    false => format!("the erasure is unfinished, with {} blanked. {GOES_ON}", counts(erasure)),
                })?;
            }
        }
        progress.at(erasure.scanned(), counts(erasure));
    }
    progress.finish();
    Ok(erasure.clone())
}

/// `2 messages and 1 change`
fn counts(erasure: &Erasure) -> String {
    format!("{} and {}", count(erasure.messages(), "message"), count(erasure.changes(), "change"))
}

fn report(arguments: &Arguments, archive: &Archive, erasure: &Erasure) {
    let Arguments { account, dry_run, format, .. } = arguments;
    let (messages, changes, table) = (erasure.messages(), erasure.changes(), archive.table_name());
    if *format == Format::Json {
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
            let began = arguments.times.times().show(previous);
            println!("{table}: nothing new of {account} since the erasure of {began}");
        }
        (0, None, _) => {
            println!("{table}: nothing of {account} to blank; is that how the platform spells the account?");
        }
        (.., Some(receipt)) => println!("{table}: blanked {did}; the receipt is `{receipt}`"),
        (.., None) => println!("{table}: would blank {did}; nothing was written"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_confirmed;

    #[test]
    fn only_the_account_itself_confirms() {
        for (answer, expected) in [("ana\n", true), ("ana", true), (" ana \r\n", true), ("", false), ("\n", false)] {
            assert_eq!(is_confirmed("ana", "t", &mut answer.as_bytes()).unwrap(), expected, "{answer:?}");
        }
        for answer in ["y\n", "yes\n", "Ana\n", "anna\n"] {
            assert!(!is_confirmed("ana", "t", &mut answer.as_bytes()).unwrap(), "{answer:?}");
        }
    }
}
