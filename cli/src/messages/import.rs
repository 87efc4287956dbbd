//! `chathook messages import`: what an export wrote, into a table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chathook_archive::{Archive, ArchiveError, Imported, ItemKey};
use clap::Args;
use tokio::task::JoinSet;

use crate::messages::export_format::{Layout, MAX_LINE};
use crate::progress::{Progress, count};
use crate::retry::with_retries;
use crate::source::Source;

/// Store the items of a file that `messages export` wrote
///
/// An item is written only if the table has none with its key. What the table holds stays as it is, newer or older, so
/// importing a file twice does no harm: items that are there already are only counted. A line that cannot be stored is
/// named, with the fix, and the others are stored. After ten lines with the same mistake the rest are only counted.
/// What an erasure has blanked stays blank.
///
/// The content of the file shows whether it is jsonl or csv. Of a csv file only the column `Item` is read.
#[derive(Args)]
#[command(after_help = "Examples:\n  chathook messages import group.csv\n  \
chathook messages import all.jsonl --aws --table chathook-MessageTable-1ABC\n  \
zcat all.jsonl.gz | chathook messages import -\n\n\
Exit codes: 0 the table holds all that the file does, 1 it does not, with the reasons on standard error.")]
pub struct Arguments {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    source: Source,
}

/// How many writes are under way at once. The way to the table takes longer than the write itself.
const IN_FLIGHT: usize = 16;

/// How many lines with the same mistake are reported one by one.
const SAID: u64 = 10;

impl Arguments {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let (name, input, bytes): (_, Box<dyn BufRead>, _) = if self.file == Path::new("-") {
            ("standard input".to_owned(), Box::new(BufReader::new(std::io::stdin())), None)
        } else {
            let name = self.file.display().to_string();
            let file = File::open(&self.file).with_context(|| format!("cannot read {name}"))?;
            let bytes = file.metadata().ok().map(|metadata| metadata.len());
            (name, Box::new(BufReader::with_capacity(1 << 16, file)), bytes)
        };
        let source = self.source.open().await?;
        let mut import = Import {
            archive: source.archive(),
            name: &name,
            progress: Progress::of_bytes(bytes),
            position: 0,
            under_way: JoinSet::new(),
            result: Counts::default(),
            said: BTreeMap::new(),
        };
        let stopped = import.run(input).await;
        // Wait for the writes under way, whatever stopped the rest.
        while !import.under_way.is_empty() {
            let _ = import.one_done().await;
        }
        import.progress.finish();
        import.sum_up();
        let Counts { new, duplicates, conflicts, erased, failed } = import.result;
        let table = import.archive.table_name();
        let erasures = if erased == 0 { String::new() } else { format!("{erased} erased and stay blank, ") };
        writeln!(
            std::io::stdout(),
            "{new} imported into {table}, {duplicates} already there, {conflicts} differ and stay, {erasures}{failed} not imported"
        )?;
        stopped.with_context(|| format!("{name} was not read to its end; mend this, and give it again"))?;
        Ok(if conflicts + erased + failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// What became of the lines.
#[derive(Default)]
struct Counts {
    new: u64,
    duplicates: u64,
    conflicts: u64,
    erased: u64,
    failed: u64,
}

struct Import<'a> {
    archive: &'a Archive,
    /// The file's.
    name: &'a str,
    progress: Progress,
    /// How many bytes were read.
    position: u64,
    under_way: JoinSet<(u64, ItemKey, Result<Imported, ArchiveError>)>,
    result: Counts,
    /// How often each kind of mistake was met, with the text of the first.
    said: BTreeMap<String, (u64, String)>,
}

impl Import<'_> {
    /// Imports line by line. Ends early if the file cannot be read, or if the table takes nothing.
    async fn run(&mut self, mut input: Box<dyn BufRead>) -> anyhow::Result<()> {
        let mut known = None;
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let mut read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            let is_whole = (read as u64) < MAX_LINE || line.ends_with(b"\n");
            if !is_whole {
                read += input.skip_until(b'\n')?;
            }
            self.position += read as u64;
            let Counts { new, duplicates, .. } = self.result;
            self.progress.at(self.position, format!("{new} imported, {duplicates} already there"));
            let is_first = known.is_none();
            let layout = known.map_or_else(|| Layout::of(&line).context("line 1"), Ok)?;
            known = Some(layout);
            if is_first && layout != Layout::Jsonl {
                continue;
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let item = if is_whole { layout.item(&line) } else { Err(anyhow::anyhow!("longer than any item")) };
            match item {
                Ok(item) => {
                    if self.under_way.len() == IN_FLIGHT {
                        self.one_done().await?;
                    }
                    let archive = self.archive.clone();
                    self.under_way
                        .spawn(async move { (number, item.key(), with_retries(|| archive.import(&item)).await) });
                }
                Err(error) => self.failed(number, &error),
            }
        }
        while !self.under_way.is_empty() {
            self.one_done().await?;
        }
        Ok(())
    }

    /// Waits for one write to end.
    async fn one_done(&mut self) -> anyhow::Result<()> {
        let Some(done) = self.under_way.join_next().await else { return Ok(()) };
        let (number, position, result) = done?;
        match result {
            Ok(Imported::New) => self.result.new += 1,
            Ok(Imported::Duplicate) => self.result.duplicates += 1,
            Ok(Imported::Conflict) => {
                self.result.conflicts += 1;
                self.say(number, &format!("differs from what the table holds, which stays: {position}"));
            }
            Ok(Imported::Erased) => {
                self.result.erased += 1;
                self.say(number, &format!("an erasure has blanked it in the table, where it stays blank: {position}"));
            }
            Err(
                error
                @ (ArchiveError::TooLarge { .. } | ArchiveError::Refused { .. } | ArchiveError::InvalidRequest(_)),
            ) => {
                self.failed(number, &error.into());
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn failed(&mut self, number: u64, error: &anyhow::Error) {
        self.result.failed += 1;
        self.say(number, &format!("{error:#}"));
    }

    /// Reports what is wrong with a line, above the bar; the same mistake only the first few times.
    fn say(&mut self, number: u64, text: &str) {
        let (times, _) = self.said.entry(kind(text)).or_insert_with(|| (0, text.to_owned()));
        *times += 1;
        if *times <= SAID {
            self.progress.print(&format!("{}:{number}: {text}", self.name));
        }
    }

    /// Reports how many more lines had each mistake.
    fn sum_up(&self) {
        for (times, first) in self.said.values() {
            if let Some(more) = times.checked_sub(SAID).filter(|more| *more > 0) {
                eprintln!("{}: {} like this: {first}", self.name, count(more, "more line"));
            }
        }
    }
}

/// The mistake without what differs from line to line: quoted text, and words with a digit, such as keys and ids.
fn kind(text: &str) -> String {
    let unquoted = text.split('"').step_by(2).flat_map(str::split_whitespace);
    unquoted.filter(|word| !word.contains(|c: char| c.is_ascii_digit())).collect()
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn a_mistake_is_the_same_on_every_line() {
        for (one, other) in [
            ("the attribute \"N\" is not a number", "the attribute \"Random\" is not a number"),
            ("longer than 12 bytes", "longer than 400 bytes"),
            (
                "DynamoDB refused dynamodb:PutItem with ValidationException (request 01A2B3); it means",
                "DynamoDB refused dynamodb:PutItem with ValidationException (request 01F0D9EE); it means",
            ),
        ] {
            assert_eq!(kind(one), kind(other));
        }
        assert_ne!(kind("the attribute \"N\" is not a number"), kind("no pk"));
    }
}
