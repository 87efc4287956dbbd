//! `chathook demo`: everything once, in a few seconds.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::ensure;
use chathook_archive::{Conversation, MessageQuery};
use chathook_endpoint::Settings;
use chathook_moderation::RulesSource;
use chathook_protocol::Command;
use clap::Args;
use serde_json::{Value, json};

use crate::callback_client::{CallbackAnswer, CallbackClient};
use crate::clock::now;
use crate::defaults::{DEMO_APP_ID, DEMO_TOKEN};
use crate::display;
use crate::local_webhook::{LocalWebhook, Storage};

/// Show everything once: start the webhook, post signed callbacks of all four commands, list what was kept
#[derive(Args)]
pub struct Arguments {}

/// The rules that ship with the functions, so that the demo runs in any folder.
const RULES: &str = include_str!("../../rules/rules.toml");
const ADVERTS: &str = include_str!("../../rules/adverts.txt");

const GROUP: &str = "@TGS#DEMO";

/// A message that somebody sends, and what the shipped rules make of it.
struct Sample {
    to_group: bool,
    from: &'static str,
    text: &'static str,
    verdict: &'static str,
    /// Whether the platform repeats the after-callback.
    repeat: bool,
}

const SAMPLES: &[Sample] = &[
    Sample { to_group: false, from: "ada", text: "Lunch at noon?", verdict: "allow", repeat: true },
    Sample { to_group: false, from: "grace", text: "Best casino in town!", verdict: "reject", repeat: false },
    Sample { to_group: true, from: "grace", text: "Hello, all of you", verdict: "allow", repeat: false },
    Sample { to_group: true, from: "bob", text: "Buy followers here", verdict: "discard", repeat: false },
    Sample { to_group: true, from: "ada", text: "More on telegram.me", verdict: "rewrite", repeat: false },
];

pub async fn run(_: &Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(|name| match name {
        "SDK_APP_ID" => Some(DEMO_APP_ID.to_owned()),
        "CALLBACK_TOKEN" => Some(DEMO_TOKEN.to_owned()),
        _ => None,
    })?;
    let mut rules = RulesSource::new("rules.toml", RULES);
    for name in rules.terms_files() {
        rules.add_terms_file(&name, Ok(ADVERTS.to_owned()));
    }
    let rules = rules.compile()?.strict()?;
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let webhook = LocalWebhook::start(any_port, &Storage::Memory { listen: any_port }, settings, rules).await?;
    println!("webhook on {}, its table on {}\n", webhook.url, webhook.dynamodb);

    let client = CallbackClient::new(&webhook.url, DEMO_APP_ID.to_owned(), Some(DEMO_TOKEN))?;
    tokio::task::spawn_blocking(move || post_all(&client)).await??;
    for (title, conversation) in [
        ("ada and grace", Conversation::C2c("ada".to_owned(), "grace".to_owned())),
        (GROUP, Conversation::Group { group_id: GROUP.to_owned(), topic_id: None }),
    ] {
        let page = webhook.archive.messages(&conversation, &MessageQuery::default(), now()).await?;
        println!("\nkept of {title}:\n{}", display::table(&page.messages));
    }
    webhook.stop().await?;
    println!("\nnext: `chathook serve`, and `chathook --help`");
    Ok(ExitCode::SUCCESS)
}

/// Plays the platform: each message before it is sent, and if it is delivered, after.
fn post_all(client: &CallbackClient) -> anyhow::Result<()> {
    let now = now();
    for (index, sample) in (1..).zip(SAMPLES) {
        let before = sample.callback(index, now, None);
        let answer = client.post(before.to_string().as_bytes(), now)?;
        sample.print(&answer, "");
        ensure!(
            answer.verdict.split([' ', ':']).next() == Some(sample.verdict),
            "expected {}; a bug in chathook, please report it",
            sample.verdict
        );
        if !matches!(sample.verdict, "allow" | "rewrite") {
            continue;
        }
        let delivered = answer.reply.get("MsgBody").cloned().unwrap_or_else(|| before["MsgBody"].clone());
        let after = sample.callback(index, now, Some(delivered)).to_string();
        for note in if sample.repeat { ["", " (the same once more)"].as_slice() } else { &[""] } {
            let answer = client.post(after.as_bytes(), now)?;
            sample.print(&answer, note);
            ensure!(answer.is_proper(), "expected OK; a bug in chathook, please report it");
        }
    }
    Ok(())
}

impl Sample {
    /// The callback before the message is sent, or after, with what was delivered.
    fn callback(&self, index: u64, now: u64, delivered: Option<Value>) -> Value {
        let command = match (self.to_group, delivered.is_some()) {
            (false, false) => Command::C2cBeforeSend,
            (false, true) => Command::C2cAfterSend,
            (true, false) => Command::GroupBeforeSend,
            (true, true) => Command::GroupAfterSend,
        };
        let random = 3_000_000_000 + index;
        let text = || json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": self.text}}]);
        let is_after = delivered.is_some();
        let mut callback = json!({
            "CallbackCommand": command.as_str(),
            "From_Account": self.from,
            "OnlineOnlyFlag": 0,
            "MsgBody": delivered.unwrap_or_else(text),
            "CloudCustomData": "",
        });
        let own = match (self.to_group, is_after) {
            (false, _) => json!({
                "To_Account": if self.from == "ada" { "grace" } else { "ada" },
                "MsgSeq": index, "MsgRandom": random, "MsgTime": now, "MsgKey": format!("{index}_{random}_{now}"),
            }),
            (true, false) => {
                json!({"GroupId": GROUP, "Type": "Public", "Operator_Account": self.from, "Random": random})
            }
            (true, true) => json!({
                "GroupId": GROUP, "Type": "Public", "Operator_Account": self.from, "Random": random,
                "MsgSeq": index, "MsgTime": now,
            }),
        };
        let result = json!({"SendMsgResult": 0, "ErrorInfo": "send msg succeed", "UnreadMsgNum": 1});
        for fields in [Some(own), Some(result).filter(|_| is_after && !self.to_group)].into_iter().flatten() {
            if let (Value::Object(callback), Value::Object(fields)) = (&mut callback, fields) {
                callback.extend(fields);
            }
        }
        callback
    }

    fn print(&self, answer: &CallbackAnswer, note: &str) {
        let text = format!("{:?}", self.text);
        println!("{:<28} {:<6} {text:<44} → {}{note}", answer.command, self.from, answer.verdict);
    }
}
