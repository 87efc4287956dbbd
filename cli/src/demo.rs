//! `chathook demo`: everything once, in a few seconds.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use chathook_archive::{Conversation, MessageQuery};
use chathook_endpoint::{Moderator, Settings};
use chathook_platform_double::{Ids, Message, Recipient};
use clap::Args;
use serde_json::json;

use crate::callback_client::CallbackClient;
use crate::clock::now;
use crate::color::{DIM, paint};
use crate::defaults::{DEMO_APP_ID, DEMO_TOKEN};
use crate::invocation::program;
use crate::local_webhook::{LocalWebhook, Storage};
use crate::platform;
use crate::times::Times;
use crate::{display, example_rules};

/// Show everything once: start the webhook, send messages as the platform does, list what was stored
#[derive(Args)]
pub struct Arguments {}

const GROUP: &str = "@TGS#DEMO";

/// A message that somebody sends, and the verdict of the example rules.
struct Sample {
    from: &'static str,
    /// `None`: to the group.
    to: Option<&'static str>,
    text: &'static str,
    verdict: &'static str,
}

const SAMPLES: &[Sample] = &[
    Sample { from: "ada", to: Some("grace"), text: "Lunch at noon?", verdict: "allow" },
    Sample { from: "grace", to: Some("ada"), text: "Best casino in town!", verdict: "reject" },
    Sample { from: "grace", to: None, text: "Hello, all of you", verdict: "allow" },
    Sample { from: "bob", to: None, text: "Buy followers here", verdict: "discard" },
    Sample { from: "ada", to: None, text: "More on telegram.me", verdict: "rewrite" },
];

pub async fn run(_: &Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(|name| match name {
        "SDK_APP_ID" => Some(DEMO_APP_ID.to_owned()),
        "CALLBACK_TOKEN" => Some(DEMO_TOKEN.to_owned()),
        _ => None,
    })?;
    let moderator = Arc::new(Moderator::new(example_rules::load()?));
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let storage = Storage::Memory { listen: any_port };
    let webhook = LocalWebhook::start(any_port, &storage, settings, moderator, None).await?;
    println!("Five messages go through the webhook, as Tencent Cloud Chat would send them.");
    println!("The example rules judge each before delivery. What is delivered is stored.\n");

    let client = CallbackClient::new(&webhook.url, DEMO_APP_ID.to_owned(), Some(DEMO_TOKEN))?;
    tokio::task::spawn_blocking(move || send_all(&client)).await??;
    for (title, conversation) in [
        ("between ada and grace", Conversation::C2c("ada".to_owned(), "grace".to_owned())),
        ("in the group", Conversation::Group { group_id: GROUP.to_owned(), topic_id: None }),
    ] {
        println!("\nKept {title}:");
        for message in webhook.archive.messages(&conversation, &MessageQuery::default(), now()).await?.messages {
            println!("  {}", display::line(&message, &Times::local()));
        }
    }
    webhook.stop().await?;
    let program = program();
    println!("\nNow send messages of your own. Start the webhook:");
    println!("  {program} serve");
    println!("and in another terminal:");
    println!("  {program} trigger c2c --from ada --to grace \"Best casino in town!\"");
    println!("  {program} trigger c2c --from ada --to grace \"Lunch at noon?\"");
    println!("  {program} messages list --c2c ada grace");
    Ok(ExitCode::SUCCESS)
}

/// Sends each message, then repeats the last callback of the first one.
fn send_all(client: &CallbackClient) -> anyhow::Result<()> {
    let time = now();
    for (seq, sample) in (1..).zip(SAMPLES) {
        let to = match sample.to {
            Some(to) => Recipient::Account(to.to_owned()),
            None => Recipient::Group { id: GROUP.to_owned(), topic: None, group_type: "Public".to_owned() },
        };
        let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": sample.text}}]);
        let ids = Ids { seq, random: 3_000_000_000, time };
        let message = Message { from: sample.from.to_owned(), to, body, custom_data: String::new(), ids };
        let (before, fate, after) = platform::send(&message, client)?;
        ensure!(
            before.verdict.split([' ', ':']).next() == Some(sample.verdict),
            "expected {}; a bug in chathook, please report it",
            sample.verdict
        );
        let to = if sample.to.is_some() { message.to.name() } else { "the group" };
        anstream::println!("{seq}. {} to {to}: {}", sample.from, sample.text);
        anstream::println!("   {}", paint(platform::style(&fate), platform::in_words(&message, &before, &fate)));
        if let Some(after) = after {
            ensure!(after.is_proper(), "expected OK; a bug in chathook, please report it");
        }
        if seq == 1 {
            let again = platform::report(&message, client, &fate)?.context("the first message is delivered")?;
            anstream::println!("   {}", paint(DIM, format!("The platform reports it twice: {}.", again.verdict)));
        }
    }
    Ok(())
}
