//! What is to be judged, and which rules count.

use chathook_protocol::{MsgBody, Query};

use crate::envelope::Envelope;
use crate::rules::{Action, Rule};

/// A message to judge, as it came.
#[derive(Clone, Copy)]
pub(crate) struct Message<'m> {
    pub(crate) envelope: Envelope<'m>,
    pub(crate) query: &'m Query,
    pub(crate) body: &'m MsgBody<'m>,
    /// `CloudCustomData` if it is a string, as it should be.
    pub(crate) cloud_custom_data: Option<&'m str>,
    /// The same, or the JSON that is in its place.
    pub(crate) custom_data: Option<&'m str>,
    pub(crate) counting: Counting,
}

/// Which rules count.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counting {
    /// All of them: the message waits for its verdict.
    All,
    /// Those that protect people: the message was delivered.
    Protecting {
        /// Only rules that find something in a text: this is not the whole message.
        in_texts: bool,
        /// Whether a rule counts against the message if nobody can say whether its scope covers it.
        in_doubt_against: bool,
    },
}

impl Counting {
    /// Whether the rule is read.
    pub(crate) fn reads(self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Protecting { in_texts, .. } => rule.protects() && (!in_texts || rule.when.finds_text()),
        }
    }

    /// Whether the rule counts although nobody can say whether its scope covers the message.
    pub(crate) const fn counts_in_doubt(self, rule: &Rule) -> bool {
        let is_against = !matches!(rule.action, Action::Allow);
        match self {
            Self::All => is_against,
            Self::Protecting { in_doubt_against, .. } => is_against == in_doubt_against,
        }
    }
}
