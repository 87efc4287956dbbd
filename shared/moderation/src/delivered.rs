//! What people can see already: the rules judge it as if it still waited for its verdict.
//!
//! A message can reach people without a verdict, or change after it got one. Edits and extensions have no
//! before-callback at all. Only rules that protect people count here. A message is never against the rules because they
//! would have flagged it or added something to it.

use chathook_protocol::change::{C2cExtension, Extension, GroupExtension};
use chathook_protocol::json;
use chathook_protocol::{Change, Chat, Element, MsgBody, Query, SendMsg, What};

use serde_json::value::RawValue;

use crate::additions::{without_added_data, without_appended};
use crate::envelope::{ChatKind, Envelope, Fact};
use crate::input::{Counting, Message};
use crate::message::EXTENSION;
use crate::moderate::custom_data;
use crate::rules::{Action, Addition, Rules};
use crate::verdict::{Decision, Hit, Verdict};

/// A message as people can see it.
#[derive(Debug, Clone)]
pub struct Delivered<'a> {
    envelope: Envelope<'a>,
    body: Body<'a>,
    custom_data: Option<&'a str>,
    /// Whether there is more to the message than this.
    is_partial: bool,
    /// Since when people can see it, Unix seconds.
    since: u64,
}

#[derive(Debug, Clone)]
enum Body<'a> {
    Message(&'a MsgBody<'a>),
    /// An element for each thing that was attached to a message.
    Extension(Vec<Box<RawValue>>),
}

/// Something that people can see although the rules are against it.
#[derive(Debug, Clone)]
pub struct Violation<'r> {
    /// What the rules would have done: rewrite it, discard it or reject it.
    pub decision: Decision,
    /// What the rules found, in the order of the rules file, then of the message.
    pub hits: Vec<Hit<'r>>,
    /// Why it is not certain that this is against the rules; `None` if it is certain.
    pub undecided: Option<Undecided>,
}

impl<'r> Violation<'r> {
    /// The ids of the rules that hit, each once, in the order of the rules file.
    pub fn rules(&self) -> impl Iterator<Item = &'r str> {
        crate::verdict::each_once(&self.hits)
    }
}

/// Why nobody can say whether something is against the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// The callback does not say enough to tell whether a rule is for the message.
    Scope,
    /// The rules are newer than the message. Those in force at the time may have allowed it.
    NewerRules,
    /// It stands in the callback beside the message that was read, so nobody can tell whether people see it.
    Beside,
}

impl Undecided {
    /// The reason in one word, for logs and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::NewerRules => "newer_rules",
            Self::Beside => "beside",
        }
    }
}

impl<'a> Delivered<'a> {
    /// A message that was sent, and reported at `received_at` (Unix seconds). `None` if it did not arrive.
    #[must_use]
    pub fn sent(message: &'a SendMsg<'_>, received_at: u64) -> Option<Self> {
        if matches!(&message.chat, Chat::C2c(c2c) if c2c.send_msg_result.is_some_and(|result| result != 0)) {
            return None;
        }
        Some(Self {
            envelope: Envelope::of(message),
            body: Body::Message(&message.msg_body),
            custom_data: custom_data(message),
            is_partial: false,
            since: message.msg_time.or(message.event_time.map(|ms| ms / 1000)).unwrap_or(received_at),
        })
    }

    /// What a message says after a change that was reported at `received_at` (Unix seconds). `None` if the change shows
    /// people nothing new.
    ///
    /// The words of an edit are those of `Operator_Account`. A callback about a group does not name the group's type, and
    /// that of an extension nobody at all.
    #[must_use]
    pub fn changed(change: &'a Change<'_>, received_at: u64) -> Option<Self> {
        let (envelope, content) = match &change.what {
            What::C2cEdit(edit) => {
                let operator = edit.operator_account.as_deref();
                let envelope = Envelope {
                    chat: ChatKind::C2c,
                    sender: Fact::Known(operator.unwrap_or(&edit.from_account)),
                    operator: Fact::Known(operator),
                    group_id: Fact::Known(None),
                    topic_id: Fact::Known(None),
                    group_type: Fact::Known(None),
                };
                (envelope, &edit.content)
            }
            What::GroupEdit(edit) => {
                let operator = edit.operator_account.as_deref();
                let envelope = Envelope {
                    chat: ChatKind::Group,
                    sender: operator.map_or(Fact::Unknown, Fact::Known),
                    operator: operator.map_or(Fact::Unknown, |account| Fact::Known(Some(account))),
                    group_id: Fact::Known(Some(&edit.group_id)),
                    topic_id: Fact::Known(edit.topic_id.as_deref()),
                    group_type: Fact::Unknown,
                };
                (envelope, &edit.content)
            }
            What::C2cExtension(C2cExtension { from_account, extension, .. }) => {
                let envelope = Envelope {
                    chat: ChatKind::C2c,
                    sender: Fact::Known(from_account),
                    operator: Fact::Known(None),
                    group_id: Fact::Known(None),
                    topic_id: Fact::Known(None),
                    group_type: Fact::Known(None),
                };
                return Self::extended(envelope, extension, change.event_time, received_at);
            }
            What::GroupExtension(GroupExtension { group_id, topic_id, extension, .. }) => {
                let envelope = Envelope {
                    chat: ChatKind::Group,
                    sender: Fact::Unknown,
                    operator: Fact::Unknown,
                    group_id: Fact::Known(Some(group_id)),
                    topic_id: Fact::Known(topic_id.as_deref()),
                    group_type: Fact::Unknown,
                };
                return Self::extended(envelope, extension, change.event_time, received_at);
            }
            What::C2cRecall(_) | What::GroupRecall(_) | What::Read(_) | What::Refused(_) => return None,
        };
        Some(Self {
            envelope,
            body: Body::Message(&content.msg_body),
            custom_data: content.cloud_custom_data.as_deref(),
            // What an edit does not say stays as it was.
            is_partial: content.msg_body_raw.is_none(),
            since: change.event_time.map_or(received_at, |ms| ms / 1000),
        })
    }

