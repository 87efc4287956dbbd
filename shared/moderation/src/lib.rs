//! Rules and a message in, a verdict out.
//!
//! An operator writes rules in TOML. A [`RulesSource`] checks and compiles them once. [`Rules::moderate`] then looks at
//! every text of a message that a person could read, says which rules hit and where, and decides: deliver the message,
//! deliver it rewritten, discard it silently, or reject it. Rules can also be [packed](RulesSource::pack), so that they
//! load fast.
//!
//! Not every message asks for its verdict. [`Rules::violation`] looks at what was delivered anyway.
//!
//! Nothing here does I/O, reads a clock or knows where it runs.

mod additions;
mod conditions;
mod delivered;
mod envelope;
mod input;
mod message;
mod moderate;
mod origins;
mod rewrite;
mod rules;
mod terms;
mod unreadable;
mod verdict;

pub use delivered::{Delivered, Undecided, Violation};
pub use moderate::ReadableText;
#[cfg(feature = "schema")]
pub use rules::schema;
#[doc(hidden)]
pub use rules::seal;
pub use rules::{
    CheckedTerm, CheckedTerms, Edition, Flaw, Mistake, NameKind, Problem, Rules, RulesError, RulesSource, Warning,
};
pub use verdict::{Decision, Hit, Verdict};
