//! `chathook messages`: what the archive holds.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chathook_archive::{Archive, Conversation, Listing, StoredMessage};
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use jiff::Timestamp;

use crate::local::{DATA, Left, Running, TABLE};

/// Look into the archive: a conversation's messages in order, or one message
#[derive(Args)]
#[command(
    after_help = "Reads from the running `serve`, else from the data it left in --data; with --aws from your account.\n\n\
Examples:\n  chathook messages list --c2c ada grace\n  \
chathook messages list --group @TGS#1 --newest --limit 20 --format json\n  \
chathook messages get --msg-key 48374_2837546_1557481126 --c2c ada grace\n  \
chathook messages failed --c2c ada grace --from-time 2026-11-01T00:00:00Z\n  \
chathook messages get --group @TGS#1 --seq 123 --aws --table chathook-MessageTable-1ABC"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The messages of a conversation, oldest first
    List(List),
    /// Those of a conversation that did not arrive: one-to-one messages whose delivery failed, group messages that the
    /// platform refused
    Failed(List),
    /// Those of a conversation that somebody recalled
    Recalled(List),
    /// One message: of a one-to-one conversation by its MsgKey, of a group by its MsgSeq
    Get {
        #[command(flatten)]
        conversation: Chosen,
        /// The MsgKey of a one-to-one message
        #[arg(long, value_name = "KEY", requires = "c2c", required_unless_present = "seq")]
        msg_key: Option<String>,
        /// The MsgSeq of a group message
        #[arg(long, value_name = "N", requires = "group", conflicts_with = "msg_key")]
        seq: Option<u64>,
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        #[command(flatten)]
        source: Source,
    },
    Export(crate::export::Arguments),
    Import(crate::import::Arguments),
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    conversation: Chosen,
    /// At most this many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// Only those sent at this time or later: RFC 3339, or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = time)]
    from_time: Option<u64>,
    /// Only those sent at this time or earlier
    #[arg(long, value_name = "TIME", value_parser = time)]
    to_time: Option<u64>,
    /// Newest first
    #[arg(long)]
    newest: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    source: Source,
}

#[derive(Args)]
#[group(id = "conversation", required = true, multiple = true, args = ["c2c", "group"])]
struct Chosen {
    /// The one-to-one conversation of these two accounts, in either order
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["group", "topic"])]
    c2c: Option<Vec<String>>,
    /// The group of this GroupId
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// The topic of this TopicId in the group
    #[arg(long, value_name = "ID", requires = "group")]
    topic: Option<String>,
}

