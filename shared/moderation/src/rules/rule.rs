//! A rule: what it looks for, in which messages, and what it does.

use std::collections::HashSet;

use chathook_protocol::{C2cRejectCode, Chat, Command, GroupRejectCode, Query, SendMsg};
use serde_json::value::RawValue;

use crate::conditions::Condition;

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

/// One-to-one or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatKind {
    C2c,
    Group,
}

/// The platform's name for an app's server as a sender.
const REST: &str = "RESTAPI";

impl Scope {
    /// Whether the rule is for this message.
    pub(crate) fn covers(&self, message: &SendMsg<'_>, query: &Query) -> bool {
        let (kind, group) = match &message.chat {
            Chat::C2c(_) => (ChatKind::C2c, None),
            Chat::Group(group) => (ChatKind::Group, Some(group)),
        };
        let has_type = |group_type| self.group_types.iter().any(|name| current_name(name) == current_name(group_type));
        let group_type = group.and_then(|group| group.group_type.as_deref());
        let topic = group.and_then(|group| group.topic_id.as_deref());
        let operator = group.and_then(|group| group.operator_account.as_deref());
        let is_among = |names: &HashSet<String>, name: Option<&str>| name.is_some_and(|name| names.contains(name));
        let sender = Some(message.from_account.as_ref());

        self.chat.is_none_or(|chat| chat == kind)
            && (self.group_types.is_empty() || group_type.is_some_and(has_type))
            && (self.group_ids.is_empty() || is_among(&self.group_ids, group.map(|group| group.group_id.as_ref())))
            && (self.topics.is_empty() || is_among(&self.topics, topic))
            && (self.senders.is_empty() || is_among(&self.senders, sender))
            && !is_among(&self.except_accounts, sender)
            && !is_among(&self.except_admins, operator)
            && self.covers_platform(query)
    }

    /// Whether the rule may be for a message of which only the command and the query are known.
    pub(crate) fn may_cover(&self, command: Command, query: &Query) -> bool {
        let kind = if command.is_group() { ChatKind::Group } else { ChatKind::C2c };
        let is_for_groups = !(self.group_types.is_empty() && self.group_ids.is_empty() && self.topics.is_empty());
        self.chat.is_none_or(|chat| chat == kind)
            && (kind == ChatKind::Group || !is_for_groups)
            && self.covers_platform(query)
    }

    fn covers_platform(&self, query: &Query) -> bool {
        !(self.except_rest && query.opt_platform().is_some_and(|name| name.eq_ignore_ascii_case(REST)))
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
