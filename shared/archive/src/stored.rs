//! A message as it was kept.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::record::Item;

/// A message as it was kept.
///
/// Serialises to a JSON object of all attributes under their names, numbers exact, with `MsgBody`, `GroupAtInfo` and
/// `Extra` as the JSON they are. Use `serde_json::to_string` and its like: a `serde_json::Value` would round numbers.
#[derive(Clone)]
pub struct StoredMessage {
    attributes: BTreeMap<String, Attribute>,
}

#[derive(Debug, Clone)]
enum Attribute {
    Text(String),
    Number(String),
}

impl From<Item> for StoredMessage {
    /// Attributes of other types than text and number are none of ours, and left out.
    fn from(item: Item) -> Self {
        let known = |(name, value)| match value {
            AttributeValue::S(text) => Some((name, Attribute::Text(text))),
            AttributeValue::N(digits) => Some((name, Attribute::Number(digits))),
            _ => None,
        };
        Self { attributes: item.into_iter().filter_map(known).collect() }
    }
}

impl StoredMessage {
    /// `From_Account`, the sender.
    #[must_use]
    pub fn from_account(&self) -> &str {
        self.attribute("From_Account").unwrap_or_default()
    }

    /// `To_Account`, the recipient of a one-to-one message.
    #[must_use]
    pub fn to_account(&self) -> Option<&str> {
        self.attribute("To_Account")
    }

    /// `GroupId`
    #[must_use]
    pub fn group_id(&self) -> Option<&str> {
        self.attribute("GroupId")
    }

    /// `TopicId`
    #[must_use]
    pub fn topic_id(&self) -> Option<&str> {
        self.attribute("TopicId")
    }

    /// `MsgKey` of a one-to-one message.
    #[must_use]
    pub fn msg_key(&self) -> Option<&str> {
        self.attribute("MsgKey")
    }

    /// `MsgId`
    #[must_use]
    pub fn msg_id(&self) -> Option<&str> {
        self.attribute("MsgId")
    }

    /// `MsgSeq`
    #[must_use]
    pub fn msg_seq(&self) -> Option<u64> {
        self.number("MsgSeq")
    }

    /// `MsgRandom` of a one-to-one message, `Random` of a group message.
    #[must_use]
    pub fn random(&self) -> Option<u64> {
        self.number("MsgRandom").or_else(|| self.number("Random"))
    }

    /// `MsgTime`, Unix seconds.
    #[must_use]
    pub fn msg_time(&self) -> Option<u64> {
        self.number("MsgTime")
    }

    /// `SendMsgResult` of a one-to-one message; 0: delivered.
    #[must_use]
    pub fn send_msg_result(&self) -> Option<i64> {
        self.attribute("SendMsgResult")?.parse().ok()
    }

    /// `Text`, the preview for people; empty when there is nothing to show.
    #[must_use]
    pub fn text(&self) -> &str {
        self.attribute("Text").unwrap_or_default()
    }

    /// `MsgBody`, the exact JSON that came.
    #[must_use]
    pub fn msg_body(&self) -> Option<&str> {
        self.attribute("MsgBody")
    }

    /// `ReceivedAt`, when the callback arrived, Unix seconds.
    #[must_use]
    pub fn received_at(&self) -> Option<u64> {
        self.number("ReceivedAt")
    }

    /// The attribute of that name, in the platform's spelling: its text, or its digits.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(|attribute| match attribute {
            Attribute::Text(text) | Attribute::Number(text) => text.as_str(),
        })
    }

    /// Whether `ExpiresAt` has come.
    pub(crate) fn has_expired(&self, now: u64) -> bool {
        self.number("ExpiresAt").is_some_and(|end| end <= now)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.attribute(name)?.parse().ok()
    }
}

impl fmt::Debug for StoredMessage {
    /// Keys only: no log may show message text by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredMessage")
            .field("pk", &self.attribute("pk"))
            .field("sk", &self.attribute("sk"))
            .finish_non_exhaustive()
    }
}

impl Serialize for StoredMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.attributes.len()))?;
        for (name, attribute) in &self.attributes {
            let json = match attribute {
                Attribute::Number(digits) => Some(digits),
                Attribute::Text(text) if matches!(name.as_str(), "MsgBody" | "GroupAtInfo" | "Extra") => Some(text),
                Attribute::Text(_) => None,
            };
            // Somebody else may have written it: what is no JSON is shown as text.
            match json.and_then(|json| serde_json::from_str::<&RawValue>(json).ok()) {
                Some(raw) => map.serialize_entry(name, raw)?,
                None => map.serialize_entry(name, self.attribute(name).unwrap_or_default())?,
            }
        }
        map.end()
    }
}
