//! What moderation decided, and why.

use std::ops::Range;
use std::sync::Arc;

use chathook_protocol::{RejectCode, Reply, Rewrite};

/// A decision and the hits that led to it.
#[derive(Debug, Clone)]
pub struct Verdict<'r> {
    /// What to do with the message.
    pub decision: Decision,
    /// Every hit of every live rule that was reached, in the order of the rules file, then of the message.
    pub hits: Vec<Hit<'r>>,
    /// The hits of rules in shadow mode, which do not affect the decision.
    pub shadow_hits: Vec<Hit<'r>>,
    /// The ids of rules whose addition was left out, because it would have broken a limit of the platform.
    pub left_out: Vec<&'r str>,
}

impl<'r> Verdict<'r> {
    /// The ids of the live rules that hit, each once, in the order of the rules file.
    pub fn rules(&self) -> impl Iterator<Item = &'r str> {
        each_once(&self.hits)
    }

    /// The ids of the rules in shadow mode that hit, each once, in the order of the rules file.
    pub fn shadow_rules(&self) -> impl Iterator<Item = &'r str> {
        each_once(&self.shadow_hits)
    }
}

/// The hits of one rule are together and ids are unique, so comparing with the one before is enough.
pub(crate) fn each_once<'r>(hits: &[Hit<'r>]) -> impl Iterator<Item = &'r str> {
    let mut last = None;
    hits.iter().map(|hit| hit.rule).filter(move |rule| last.replace(*rule) != Some(*rule))
}

/// What happens to the message, from the mildest to the strictest.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Deliver it as it is.
    Allow,
    /// Deliver it as it is, and tell the operator.
    Flag,
    /// Deliver this instead.
    Rewrite(Rewrite),
    /// Do not deliver it; the sender sees success.
    Discard,
    /// Do not deliver it, and tell the sender.
    Reject {
        /// What the sender's client gets to see.
        code: RejectCode,
        /// `ErrorInfo`; may be empty.
        text: String,
    },
}

impl Decision {
    /// The decision in one word, for logs, counters and reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Flag => "flag",
            Self::Rewrite(_) => "rewrite",
            Self::Discard => "discard",
            Self::Reject { .. } => "reject",
        }
    }

    /// The answer to the platform that carries the decision out.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        match self {
            Self::Allow | Self::Flag => Reply::allow(),
            Self::Rewrite(rewrite) => Reply::rewrite(rewrite),
            Self::Discard => Reply::discard(),
            Self::Reject { code, text } => Reply::reject(code, &text),
        }
    }
}

/// One place where a rule found what it looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<'r> {
    /// The rule's id.
    pub rule: &'r str,
    /// The element's index in `MsgBody`; `None` for a hit outside all elements.
    pub element: Option<usize>,
    /// The field within `MsgContent`: `Text`, `AbstractList[2]`, `MsgList[0].MsgBody[1].Text`. For JSON in a string, a
    /// JSON Pointer follows: `Data#/title`, or `Data#/title (name)` for a member's name. Or `MsgType`. Outside all
    /// elements: `CloudCustomData`, also with a pointer, or `MsgBody` for a rule about the message as a whole.
    pub field: Arc<str>,
    /// The place in that field's text, as the sender wrote it: UTF-8 byte offsets into the decoded string.
    pub span: Range<usize>,
    /// What was recognised there, without disguise: the normalised text, a link's host, a number's digits.
    pub normalised: Box<str>,
}
