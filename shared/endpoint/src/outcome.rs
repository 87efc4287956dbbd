//! What became of a request. The platform's answers have few words for that: a message that was stored, one that was
//! stored before and one that nobody handles all get the same OK. People who run `serve` and `send` want to know.

use chathook_protocol::Reply;

use crate::error::EndpointError;

/// The response header that names the [`Outcome`]. Only callers that were verified get it; the platform ignores it.
pub const OUTCOME_HEADER: &str = "chathook-outcome";

/// What a handler made of a callback.
#[derive(Debug)]
pub struct Handled {
    /// The answer to the platform.
    pub reply: Reply,
    /// What was done.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// It only asked if anyone answers. Nothing was done.
    Probe,
    /// The rules decided about a message that waits to be sent.
    Moderated(Moderated),
    /// What it reports is new in the table.
    Stored,
    /// The table had it already.
    StoredBefore,
    /// People can see what it reports, and the rules are against that. It is stored, unless it was to be left out.
    AgainstRules(AgainstRules),
    /// It was left out, since only those online get the message and `STORE_ONLINE_ONLY` is `false`.
    Skipped,
    /// It could not be stored, and waits in the queue.
    Queued,
    /// There is no reply from a handler, for this reason.
    Failed(EndpointError),
}

/// What the rules decided.
#[derive(Debug)]
pub struct Moderated {
    /// The decision in one word: `allow`, `flag`, `rewrite`, `discard`, `reject`.
    pub verdict: &'static str,
    /// The ids of the rules that hit, in the order of the file.
    pub rules: Vec<String>,
    /// The ids of the rules in shadow mode that hit.
    pub shadow_rules: Vec<String>,
}

/// What the rules have against something that people can see.
#[derive(Debug)]
pub struct AgainstRules {
    /// What they would have done, in one word: `rewrite`, `discard`, `reject`.
    pub verdict: &'static str,
    /// The ids of the rules that hit, in the order of the file.
    pub rules: Vec<String>,
    /// Why it is not certain, in one word: `scope`, `newer_rules`. `None` if it is.
    pub undecided: Option<&'static str>,
}

impl Outcome {
    /// The outcome in a word or two.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Moderated(moderated) => moderated.verdict,
            Self::Stored => "stored",
            Self::StoredBefore => "stored before",
            Self::AgainstRules(AgainstRules { undecided: None, .. }) => "against the rules",
            Self::AgainstRules(_) => "perhaps against the rules",
            Self::Skipped => "skipped",
            Self::Queued => "queued",
            Self::Failed(EndpointError::Forbidden(_)) => "refused",
            Self::Failed(EndpointError::Unhandled(_)) => "not handled",
            Self::Failed(_) => "failed",
        }
    }

    /// What the caller may learn: nothing, if it may be a stranger.
    #[must_use]
    pub fn header(&self) -> Option<&'static str> {
        match self {
            Self::Probe | Self::Failed(EndpointError::Forbidden(_)) => None,
            _ => Some(self.name()),
        }
    }
}
