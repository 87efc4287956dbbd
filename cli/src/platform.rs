//! The platform's part in sending a message: it asks the webhook, does what the answer says, and reports it afterwards.

use anstyle::Style;
use anyhow::Context as _;
use chathook_archive::Conversation;
use chathook_platform_double::{Fate, Message, Recipient};
use serde_json::Value;

use crate::callback_client::{CallbackAnswer, CallbackClient};
use crate::color::{BAD, CHANGED, GOOD};
use crate::display::printable;
use crate::message_text::content;

/// Sends a message: asks the webhook and, if it is delivered, reports it. Returns the answers to both; the second only
/// then.
pub fn send(
    message: &Message,
    client: &CallbackClient,
) -> anyhow::Result<(CallbackAnswer, Fate, Option<CallbackAnswer>)> {
    let before = post(message, client, &message.before_callback())?;
    let fate = message.fate(before.is_proper().then_some(&before.reply));
    let after = report(message, client, &fate)?;
    Ok((before, fate, after))
}

/// Reports that a message was delivered, if it was.
pub fn report(message: &Message, client: &CallbackClient, fate: &Fate) -> anyhow::Result<Option<CallbackAnswer>> {
    message.delivered(fate).map(|delivered| post(message, client, &delivered.after_callback())).transpose()
}

fn post(message: &Message, client: &CallbackClient, callback: &Value) -> anyhow::Result<CallbackAnswer> {
    let command = callback["CallbackCommand"].as_str().context("a callback has a command")?;
    client.post(command, callback.to_string().as_bytes(), message.ids.time)
}

/// What happened to a message, in a sentence.
pub fn in_words(message: &Message, before: &CallbackAnswer, fate: &Fate) -> String {
    let (from, to) = (&message.from, message.to.name());
    let rules = before.rules.as_ref().map_or_else(String::new, |rules| format!(" (rule {rules})"));
    printable(&match fate {
        Fate::Delivered => format!("Delivered to {to} as it is{rules}."),
        Fate::Rewritten { body, .. } => {
            format!("Delivered to {to} as {}{rules}.", content(body).unwrap_or_default())
        }
        Fate::Unmoderated => format!("Delivered to {to} without moderation: the answer was not valid."),
        Fate::Hidden => format!("Hidden from others; {from} sees it sent{rules}."),
        Fate::Refused { code, text } if text.is_empty() => format!("Refused; {from} sees the error {code}{rules}."),
        Fate::Refused { code, text } => format!("Refused; {from} sees the error {code}, {text:?}{rules}."),
    })
}

/// The colour to show a fate in.
pub fn style(fate: &Fate) -> Style {
    match fate {
        Fate::Delivered => GOOD,
        Fate::Rewritten { .. } => CHANGED,
        Fate::Unmoderated | Fate::Hidden | Fate::Refused { .. } => BAD,
    }
}

/// The conversation that a message belongs to.
pub fn conversation(message: &Message) -> Conversation {
    match &message.to {
        Recipient::Account(to) => Conversation::C2c(message.from.clone(), to.clone()),
        Recipient::Group { id, topic, .. } => Conversation::Group { group_id: id.clone(), topic_id: topic.clone() },
    }
}
