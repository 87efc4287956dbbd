//! A message as the item that it becomes.
//!
//! Attributes carry the platform's names, so that a person in the DynamoDB console can read them, and hold what came:
//! numbers as numbers, text as text. Beside them stand `Text`, a preview for people; `Extra`, the fields that chathook
//! does not know, as JSON; `CallbackCommand`; `OptPlatform`, `ClientIP` and `RequestID` from the query; `ReceivedAt`;
//! and `ExpiresAt` if records are not kept for ever. `MsgBody` and `GroupAtInfo` are the exact JSON as one string: a
//! nested map would cost more, change numbers and end at 32 levels.
//!
//! Two attributes exist for the table's indexes alone: `OccurredAt`, and `Outcome` on what did not arrive or was
//! recalled.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use chathook_protocol::json::Object;
use chathook_protocol::{C2c, Chat, Group, Query, SendMsg};
use serde_json::value::RawValue;

use crate::conversation::Conversation;
use crate::item::{self, Item, ItemBuilder};
use crate::keys::{self, SortKey};
use crate::preview::preview;
use crate::schema::{ERASED_AT, EXPIRES_AT, OCCURRED_AT, OUTCOME, Outcome};

/// Stored for a `SendMsgResult` that is not a number: nobody knows whether the message was delivered.
const UNKNOWN_RESULT: i64 = -1;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// A message as it is stored.
#[derive(Clone)]
pub struct Record {
    item: Item,
    /// The `sk` to use if another message has the record's own; `None` if no other can have it.
    fallback_sort_key: Option<String>,
}

impl Record {
    /// The record of a callback that arrived at `received_at` (Unix seconds). It is kept for `retention_days`, or for ever.
    ///
    /// The days count from `MsgTime`, so that a late callback is not kept longer than others. They count from the arrival
    /// if `MsgTime` is missing or in the future.
    #[must_use]
    pub fn new(message: &SendMsg<'_>, query: &Query, received_at: u64, retention_days: Option<u32>) -> Self {
        let mut fields = ItemBuilder::default();
        let sort_key = SortKey::of(message);
        let fallback_sort_key =
            (!sort_key.has_fingerprint).then(|| keys::with_fingerprint(&sort_key.text, &keys::fingerprint(message)));
        fields.key(Conversation::of(message).partition_key(), sort_key.text);

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
            Chat::Group(group) => fields.group(group),
        }
        fields.extra(&message.extra);
        fields.text("Text", preview(&message.msg_body));

        fields.arrival(query, received_at, retention_days, message.msg_time);
        fields.occurred(message.msg_time, message.event_time, received_at);
        fields.text(OUTCOME, Some(Outcome::Failed.as_str()).filter(|_| !is_delivered(fields.item())));
        Self { item: fields.build(), fallback_sort_key }
    }

    /// The item as it is written.
    pub(crate) fn item(&self) -> &Item {
        &self.item
    }

    /// The item under its fallback key.
    pub(crate) fn fallback_item(&self) -> Option<Item> {
        let mut item = self.item.clone();
        item.insert("sk".to_owned(), AttributeValue::S(self.fallback_sort_key.clone()?));
        Some(item)
    }

    /// Whether `item`, which has the same key, is this message.
    ///
    /// The sender's client picks the ids of a one-to-one message, so two messages may share them. They may have two
    /// senders (a bot that copies ids from what it answers), or one who does not want a text to be kept. A repeated
    /// callback has the same sender and the same body. Group messages outside the history, which repeat a `MsgSeq`,
    /// have other times.
    ///
    /// An erased message has no body to compare, and must not come back with a repeated callback.
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

    /// The item's size in bytes, as DynamoDB counts it. Up to 1,024 are one write unit.
    #[must_use]
    pub fn size(&self) -> usize {
        item::size(&self.item)
    }
}

/// Whether the message reached its recipient. A group message always has. A one-to-one message has unless its callback
/// gives a `SendMsgResult` other than 0; old captures give none.
fn is_delivered(item: &Item) -> bool {
    item.get("SendMsgResult").is_none_or(|result| *result == AttributeValue::N("0".to_owned()))
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

impl ItemBuilder {
    /// What every item says about how its callback came, and when the item expires. The days of retention count from
    /// `sent`, when the message was sent or the change took place.
    pub(crate) fn arrival(&mut self, query: &Query, received_at: u64, retention_days: Option<u32>, sent: Option<u64>) {
        self.text("OptPlatform", query.opt_platform());
        self.text("ClientIP", query.client_ip());
        self.text("RequestID", query.request_id());
        self.number("ReceivedAt", Some(received_at));
        self.number(EXPIRES_AT, retention_days.map(|days| expiry(sent, received_at, days)));
    }

    /// When it took place, Unix seconds: `seconds`, else the platform's `event_time` in milliseconds, else the arrival.
    pub(crate) fn occurred(&mut self, seconds: Option<u64>, event_time: Option<u64>, received_at: u64) {
        let seconds = seconds.or(event_time.map(|ms| ms / 1000)).unwrap_or(received_at);
        self.number(OCCURRED_AT, Some(seconds));
    }

    /// The fields that chathook does not know, as JSON.
    pub(crate) fn extra(&mut self, extra: &Object<'_>) {
        if !extra.is_empty() {
            // This never fails: it is a view of JSON.
            self.text("Extra", serde_json::to_string(extra).ok());
        }
    }

    fn c2c(&mut self, c2c: &C2c<'_>, message: &SendMsg<'_>) {
        self.text("To_Account", Some(c2c.to_account.as_ref()));
        self.text("MsgKey", c2c.msg_key.as_deref());
        self.number("MsgRandom", c2c.msg_random);
        // Always there, because writes compare it.
        let is_odd = message.extra.get("SendMsgResult").is_some_and(|raw| raw.get() != "null");
        let unread = if is_odd { UNKNOWN_RESULT } else { 0 };
        self.number("SendMsgResult", Some(c2c.send_msg_result.unwrap_or(unread)));
        self.text("ErrorInfo", c2c.error_info.as_deref());
        self.number("UnreadMsgNum", c2c.unread_msg_num);
    }

    /// The fields that only a group message has.
    pub(crate) fn group(&mut self, group: &Group<'_>) {
        self.text("GroupId", Some(group.group_id.as_ref()));
        self.text("TopicId", group.topic_id.as_deref());
        self.text("Type", group.group_type.as_deref());
        self.text("Operator_Account", group.operator_account.as_deref());
        self.number("Random", group.random);
        if !group.group_at_info.is_empty() {
            // As it came: the view of it would lose what it does not know.
            self.text("GroupAtInfo", group.group_at_info_raw.map(RawValue::get));
        }
    }
}

fn expiry(sent: Option<u64>, received_at: u64, days: u32) -> u64 {
    let start = sent.filter(|time| (1..=received_at).contains(time)).unwrap_or(received_at);
    start.saturating_add(u64::from(days) * SECONDS_PER_DAY)
}
