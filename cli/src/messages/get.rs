//! `chathook messages get`: one message.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::bail;
use chathook_protocol::MsgKey;
use clap::{ArgGroup, Args};

use crate::clock::now;
use crate::conversation::{self, AsOptions, ConversationArguments};
use crate::display;
use crate::output::{Format, print_json};
use crate::source::Source;
use crate::times::TimesArguments;

/// One message of a conversation, with what it said before it was edited, and its recall
///
/// Name it by its MsgId, or by its MsgKey (one-to-one) or its MsgSeq (in a group).
#[derive(Args)]
#[group(id = "which", required = true, multiple = false, args = ["msg_key", "msg_id", "seq"])]
#[command(group = ArgGroup::new("conversation").args(["c2c", "group"]).required(true))]
pub struct Arguments {
    #[command(flatten)]
    conversation: ConversationArguments,
    /// The MsgKey of a one-to-one message
    #[arg(long, value_name = "KEY", value_parser = msg_key, requires = "c2c")]
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
    times: TimesArguments,
    #[command(flatten)]
    source: Source,
}

impl Arguments {
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let source = self.source.open().await?;
        let archive = source.archive();
        let Some(conversation) = self.conversation.conversation() else { bail!("give --c2c A B or --group ID") };
        let now = now();
        let messages = match (&self.msg_key, &self.msg_id, self.seq) {
            (Some(key), ..) => archive.message_by_key(&conversation, key, now).await?,
            (_, Some(id), _) => archive.message_by_id(&conversation, id, now).await?,
            (.., Some(seq)) => archive.message_by_seq(&conversation, seq, now).await?,
            (None, None, None) => bail!("give --msg-key, --msg-id or --seq"),
        };
        if messages.is_empty() {
            let which = match (&self.msg_key, &self.msg_id, self.seq) {
                (Some(key), ..) => format!("MsgKey {key}"),
                (_, Some(id), _) => format!("MsgId {id}"),
                (.., seq) => format!("MsgSeq {}", seq.unwrap_or_default()),
            };
            bail!(
                "no such message in {}: {which} of {}; {}",
                archive.table_name(),
                AsOptions(&conversation),
                conversation::advice(&conversation)
            );
        }
        match self.format {
            Format::Json => print_json(&messages)?,
            Format::Table => {
                let (times, mut out) = (self.times.times(), anstream::stdout().lock());
                for message in &messages {
                    write!(out, "{}", display::details(message, &times))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn msg_key(text: &str) -> anyhow::Result<String> {
    anyhow::ensure!(
        MsgKey::parse(text).is_some(),
        "a MsgKey is three numbers, MsgSeq_MsgRandom_MsgTime, such as 48374_2837546_1557481126"
    );
    Ok(text.to_owned())
}
