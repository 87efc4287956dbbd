//! A rule: what it looks for, in which messages, and what it does.

use std::collections::HashSet;

use chathook_protocol::{C2cRejectCode, GroupRejectCode, Query};
use serde_json::value::RawValue;

use crate::conditions::Condition;
use crate::envelope::{ChatKind, Envelope, Fact};

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) when: Condition,
    /// Whether it reads `CloudCustomData` too.
    pub(crate) custom_data: bool,
    /// Whether it is only reported.
    pub(crate) shadow: bool,
    pub(crate) scope: Scope,
    pub(crate) action: Action,
}

/// Which messages a rule is for. An empty field restricts nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Absent: both.
    pub(crate) chat: Option<ChatKind>,
    /// A group message without `Type` matches none of them.
    pub(crate) group_types: Vec<String>,
    pub(crate) group_ids: HashSet<String>,
    pub(crate) topics: HashSet<String>,
    pub(crate) senders: HashSet<String>,
    /// Senders that the rule is not for.
    pub(crate) except_accounts: HashSet<String>,
    /// Accounts whose requests the rule is not for, whoever the sender is.
    pub(crate) except_admins: HashSet<String>,
    /// Whether the rule is not for messages that the app's own server sends.
    pub(crate) except_rest: bool,
}

/// The platform's name for an app's server as a sender.
const REST: &str = "RESTAPI";

impl Scope {
    /// Whether the rule is for a message in this envelope; `None` if that does not say enough to decide.
    pub(crate) fn covers(&self, envelope: &Envelope<'_>, query: &Query) -> Option<bool> {
        let Envelope { chat, sender, operator, group_id, topic_id, group_type } = *envelope;
        let has_type = |group_type| self.group_types.iter().any(|name| current_name(name) == current_name(group_type));
        let is_among = |names: &HashSet<String>, name: Option<&str>| name.is_some_and(|name| names.contains(name));
        let may = self.chat.is_none_or(|of_rule| of_rule == chat)
            && !(self.except_rest && query.opt_platform().is_some_and(|name| name.eq_ignore_ascii_case(REST)));
        if !may {
            return Some(false);
        }
        let parts = [
            decided(self.group_ids.is_empty(), group_id, |id| is_among(&self.group_ids, id)),
            decided(self.topics.is_empty(), topic_id, |id| is_among(&self.topics, id)),
            decided(self.group_types.is_empty(), group_type, |name| name.is_some_and(has_type)),
            decided(self.senders.is_empty(), sender, |name| self.senders.contains(name)),
            decided(self.except_accounts.is_empty(), sender, |name| !self.except_accounts.contains(name)),
            decided(self.except_admins.is_empty(), operator, |name| !is_among(&self.except_admins, name)),
        ];
        if parts.contains(&Some(false)) { Some(false) } else { (!parts.contains(&None)).then_some(true) }
    }
}

/// What a part of a scope says about a fact. One that restricts nothing does not ask for it.
fn decided<T>(restricts_nothing: bool, fact: Fact<T>, says: impl FnOnce(T) -> bool) -> Option<bool> {
    match fact {
        _ if restricts_nothing => Some(true),
        Fact::Known(value) => Some(says(value)),
        Fact::Unknown => None,
    }
}

/// Two group types were renamed. The console shows the new names, and callbacks carry either.
fn current_name(group_type: &str) -> &str {
    match group_type {
        "Private" => "Work",
        "ChatRoom" => "Meeting",
        other => other,
    }
}

/// What happens when a rule hits.
#[derive(Debug)]
pub(crate) enum Action {
    Allow,
    Flag,
    Discard,
    Reject(Reject),
    Rewrite(Change),
    Add(Addition),
}

/// How a message is rejected. Without a code for the kind of chat, the platform's own error is shown.
#[derive(Debug)]
pub(crate) struct Reject {
    pub(crate) c2c_code: Option<C2cRejectCode>,
    pub(crate) group_code: Option<GroupRejectCode>,
    pub(crate) text: String,
}

/// A change that protects the reader. If it cannot be made, the message must not be delivered.
#[derive(Debug)]
pub(crate) enum Change {
    /// Puts a sign in place of every character of a hit.
    Mask(Mask),
    /// Puts this text in place of a hit.
    Replace(String),
    RemoveElement,
}

/// How a hit is masked.
#[derive(Debug)]
pub(crate) struct Mask {
    pub(crate) sign: String,
    pub(crate) keep: Keep,
}

/// Which characters of a hit a mask leaves as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    First,
    /// The first and the last one.
    Ends,
}

/// Something to deliver with the message. Without room for it, the message is delivered alone.
#[derive(Debug)]
pub(crate) enum Addition {
    Element {
        element: Box<RawValue>,
        is_custom: bool,
    },
    /// The new `CloudCustomData`.
    CustomData(String),
    /// Members for the `CloudCustomData`, if that is a JSON object.
    CustomDataMembers(serde_json::Map<String, serde_json::Value>),
}
