//! `chathook messages`: what the archive holds.

mod list;
pub mod show;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chathook_archive::{Archive, Conversation, Outcome, ReadMark, StoredMessage};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::progress::count;
use list::{Followed, List};

use crate::local::{DATA, Left, Running, TABLE};

/// Look into the archive: list, follow and find messages, export and import them
#[derive(Args)]
#[command(
    after_help = "Reads from the running `serve`, else from the data it left in --data; with --aws from your account.\n\n\
Examples:\n  chathook messages list --c2c ada grace\n  \
chathook messages list --group @TGS#1 --newest --limit 20 --format json\n  \
chathook messages get --msg-key 48374_2837546_1557481126 --c2c ada grace\n  \
chathook messages list --c2c ada grace --sender ada --text lunch\n  \
chathook messages list --group @TGS#1 --follow\n  \
chathook messages failed --from-time 2026-11-01T00:00:00Z\n  \
chathook messages get --group @TGS#1 --seq 123 --aws --table chathook-MessageTable-1ABC"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The messages of a conversation, or of an account, oldest first
    List(Followed),
    /// Those that did not arrive, of a conversation, an account or everybody: one-to-one messages whose delivery failed,
    /// group messages that the platform refused
    Failed(List),
    /// Those that somebody recalled, of a conversation, an account or everybody
    Recalled(List),
    /// One message of a conversation: by its MsgId, one-to-one also by its MsgKey, in a group by its MsgSeq
    Get(Get),
    /// How far each side of a one-to-one conversation has read
    Read {
        /// The conversation of these two accounts, in either order
        #[arg(long, num_args = 2, value_names = ["A", "B"], required = true)]
        c2c: Vec<String>,
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
#[group(id = "which", required = true, multiple = false, args = ["msg_key", "msg_id", "seq"])]
#[command(group = ArgGroup::new("conversation").args(["c2c", "group"]).required(true))]
struct Get {
    #[command(flatten)]
    conversation: Chosen,
    /// The MsgKey of a one-to-one message
    #[arg(long, value_name = "KEY", requires = "c2c")]
    msg_key: Option<String>,
    /// The MsgId; found within a quarter of an hour of the time in it, which is the sender's clock
    #[arg(long, value_name = "ID")]
    msg_id: Option<String>,
    /// The MsgSeq of a group message
    #[arg(long, value_name = "N", requires = "group")]
    seq: Option<u64>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    source: Source,
}

/// Which conversation. A command that needs one says so with a group of arguments.
#[derive(Args)]
pub struct Chosen {
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

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// JSON, with every attribute under the platform's name
    Json,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    crate::runtime()?.block_on(async {
        match &arguments.command {
            Command::List(list) => list.run().await,
            Command::Failed(list) => list.run(Some(Outcome::Failed)).await,
            Command::Recalled(list) => list.run(Some(Outcome::Recalled)).await,
            Command::Export(arguments) => arguments.run().await,
            Command::Import(arguments) => arguments.run().await,
            Command::Get(get) => get.run().await,
            Command::Read { c2c, format, source } => {
                let [a, b] = c2c.as_slice() else { bail!("give --c2c A B") };
                let conversation = Conversation::C2c(a.clone(), b.clone());
                let reading = source.open().await?;
                match format {
                    Format::Table => print_read_marks(reading.archive(), &conversation).await?,
                    Format::Json => {
                        let marks = reading.archive().read_marks(&conversation, crate::now_ms() / 1000).await?;
                        let mark = |mark: ReadMark| {
                            serde_json::json!({"Report_Account": mark.account, "LastReadTime": mark.last_read_time})
                        };
                        print_json(&marks.into_iter().map(mark).collect::<Vec<_>>())?;
                    }
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

impl Get {
    async fn run(&self) -> anyhow::Result<ExitCode> {
        let reading = self.source.open().await?;
        let archive = reading.archive();
        let Some(conversation) = self.conversation.conversation() else { bail!("give --c2c A B or --group ID") };
        let now = crate::now_ms() / 1000;
        let messages = match (&self.msg_key, &self.msg_id, self.seq) {
            (Some(key), ..) => archive.message_by_key(&conversation, key, now).await?,
            (_, Some(id), _) => archive.message_by_id(&conversation, id, now).await?,
            (.., Some(seq)) => archive.message_by_seq(&conversation, seq, now).await?,
            (None, None, None) => bail!("give --msg-key, --msg-id or --seq"),
        };
        if messages.is_empty() {
            bail!("no such message in {}", archive.table());
        }
        print(&messages, self.format)?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn print_read_marks(archive: &Archive, conversation: &Conversation) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for mark in archive.read_marks(conversation, crate::now_ms() / 1000).await? {
        let (account, time) = (show::shown(&mark.account), show::moment(mark.last_read_time));
        writeln!(out, "{account} has read what came up to {time}")?;
    }
    Ok(())
}

fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}

impl Chosen {
    /// The conversation that is named, if one is.
    pub fn conversation(&self) -> Option<Conversation> {
        match (self.c2c.as_deref(), &self.group) {
            (Some([a, b]), _) => Some(Conversation::C2c(a.clone(), b.clone())),
            (_, Some(group)) => Some(Conversation::Group { group_id: group.clone(), topic_id: self.topic.clone() }),
            _ => None,
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
    if format == Format::Json {
        return print_json(&messages);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", show::table(messages))?;
    writeln!(out, "{}", count(messages.len() as u64, "message"))?;
    Ok(())
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
