//! A violation as it is read: what was found, whether somebody has dealt with it, and how.

use crate::keys;
use crate::message::StoredMessage;
use crate::schema::{OCCURRED_AT, OUTCOME, RULES, ViolationState};

/// A stored violation.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a>(&'a StoredMessage);

impl<'a> Finding<'a> {
    pub(crate) fn of(item: &'a StoredMessage) -> Self {
        Self(item)
    }

    /// Names it among all violations: 32 hexadecimal digits.
    #[must_use]
    pub fn id(self) -> &'a str {
        keys::violation_id(self.0.sort_key()).unwrap_or_default()
    }

    /// What the rules would have done: `reject`, `discard` or `rewrite`.
    #[must_use]
    pub fn verdict(self) -> &'a str {
        self.0.attribute("Verdict").unwrap_or_default()
    }

    /// The ids of the rules that hit. None if the violation was erased.
    #[must_use]
    pub fn rules(self) -> Vec<String> {
        self.0.attribute(RULES).and_then(|rules| serde_json::from_str(rules).ok()).unwrap_or_default()
    }

    /// Why it is not certain that this is against the rules: `scope`, `newer_rules` or `beside`. `None` if it is certain.
    #[must_use]
    pub fn undecided(self) -> Option<&'a str> {
        self.0.attribute("Undecided")
    }

    /// How the message may have come past the rules: one of [`Reason`](crate::Reason) as text.
    #[must_use]
    pub fn reason(self) -> &'a str {
        self.0.attribute("Reason").unwrap_or_default()
    }

    /// Whether somebody has dealt with it.
    #[must_use]
    pub fn state(self) -> ViolationState {
        let is_open = self.0.attribute(OUTCOME) == Some(ViolationState::Open.as_str());
        if is_open { ViolationState::Open } else { ViolationState::Judged }
    }

    /// Who has dealt with it; nobody if it was erased.
    #[must_use]
    pub fn judged_by(self) -> Option<&'a str> {
        self.0.attribute("JudgedBy")
    }

    /// How it was dealt with.
    #[must_use]
    pub fn judged_how(self) -> Option<&'a str> {
        self.0.attribute("JudgedHow")
    }

    /// When it was dealt with, Unix seconds.
    #[must_use]
    pub fn judged_at(self) -> Option<u64> {
        self.0.number("JudgedAt")
    }

    /// When people saw it first, Unix seconds: when the message was sent, or changed.
    #[must_use]
    pub fn occurred_at(self) -> Option<u64> {
        self.0.number(OCCURRED_AT)
    }

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.0.attribute(name)
    }
}

impl StoredMessage {
    /// What was found in the message, or in an earlier version of it, that is against the rules.
    pub fn violations(&self) -> impl ExactSizeIterator<Item = Finding<'_>> {
        self.violations.iter().map(Finding::of)
    }
}
