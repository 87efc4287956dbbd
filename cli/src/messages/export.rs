//! `chathook messages export`: what the archive holds, as lines of a file.
//!
//! The file is the only state. Its last whole line names the item after which DynamoDB goes on, so that an export that
//! stopped anywhere, for whatever reason, can be resumed from the file alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, BufWriter, ErrorKind, IsTerminal as _, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use chathook_archive::{Archive, Conversation, ItemKey, RawItem};
use clap::{ArgGroup, Args};
use indicatif::HumanBytes;

use crate::clock::now;
use crate::conversation::{self, AsOptions, ConversationArguments};
use crate::messages::export_format::{Format, MAX_LINE};
use crate::output::is_broken_pipe;
use crate::progress::{Progress, count};
use crate::retry::with_retries;
use crate::source::Source;

/// Write all items of a conversation, or of the table, to a file: messages, and all that happened to them later
///
/// Nothing is left out and nothing is merged. A line is an item of the table with every attribute: a message, a recall,
/// an edit, a read receipt or a refused message, expired or not. In jsonl it is a JSON object. A string of the table is
/// a JSON string (MsgBody is the exact text in one), and a number is a JSON number with all its digits. A csv file has
/// columns for people, and the same object in the last one. `messages import` reads both.
///
/// An export may be interrupted or killed at any moment. The same command with --resume cuts off an incomplete last
/// line and goes on from there. The file ends up as if nothing had happened, except that it may have only some of what
/// was written to the table meanwhile.
#[derive(Args)]
#[command(after_help = "Examples:\n  chathook messages export --c2c ada grace\n  \
chathook messages export --group @TGS#1 --format csv -o group.csv\n  \
chathook messages export --all -o all.jsonl --aws --table chathook-MessageTable-1ABC\n  \
chathook messages export --all -o all.jsonl --aws --table chathook-MessageTable-1ABC --resume\n  \
chathook messages export --all | jq -r 'select(.Text) | [.From_Account, .Text] | @tsv'\n\n\
Exit codes: 0 the export is complete, 1 it is not, or there is nothing to export, with the reason on standard error.")]
#[command(group = ArgGroup::new("what").args(["c2c", "group", "all"]).required(true))]
pub struct Arguments {
    #[command(flatten)]
    conversation: ConversationArguments,
    /// The whole table: DynamoDB reads, and bills, all of it
    #[arg(long)]
    all: bool,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Where to write; without it, or with `-`, standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Continue an interrupted export of the same data to the same file
    #[arg(long, requires = "output")]
    resume: bool,
    #[command(flatten)]
    source: Source,
}

impl Arguments {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let output = self.output.as_deref().filter(|path| *path != Path::new("-"));
        let partial = match output {
            None if self.resume => bail!("only a file can be resumed: name it with -o"),
            Some(path) if is_special(path) && self.resume => {
                bail!("{} is not a file, and only a file can be resumed", path.display())
            }
            Some(path) if is_special(path) => None,
            Some(path) if !self.resume && path.exists() => {
                bail!("{} exists; give --resume to go on with it, or another name", path.display())
            }
            Some(path) => PartialExport::open(path, self.format).with_context(|| path.display().to_string())?,
            None => None,
        };
        let source = self.source.open().await?;
        let conversation = self.conversation.conversation();
        let mut export = Export {
            archive: source.archive(),
            conversation: conversation.as_ref(),
            format: self.format,
            is_shown: output.is_none() && std::io::stdout().is_terminal(),
            items: 0,
            bytes: 0,
        };
        let Some(path) = output else {
            return match export.run(|| Ok(std::io::stdout()), None).await {
                Err(error) if is_broken_pipe(&error) => Ok(ExitCode::FAILURE),
                result => {
                    ensure!(result.context("the export is not complete")?, export.nothing());
                    eprintln!("{} exported", count(export.items, "item"));
                    Ok(ExitCode::SUCCESS)
                }
            };
        };

