//! Things that a rules file may say, but that are probably mistakes.

use std::collections::HashSet;

use chathook_matcher::Form;
use chathook_matcher::fold::fold;
use chathook_protocol::{Command, SendMsg};
use serde_json::json;

use super::compiled::Rules;
use super::read::{Parsed, WrittenList};
use super::rule::{Action, Change, Rule, Scope};
use crate::conditions::Condition;

/// Something in a rules file that may be a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rule's id.
    pub rule: String,
    /// What it is.
    pub what: String,
}

/// The elements without text that people read.
const SILENT: [&str; 3] = ["TIMSoundElem", "TIMImageElem", "TIMVideoFileElem"];

/// The warnings about whole rules. What is to be said about single terms is in `checked_terms`.
pub(super) fn warnings_of(parsed: &Parsed) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, rule) in parsed.rules.iter().enumerate() {
        let above = parsed.rules.get(..index).unwrap_or_default();
        if let Some(why) = never(rule).or_else(|| never_reached(rule, above, parsed)) {
            warnings.push(Warning { rule: rule.id.clone(), what: format!("it can never hit: {why}") });
        }
    }
    warnings
}

/// Replacements that their own rule hits again, so that every message it hits is rejected.
pub(super) fn endless_replacements(rules: &Rules) -> Vec<Warning> {
    let is_endless = |rule: &&Rule| {
        let Action::Rewrite(Change::Replace(with)) = &rule.action else { return false };
        let body = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": with}}]);
        let callback = json!({"From_Account": "a", "To_Account": "b", "MsgBody": body}).to_string();
        let message = SendMsg::parse(Command::C2cBeforeSend, &callback);
        message.is_ok_and(|message| rules.hits_in(&message).iter().any(|hit| hit.rule == rule.id))
    };
    let warning = |rule: &Rule| Warning {
        rule: rule.id.clone(),
        what: "it hits its own replacement, so every message that it hits is rejected; use other words".to_owned(),
    };
    rules.list.iter().filter(is_endless).map(warning).collect()
}

/// Why a rule can never hit, whatever the other rules are.
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
        return Some("no element has both of its types".to_owned());
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

/// Why a rule can never hit because of a rule above it.
fn never_reached(rule: &Rule, above: &[Rule], parsed: &Parsed) -> Option<String> {
    let list = |rule: &Rule| match &rule.when {
        Condition::Terms(list) => parsed.lists.get(*list),
        _ => None,
    };
    let own = list(rule)?;
    let stops = |stop: &&Rule| {
        matches!(stop.action, Action::Allow)
            && !stop.shadow
            && (stop.scope == Scope::default() || stop.scope == rule.scope)
            && (stop.custom_data || !rule.custom_data)
            && list(stop).is_some_and(|list| finds_all(list, own))
    };
    let stop = above.iter().find(stops)?;
    Some(format!("rule {} allows all of its terms before it is read", stop.id))
}

/// Whether a list finds everything that the other one finds. All terms of a list have the same form.
fn finds_all(list: &WrittenList, other: &WrittenList) -> bool {
    let form = |list: &WrittenList| list.terms.first().map(|term| term.term.form).unwrap_or_default();
    let (form, other_form) = (form(list), form(other));
    let is_as_wide = form == other_form || form == Form::Evasive || other_form == Form::Exact;
    let keys =
        |list: &WrittenList| -> HashSet<_> { list.terms.iter().map(|term| key(&term.term.text, form)).collect() };
    is_as_wide && list.allow_phrases.is_empty() && keys(other).is_subset(&keys(list))
}

/// What terms of that form have in common if they find the same.
pub(super) fn key(term: &str, form: Form) -> String {
    if form == Form::Exact { term.to_owned() } else { fold(term) }
}

/// The conditions that must all hold.
fn parts(when: &Condition) -> Vec<&Condition> {
    match when {
        Condition::All(conditions) => conditions.iter().flat_map(parts).collect(),
        other => vec![other],
    }
}
