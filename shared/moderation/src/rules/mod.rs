//! The rules an operator wrote, checked and compiled.

mod error;

use chathook_protocol::{Query, SendMsg};

pub use error::{Problem, RulesError};

use crate::verdict::{Decision, Verdict};

/// The rules of one rules file: immutable, to be compiled once and shared.
#[derive(Debug, Default)]
pub struct Rules {}

impl Rules {
    /// Checks and compiles a rules file.
    ///
    /// `file` is the name that messages use. `read` gives the text of a file that the rules name (`terms_file`),
    /// relative to the rules file, or says why it cannot.
    ///
    /// # Errors
    /// [`RulesError`] with every problem that was found, each with its place and what to do about it.
    pub fn compile(
        _file: &str,
        _text: &str,
        _read: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, RulesError> {
        Ok(Self {})
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        0
    }

    /// Whether there is no rule, so that every message is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decides about a message that waits for its verdict.
    #[must_use]
    pub fn moderate(&self, _message: &SendMsg<'_>, _query: &Query) -> Verdict<'_> {
        Verdict { decision: Decision::Allow, hits: Vec::new(), left_out: Vec::new() }
    }
}
