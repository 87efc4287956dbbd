//! A violation as the item that it becomes: what people can see although the rules are against it.
//!
//! It stands beside the message and says what the rules found and where, never what was said there. The index `Outcome`
//! has it, first among those that are open, then among those that were judged. Its `From_Account` is whoever wrote these
//! words: the sender, or in an edit the operator. So an erasure and a question by account reach it; an erasure of the
//! message's sender does too.
//!
//! Its key follows from what was judged. So a callback that comes again finds the same violation, and what somebody did
//! about it stays.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use chathook_protocol::change::{C2cExtension, Content, Extension, GroupExtension};
use chathook_protocol::{Change, Chat, Query, SendMsg, What};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::conversation::Conversation;
use crate::item::{Item, ItemBuilder};
use crate::keys::{self, SortKey};
use crate::schema::{OUTCOME, REQUEST_ID, RULES, SPANS, ViolationState};

/// As many spans are stored. More tell a person nothing, and an item must not become too large.
const MOST_SPANS: usize = 100;

/// As many bytes of a field's name are stored: it may hold names that the sender chose.
const LONGEST_FIELD: usize = 200;

/// What the rules said.
#[derive(Debug, Clone)]
pub struct ViolationReport<'a> {
    /// What the rules would have done: `reject`, `discard` or `rewrite`.
    pub verdict: &'a str,
    /// The ids of the rules that hit.
    pub rules: Vec<&'a str>,
    /// Where they hit.
    pub spans: Vec<Span<'a>>,
    /// Why it is not certain; `None` if it is.
    pub undecided: Option<&'a str>,
    /// The identity of the rules.
    pub rules_id: &'a str,
    /// When the rules were made, Unix seconds.
    pub rules_made_at: Option<u64>,
    /// Names the request whose callback was judged; the same when that comes out of the queue.
    pub request_id: &'a str,
}

/// Where a rule hit.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Span<'a> {
    /// The rule's id.
    pub rule: &'a str,
    /// The element's index; `None` outside all elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<usize>,
    /// The field's name.
    pub field: &'a str,
    /// The first byte in the field's text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// How the message may have come past the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The app's server sent it, and may have switched the callback off.
    SentByRest,
    /// It was edited, which has no before-callback.
    Edited,
    /// Something was attached to it, which has no before-callback.
    Extended,
    /// Nothing is known: the callback may be off, or was answered too late.
    Unknown,
}

impl Reason {
    /// The value of the attribute `Reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SentByRest => "sent_by_rest",
            Self::Edited => "edited",
            Self::Extended => "extended",
            Self::Unknown => "unknown",
        }
    }
}

/// A violation as it is stored.
#[derive(Clone)]
pub struct ViolationRecord {
    item: Item,
    reason: Reason,
}

impl ViolationRecord {
    /// What was found in a message that was sent. The callback arrived at `received_at` (Unix seconds). The record is kept
    /// as long as the message.
    #[must_use]
    pub fn of_message(
        message: &SendMsg<'_>,
        report: &ViolationReport<'_>,
        query: &Query,
        received_at: u64,
        retention_days: Option<u32>,
    ) -> Self {
        let mut fields = ItemBuilder::default();
        let from_rest = query.opt_platform().is_some_and(|platform| platform.eq_ignore_ascii_case("RESTAPI"));
        let reason = if from_rest { Reason::SentByRest } else { Reason::Unknown };
        fields.text("CallbackCommand", Some(message.command.as_str()));
        fields.text("From_Account", Some(message.from_account.as_ref()));
        fields.number("MsgSeq", message.msg_seq);
        fields.number("MsgTime", message.msg_time);
        fields.text("MsgId", message.msg_id.as_deref());
        fields.number("EventTime", message.event_time);
        match &message.chat {
            Chat::C2c(c2c) => {
                fields.text("To_Account", Some(c2c.to_account.as_ref()));
                fields.text("MsgKey", c2c.msg_key.as_deref());
                fields.number("MsgRandom", c2c.msg_random);
            }
            Chat::Group(group) => fields.group(group),
        }
        fields.arrival(query, received_at, retention_days, message.msg_time);
        fields.occurred(message.msg_time, message.event_time, received_at);
        let is_c2c = matches!(message.chat, Chat::C2c(_));
        let sort_key = SortKey::of(message).text;
        let place = keys::place(&sort_key, is_c2c).unwrap_or(&sort_key).to_owned();
        let judged = [
            message.command.as_str(),
            &keys::fingerprint(message),
            message.cloud_custom_data.as_deref().unwrap_or_default(),
        ];
        Self::new(fields, &Conversation::of(message), &place, &judged, report, reason)
    }