    /// What was attached to a message: a key and a value each, in which rules find texts.
    fn extended(
        envelope: Envelope<'a>,
        extension: &'a Extension<'_>,
        event_time: Option<u64>,
        received_at: u64,
    ) -> Option<Self> {
        let list = extension.list_raw.filter(|_| extension.shows_something())?;
        let element = |content: &str| {
            let element = format!(r#"{{"MsgType":"{EXTENSION}","MsgContent":{content}}}"#);
            // It is made of JSON.
            RawValue::from_string(element).ok()
        };
        let elements = match json::array(list) {
            Some(items) => items.into_iter().filter_map(|item| element(item.get())).collect(),
            None => element(&format!(r#"{{"Value":{}}}"#, list.get())).into_iter().collect(),
        };
        let since = event_time.map_or(received_at, |ms| ms / 1000);
        Some(Self { envelope, body: Body::Extension(elements), custom_data: None, is_partial: true, since })
    }
}

impl Rules {
    /// Whether a message that people can see is against these rules: whether they would have rewritten, discarded or
    /// rejected it. What rules add to messages is not judged.
    #[must_use]
    pub fn violation(&self, delivered: &Delivered<'_>, query: &Query) -> Option<Violation<'_>> {
        let added = self.added_to(&delivered.envelope, query);
        let (attached, senders_own);
        let body = match &delivered.body {
            Body::Message(body) => *body,
            Body::Extension(elements) => {
                attached = MsgBody { elements: elements.iter().map(|raw| Element::parse(raw)).collect() };
                &attached
            }
        };
        let own = without_appended(body, &added);
        let body = if own == body.elements.len() {
            body
        } else {
            senders_own = MsgBody { elements: body.elements.iter().take(own).cloned().collect() };
            &senders_own
        };
        let data = delivered.custom_data.and_then(|data| without_added_data(data, &added));
        let verdict = |in_doubt_against| {
            self.decide(&Message {
                envelope: delivered.envelope,
                query,
                body,
                cloud_custom_data: data.as_deref(),
                custom_data: data.as_deref(),
                counting: Counting::Protecting { in_texts: delivered.is_partial, in_doubt_against },
            })
        };
        let at_worst = verdict(true);
        if !at_worst.is_against() {
            return None;
        }
        // Nothing is in doubt if the envelope says everything.
        let at_best = if delivered.envelope.is_complete() { None } else { Some(verdict(false)) };
        let is_in_doubt = at_best.as_ref().is_some_and(|verdict| !verdict.is_against());
        let Verdict { decision, mut hits, .. } = at_best.filter(Verdict::is_against).unwrap_or(at_worst);
        let allows = |id: &str| self.list.iter().any(|rule| rule.id == id && matches!(rule.action, Action::Allow));
        hits.retain(|hit| !allows(hit.rule));
        let is_newer = self.edition().made_at.is_some_and(|made_at| made_at > delivered.since);
        let undecided = if is_newer { Some(Undecided::NewerRules) } else { is_in_doubt.then_some(Undecided::Scope) };
        Some(Violation { decision, hits, undecided })
    }

    /// Whether the rules would have rejected `text`, which stands in the callback beside what was read of the message: a
    /// second `MsgBody`, or something behind the callback's end.
    #[must_use]
    pub fn violation_beside(&self, delivered: &Delivered<'_>, text: &str, query: &Query) -> Option<Violation<'_>> {
        let Verdict { decision, hits, .. } = self.reject_text(text, &delivered.envelope, query)?;
        Some(Violation { decision, hits, undecided: Some(Undecided::Beside) })
    }

    /// What rules may have added to a message in this envelope.
    fn added_to(&self, envelope: &Envelope<'_>, query: &Query) -> Vec<&Addition> {
        let live = self.list.iter().filter(|rule| !rule.shadow);
        live.filter(|rule| rule.scope.covers(envelope, query) != Some(false))
            .filter_map(|rule| rule.addition())
            .collect()
    }
}

impl Verdict<'_> {
    /// Whether the message should not be delivered as it is.
    const fn is_against(&self) -> bool {
        match self.decision {
            Decision::Allow | Decision::Flag => false,
            Decision::Rewrite(_) | Decision::Discard | Decision::Reject { .. } => true,
        }
    }
}
