//! `chathook trigger`: sends a message as the platform would, and shows what becomes of it.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chathook_archive::{Archive, StoredMessage};
use chathook_platform_double::{Fate, Ids, Message, Recipient};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::callback_client::{CallbackAnswer, CallbackClient};
use crate::clock::{now, now_ms};
use crate::color::{BAD, CHANGED, DIM, GOOD, paint};
use crate::conversation::AsOptions;
use crate::defaults::{DATA_FOLDER, TABLE, WEBHOOK_URL};
use crate::display;
use crate::invocation::program;
use crate::output::{Format, print_json};
use crate::platform;
use crate::running_serve::RunningServe;
use crate::times::Times;

/// Send a message as the platform would: ask the webhook, deliver what it says, report it, and look up what was stored
///
/// It looks into the table of the running `serve`. With --url it says how to look into the table of that webhook.
#[derive(Args)]
#[command(after_help = "Signs with SDK_APP_ID and CALLBACK_TOKEN; without them, for a `serve` without settings.\n\n\
Examples:\n  chathook trigger c2c --from ada --to grace \"Lunch at noon?\"\n  \
chathook trigger group --from ada --group '@TGS#1' --file invoice.pdf \"The invoice\"")]
pub struct Arguments {
    #[command(subcommand)]
    chat: Chat,
}

#[derive(Subcommand)]
enum Chat {
    /// Send a message to an account
    C2c {
        /// The sender
        #[arg(long, value_name = "ACCOUNT")]
        from: String,
        /// The recipient
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        #[command(flatten)]
        what: What,
    },
    /// Send a message into a group
    Group {
        /// The sender
        #[arg(long, value_name = "ACCOUNT")]
        from: String,
        /// The group's GroupId
        #[arg(long, value_name = "ID")]
        group: String,
        /// The TopicId of a topic in it
        #[arg(long, value_name = "ID")]
        topic: Option<String>,
        /// The group's Type: Private, Public, ChatRoom, AVChatRoom, Community
        #[arg(long = "type", value_name = "TYPE", default_value = "Public")]
        group_type: String,
        #[command(flatten)]
        what: What,
    },
}

