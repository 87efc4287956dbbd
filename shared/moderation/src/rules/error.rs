//! What is wrong with a rules file, where, and what to do about it.

use std::fmt;

/// A rules file or pack that cannot be used, or rules with mistakes where none are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesError {
    /// All that was found, in the order of the file.
    pub problems: Vec<Problem>,
}

impl RulesError {
    /// A file that cannot be used at all.
    pub(super) fn unusable(file: &str, what: impl Into<String>, fix: &str) -> Self {
        let problem = Problem { file: file.to_owned(), line: 1, rule: None, what: what.into(), fix: fix.to_owned() };
        Self { problems: vec![problem] }
    }
}

/// One thing to correct in a rules file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name: the rules file's, or that of a terms file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule that it disables, if it concerns one: its id, or `number 3` if it has none.
    pub rule: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule}: ")?;
        }
        write!(f, "{}; {}", self.what, self.fix)
    }
}

impl fmt::Display for RulesError {
    /// One line for each problem.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for RulesError {}
