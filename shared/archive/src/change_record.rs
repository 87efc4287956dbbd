//! A change of a message as the item that it becomes: beside the message, never in it.
//!
//! A change may come before its message, after it, twice, or long after the next change. Written into the message, each
//! order would give another result. As an item of its own it is written without a read and merged when the message is
//! read, so the order does not matter: see [`crate::merge`].
//!
//! If the same change is reported twice, both reports have the same key, and the first one stays. So a repetition does
//! not alter when the change became known. A read receipt is one item for each account; there the later `LastReadTime`
//! stays.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use chathook_protocol::change::{
    C2cEdit, C2cExtension, C2cRecall, Content, Extension, GroupEdit, GroupExtension, GroupRecall, Read, Refused,
};
use chathook_protocol::{Change, Chat, Query, What};
use serde_json::value::RawValue;

use crate::conversation::Conversation;
use crate::item::{Item, ItemBuilder};
use crate::keys;
use crate::preview::preview;
use crate::schema::{OUTCOME, Outcome};

/// A change as it is stored.
#[derive(Clone)]
pub struct ChangeRecord {
    item: Item,
    on_conflict: OnConflict,
}

/// Which of two items with the same key stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// The one that came first.
    KeepFirst,
    /// The one with the later `LastReadTime`.
    KeepLatestRead,
}

impl ChangeRecord {
    /// The records of a callback that arrived at `received_at` (Unix seconds): one, or one for each message of a group's
    /// recall. They are kept for `retention_days`, or for ever. The days count from when the message was sent or the change
    /// took place, as far as the callback says.
    #[must_use]
    pub fn of(change: &Change<'_>, query: &Query, received_at: u64, retention_days: Option<u32>) -> Vec<Self> {
        let base = |sent: Option<u64>| {
            let mut fields = ItemBuilder::default();
            fields.text("CallbackCommand", Some(change.command.as_str()));
            fields.number("EventTime", change.event_time);
            fields.extra(&change.extra);
            fields.arrival(query, received_at, retention_days, sent);
            fields
        };
        // Of what names a sender, or is an outcome.
        let indexed = |sent: Option<u64>| {
            let mut fields = base(sent);
            fields.occurred(None, change.event_time, received_at);
            fields
        };
        let event_seconds = change.event_time.map(|ms| ms / 1000);
        // Part of what makes two changes different.
        let time = change.event_time.map(|ms| ms.to_string()).unwrap_or_default();
        match &change.what {
            What::C2cRecall(recall) => vec![c2c_recall(indexed(Some(recall.msg_key.time)), recall, &time)],
            What::GroupRecall(recall) => group_recalls(&indexed(event_seconds), recall, &time),
            What::C2cEdit(edit) => vec![c2c_edit(indexed(Some(edit.message.time)), edit, change.event_time)],
            What::GroupEdit(edit) => vec![group_edit(base(event_seconds), edit, change.event_time)],
            What::C2cExtension(it) => vec![c2c_extension(indexed(Some(it.msg_key.time)), it, change.event_time)],
            What::GroupExtension(it) => vec![group_extension(base(event_seconds), it, change.event_time)],
            What::Read(read) => vec![read_receipt(base(None), read)],
            What::Refused(refused) => vec![refusal(indexed(event_seconds), refused)],
        }
    }

    pub(crate) fn item(&self) -> &Item {
        &self.item
    }

    pub(crate) fn on_conflict(&self) -> OnConflict {
        self.on_conflict
    }

    fn new(mut fields: ItemBuilder, conversation: &Conversation, sort_key: String) -> Self {
        fields.key(conversation.partition_key(), sort_key);
        Self { item: fields.build(), on_conflict: OnConflict::KeepFirst }
    }
}

fn c2c_recall(mut fields: ItemBuilder, recall: &C2cRecall<'_>, time: &str) -> ChangeRecord {
    let C2cRecall { from_account, to_account, msg_key, unread_msg_num } = recall;
    fields.text("From_Account", Some(from_account.as_ref()));
    fields.text("To_Account", Some(to_account.as_ref()));
    fields.text("MsgKey", Some(format!("{}_{}_{}", msg_key.seq, msg_key.random, msg_key.time)));
    fields.number("UnreadMsgNum", *unread_msg_num);
    fields.text(OUTCOME, Some(Outcome::Recalled.as_str()));
    let conversation = Conversation::C2c(from_account.to_string(), to_account.to_string());
    let key = keys::recall(&keys::c2c_place(*msg_key), &keys::fingerprint_of(&[from_account, time]));
    ChangeRecord::new(fields, &conversation, key)
}

