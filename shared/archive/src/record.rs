//! A callback as the item it becomes.
//!
//! Attributes carry the platform's names, so that a person in the DynamoDB console can read them, and hold what came:
//! numbers as numbers, text as text. Beside them stand `Text`, a preview for people; `Extra`, the fields that chathook
//! does not know, as JSON; `CallbackCommand`; `OptPlatform`, `ClientIP` and `RequestID` from the query; `ReceivedAt`;
//! and `ExpiresAt` when records are not kept for ever. `MsgBody` and `GroupAtInfo` are the exact JSON as one string: a
//! nested map would cost more, change numbers and end at 32 levels.
//!
//! Two attributes are there for the table's indexes alone (see [`crate::across`]): `OccurredAt`, and `Outcome` on what
//! did not arrive or was recalled.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use chathook_protocol::json::Object;
use chathook_protocol::{C2c, Chat, Group, Query, SendMsg};
use serde_json::value::RawValue;

use crate::across::{OCCURRED_AT, OUTCOME};
use crate::erase::ERASED_AT;
use crate::filter::Outcome;
use crate::keys::{self, Conversation, SortKey};
use crate::preview::preview;

/// An item, as DynamoDB's API has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The largest item that DynamoDB takes.
pub(crate) const MAX_ITEM_BYTES: usize = 400 * 1024;

/// The `SendMsgResult` of a callback that has one which is no number: not known to be delivered.
const NOT_TOLD: i64 = -1;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// A message as it is kept.
#[derive(Clone)]
pub struct Record {
    item: Item,
    /// The `sk` to fall back on when another message has the record's own; none when that can only be its own.
    sort_key_apart: Option<String>,
}

impl Record {
    /// The record of a callback that arrived at `received_at` (Unix seconds), kept for `retention_days` or for ever.
    ///
    /// The days count from `MsgTime`, so that a callback which comes late is not kept longer; from its arrival when it
    /// has none, or one in the future.
    #[must_use]
    pub fn new(message: &SendMsg<'_>, query: &Query, received_at: u64, retention_days: Option<u32>) -> Self {
        let mut fields = Fields::default();
        let sort_key = SortKey::of(message);
        let sort_key_apart =
            (!sort_key.has_fingerprint).then(|| keys::apart(&sort_key.text, &keys::fingerprint(message)));
        fields.text("pk", Some(Conversation::of(message).partition_key()));
        fields.text("sk", Some(sort_key.text));

        fields.text("CallbackCommand", Some(message.command.as_str()));
        fields.text("From_Account", Some(message.from_account.as_ref()));
        fields.number("MsgSeq", message.msg_seq);
        fields.number("MsgTime", message.msg_time);
        fields.text("MsgId", message.msg_id.as_deref());
        fields.number("OnlineOnlyFlag", message.online_only_flag);
        fields.number("EventTime", message.event_time);
        fields.text("MsgBody", message.msg_body_raw.map(RawValue::get));
        fields.text("CloudCustomData", message.cloud_custom_data.as_deref());
        match &message.chat {
            Chat::C2c(c2c) => fields.c2c(c2c, message),
            Chat::Group(group) => fields.group(group, message),
        }
        fields.text("Extra", json(&message.extra).filter(|_| !message.extra.is_empty()));
        fields.text("Text", preview(&message.msg_body));

        fields.arrival(query, received_at, retention_days, message.msg_time);
        fields.occurred(message.msg_time, message.event_time, received_at);
        fields.text(OUTCOME, Some(Outcome::Failed.as_str()).filter(|_| !is_delivered(&fields.0)));
        Self { item: fields.0, sort_key_apart }
    }

    /// The item as it is written.
    pub(crate) fn item(&self) -> &Item {
        &self.item
    }

    /// The item under the key that it gets when its own is another message's.
    pub(crate) fn item_apart(&self) -> Option<Item> {
        let mut item = self.item.clone();
        item.insert("sk".to_owned(), AttributeValue::S(self.sort_key_apart.clone()?));
        Some(item)
    }

    /// Whether this is the message stored in `item`, which has the same key.
    ///
    /// The ids of a one-to-one message are picked by its sender's client, so two messages may share them: of two senders
    /// (a bot that copies ids from what it answers to), or of one who would rather not have a text kept. A repeated
    /// callback has the same sender and the same body. Group messages outside the history, which repeat a `MsgSeq`,
    /// have other times.
    ///
    /// What was erased has no body to compare any more, and must not come back with a callback that is repeated.
    pub(crate) fn is_stored_as(&self, item: &Item) -> bool {
        let same = |name| self.item.get(name) == item.get(name);
        let same_body = item.contains_key(ERASED_AT) || same("MsgBody");
        same("From_Account") && same_body && (same("MsgTime") || self.is_c2c())
    }

