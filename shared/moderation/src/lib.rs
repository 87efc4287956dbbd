//! Rules and a message in, a verdict out.
//!
//! An operator writes [`Rules`] in TOML; they are checked and compiled once, and then [`Rules::moderate`] looks at every
//! text of a message that a person could read, says which rules hit and where, and decides: deliver it, deliver it
//! rewritten, discard it silently, or reject it. Rules can also be shipped [packed](Rules::pack), so that they load fast.
//!
//! Nothing here does I/O, reads a clock or knows where it runs.

mod artefact;
mod conditions;
mod document;
mod merge;
mod moderate;
mod origins;
mod rewrite;
mod rules;
mod terms;
mod text;
mod verdict;

pub use artefact::{PackError, Source};
pub use moderate::ReadableText;
#[cfg(feature = "schema")]
pub use rules::schema;
pub use rules::{Problem, Rules, RulesError, Warning, warnings};
pub use verdict::{Decision, Hit, Verdict};