fn group_recalls(base: &ItemBuilder, recall: &GroupRecall<'_>, time: &str) -> Vec<ChangeRecord> {
    let GroupRecall { group_id, topic_id, group_type, operator_account, messages } = recall;
    let conversation = group(group_id, topic_id.as_deref());
    let operator = operator_account.as_deref();
    let item = |message: &chathook_protocol::change::Recalled<'_>| {
        let mut fields = base.clone();
        fields.text("GroupId", Some(group_id.as_ref()));
        fields.text("TopicId", topic_id.as_deref());
        fields.text("Type", group_type.as_deref());
        fields.text("Operator_Account", operator);
        fields.number("MsgSeq", Some(message.msg_seq));
        let msg_id = message.msg_id.as_deref();
        fields.text("MsgId", msg_id);
        fields.text(OUTCOME, Some(Outcome::Recalled.as_str()));
        let fingerprint = keys::fingerprint_of(&[operator.unwrap_or_default(), time, msg_id.unwrap_or_default()]);
        ChangeRecord::new(fields, &conversation, keys::recall(&keys::group_place(message.msg_seq), &fingerprint))
    };
    messages.iter().map(item).collect()
}

fn c2c_edit(mut fields: ItemBuilder, edit: &C2cEdit<'_>, event_time: Option<u64>) -> ChangeRecord {
    let C2cEdit { from_account, to_account, operator_account, message, msg_key, content } = edit;
    fields.text("From_Account", Some(from_account.as_ref()));
    fields.text("To_Account", Some(to_account.as_ref()));
    fields.text("Operator_Account", operator_account.as_deref());
    fields.text("MsgKey", msg_key.as_deref());
    fields.number("MsgSeq", Some(message.seq));
    fields.number("MsgRandom", Some(message.random));
    fields.number("MsgTime", Some(message.time));
    let conversation = Conversation::C2c(from_account.to_string(), to_account.to_string());
    let fingerprint = fields.edited(content, &[from_account, operator_account.as_deref().unwrap_or_default()]);
    let key = keys::edit(&keys::c2c_place(*message), event_time.unwrap_or(0), &fingerprint);
    ChangeRecord::new(fields, &conversation, key)
}

fn group_edit(mut fields: ItemBuilder, edit: &GroupEdit<'_>, event_time: Option<u64>) -> ChangeRecord {
    let GroupEdit { group_id, topic_id, operator_account, msg_seq, content } = edit;
    fields.text("GroupId", Some(group_id.as_ref()));
    fields.text("TopicId", topic_id.as_deref());
    fields.text("Operator_Account", operator_account.as_deref());
    fields.number("MsgSeq", Some(*msg_seq));
    let fingerprint = fields.edited(content, &[operator_account.as_deref().unwrap_or_default()]);
    let key = keys::edit(&keys::group_place(*msg_seq), event_time.unwrap_or(0), &fingerprint);
    ChangeRecord::new(fields, &group(group_id, topic_id.as_deref()), key)
}

fn c2c_extension(mut fields: ItemBuilder, change: &C2cExtension<'_>, event_time: Option<u64>) -> ChangeRecord {
    let C2cExtension { from_account, to_account, msg_key, extension } = change;
    fields.text("From_Account", Some(from_account.as_ref()));
    fields.text("To_Account", Some(to_account.as_ref()));
    fields.text("MsgKey", Some(format!("{}_{}_{}", msg_key.seq, msg_key.random, msg_key.time)));
    let conversation = Conversation::C2c(from_account.to_string(), to_account.to_string());
    let fingerprint = fields.extended(extension);
    let key = keys::extension(&keys::c2c_place(*msg_key), event_time.unwrap_or(0), &fingerprint);
    ChangeRecord::new(fields, &conversation, key)
}