        let name = path.display();
        let is_regular_file = !is_special(path);
        let (file, after) = match partial {
            Some(partial) => partial.resume(&export).await.with_context(|| name.to_string())?,
            None => (None, None),
        };
        let noun = if after.is_some() { "more item" } else { "item" };
        let result = tokio::select! {
            biased;
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
            result = export.run(|| file.map_or_else(|| create(path), Ok), after) => result,
        };
        // Some file systems report only now that the disk is full.
        if matches!(result, Ok(false)) {
            bail!("{}; {name} was not written", export.nothing());
        }
        let result = result.and_then(|_| if is_regular_file { Ok(File::open(path)?.sync_all()?) } else { Ok(()) });
        let written = count(export.items, noun);
        if is_regular_file && path.exists() {
            result
                .with_context(|| format!("{name} is not complete; {written} written, --resume goes on from there"))?;
        } else {
            result.with_context(|| name.to_string())?;
        }
        eprintln!("{written} exported to {name}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether the path is a pipe or a device: it takes what is written, but cannot be resumed.
fn is_special(path: &Path) -> bool {
    path.exists() && !path.is_file() && !path.is_dir()
}

/// Creates the file, readable for the caller alone: it holds what people wrote.
fn create(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if is_special(path) {
        return Ok(options.open(path)?);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.create_new(true).open(path)?;
    lock(&file)?;
    Ok(file)
}

/// Locks the file. Two exports would spoil it: one that seemed dead, and the one that resumes it.
fn lock(file: &File) -> anyhow::Result<()> {
    // Some file systems have no locks.
    ensure!(!matches!(file.try_lock(), Err(TryLockError::WouldBlock)), "another export is still writing to it");
    Ok(())
}

/// An export under way.
struct Export<'a> {
    archive: &'a Archive,
    /// `None` is the whole table.
    conversation: Option<&'a Conversation>,
    format: Format,
    /// Whether the lines themselves go to the terminal.
    is_shown: bool,
    /// How many items were written.
    items: u64,
    /// How many bytes their lines have.
    bytes: u64,
}

impl Export<'_> {
    /// Writes page after page; false if there is nothing to export. `out` is called when the first items were read, so
    /// that an export without any, or one that cannot begin, leaves no file behind.
    async fn run<W: Write>(
        &mut self,
        out: impl FnOnce() -> anyhow::Result<W>,
        after: Option<ItemKey>,
    ) -> anyhow::Result<bool> {
        let mut page = with_retries(|| self.archive.export(self.conversation, after.as_ref())).await?;
        while page.items.is_empty()
            && let Some(after) = &page.next_cursor
        {
            page = with_retries(|| self.archive.export(self.conversation, Some(after))).await?;
        }
        if page.items.is_empty() && after.is_none() {
            return Ok(false);
        }
        let mut progress = self.progress(after.is_some()).await;
        let mut out = BufWriter::with_capacity(1 << 16, out()?);
        if after.is_none() {
            out.write_all(self.format.header()?.as_bytes())?;
        }
        loop {
            for item in &page.items {
                let line = self.format.line(item).with_context(|| item.key().to_string())?;
                out.write_all(line.as_bytes())?;
                self.bytes += line.len() as u64;
            }
            // Reads cost money, so nothing that was read may be lost.
            out.flush()?;
            self.items += page.items.len() as u64;
            progress.at(self.items, HumanBytes(self.bytes).to_string());
            let Some(after) = page.next_cursor else { break };
            page = with_retries(|| self.archive.export(self.conversation, Some(&after))).await?;
        }
        progress.finish();
        Ok(true)
    }

    /// Says that there was nothing, and what to look at.
    fn nothing(&self) -> String {
        let table = self.archive.table_name();
        match self.conversation {
            Some(conversation) => format!(
                "there is nothing to export: {table} holds nothing of {}; {}",
                AsOptions(conversation),
                conversation::advice(conversation)
            ),
            None => format!("there is nothing to export: {table} is empty; is it the right table?"),
        }
    }

    /// The bar shows how much is left only for a whole table from its beginning: no other size is known in advance.
    async fn progress(&self, is_resumed: bool) -> Progress {
        if self.is_shown {
            return Progress::silent();
        }
        let total = match self.conversation {
            // A role may be allowed to scan the table, but not to describe it.
            None if !is_resumed => self.archive.table_size().await.ok().map(|size| size.items),
            _ => None,
        };
        Progress::of_items(total.filter(|total| *total > 0))
    }
}

/// A file that an interrupted export left.
struct PartialExport {
    file: File,
    /// The length up to the end of the last whole line; 0 if no whole line is an item.
    whole_lines: u64,
    /// The first and the last item.
    ends: Option<(RawItem, RawItem)>,
}

impl PartialExport {
    /// Looks at a file; `None` if there is none. The file is not changed.
    fn open(path: &Path, format: Format) -> anyhow::Result<Option<Self>> {
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        lock(&file)?;
        let len = file.metadata()?.len();
        let mut begin = BufReader::new(&file);
        let mut first = line(&mut begin)?;
        ensure!(
            format.may_begin(&first)?,
            "it does not begin as an export in this --format does; give the one that it was begun with, or another name"
        );
        let header = format.header()?;
        if !header.is_empty() {
            first = line(&mut begin)?;
        }
        let foreign = "its last line is no item of an export; give another name";
        let whole_lines = start_of_line(&mut file, len)?.context(foreign)?;
        if whole_lines <= header.len() as u64 {
            return Ok(Some(Self { file, whole_lines: 0, ends: None }));
        }
        let last = start_of_line(&mut file, whole_lines - 1)?.context(foreign)?;
        file.seek(SeekFrom::Start(last))?;
        let last = line(&mut BufReader::new(&file))?;
        let item = |line: &[u8]| format.layout().item(line).context(foreign);
        Ok(Some(Self { ends: Some((item(&first)?, item(&last)?)), file, whole_lines }))
    }

