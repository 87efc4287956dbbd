//! The rules an operator wrote, checked and compiled.

mod error;
mod keys;
mod lint;
mod parse;
mod read;
#[cfg(feature = "schema")]
mod schema;

use std::collections::HashSet;

use chathook_protocol::{C2cRejectCode, Chat, GroupRejectCode, Query, SendMsg};
use serde_json::value::RawValue;

pub use error::{Problem, RulesError};
pub use lint::{Warning, warnings};
pub(crate) use parse::{Files, Parsed, parse};
#[cfg(feature = "schema")]
pub use schema::schema;

use crate::conditions::Condition;
use crate::terms::Terms;

/// The rules of one rules file: immutable, to be compiled once and shared.
#[derive(Debug, Default)]
pub struct Rules {
    /// In the order of the file.
    pub(crate) list: Vec<Rule>,
    /// The terms of all of them.
    pub(crate) terms: Terms,
    /// Whether any of them reads `CloudCustomData`.
    pub(crate) read_custom_data: bool,
    pub(crate) problems: Vec<Problem>,
}

impl Rules {
    /// Checks and compiles a rules file.
    ///
    /// A rule with a mistake in it is left out and the others are kept; see [`Self::problems`].
    ///
    /// `file` is the name that messages use. `read` gives the text of a file that the rules name (`terms_file`),
    /// relative to the rules file, or says why it cannot.
    ///
    /// # Errors
    /// [`RulesError`] with every problem that was found, if nothing of the file can be used: it is not TOML, or of
    /// another schema.
    pub fn compile(
        file: &str,
        text: &str,
        read: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, RulesError> {
        let parsed = parse(file, text, Files::Read(read))?;
        let terms = Terms::new(&parsed.terms, &parsed.allowed).map_err(|error| {
            let what = format!("{} terms are too many ({error})", parsed.terms.len());
            let fix = "use fewer".to_owned();
            RulesError { problems: vec![Problem { file: file.to_owned(), line: 1, rule: None, what, fix }] }
        })?;
        Ok(Self::new(parsed, terms))
    }

    pub(crate) fn new(parsed: Parsed, terms: Terms) -> Self {
        let read_custom_data = parsed.rules.iter().any(|rule| rule.custom_data);
        Self { list: parsed.rules, terms, read_custom_data, problems: parsed.problems }
    }

    /// The same rules, if there is no mistake in any.
    ///
    /// # Errors
    /// [`RulesError`] with [`Self::problems`].
    pub fn strict(self) -> Result<Self, RulesError> {
        if self.problems.is_empty() { Ok(self) } else { Err(RulesError { problems: self.problems }) }
    }

    /// What is wrong with single rules, each of which is left out for it, in the order of the file.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The rules' ids, in the order of the file, and whether each only shadows.
    pub fn ids(&self) -> impl Iterator<Item = (&str, bool)> {
        self.list.iter().map(|rule| (rule.id.as_str(), rule.shadow))
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no rule, so that every message is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

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

/// Which messages a rule is for. Where nothing is named, any.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// Absent: both.
    pub(crate) chat: Option<ChatKind>,
    /// A group message without `Type` is in none of them.
    pub(crate) group_types: Vec<String>,
    pub(crate) group_ids: HashSet<String>,
    pub(crate) topics: HashSet<String>,
    pub(crate) senders: HashSet<String>,
    /// Senders that the rule is not for.
    pub(crate) except_accounts: HashSet<String>,
    /// Accounts that the rule is not for when they make the request, for whomever.
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

/// What the platform calls an app's server as a sender.
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
            && !(self.except_rest && query.opt_platform().is_some_and(|name| name.eq_ignore_ascii_case(REST)))
    }
}

/// Two group types were renamed; the console shows the new names, callbacks carry either.
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
    /// Puts this sign in place of every character of a hit.
    Mask(String),
    /// Puts this text in place of a hit.
    Replace(String),
    RemoveElement,
}

/// Something to deliver with the message. If there is no room for it, the message is delivered without.
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
