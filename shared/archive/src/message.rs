//! A message read from the table, with its changes.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::item::{Item, ItemKey};
use crate::schema::{ERASED_AT, EXPIRES_AT, RULES, SPANS};

/// A message as it was stored, and as it reads now.
///
/// An edited message has the `MsgBody`, `CloudCustomData` and `Text` of its latest edit. Its
/// [versions](Self::versions) hold what it said before. A recalled message still says what it said, and who
/// [recalled](Self::recall) it.
///
/// It serialises to a JSON object of all attributes by name. Numbers are exact; `MsgBody`, `GroupAtInfo`, `Extra`,
/// `Rules` and `Spans` are the JSON that they hold. An edited message also has `Versions`, a recalled one `Recall`, an
/// extended one `Extensions`, and one that is against the rules `Violations`. Use `serde_json::to_string` and its like:
/// a `serde_json::Value` would round numbers.
#[derive(Clone)]
pub struct StoredMessage {
    attributes: BTreeMap<String, Attribute>,
    /// The recall's own item.
    pub(crate) recall: Option<Box<StoredMessage>>,
    pub(crate) versions: Vec<Version>,
    /// The items of its extensions.
    pub(crate) extensions: Vec<StoredMessage>,
    /// The items of its violations.
    pub(crate) violations: Vec<StoredMessage>,
}

/// What a message said at one time.
#[derive(Clone)]
pub struct Version {
    /// `MsgBody`, `CloudCustomData` and `Text` at that time, and who made it so and when.
    attributes: BTreeMap<&'static str, Attribute>,
}

/// Who recalled a message, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recall<'a> {
    /// `Operator_Account` in a group; of a one-to-one message its sender, since the platform says no more.
    pub account: Option<&'a str>,
    /// Unix seconds: `EventTime`, or when the callback arrived if it has none.
    pub time: u64,
}

#[derive(Debug, Clone)]
enum Attribute {
    Text(String),
    Number(String),
}

impl From<Item> for StoredMessage {
    /// Leaves out attributes that are neither text nor number: chathook writes none.
    fn from(item: Item) -> Self {
        let known = |(name, value)| match value {
            AttributeValue::S(text) => Some((name, Attribute::Text(text))),
            AttributeValue::N(digits) => Some((name, Attribute::Number(digits))),
            _ => None,
        };
        Self {
            attributes: item.into_iter().filter_map(known).collect(),
            recall: None,
            versions: Vec::new(),
            extensions: Vec::new(),
            violations: Vec::new(),
        }
    }
}

/// The attributes of what a version says, and of how it came about.
const CONTENT: [&str; 3] = ["MsgBody", "CloudCustomData", "Text"];
const ORIGIN: [&str; 3] = ["Operator_Account", "EventTime", "ReceivedAt"];

impl Version {
    /// The message as it was sent.
    pub(crate) fn of(message: &StoredMessage) -> Self {
        Self::of_edit(message, message)
    }

    /// The message as `edit` left it.
    pub(crate) fn of_edit(message: &StoredMessage, edit: &StoredMessage) -> Self {
        let own = |from: &StoredMessage, name| Some((name, from.attributes.get(name)?.clone()));
        let content = CONTENT.into_iter().filter_map(|name| own(message, name));
        let origin = ORIGIN.into_iter().filter_map(|name| own(edit, name));
        Self { attributes: content.chain(origin).collect() }
    }

    /// The attribute of that name: `MsgBody`, `CloudCustomData`, `Text`, `Operator_Account` (who edited), `EventTime`,
    /// `ReceivedAt`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(Attribute::text)
    }

    /// `Text`, the preview for people.
    #[must_use]
    pub fn text(&self) -> &str {
        self.attribute("Text").unwrap_or_default()
    }
}

impl fmt::Debug for Version {
    /// Who and when: no log may show message text by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(ORIGIN.into_iter().filter_map(|name| Some((name, self.attribute(name)?)))).finish()
    }
}

impl Attribute {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
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

    /// Whether it was sent only to those online. Then it is not in the conversation's history.
    pub(crate) fn is_online_only(&self) -> bool {
        self.attribute("OnlineOnlyFlag") == Some("1")
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
        self.attributes.get(name).map(Attribute::text)
    }

    /// `EventTime`, Unix milliseconds.
    #[must_use]
    pub fn event_time(&self) -> Option<u64> {
        self.number("EventTime")
    }

    /// `ErrorCode` of a group message that the platform refused.
    #[must_use]
    pub fn error_code(&self) -> Option<i64> {
        self.attribute("ErrorCode")?.parse().ok()
    }

    /// When the erasure began that blanked the message, Unix seconds.
    #[must_use]
    pub fn erased_at(&self) -> Option<u64> {
        self.number(ERASED_AT)
    }

    /// Who recalled the message, if somebody did.
    #[must_use]
    pub fn recall(&self) -> Option<Recall<'_>> {
        let recall = self.recall.as_deref()?;
        let account = recall.attribute("Operator_Account").or(recall.attribute("From_Account"));
        let time = recall.event_time().map(|ms| ms / 1000).or(recall.received_at()).unwrap_or_default();
        Some(Recall { account, time })
    }

    /// What an edited message said, from the first version to the present one. Empty if nobody edited it.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Replaces what the message says by what `edit` says.
    pub(crate) fn rewrite(&mut self, edit: &Self) {
        let said = |name: &str| Some((name.to_owned(), edit.attributes.get(name)?.clone()));
        self.attributes.extend(CONTENT.into_iter().filter_map(said));
    }

    /// Whether `ExpiresAt` has come.
    pub(crate) fn has_expired(&self, now: u64) -> bool {
        self.number(EXPIRES_AT).is_some_and(|end| end <= now)
    }

    /// The attribute of that name as a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.attribute(name)?.parse().ok()
    }

    /// `sk`; empty for what is no item of this table.
    pub(crate) fn sort_key(&self) -> &str {
        self.attribute("sk").unwrap_or_default()
    }

    /// The item's key.
    pub(crate) fn key(&self) -> ItemKey {
        let key = |name| self.attribute(name).unwrap_or_default().to_owned();
        ItemKey { pk: key("pk"), sk: key("sk") }
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
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, self.attributes.iter().map(|(name, attribute)| (name.as_str(), attribute)))?;
        if let Some(recall) = &self.recall {
            map.serialize_entry("Recall", recall)?;
        }
        if !self.versions.is_empty() {
            map.serialize_entry("Versions", &self.versions)?;
        }
        if !self.extensions.is_empty() {
            map.serialize_entry("Extensions", &self.extensions)?;
        }
        if !self.violations.is_empty() {
            map.serialize_entry("Violations", &self.violations)?;
        }
        map.end()
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, self.attributes.iter().map(|(name, attribute)| (*name, attribute)))?;
        map.end()
    }
}

fn entries<'a, M: SerializeMap>(
    map: &mut M,
    attributes: impl Iterator<Item = (&'a str, &'a Attribute)>,
) -> Result<(), M::Error> {
    for (name, attribute) in attributes {
        let json = match attribute {
            Attribute::Number(digits) => Some(digits),
            Attribute::Text(text)
                if matches!(name, "MsgBody" | "GroupAtInfo" | "Extra" | "ExtensionList" | RULES | SPANS) =>
            {
                Some(text)
            }
            Attribute::Text(_) => None,
        };
        // Another program may have written it. What is no JSON is shown as text.
        match json.and_then(|json| serde_json::from_str::<&RawValue>(json).ok()) {
            Some(raw) => map.serialize_entry(name, raw)?,
            None => map.serialize_entry(name, attribute.text())?,
        }
    }
    Ok(())
}
