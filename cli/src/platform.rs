//! The platform's part in sending a message: it asks the webhook, does what the answer says, and reports it afterwards.

use anstyle::Style;
use anyhow::Context as _;
use chathook_archive::Conversation;
use chathook_protocol::Command;
use serde_json::{Value, json};

use crate::callback_client::{CallbackAnswer, CallbackClient};
use crate::color::{BAD, CHANGED, GOOD};
use crate::display::printable;
use crate::message_text::content;

/// A message that somebody sends.
pub struct Message {
    /// `From_Account`
    pub from: String,
    /// Where it goes.
    pub to: Recipient,
    /// `MsgBody`
    pub body: Value,
    /// What the platform adds.
    pub ids: Ids,
}

/// Where a message goes.
pub enum Recipient {
    /// To this account.
    Account(String),
    /// Into a group.
    Group {
        /// `GroupId`
        id: String,
        /// `TopicId`
        topic: Option<String>,
        /// `Type`
        group_type: String,
    },
}

/// The numbers that identify a message.
#[derive(Clone, Copy)]
pub struct Ids {
    /// `MsgSeq`
    pub seq: u64,
    /// `MsgRandom` or `Random`
    pub random: u32,
    /// `MsgTime`, Unix seconds
    pub time: u64,
}

/// What the platform does with a message after it has asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is delivered as it is.
    Delivered,
    /// It is delivered like this.
    Rewritten {
        /// `MsgBody`
        body: Value,
        /// `CloudCustomData`
        custom_data: Option<String>,
    },
    /// It is delivered as it is, since the answer was not valid.
    Unmoderated,
    /// The sender sees it as sent; the others see nothing.
    Hidden,
    /// The sender gets this error; the others see nothing.
    Refused {
        /// What the sender's client shows.
        code: u64,
        /// `ErrorInfo`; may be empty.
        text: String,
    },
}

impl Message {
    /// Sends it: asks the webhook and, if it is delivered, reports it. Returns the answers to both; the second only
    /// then.
    pub fn send(&self, client: &CallbackClient) -> anyhow::Result<(CallbackAnswer, Fate, Option<CallbackAnswer>)> {
        let before = self.post(client, &self.callback(None))?;
        let fate = self.fate(&before);
        let is_delivered = matches!(fate, Fate::Delivered | Fate::Rewritten { .. } | Fate::Unmoderated);
        let after = is_delivered.then(|| self.report(client, &fate)).transpose()?;
        Ok((before, fate, after))
    }

    /// Reports that it was delivered.
    pub fn report(&self, client: &CallbackClient, fate: &Fate) -> anyhow::Result<CallbackAnswer> {
        self.post(client, &self.callback(Some(fate)))
    }

    fn post(&self, client: &CallbackClient, callback: &Value) -> anyhow::Result<CallbackAnswer> {
        let command = callback["CallbackCommand"].as_str().context("a callback has a command")?;
        client.post(command, callback.to_string().as_bytes(), self.ids.time)
    }

    fn fate(&self, answer: &CallbackAnswer) -> Fate {
        if !answer.is_proper() {
            return Fate::Unmoderated;
        }
        let reply = &answer.reply;
        let (body, custom_data) = (reply.get("MsgBody"), reply["CloudCustomData"].as_str().map(str::to_owned));
        match (reply["ErrorCode"].as_u64(), &self.to) {
            (Some(0), _) if body.is_none() && custom_data.is_none() => Fate::Delivered,
            (Some(0), _) => Fate::Rewritten { body: body.unwrap_or(&self.body).clone(), custom_data },
            (Some(2), _) => Fate::Hidden,
            (Some(code), to) => {
                // The platform replaces a plain 1 with codes of its own.
                let code = match (code, to) {
                    (1, Recipient::Account(_)) => 20006,
                    (1, Recipient::Group { .. }) => 10016,
                    (code, _) => code,
                };
                Fate::Refused { code, text: reply["ErrorInfo"].as_str().unwrap_or_default().to_owned() }
            }
            (None, _) => Fate::Unmoderated,
        }
    }

    /// The callback before it is sent; or after, with its fate.
    fn callback(&self, fate: Option<&Fate>) -> Value {
        let Ids { seq, random, time } = self.ids;
        let (body, custom_data) = match fate {
            Some(Fate::Rewritten { body, custom_data }) => (body, custom_data.as_deref().unwrap_or_default()),
            _ => (&self.body, ""),
        };
        let is_after = fate.is_some();
        let mut callback = json!({
            "From_Account": self.from, "OnlineOnlyFlag": 0, "MsgBody": body, "CloudCustomData": custom_data,
        });
        let (command, own) = match &self.to {
            Recipient::Account(to) => (
                if is_after { Command::C2cAfterSend } else { Command::C2cBeforeSend },
                json!({
                    "To_Account": to, "MsgSeq": seq, "MsgRandom": random, "MsgTime": time, "MsgKey": self.msg_key(),
                }),
            ),
            Recipient::Group { id, group_type, .. } => (
                if is_after { Command::GroupAfterSend } else { Command::GroupBeforeSend },
                json!({"GroupId": id, "Type": group_type, "Operator_Account": self.from, "Random": random}),
            ),
        };
        let after = match &self.to {
            Recipient::Account(_) => json!({"SendMsgResult": 0, "ErrorInfo": "send msg succeed", "UnreadMsgNum": 1}),
            Recipient::Group { .. } => json!({"MsgSeq": seq, "MsgTime": time}),
        };
        let topic = match &self.to {
            Recipient::Group { topic: Some(topic), .. } => Some(json!({"TopicId": topic})),
            _ => None,
        };
        let command = Some(json!({"CallbackCommand": command.as_str()}));
        for fields in [command, Some(own), topic, Some(after).filter(|_| is_after)].into_iter().flatten() {
            if let (Value::Object(callback), Value::Object(fields)) = (&mut callback, fields) {
                callback.extend(fields);
            }
        }
        callback
    }

    /// What happened to it, in a sentence.
    pub fn in_words(&self, before: &CallbackAnswer, fate: &Fate) -> String {
        let (from, to) = (&self.from, self.to.name());
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

    /// `MsgKey` of a one-to-one message.
    pub fn msg_key(&self) -> String {
        let Ids { seq, random, time } = self.ids;
        format!("{seq}_{random}_{time}")
    }

    /// The conversation that it belongs to.
    pub fn conversation(&self) -> Conversation {
        match &self.to {
            Recipient::Account(to) => Conversation::C2c(self.from.clone(), to.clone()),
            Recipient::Group { id, topic, .. } => Conversation::Group { group_id: id.clone(), topic_id: topic.clone() },
        }
    }
}

impl Fate {
    /// The colour to show it in.
    pub fn style(&self) -> Style {
        match self {
            Self::Delivered => GOOD,
            Self::Rewritten { .. } => CHANGED,
            Self::Unmoderated | Self::Hidden | Self::Refused { .. } => BAD,
        }
    }
}

impl Recipient {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Account(name) | Self::Group { topic: Some(name), .. } | Self::Group { id: name, .. } => name,
        }
    }
}