    /// Cuts off an incomplete last line. Returns the file, and the key of its last item.
    async fn resume(mut self, export: &Export<'_>) -> anyhow::Result<(Option<File>, Option<ItemKey>)> {
        if let Some((first, last)) = &self.ends {
            let (begin, end) = (first.key(), last.key());
            match export.conversation {
                Some(conversation) => ensure!(
                    begin.is_in(conversation) && end.is_in(conversation),
                    "it is an export of something else; give another name"
                ),
                // It seems to hold one conversation. That is right only if the table begins with it.
                None if begin.shares_conversation_with(&end) => {
                    let table = with_retries(|| export.archive.export(None, None)).await?.items;
                    ensure!(
                        table.first().is_some_and(|item| item.key().shares_conversation_with(&begin)),
                        "it holds one conversation, and the table begins with another; name the one that it is of, or \
                         give another name"
                    );
                }
                None => {}
            }
            for item in [first, last] {
                ensure!(
                    with_retries(|| export.archive.contains(item, now())).await?,
                    "the table {} does not have what it holds ({}); it is of another table, or of an earlier one",
                    export.archive.table_name(),
                    item.key()
                );
            }
        }
        self.file.set_len(self.whole_lines)?;
        self.file.seek(SeekFrom::End(0))?;
        Ok((Some(self.file), self.ends.map(|(_, last)| last.key())))
    }
}

/// Reads a line with its line break. A line that is longer than any item is cut short.
fn line(input: &mut BufReader<&File>) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Where the line that reaches to `end` begins; `None` if it is longer than any item.
fn start_of_line(file: &mut File, end: u64) -> std::io::Result<Option<u64>> {
    let mut block = vec![0; 1 << 16];
    let mut at = end;
    while at > 0 {
        let len = usize::try_from(at).unwrap_or(usize::MAX).min(block.len());
        let block = &mut block[..len];
        at -= len as u64;
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(block)?;
        if let Some(before) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(Some(at + before as u64 + 1));
        }
        if end - at > MAX_LINE {
            return Ok(None);
        }
    }
    Ok(Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chathook_archive::RawItem;
    use clap::{Parser, ValueEnum as _};
    use proptest::prelude::*;
    use serde_json::json;

    #[derive(Parser)]
    struct Call {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// A DynamoDB with the default table. Also returns its URL.
    async fn engine() -> (String, Archive) {
        let url = chathook_tests::start_engine().await;
        let archive = Archive::local(crate::defaults::TABLE, &url);
        archive.create_table().await.unwrap();
        (url, archive)
    }

    async fn put(archive: &Archive, pk: &str, sk: &str) {
        let item = json!({"pk": pk, "sk": sk, "Text": "=é\r\n\", 字", "MsgTime": 1_760_000_000});
        archive.import(&RawItem::from_json(&item.to_string()).unwrap()).await.unwrap();
    }

    async fn run(url: &str, words: &[&str], file: &Path) -> Result<(), String> {
        let file = file.display().to_string();
        let call = ["export", "--dynamodb-endpoint", url, "-o", &file].into_iter().chain(words.iter().copied());
        let arguments = Call::try_parse_from(call).map_err(|error| error.to_string())?.arguments;
        arguments.run().await.map(drop).map_err(|error| format!("{error:#}"))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_that_ends_anywhere_is_resumed_to_the_same() {
        let (url, archive) = engine().await;
        for (pk, sk) in [("c2c#a#b", "1"), ("group#g#", "1"), ("c2c#a#b", "read#a")] {
            put(&archive, pk, sk).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        for format in Format::value_variants() {
            let format = format.to_possible_value().unwrap();
            for what in [&["--all"][..], &["--c2c", "b", "a"]] {
                let words = [what, &["--format", format.get_name(), "--resume"]].concat();
                // With nothing to resume, the export begins.
                run(&url, &words, &file).await.unwrap();
                let whole = std::fs::read(&file).unwrap();
                for end in 0..=whole.len() {
                    std::fs::write(&file, &whole[..end]).unwrap();
                    run(&url, &words, &file).await.unwrap();
                    assert!(std::fs::read(&file).unwrap() == whole, "{words:?} cut at {end}");
                }
                std::fs::remove_file(&file).unwrap();
            }
            let nobody = ["--c2c", "a", "nobody", "--format", format.get_name(), "--resume"];
            let told = run(&url, &nobody, &file).await.unwrap_err();
            assert!(told.contains("nothing of --c2c a nobody") && !file.exists(), "{told}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_of_something_else_is_left_as_it_is() {
        let (url, archive) = engine().await;
        for (pk, sk) in [("c2c#a#b", "1"), ("group#g#", "1"), ("group#h#", "1"), ("group#h#", "2")] {
            put(&archive, pk, sk).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let exported = async |words: &[&str]| {
            run(&url, words, &file).await.unwrap();
            let bytes = std::fs::read(&file).unwrap();
            std::fs::remove_file(&file).unwrap();
            bytes
        };
        let (all, csv) = (exported(&["--all"]).await, exported(&["--all", "--format", "csv"]).await);
        let (g, h) = (exported(&["--group", "g"]).await, exported(&["--group", "h"]).await);
        let begins_the_table = all.starts_with(&h);
        let with = |end: &str| [&all[..], end.as_bytes()].concat();
        let long = with(&"x".repeat(usize::try_from(MAX_LINE).unwrap() + (1 << 17)));
        for (content, words, expected) in [
            (&all, &["--all"][..], "--resume"),
            (&all, &["--all", "--format", "csv", "--resume"], "--format"),
            (&csv, &["--all", "--resume"], "--format"),
            (&b"MsgTime,Text\r\n".to_vec(), &["--all", "--format", "csv", "--resume"], "--format"),
            (&b"notes".to_vec(), &["--all", "--resume"], "--format"),
            (&all, &["--group", "g", "--resume"], "something else"),
            (&h, &["--group", "g", "--resume"], "something else"),
            (if begins_the_table { &g } else { &h }, &["--all", "--resume"], "holds one conversation"),
            (&with("\n"), &["--all", "--resume"], "no item of an export"),
            (&with("notes\n"), &["--all", "--resume"], "no item of an export"),
            (&long, &["--all", "--resume"], "no item of an export"),
        ] {
            std::fs::write(&file, content).unwrap();
            let told = run(&url, words, &file).await.unwrap_err();
            assert!(told.contains(expected) && told.contains(&file.display().to_string()), "{words:?}: {told}");
            assert!(std::fs::read(&file).unwrap() == *content, "{words:?}: {told}");
        }

        // Of another table, or of this one before it was created again.
        let (other_url, other) = engine().await;
        put(&other, "group#h#", "another").await;
        std::fs::write(&file, &h).unwrap();
        let told = run(&other_url, &["--group", "h", "--resume"], &file).await.unwrap_err();
        assert!(told.contains("of another table"), "{told}");
        assert!(std::fs::read(&file).unwrap() == h);

        std::fs::write(&file, &all[..all.len() / 2]).unwrap();
        let other = File::open(&file).unwrap();
        other.lock().unwrap();
        let told = run(&url, &["--all", "--resume"], &file).await.unwrap_err();
        assert!(told.contains("another export"), "{told}");
    }

    #[derive(Parser)]
    struct Import {
        #[command(flatten)]
        arguments: crate::messages::import::Arguments,
    }

    /// Exports all into a file, imports that into an empty table, and exports that.
    async fn there_and_back(items: &[RawItem]) {
        let ((from, archive), (to, _)) = (engine().await, engine().await);
        for item in items {
            archive.import(item).await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let (there, back) = (folder.path().join("there"), folder.path().join("back"));
        for format in ["jsonl", "csv"] {
            run(&from, &["--all", "--format", format], &there).await.unwrap();
            let name = there.display().to_string();
            let import = Import::try_parse_from(["import", "--dynamodb-endpoint", &to, &name]).unwrap();
            // The second time all of it is there already.
            assert_eq!(import.arguments.run().await.unwrap(), ExitCode::SUCCESS);
            run(&to, &["--all", "--format", format], &back).await.unwrap();
            let exported = std::fs::read(&there).unwrap();
            assert!(!exported.is_empty() && exported == std::fs::read(&back).unwrap(), "{format}");
            std::fs::remove_file(&there).unwrap();
            std::fs::remove_file(&back).unwrap();
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_table_survives_the_way_out_and_in_as_a_file(
            items in prop::collection::vec(
                (any::<String>(), any::<String>(), "[ \t\r\n\"',;=+@\\\\\u{0}\u{85}\u{2028}{}-]{0,20}", "-?[1-9][0-9]{0,37}"),
                1..5,
            ),
        ) {
            let item = |(key, text, awkward, digits): &(String, String, String, String)| {
                let [pk, sk, text, awkward] = [&format!("c2c#{key}"), &format!("{text}1"), text, awkward].map(|text| json!(text));
                let line = format!(r#"{{"pk":{pk},"sk":{sk},"CloudCustomData":{text},"Text":{awkward},"Empty":"","N":{digits}}}"#);
                RawItem::from_json(&line).unwrap()
            };
            let items: Vec<_> = items.iter().map(item).collect();
            tokio::runtime::Runtime::new().unwrap().block_on(there_and_back(&items));
        }
    }
}