fn group_extension(mut fields: ItemBuilder, change: &GroupExtension<'_>, event_time: Option<u64>) -> ChangeRecord {
    let GroupExtension { group_id, topic_id, msg_seq, extension } = change;
    fields.text("GroupId", Some(group_id.as_ref()));
    fields.text("TopicId", topic_id.as_deref());
    fields.number("MsgSeq", Some(*msg_seq));
    let fingerprint = fields.extended(extension);
    let key = keys::extension(&keys::group_place(*msg_seq), event_time.unwrap_or(0), &fingerprint);
    ChangeRecord::new(fields, &group(group_id, topic_id.as_deref()), key)
}

fn read_receipt(mut fields: ItemBuilder, read: &Read<'_>) -> ChangeRecord {
    let Read { report_account, peer_account, last_read_time, unread_msg_num } = read;
    fields.text("Report_Account", Some(report_account.as_ref()));
    fields.text("Peer_Account", Some(peer_account.as_ref()));
    fields.number("LastReadTime", Some(*last_read_time));
    fields.number("UnreadMsgNum", *unread_msg_num);
    let conversation = Conversation::C2c(report_account.to_string(), peer_account.to_string());
    let receipt = ChangeRecord::new(fields, &conversation, keys::read_receipt(report_account));
    ChangeRecord { on_conflict: OnConflict::KeepLatestRead, ..receipt }
}

fn refusal(mut fields: ItemBuilder, refused: &Refused<'_>) -> ChangeRecord {
    let Refused { message, error_code, error_info } = refused;
    fields.text("From_Account", Some(message.from_account.as_ref()));
    fields.number("MsgSeq", message.msg_seq);
    fields.number("MsgTime", message.msg_time);
    fields.text("MsgId", message.msg_id.as_deref());
    fields.number("OnlineOnlyFlag", message.online_only_flag);
    fields.text("MsgBody", message.msg_body_raw.map(RawValue::get));
    fields.text("CloudCustomData", message.cloud_custom_data.as_deref());
    fields.text("Text", preview(&message.msg_body));
    fields.number("ErrorCode", *error_code);
    fields.text("ErrorInfo", error_info.as_deref());
    fields.text(OUTCOME, Some(Outcome::Failed.as_str()));
    let mut random = 0;
    if let Chat::Group(group) = &message.chat {
        fields.group(group);
        random = group.random.unwrap_or(0);
    }
    let key = keys::refused(message.event_time.unwrap_or(0), random, &keys::fingerprint(message));
    ChangeRecord::new(fields, &Conversation::of(message), key)
}

fn group(group_id: &str, topic_id: Option<&str>) -> Conversation {
    Conversation::Group { group_id: group_id.to_owned(), topic_id: topic_id.map(str::to_owned) }
}

impl ItemBuilder {
    /// Adds what an edited message says now. Gives the fingerprint of the edit, made by these accounts.
    fn edited(&mut self, content: &Content<'_>, by: &[&str]) -> String {
        let body = content.msg_body_raw.map(RawValue::get);
        let custom_data = content.cloud_custom_data.as_deref();
        self.text("MsgBody", body);
        self.text("CloudCustomData", custom_data);
        // Always there with a body, so that it replaces the earlier one.
        self.text("Text", body.map(|_| preview(&content.msg_body).unwrap_or_default()));
        keys::fingerprint_of(&[by, &[body.unwrap_or_default(), custom_data.unwrap_or_default()]].concat())
    }
}

impl ItemBuilder {
    /// Adds what was attached to a message, or taken off it. Gives its fingerprint.
    fn extended(&mut self, extension: &Extension<'_>) -> String {
        let list = extension.list_raw.map(RawValue::get);
        self.number("OperateType", extension.operate_type);
        self.text("ExtensionList", list);
        self.number("Seq", extension.seq);
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        keys::fingerprint_of(&[&number(extension.operate_type), &number(extension.seq), list.unwrap_or_default()])
    }
}

impl fmt::Debug for ChangeRecord {
    /// Keys only: no log may show message text by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |name: &str| self.item.get(name).and_then(|value| AttributeValue::as_s(value).ok());
        f.debug_struct("ChangeRecord").field("pk", &text("pk")).field("sk", &text("sk")).finish_non_exhaustive()
    }
}
