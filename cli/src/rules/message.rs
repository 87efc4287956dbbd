//! Messages to try rules on.

use chathook_protocol::json::Object;
use chathook_protocol::{Command, Query, SendMsg, json};
use clap::Args;
use serde_json::json;

use crate::names;

/// Where a message that is only a text goes.
#[derive(Args)]
pub struct Where {
    /// A one-to-one message (the default)
    #[arg(long, conflicts_with = "group")]
    c2c: bool,

    /// A message to this group
    #[arg(long, value_name = "ID")]
    group: Option<String>,

    /// The group's type
    #[arg(long, value_name = "TYPE", requires = "group", default_value = "Public", value_parser = names::group_type)]
    group_type: String,

    /// Who sends it
    #[arg(long, value_name = "ACCOUNT", default_value = "sender", value_parser = names::account)]
    from: String,

    /// What it is sent from: Android, iOS, Web, RESTAPI and so on
    #[arg(long, value_name = "PLATFORM", value_parser = names::platform)]
    platform: Option<String>,
}

/// A message as the platform would post it.
pub struct Posted {
    pub command: Command,
    pub body: String,
    pub query: Query,
    /// Whether only its text was given.
    pub is_text: bool,
}

impl Where {
    /// A one-to-one message from anybody.
    pub fn anybody() -> Self {
        let (group_type, from) = ("Public".to_owned(), "sender".to_owned());
        Self { c2c: true, group: None, group_type, from, platform: None }
    }

    /// A message with that text.
    pub fn text(&self, text: &str) -> Posted {
        let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}]);
        let (command, callback) = match &self.group {
            Some(group) => (
                Command::GroupBeforeSend,
                json!({"From_Account": self.from, "GroupId": group, "Type": self.group_type, "MsgBody": body}),
            ),
            None => {
                (Command::C2cBeforeSend, json!({"From_Account": self.from, "To_Account": "recipient", "MsgBody": body}))
            }
        };
        Posted { command, body: callback.to_string(), query: platform(self.platform.as_deref()), is_text: true }
    }

    /// A callback's JSON. An after-callback is read as if its message had yet to be sent.
    pub fn callback(&self, body: &str, object: &Object<'_>) -> Posted {
        let is_group = match object.text("CallbackCommand").as_deref().and_then(Command::parse) {
            Some(command) => command.is_group(),
            None => object.get("GroupId").is_some(),
        };
        let command = if is_group { Command::GroupBeforeSend } else { Command::C2cBeforeSend };
        // A callback from a file may also hold what came in its query.
        let stored = object.text("OptPlatform");
        let query = platform(self.platform.as_deref().or(stored.as_deref()));
        Posted { command, body: body.to_owned(), query, is_text: false }
    }

    /// A line of a file of messages: `{"text": …}` or a callback.
    pub fn line(&self, object: &Object<'_>, line: &str) -> anyhow::Result<Posted> {
        if object.get("MsgBody").is_some() || object.get("CallbackCommand").is_some() {
            return Ok(self.callback(line, object));
        }
        match object.text("text") {
            Some(text) => Ok(self.text(&text)),
            None => anyhow::bail!("there is neither a \"text\" nor a \"MsgBody\" in it"),
        }
    }
}

fn platform(name: Option<&str>) -> Query {
    let mut query = form_urlencoded::Serializer::new(String::new());
    Query::parse(&query.extend_pairs(name.map(|name| ("OptPlatform", name))).finish())
}

impl Posted {
    /// The message, to be moderated.
    pub fn message(&self) -> anyhow::Result<SendMsg<'_>> {
        Ok(SendMsg::parse(self.command, &self.body)?)
    }
}

/// A callback's JSON as the endpoint would read it.
pub fn readable(bytes: &[u8]) -> String {
    json::readable(bytes).into_owned()
}
