//! The rules an operator wrote, checked and compiled.

mod error;
mod parse;
mod read;

use std::collections::HashSet;

use chathook_protocol::{C2cRejectCode, Chat, GroupRejectCode, SendMsg};
use serde_json::value::RawValue;

pub use error::{Problem, RulesError};

use crate::matcher::Matcher;

/// The rules of one rules file: immutable, to be compiled once and shared.
#[derive(Debug, Default)]
pub struct Rules {
    /// In the order of the file.
    pub(crate) rules: Vec<Rule>,
    /// The terms of all of them.
    pub(crate) matcher: Matcher,
}

impl Rules {
    /// Checks and compiles a rules file.
    ///
    /// `file` is the name that messages use. `read` gives the text of a file that the rules name (`terms_file`),
    /// relative to the rules file, or says why it cannot.
    ///
    /// # Errors
    /// [`RulesError`] with every problem that was found, each with its place and what to do about it.
    pub fn compile(
        file: &str,
        text: &str,
        read: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, RulesError> {
        let (rules, terms) = parse::parse(file, text, read)?;
        let matcher = Matcher::new(
            &terms
                .iter()
                .map(|term| crate::term::Term {
                    text: term.text.clone(),
                    rule: term.rule,
                    form: crate::term::Form::Evasive,
                })
                .collect::<Vec<_>>(),
            &[],
        )
        .map_err(|error| {
            let what = format!("{} terms are too many ({error})", terms.len());
            RulesError { problems: vec![Problem { file: file.to_owned(), line: 1, what, fix: "use fewer".to_owned() }] }
        })?;
        Ok(Self { rules, matcher })
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule, so that every message is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) when: When,
    pub(crate) scope: Scope,
    pub(crate) action: Action,
}

/// What a rule looks for. All of it must hold for the same element.
#[derive(Debug)]
pub(crate) struct When {
    /// Whether the [`Matcher`] has terms of the rule.
    pub(crate) terms: bool,
    /// `MsgType`s; none: any.
    pub(crate) element_types: Vec<String>,
}

/// Which messages a rule is for.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// Absent: both.
    pub(crate) chat: Option<ChatKind>,
    /// Only groups of these types; none: any.
    pub(crate) group_types: Vec<String>,
    /// Senders that the rule is not for.
    pub(crate) except_accounts: HashSet<String>,
}

/// One-to-one or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatKind {
    C2c,
    Group,
}

impl Scope {
    /// Whether the rule is for this message.
    pub(crate) fn covers(&self, message: &SendMsg<'_>) -> bool {
        let (kind, group_type) = match &message.chat {
            Chat::C2c(_) => (ChatKind::C2c, None),
            Chat::Group(group) => (ChatKind::Group, group.group_type.as_deref()),
        };
        let has_type = |group_type| self.group_types.iter().any(|name| current_name(name) == current_name(group_type));
        self.chat.is_none_or(|chat| chat == kind)
            && (self.group_types.is_empty() || group_type.is_some_and(has_type))
            && !self.except_accounts.contains(message.from_account.as_ref())
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
    Discard,
    Reject(Reject),
    Rewrite(Change),
}

/// How a message is rejected. Without a code for the kind of chat, the platform's own error is shown.
#[derive(Debug)]
pub(crate) struct Reject {
    pub(crate) c2c_code: Option<C2cRejectCode>,
    pub(crate) group_code: Option<GroupRejectCode>,
    pub(crate) text: String,
}

/// A change to a message that is then delivered. The first three protect the reader: if they cannot be carried out, the
/// message must not go out. The others only add: if they cannot, it goes out without.
#[derive(Debug)]
pub(crate) enum Change {
    /// This for every character of the hits.
    Mask(String),
    /// This for each hit.
    Replace(String),
    RemoveElement,
    AppendElement {
        element: Box<RawValue>,
        is_custom: bool,
    },
    /// The new `CloudCustomData`.
    SetCustomData(String),
}