/// Which table.
#[derive(Args)]
pub struct Source {
    /// The one on AWS, with the usual credentials and region
    #[arg(long, requires = "table", conflicts_with = "dynamodb_endpoint")]
    aws: bool,
    /// The one in this DynamoDB
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,
    /// The table; `chathook` for a local one
    #[arg(long, env = "TABLE_NAME", value_name = "NAME")]
    table: Option<String>,
    /// The data that `serve` left
    #[arg(long, default_value = DATA, value_name = "DIR", conflicts_with_all = ["aws", "dynamodb_endpoint"])]
    data: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// An array of objects with every attribute under the platform's name
    Json,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    crate::runtime()?.block_on(async {
        match &arguments.command {
            Command::List(list) => list.run(Which::All).await,
            Command::Failed(list) => list.run(Which::Failed).await,
            Command::Recalled(list) => list.run(Which::Recalled).await,
            Command::Export(arguments) => arguments.run().await,
            Command::Import(arguments) => arguments.run().await,
            Command::Get { conversation, msg_key, seq, format, source } => {
                let reading = source.open().await?;
                let archive = reading.archive();
                let (conversation, now) = (conversation.conversation()?, crate::now_ms() / 1000);
                let messages = match (msg_key, seq) {
                    (Some(key), _) => archive.message_by_key(&conversation, key, now).await?,
                    (None, Some(seq)) => archive.message_by_seq(&conversation, *seq, now).await?,
                    (None, None) => bail!("give --msg-key or --seq"),
                };
                if messages.is_empty() {
                    bail!("no such message in {}", archive.table());
                }
                print(&messages, *format)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

/// Which messages of a conversation to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// Those that did not arrive.
    Failed,
    /// Those that somebody recalled.
    Recalled,
}

impl Which {
    fn includes(self, message: &StoredMessage) -> bool {
        match self {
            Self::All => true,
            Self::Failed => message.error_code().is_some() || message.send_msg_result().is_some_and(|code| code != 0),
            Self::Recalled => message.recall().is_some(),
        }
    }
}

impl List {
    async fn run(&self, which: Which) -> anyhow::Result<ExitCode> {
        let Self { limit, from_time, to_time, newest, format, source, .. } = self;
        let conversation = self.conversation.conversation()?;
        let reading = source.open().await?;
        let listing = Listing {
            newest_first: *newest,
            from_time: *from_time,
            to_time: *to_time,
            limit: Some(*limit),
            cursor: None,
        };
        let (messages, more) = list(reading.archive(), &conversation, listing, which).await?;
        print(&messages, *format)?;
        if *format == Format::Table && which == Which::All {
            let mut out = std::io::stdout().lock();
            for mark in reading.archive().read_marks(&conversation, crate::now_ms() / 1000).await? {
                writeln!(out, "{} has read what came up to {}", shown(&mark.account), moment(mark.last_read_time))?;
            }
        }
        if more {
            eprintln!("more follow; ask for them with a higher --limit, or with --from-time or --to-time");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Pages through the conversation until the limit is reached; gives also whether more follow.
pub async fn list(
    archive: &Archive,
    conversation: &Conversation,
    mut listing: Listing,
    which: Which,
) -> anyhow::Result<(Vec<StoredMessage>, bool)> {
    let limit = listing.limit;
    let is_refused = which == Which::Failed && matches!(conversation, Conversation::Group { .. });
    let mut messages = Vec::new();
    loop {
        // Where most are passed over, pages of the default size need fewer requests.
        listing.limit = limit.map(|limit| limit - messages.len()).filter(|_| which == Which::All);
        let now = crate::now_ms() / 1000;
        let page = if is_refused {
            archive.refused(conversation, &listing, now).await?
        } else {
            archive.messages(conversation, &listing, now).await?
        };
        messages.extend(page.messages.into_iter().filter(|message| which.includes(message)));
        if let Some(limit) = limit {
            messages.truncate(limit);
        }
        if page.next.is_none() || limit.is_some_and(|limit| messages.len() >= limit) {
            return Ok((messages, page.next.is_some()));
        }
        listing.cursor = page.next;
    }
}

impl Chosen {
    fn conversation(&self) -> anyhow::Result<Conversation> {
        match (self.c2c.as_deref(), &self.group) {
            (Some([a, b]), _) => Ok(Conversation::C2c(a.clone(), b.clone())),
            (_, Some(group)) => Ok(Conversation::Group { group_id: group.clone(), topic_id: self.topic.clone() }),
            _ => bail!("give --c2c A B or --group ID"),
        }
    }
}

/// An archive that is open.
pub enum Reading {
    /// Somebody serves it.
    Served(Archive),
    /// Nobody does: it is opened here.
    Left(Left),
}

impl Reading {
    /// The archive itself.
    pub fn archive(&self) -> &Archive {
        match self {
            Self::Served(archive) | Self::Left(Left { archive, .. }) => archive,
        }
    }
}

impl Source {
    /// Opens the archive.
    pub async fn open(&self) -> anyhow::Result<Reading> {
        let table = self.table.as_deref().filter(|table| !table.is_empty()).unwrap_or(TABLE);
        if self.aws {
            return Ok(Reading::Served(Archive::connect(table, None).await));
        }
        if let Some(url) = &self.dynamodb_endpoint {
            return Ok(Reading::Served(Archive::connect(table, Some(url)).await));
        }
        if let Some(running) = Running::find(&self.data) {
            return Ok(Reading::Served(Archive::connect(table, Some(&running.dynamodb)).await));
        }
        if !self.data.exists() {
            bail!(
                "no `serve` runs and none left data in {}; name a table with --aws, --dynamodb-endpoint or --data",
                Path::new(&self.data).display()
            );
        }
        Ok(Reading::Left(Left::open(&self.data, table).await?))
    }
}

fn print(messages: &[StoredMessage], format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut out, messages)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "{}", table(messages))?;
    let count = messages.len();
    writeln!(out, "{count} message{}", if count == 1 { "" } else { "s" })?;
    Ok(())
}

const HEADER: [&str; 7] = ["MsgTime", "MsgSeq", "From_Account", "To", "Text", "Result", "MsgKey / Random"];
const TEXT_COLUMN: usize = 4;

/// The messages as people read them.
pub fn table(messages: &[StoredMessage]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(HEADER);
    // For a pipe, whose width nobody knows, as on a terminal.
    if let Some(text) = table.column_mut(TEXT_COLUMN) {
        text.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(60)));
    }
    for message in messages {
        let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let to = message.to_account().or(message.group_id()).unwrap_or_default();
        let cells = [
            // What was never sent has no MsgTime.
            message.msg_time().or(message.event_time().map(|ms| ms / 1000)).map_or_else(String::new, moment),
            number(message.msg_seq()),
            message.from_account().to_owned(),
            message.topic_id().map_or_else(|| to.to_owned(), |topic| format!("{to} {topic}")),
            message.text().to_owned(),
            result(message),
            message.msg_key().map_or_else(|| number(message.random()), str::to_owned),
        ];
        table.add_row(cells.map(|cell| shown(&cell)));
    }
    table
}

/// `text` without what would move the reader's cursor, colour the terminal or turn the line around.
fn shown(text: &str) -> String {
    let acts = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if acts(c) { '\u{fffd}' } else { c }).collect()
}

/// What became of a message: delivered or not, edited how often, recalled by whom.
fn result(message: &StoredMessage) -> String {
    let refused = message.error_code().map(|code| format!("refused {code}"));
    let sent = message.send_msg_result().map(|code| match code {
        0 => "delivered".to_owned(),
        code => format!("failed {code}"),
    });
    let edited = match message.versions().len().saturating_sub(1) {
        0 => None,
        1 => Some("edited".to_owned()),
        times => Some(format!("edited {times} times")),
    };
    let recalled = message.recall().map(|recall| match recall.account {
        Some(account) => format!("recalled by {account} {}", moment(recall.time)),
        None => format!("recalled {}", moment(recall.time)),
    });
    [refused, sent, edited, recalled].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn moment(seconds: u64) -> String {
    let timestamp = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map_or_else(|| seconds.to_string(), |timestamp| timestamp.to_string())
}

/// RFC 3339, or Unix seconds.
fn time(text: &str) -> anyhow::Result<u64> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let timestamp: Timestamp =
        text.parse().context("neither RFC 3339 (such as 2026-11-21T12:00:00Z) nor Unix seconds")?;
    u64::try_from(timestamp.as_second()).context("before 1970")
}