    /// What was found in what a change shows. `None` if the change shows nothing.
    #[must_use]
    pub fn of_change(
        change: &Change<'_>,
        report: &ViolationReport<'_>,
        query: &Query,
        received_at: u64,
        retention_days: Option<u32>,
    ) -> Option<Self> {
        let mut fields = ItemBuilder::default();
        fields.text("CallbackCommand", Some(change.command.as_str()));
        fields.number("EventTime", change.event_time);
        let event_seconds = change.event_time.map(|ms| ms / 1000);
        fields.arrival(query, received_at, retention_days, event_seconds);
        fields.occurred(None, change.event_time, received_at);
        let (mut reason, mut operator) = (Reason::Edited, None);
        let said = |content: &Content<'_>| {
            let body = content.msg_body_raw.map_or("", RawValue::get).to_owned();
            [body, content.cloud_custom_data.as_deref().unwrap_or_default().to_owned()]
        };
        let attached = |extension: &Extension<'_>| {
            let seq = extension.seq.map(|seq| seq.to_string()).unwrap_or_default();
            [extension.list_raw.map_or("", RawValue::get).to_owned(), seq]
        };
        let (conversation, place, said) = match &change.what {
            What::C2cEdit(edit) => {
                operator = edit.operator_account.as_deref();
                // These words are the operator's. The recipient tells which of the two sides sent the message.
                fields.text("From_Account", Some(operator.unwrap_or(&edit.from_account)));
                fields.text("To_Account", Some(edit.to_account.as_ref()));
                fields.text("MsgKey", edit.msg_key.as_deref());
                fields.number("MsgSeq", Some(edit.message.seq));
                fields.number("MsgRandom", Some(edit.message.random));
                fields.number("MsgTime", Some(edit.message.time));
                let conversation = Conversation::C2c(edit.from_account.to_string(), edit.to_account.to_string());
                (conversation, keys::c2c_place(edit.message), said(&edit.content))
            }
            What::GroupEdit(edit) => {
                let (group_id, topic_id) = (edit.group_id.to_string(), edit.topic_id.as_deref().map(str::to_owned));
                // It does not name the sender. These words are the operator's.
                fields.text("From_Account", edit.operator_account.as_deref());
                fields.text("GroupId", Some(group_id.as_str()));
                fields.text("TopicId", topic_id.as_deref());
                fields.number("MsgSeq", Some(edit.msg_seq));
                let conversation = Conversation::Group { group_id, topic_id };
                operator = edit.operator_account.as_deref();
                (conversation, keys::group_place(edit.msg_seq), said(&edit.content))
            }
            What::C2cExtension(C2cExtension { from_account, to_account, msg_key, extension }) => {
                reason = Reason::Extended;
                fields.text("From_Account", Some(from_account.as_ref()));
                fields.text("To_Account", Some(to_account.as_ref()));
                fields.text("MsgKey", Some(format!("{}_{}_{}", msg_key.seq, msg_key.random, msg_key.time)));
                let conversation = Conversation::C2c(from_account.to_string(), to_account.to_string());
                (conversation, keys::c2c_place(*msg_key), attached(extension))
            }
            What::GroupExtension(GroupExtension { group_id, topic_id, msg_seq, extension }) => {
                reason = Reason::Extended;
                let (group_id, topic_id) = (group_id.to_string(), topic_id.as_deref().map(str::to_owned));
                fields.text("GroupId", Some(group_id.as_str()));
                fields.text("TopicId", topic_id.as_deref());
                fields.number("MsgSeq", Some(*msg_seq));
                let conversation = Conversation::Group { group_id, topic_id };
                (conversation, keys::group_place(*msg_seq), attached(extension))
            }
            What::C2cRecall(_) | What::GroupRecall(_) | What::Read(_) | What::Refused(_) => return None,
        };
        fields.text("Operator_Account", operator);
        let time = change.event_time.map(|ms| ms.to_string()).unwrap_or_default();
        let judged = [change.command.as_str(), operator.unwrap_or_default(), time.as_str(), &said[0], &said[1]];
        Some(Self::new(fields, &conversation, &place, &judged, report, reason))
    }

    /// `judged` is what makes this violation another one than those of the same message.
    fn new(
        mut fields: ItemBuilder,
        conversation: &Conversation,
        place: &str,
        judged: &[&str],
        report: &ViolationReport<'_>,
        reason: Reason,
    ) -> Self {
        let spans: Vec<_> = report
            .spans
            .iter()
            .take(MOST_SPANS)
            .map(|span| Span { field: &span.field[..span.field.floor_char_boundary(LONGEST_FIELD)], ..span.clone() })
            .collect();
        fields.key(conversation.partition_key(), keys::violation(place, &keys::fingerprint_of(judged)));
        fields.text("Verdict", Some(report.verdict));
        // Strings and numbers: serialising them cannot fail.
        fields.text(RULES, serde_json::to_string(&report.rules).ok());
        fields.text(SPANS, serde_json::to_string(&spans).ok());
        fields.text("Undecided", report.undecided);
        fields.text("Reason", Some(reason.as_str()));
        fields.text("RulesId", Some(report.rules_id));
        fields.number("RulesMadeAt", report.rules_made_at);
        fields.text(REQUEST_ID, Some(report.request_id));
        fields.text(OUTCOME, Some(ViolationState::Open.as_str()));
        Self { item: fields.build(), reason }
    }

    pub(crate) fn item(&self) -> &Item {
        &self.item
    }

    /// Names the violation among all: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        self.attribute("sk").and_then(keys::violation_id).unwrap_or_default()
    }

    /// The attribute of that name: its text, or its digits.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        match self.item.get(name)? {
            AttributeValue::S(text) | AttributeValue::N(text) => Some(text),
            _ => None,
        }
    }

    /// How the message may have come past the rules.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Debug for ViolationRecord {
    /// The key only: a field's name may hold what the sender wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViolationRecord").field("sk", &self.item.get("sk")).finish_non_exhaustive()
    }
}
