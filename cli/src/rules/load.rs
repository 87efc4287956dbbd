//! Loads rules for the commands.

use std::path::Path;

use anyhow::bail;
use chathook_endpoint::moderator::read_rules;
use chathook_moderation::{Problem, Rules, RulesSource};

/// Reads what is at `path`: a rules file with the files of terms that it names, or a pack.
pub fn source(path: &Path) -> anyhow::Result<RulesSource> {
    let (name, inside) = (path.display(), path.join("rules.toml"));
    if path.is_dir() {
        let file = if inside.is_file() { "name its" } else { "name a" };
        bail!("{name} is a folder; {file} rules file, as in {}", inside.display());
    }
    if !path.exists() {
        bail!("there is no file {name}; name a rules file or a pack of one, such as rules/rules.toml in a clone");
    }
    Ok(read_rules(path)?)
}

/// The rules at `path` as a function would load them. Problems with single rules are reported on standard error,
/// and those rules are left out.
pub fn rules(path: &Path) -> anyhow::Result<Rules> {
    let rules = source(path)?.compile()?;
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
