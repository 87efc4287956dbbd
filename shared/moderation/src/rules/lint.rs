//! What is allowed in a rules file but hardly meant.

use std::collections::{HashMap, HashSet};

use chathook_matcher::fold::fold;
use chathook_matcher::{Matcher, Segment, Term};

use super::parse::{Files, Parsed, parse};
use super::{Action, Rule, RulesError};
use crate::conditions::Condition;

/// Something in a rules file that may be a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rule's id.
    pub rule: String,
    /// What it is.
    pub what: String,
}

/// The elements that hold no text that anybody reads.
const SILENT: [&str; 3] = ["TIMSoundElem", "TIMImageElem", "TIMVideoFileElem"];

/// The warnings about a rules file: rules that can never hit, and terms that find nothing which another term of the
/// same list does not find. The parameters are those of [`super::Rules::compile`].
///
/// # Errors
/// As [`super::Rules::compile`].
pub fn warnings(
    file: &str,
    text: &str,
    read: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<Vec<Warning>, RulesError> {
    let parsed = parse(file, text, Files::Read(read))?;
    let mut warnings = Vec::new();
    for (index, rule) in parsed.rules.iter().enumerate() {
        let above = parsed.rules.get(..index).unwrap_or_default();
        if let Some(why) = never(rule).or_else(|| never_reached(rule, above, &parsed)) {
            warnings.push(Warning { rule: rule.id.clone(), what: format!("it can never hit: {why}") });
        }
    }
    contained(&parsed, &mut warnings);
    Ok(warnings)
}

/// Why a rule cannot hit by itself.
fn never(rule: &Rule) -> Option<String> {
    let scope = &rule.scope;
    if !scope.senders.is_empty() && scope.senders.is_subset(&scope.except_accounts) {
        return Some("all of its senders are excepted".to_owned());
    }
    let parts = parts(&rule.when);
    let is_rest = |names: &Vec<String>| names.iter().all(|name| name == "RESTAPI");
    if scope.except_rest && parts.iter().any(|part| matches!(part, Condition::Platforms(names) if is_rest(names))) {
        return Some("it asks for the platform RESTAPI and excepts it".to_owned());
    }
    let types: Vec<&Vec<String>> = parts
        .iter()
        .filter_map(|part| match part {
            Condition::ElementTypes(names) => Some(names),
            _ => None,
        })
        .collect();
    let could_be = |wanted: &dyn Fn(&str) -> bool| types.iter().all(|names| names.iter().any(|name| wanted(name)));
    if types.windows(2).any(|pair| matches!(pair, [one, other] if !one.iter().any(|name| other.contains(name)))) {
        return Some("no element is of both its types".to_owned());
    }
    let needs_file = parts.iter().any(|part| matches!(part, Condition::FileExtensions(_)));
    if needs_file && !could_be(&|name| name == "TIMFileElem") {
        return Some("only a TIMFileElem has a file name".to_owned());
    }
    let has_size = |name: &str| SILENT.contains(&name) || name == "TIMFileElem";
    if parts.iter().any(|part| matches!(part, Condition::FileSize(_))) && !could_be(&has_size) {
        return Some("its element types have no size".to_owned());
    }
    let needs_text = parts.iter().any(|part| part.finds_text());
    if needs_text && !rule.custom_data && !could_be(&|name| !SILENT.contains(&name)) {
        return Some("its element types hold no text".to_owned());
    }
    None
}

/// Why a rule cannot hit because of those above it.
fn never_reached(rule: &Rule, above: &[Rule], parsed: &Parsed) -> Option<String> {
    let words = |rule: &Rule| -> Option<HashSet<String>> {
        let Condition::Terms(list) = &rule.when else { return None };
        let of_list = parsed.terms.iter().filter(|term| term.list == *list);
        Some(of_list.map(|term| fold(&term.text)).collect())
    };
    let is_everywhere = |rule: &Rule| format!("{:?}", rule.scope) == format!("{:?}", super::Scope::default());
    let own = words(rule)?;
    let allows = |rule: &&Rule| matches!(rule.action, Action::Allow) && !rule.shadow && is_everywhere(rule);
    let stops = |stop: &&Rule| {
        (stop.custom_data || !rule.custom_data) && words(stop).is_some_and(|words| own.is_subset(&words))
    };
    let stop = above.iter().filter(allows).find(stops)?;
    Some(format!("rule {} allows all of its terms before it is read", stop.id))
}

/// The conditions that must all hold.
fn parts(when: &Condition) -> Vec<&Condition> {
    match when {
        Condition::All(conditions) => conditions.iter().flat_map(parts).collect(),
        other => vec![other],
    }
}

/// Terms within which the same list finds another term.
fn contained(parsed: &Parsed, warnings: &mut Vec<Warning>) {
    let terms: Vec<_> = parsed.terms.iter().map(|term| Term { text: term.text.clone(), form: term.form }).collect();
    let Ok(matcher) = Matcher::new(&terms) else { return };
    let mut owners = HashMap::new();
    for rule in &parsed.rules {
        for list in lists(&rule.when) {
            owners.insert(list, rule.id.as_str());
        }
    }
    let mut known = HashSet::new();
    for (index, term) in parsed.terms.iter().enumerate() {
        let Some(owner) = owners.get(&term.list) else { continue };
        let mut warn = |what| warnings.push(Warning { rule: (*owner).to_owned(), what });
        if !known.insert((term.list, fold(&term.text))) {
            warn(format!("the term `{}` is there twice", term.text));
            continue;
        }
        let bare = term.text.trim_matches('*');
        let found = matcher.find(&[Segment { text: bare, joins: false }]);
        let other = found.iter().filter(|found| found.term != index).find_map(|found| {
            let other = parsed.terms.get(found.term).filter(|other| other.list == term.list)?;
            // A wildcard's hit is the whole word.
            (found.span.len() < bare.len() || other.text.contains('*')).then_some(other)
        });
        if let Some(other) = other {
            warn(format!("the term `{}` is superfluous: wherever it stands, `{}` is found", term.text, other.text));
        }
    }
}

/// The lists of terms that a condition asks for.
fn lists(when: &Condition) -> Vec<usize> {
    match when {
        Condition::All(conditions) | Condition::Any(conditions) => conditions.iter().flat_map(lists).collect(),
        Condition::Not(condition) => lists(condition),
        Condition::Terms(list) => vec![*list],
        _ => Vec::new(),
    }
}