/// What the message holds, and where it goes. Its elements come in the order of these options.
#[derive(Args)]
struct What {
    /// The message's text
    #[arg(required_unless_present_any = ["image", "file", "json"])]
    text: Option<String>,
    /// A picture, by its URL
    #[arg(long, value_name = "URL")]
    image: Option<String>,
    /// A file, by its name; no such file needs to exist
    #[arg(long, value_name = "NAME")]
    file: Option<String>,
    /// Elements in the platform's JSON: one, or an array
    #[arg(long, value_name = "ELEMENTS", value_parser = elements)]
    json: Option<Value>,
    /// The webhook; by default the running `serve`, else http://127.0.0.1:9000
    #[arg(long)]
    url: Option<String>,
    /// How to print what happened
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// Reads elements: one object, or an array of objects.
fn elements(text: &str) -> Result<Value, String> {
    let is_element = |element: &Value| element["MsgType"].is_string();
    let example = r#"write {"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}"#;
    match serde_json::from_str(text) {
        Ok(Value::Array(elements)) if elements.iter().all(is_element) => Ok(Value::Array(elements)),
        Ok(element) if is_element(&element) => Ok(json!([element])),
        Ok(_) => Err(format!("an element has a MsgType; {example}")),
        Err(error) => Err(format!("it is not JSON ({error}); {example}")),
    }
}

impl What {
    /// `MsgBody`
    fn body(&self) -> Value {
        let text = self.text.as_ref().map(|text| json!({"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}));
        let image = self.image.as_ref().map(|url| {
            let sizes =
                [1, 2, 3].map(|kind| json!({"Type": kind, "Size": 10_000, "Width": 0, "Height": 0, "URL": url}));
            json!({
                "MsgType": "TIMImageElem",
                "MsgContent": {"UUID": "trigger", "ImageFormat": 1, "ImageInfoArray": sizes},
            })
        });
        let file = self.file.as_ref().map(|name| {
            json!({
                "MsgType": "TIMFileElem",
                "MsgContent": {
                    "Url": "https://media.example.com/file", "UUID": "trigger", "FileSize": 10_000, "FileName": name,
                    "Download_Flag": 2,
                },
            })
        });
        let given = self.json.iter().filter_map(Value::as_array).flatten().cloned();
        [text, image, file].into_iter().flatten().chain(given).collect::<Vec<_>>().into()
    }
}

pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (from, to, what) = match arguments.chat {
        Chat::C2c { from, to, what } => (from, Recipient::Account(to), what),
        Chat::Group { from, group, topic, group_type, what } => {
            (from, Recipient::Group { id: group, topic, group_type }, what)
        }
    };
    if from.is_empty() || to.name().is_empty() {
        bail!("an account or a group has a name; the one given is empty");
    }
    let running = if what.url.is_none() { RunningServe::find(Path::new(DATA_FOLDER)) } else { None };
    let serve = running.as_ref().map(|running| running.webhook.clone());
    let url = what.url.clone().or(serve).unwrap_or_else(|| WEBHOOK_URL.to_owned());
    let client = CallbackClient::from_environment(&url)?;
    let message = Message { from, to, body: what.body(), custom_data: String::new(), ids: ids() };

    let (message, sent) = tokio::task::spawn_blocking(move || {
        let sent = platform::send(&message, &client);
        (message, sent)
    })
    .await?;
    let (before, fate, after) = sent?;
    let kept = match (&running, &after) {
        (Some(running), Some(_)) => Some(kept(&message, &running.dynamodb).await?),
        _ => None,
    };
    let is_proper = before.is_proper() && after.as_ref().is_none_or(CallbackAnswer::is_proper);
    if what.format == Format::Json {
        let fate = platform::in_words(&message, &before, &fate);
        print_json(&json!({"before": before, "fate": fate, "after": after, "kept": kept}))?;
    } else {
        print(&message, &before, &fate, after.as_ref());
        let look = paint(DIM, format!("look    {} messages {}", program(), look(&message)));
        match &kept {
            Some(kept) if !kept.is_empty() => {
                for message in kept {
                    anstream::println!("kept    {}", display::line(message, &Times::local()));
                }
                anstream::println!("{look}");
            }
            Some(_) => println!("kept    nothing: this `serve` did not store it"),
            // Nothing was reported, so nothing is kept.
            None if after.is_none() => {}
            None => {
                println!(
                    "kept    in the table of that webhook: look in the folder of that `serve`, or with --aws --stack NAME"
                );
                anstream::println!("{look}");
            }
        }
    }
    Ok(if is_proper { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Numbers that no other message has. In a group they are places in its history, so they grow with time.
fn ids() -> Ids {
    let random = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or_default();
    Ids { seq: now_ms(), random, time: now() }
}

/// The message in the table.
async fn kept(message: &Message, dynamodb: &str) -> anyhow::Result<Vec<StoredMessage>> {
    let table = std::env::var("TABLE_NAME").ok().filter(|name| !name.is_empty());
    let archive = Archive::local(table.as_deref().unwrap_or(TABLE), dynamodb);
    let conversation = platform::conversation(message);
    let found = match message.to {
        Recipient::Account(_) => archive.message_by_key(&conversation, &message.msg_key(), now()).await,
        Recipient::Group { .. } => archive.message_by_seq(&conversation, message.ids.seq, now()).await,
    };
    found.context("the message was reported; the table does not say whether it is stored")
}

fn print(message: &Message, before: &CallbackAnswer, fate: &Fate, after: Option<&CallbackAnswer>) {
    let line = |when: &str, answer: &CallbackAnswer, style| {
        let verdict = paint(style, display::printable(&answer.verdict));
        anstream::println!("{when}  {verdict}  {}", paint(DIM, format!("{} ms", answer.milliseconds)));
    };
    line("before", before, platform::style(fate));
    anstream::println!("        {}", platform::in_words(message, before, fate));
    if let Some(after) = after {
        let style = match after.verdict.as_str() {
            "stored" | "done" => GOOD,
            _ if after.is_proper() => CHANGED,
            _ => BAD,
        };
        line("after ", after, style);
    }
}

/// The arguments of `chathook messages` that show the message.
fn look(message: &Message) -> String {
    let conversation = platform::conversation(message);
    let id = match message.to {
        Recipient::Account(_) => format!("--msg-key {}", message.msg_key()),
        Recipient::Group { .. } => format!("--seq {}", message.ids.seq),
    };
    format!("get {} {id}", AsOptions(&conversation))
}
