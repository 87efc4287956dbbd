//! Rules as tools need them.

use std::path::Path;

use chathook_endpoint::moderator::read_rules;
use chathook_moderation::{Problem, Rules};

/// The rules at `path` as a function would load them. Problems with single rules are told, on standard error, and their
/// rules are missing.
pub fn rules(path: &Path) -> anyhow::Result<Rules> {
    let rules = read_rules(path)?.compile()?;
    for problem in rules.problems() {
        eprintln!("disabled: {problem}");
    }
    Ok(rules)
}

/// A problem for scripts.
pub fn problem(problem: &Problem) -> serde_json::Value {
    let Problem { file, line, rule, what, fix } = problem;
    serde_json::json!({"file": file, "line": line, "rule": rule, "what": what, "fix": fix})
}
