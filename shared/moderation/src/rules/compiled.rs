//! Rules that are ready to judge messages.

use super::error::{Problem, RulesError};
use super::read::Parsed;
use super::rule::Rule;
use crate::terms::Terms;

/// The rules of one rules file. They are immutable: compile them once and share them.
///
/// They come from a [`RulesSource`](crate::RulesSource).
#[derive(Debug, Default)]
pub struct Rules {
    /// In the order of the file.
    pub(crate) list: Vec<Rule>,
    /// The terms of all of them.
    pub(crate) terms: Terms,
    /// Whether any of them reads `CloudCustomData`.
    pub(crate) read_custom_data: bool,
    edition: Edition,
    problems: Vec<Problem>,
}

/// Which rules these are, and since when.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The same for the same rules and terms, and another one for others.
    pub id: String,
    /// When the rules were packed, or when their files were last changed, Unix seconds; `None` if nobody said so.
    pub made_at: Option<u64>,
}

impl Rules {
    pub(super) fn new(parsed: Parsed, terms: Terms, edition: Edition) -> Self {
        let read_custom_data = parsed.rules.iter().any(|rule| rule.custom_data);
        Self { list: parsed.rules, terms, read_custom_data, edition, problems: parsed.problems }
    }

    /// Which rules these are.
    #[must_use]
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }

    /// The same rules, if none has a mistake.
    ///
    /// # Errors
    /// [`RulesError`] with [`Self::problems`].
    pub fn strict(self) -> Result<Self, RulesError> {
        if self.problems.is_empty() { Ok(self) } else { Err(RulesError { problems: self.problems }) }
    }

    /// What is wrong in the file, in its order. Rules with a mistake are left out.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The rules' ids, in the order of the file, and whether each is in shadow mode.
    pub fn ids(&self) -> impl Iterator<Item = (&str, bool)> {
        self.list.iter().map(|rule| (rule.id.as_str(), rule.shadow))
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are no rules, so that every message is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
