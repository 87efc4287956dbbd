//! A message on its way: what the platform asks before it is delivered, what it does with the answer, and what it
//! reports after.

use chathook_protocol::Command;
use serde_json::{Value, json};

/// A message that somebody sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// `From_Account`
    pub from: String,
    /// Where it goes.
    pub to: Recipient,
    /// `MsgBody`
    pub body: Value,
    /// `CloudCustomData`; may be empty.
    pub custom_data: String,
    /// What the platform adds.
    pub ids: Ids,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// `MsgSeq`
    pub seq: u64,
    /// `MsgRandom` or `Random`
    pub random: u32,
    /// `MsgTime`, Unix seconds
    pub time: u64,
}

/// What the platform does with a message after it has asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It is delivered as it is.
    Delivered,
    /// It is delivered like this.
    Rewritten {
        /// `MsgBody`
        body: Value,
        /// `CloudCustomData`; `None`: it stays.
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

impl Fate {
    /// Whether the others see the message.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        matches!(self, Self::Delivered | Self::Rewritten { .. } | Self::Unmoderated)
    }
}

impl Message {
    /// `MsgKey` of a one-to-one message.
    #[must_use]
    pub fn msg_key(&self) -> String {
        let Ids { seq, random, time } = self.ids;
        format!("{seq}_{random}_{time}")
    }

    /// What the platform does with it after this answer of the webhook; `None` if the answer was late, or not valid.
    #[must_use]
    pub fn fate(&self, answer: Option<&Value>) -> Fate {
        let Some(answer) = answer else { return Fate::Unmoderated };
        let (body, custom_data) = (answer.get("MsgBody"), answer["CloudCustomData"].as_str().map(str::to_owned));
        match (answer["ErrorCode"].as_u64(), &self.to) {
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
                Fate::Refused { code, text: answer["ErrorInfo"].as_str().unwrap_or_default().to_owned() }
            }
            (None, _) => Fate::Unmoderated,
        }
    }

    /// The message as it is delivered; `None` if it is not.
    #[must_use]
    pub fn delivered(&self, fate: &Fate) -> Option<Self> {
        match fate {
            Fate::Delivered | Fate::Unmoderated => Some(self.clone()),
            Fate::Rewritten { body, custom_data } => Some(Self {
                body: body.clone(),
                custom_data: custom_data.as_ref().unwrap_or(&self.custom_data).clone(),
                ..self.clone()
            }),
            Fate::Hidden | Fate::Refused { .. } => None,
        }
    }

    /// The callback that asks before it is delivered.
    #[must_use]
    pub fn before_callback(&self) -> Value {
        let command = match self.to {
            Recipient::Account(_) => Command::C2cBeforeSend,
            Recipient::Group { .. } => Command::GroupBeforeSend,
        };
        self.callback(command, json!({}))
    }

    /// The callback that reports it. The message is as it was [delivered](Self::delivered).
    #[must_use]
    pub fn after_callback(&self) -> Value {
        let Ids { seq, time, .. } = self.ids;
        match &self.to {
            Recipient::Account(_) => {
                let result = json!({"SendMsgResult": 0, "ErrorInfo": "send msg succeed", "UnreadMsgNum": 1});
                self.callback(Command::C2cAfterSend, result)
            }
            Recipient::Group { .. } => self.callback(Command::GroupAfterSend, json!({"MsgSeq": seq, "MsgTime": time})),
        }
    }

    /// The callback of this command, with fields that only it has.
    fn callback(&self, command: Command, own: Value) -> Value {
        let Ids { seq, random, time } = self.ids;
        let (from, body, custom_data) = (&self.from, &self.body, &self.custom_data);
        let message = json!({
            "CallbackCommand": command.as_str(), "From_Account": from, "OnlineOnlyFlag": 0, "MsgBody": body,
            "CloudCustomData": custom_data, "EventTime": time * 1000,
        });
        let to = match &self.to {
            Recipient::Account(to) => json!({
                "To_Account": to, "MsgSeq": seq, "MsgRandom": random, "MsgTime": time, "MsgKey": self.msg_key(),
            }),
            Recipient::Group { id, topic: None, group_type } => {
                json!({"GroupId": id, "Type": group_type, "Operator_Account": from, "Random": random})
            }
            Recipient::Group { id, topic, group_type } => json!({
                "GroupId": id, "TopicId": topic, "Type": group_type, "Operator_Account": from, "Random": random,
            }),
        };
        let fields = [message, to, own].into_iter().filter_map(|fields| match fields {
            Value::Object(fields) => Some(fields),
            _ => None,
        });
        Value::Object(fields.flatten().collect())
    }
}

impl Recipient {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Account(name) | Self::Group { topic: Some(name), .. } | Self::Group { id: name, .. } => name,
        }
    }
}