    pub(crate) fn is_c2c(&self) -> bool {
        self.item.contains_key("To_Account")
    }

    pub(crate) fn is_delivered(&self) -> bool {
        is_delivered(&self.item)
    }

    /// What DynamoDB reckons the item's size to be, in bytes: up to 1,024 are one write unit.
    #[must_use]
    pub fn size(&self) -> usize {
        size(&self.item)
    }
}

/// Whether the message reached its recipient. A group message always has; a one-to-one message unless its callback gives
/// another `SendMsgResult` than 0 (old captures give none, and the platform calls for successes first of all).
fn is_delivered(item: &Item) -> bool {
    item.get("SendMsgResult").is_none_or(|result| *result == AttributeValue::N("0".to_owned()))
}

/// What DynamoDB reckons an item's size to be.
pub(crate) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    // A byte for every two digits, and one.
    let number = |digits: &String| digits.len().div_ceil(2) + 1;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => number(digits),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(set) => set.iter().map(String::len).sum(),
        AttributeValue::Ns(set) => set.iter().map(number).sum(),
        AttributeValue::Bs(set) => set.iter().map(|bytes| bytes.as_ref().len()).sum(),
        // Three bytes, and one for each member.
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + size(map),
        _ => 1,
    }
}

impl fmt::Debug for Record {
    /// Keys only: no log may show message text by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("pk", &self.item.get("pk"))
            .field("sk", &self.item.get("sk"))
            .finish_non_exhaustive()
    }
}

/// An item that is being filled.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Item);

impl Fields {
    /// What every item says about how its callback came, and when the item ends: counted from `sent`, when what it
    /// tells took place.
    pub(crate) fn arrival(&mut self, query: &Query, received_at: u64, retention_days: Option<u32>, sent: Option<u64>) {
        self.text("OptPlatform", query.opt_platform());
        self.text("ClientIP", query.client_ip());
        self.text("RequestID", query.request_id());
        self.number("ReceivedAt", Some(received_at));
        self.number("ExpiresAt", retention_days.map(|days| expiry(sent, received_at, days)));
    }

    /// When it took place, Unix seconds: `seconds`, else the platform's own `event_time` in milliseconds, else when we
    /// heard of it.
    pub(crate) fn occurred(&mut self, seconds: Option<u64>, event_time: Option<u64>, received_at: u64) {
        let seconds = seconds.or(event_time.map(|ms| ms / 1000)).unwrap_or(received_at);
        self.number(OCCURRED_AT, Some(seconds));
    }

    pub(crate) fn text(&mut self, name: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), AttributeValue::S(value.into()));
        }
    }

    pub(crate) fn number(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), AttributeValue::N(value.to_string()));
        }
    }

    fn c2c(&mut self, c2c: &C2c<'_>, message: &SendMsg<'_>) {
        self.text("To_Account", Some(c2c.to_account.as_ref()));
        self.text("MsgKey", c2c.msg_key.as_deref());
        self.number("MsgRandom", c2c.msg_random);
        // Always there, because writes compare it.
        let is_odd = message.extra.get("SendMsgResult").is_some_and(|raw| raw.get() != "null");
        let not_a_number = if is_odd { NOT_TOLD } else { 0 };
        self.number("SendMsgResult", Some(c2c.send_msg_result.unwrap_or(not_a_number)));
        self.text("ErrorInfo", c2c.error_info.as_deref());
        self.number("UnreadMsgNum", c2c.unread_msg_num);
    }

    pub(crate) fn group(&mut self, group: &Group<'_>, message: &SendMsg<'_>) {
        self.text("GroupId", Some(group.group_id.as_ref()));
        self.text("TopicId", group.topic_id.as_deref());
        self.text("Type", group.group_type.as_deref());
        self.text("Operator_Account", group.operator_account.as_deref());
        self.number("Random", group.random);
        if !group.group_at_info.is_empty() {
            self.text("GroupAtInfo", field_as_it_came(message, "GroupAtInfo"));
        }
    }
}

/// The raw JSON of a field. The typed view would lose what it does not know.
fn field_as_it_came(message: &SendMsg<'_>, name: &str) -> Option<String> {
    let whole = json(message)?;
    Object::parse(&whole).ok()?.get(name).map(|raw| raw.get().to_owned())
}

/// `None` never happens: these are views of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}

fn expiry(msg_time: Option<u64>, received_at: u64, days: u32) -> u64 {
    let start = msg_time.filter(|time| (1..=received_at).contains(time)).unwrap_or(received_at);
    start.saturating_add(u64::from(days) * SECONDS_PER_DAY)
}
