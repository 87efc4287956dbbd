//! The language of the rules file: which keys there are, what they may hold, and what makes no sense together.

mod action;
mod scope;
mod when;

use std::collections::HashMap;
use std::ops::Range;

use chathook_matcher::fold::{fold, fold_char};
use toml::de::DeTable;

use super::error::{Problem, RulesError};
use super::keys;
use super::read::{Reader, Value, suggestion};
use super::{Action, Change, Rule, Scope};
use crate::terms::{Allowed, Form, Term};
use when::{ListedTerm, Lists};

/// Where the words come from.
pub(crate) enum Files<'f> {
    /// The text of a file that the rules name, or why there is none.
    Read(&'f mut dyn FnMut(&str) -> Result<String, String>),
    /// They are known already: a packed artefact holds what the matcher made of them, and the file was found to be
    /// without mistakes when it was packed.
    Packed,
}

/// What a rules file says.
#[derive(Default)]
pub(crate) struct Parsed {
    pub(crate) rules: Vec<Rule>,
    /// By list. A rule knows its lists by their numbers ([`crate::conditions::Condition::Terms`]).
    pub(crate) terms: Vec<Term>,
    pub(crate) allowed: Vec<Allowed>,
    /// Why some rules are not among them.
    pub(crate) problems: Vec<Problem>,
}

/// The language's version.
pub(super) const SCHEMA: i64 = 1;

/// Reads a rules file into its rules and the terms that they look for.
pub(crate) fn parse(file: &str, text: &str, mut files: Files<'_>) -> Result<Parsed, RulesError> {
    let mut reader = Reader::new(file, text);
    let mut parsed = document(&mut reader, text, &mut files);
    parsed.problems = reader.finish()?;
    Ok(parsed)
}

/// What could be read; that any of it could, [`Reader::finish`] tells.
fn document(reader: &mut Reader<'_>, text: &str, files: &mut Files<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.unusable(&error.span().unwrap_or_default(), error.message(), "correct the TOML, see https://toml.io");
    }
    let document = document.get_ref();
    // Without a schema it is not whole: a file cut off at its beginning must not pass for one without rules.
    if !errors.is_empty() || !is_readable_schema(reader, document) {
        return parsed;
    }
    reader.only_keys("the rules file", document, keys::FILE);
    let Some(value) = document.get("rule") else { return parsed };
    let Some(tables) = value.get_ref().as_array() else {
        reader.unusable(&value.span(), "`rule` is not a list of rules", "begin each rule with [[rule]]");
        return parsed;
    };
    let mut ids = HashMap::new();
    let mut listed = Vec::new();
    let mut lists = Lists::new(files);
    for (number, value) in (1..).zip(tables) {
        let id = value.get_ref().as_table().and_then(|table| table.get("id")?.get_ref().as_str());
        let id = id.filter(|id| !id.trim().is_empty());
        reader.enter_rule(Some(id.map_or_else(|| format!("number {number}"), str::to_owned)));
        let before = reader.count();
        let rule = rule(reader, value, &mut ids, &mut lists);
        // A rule with a mistake in it takes its terms with it.
        match rule.filter(|_| reader.count() == before) {
            Some(rule) => {
                lists.keep(parsed.rules.len(), &mut listed, &mut parsed.allowed);
                parsed.rules.push(rule);
            }
            None => lists.forget(),
        }
    }
    masks_stay_masked(reader, &mut parsed.rules, &mut listed);
    reader.enter_rule(None);
    parsed.terms = listed.into_iter().map(|term| term.term).collect();
    parsed
}

/// Whether the rest of the file can be judged: one of another schema is not full of mistakes.
fn is_readable_schema(reader: &mut Reader<'_>, document: &DeTable<'_>) -> bool {
    let fix = format!("write schema = {SCHEMA}");
    let Some(value) = document.get("schema") else {
        reader.unusable(&(0..0), "the rules file has no `schema`", fix + " at its top");
        return true;
    };
    let schema = reader.integer("schema", value);
    if schema.is_some_and(|schema| schema != SCHEMA) {
        reader.unusable(&value.span(), "this version of chathook does not know this schema", fix);
        return false;
    }
    if schema.is_none() {
        reader.set_unusable();
    }
    true
}

fn rule<'v>(
    reader: &mut Reader<'_>,
    value: &'v Value<'_>,
    ids: &mut HashMap<&'v str, usize>,
    lists: &mut Lists<'_, '_>,
) -> Option<Rule> {
    let table = reader.table("rule", value)?;
    let at = value.span();
    reader.only_keys("the rule", table, keys::RULE);

    let id = match table.get("id") {
        Some(value) => reader.string("id", value).inspect(|id| {
            let line = reader.line(&value.span());
            if let Some(first) = ids.insert(id, line) {
                reader.problem(&value.span(), format!("the id `{id}` is taken, see line {first}"), "choose another");
            }
        }),
        None => missing(reader, &at, "the rule", "id", "id = \"…\", the name it is reported under"),
    };
    let shadow = table.get("mode").and_then(|value| reader.one_of("mode", value, keys::MODES)) == Some("shadow");
    let form = table.get("form").and_then(|value| form(reader, value)).unwrap_or_default();
    let custom_data =
        table.get("custom_data").and_then(|value| reader.boolean("custom_data", value)).unwrap_or_default();
    let when = match table.get("when") {
        Some(value) => when::when(reader, "when", value, form, lists),
        None => missing(reader, &at, "the rule", "when", "when = { terms = [\"…\"] }"),
    };
    let scope = match table.get("scope") {
        Some(value) => scope::scope(reader, value),
        None => Some(Scope::default()),
    };
    let action = match table.get("action") {
        Some(value) => action::action(reader, value),
        None => missing(reader, &at, "the rule", "action", "action = { type = \"reject\" }"),
    };

    let (id, when, scope, action) = (id?.to_owned(), when?, scope?, action?);
    if matches!(action, Action::Rewrite(Change::Mask(_) | Change::Replace(_))) && !when.finds_text() {
        reader.problem(
            &at,
            "it changes text but may hit without finding any",
            "add terms, regex, links or contacts to its `when`, or use the action remove_element",
        );
    }
    if matches!(action, Action::Rewrite(Change::RemoveElement)) && (custom_data || when.is_about_message()) {
        let what = "it removes elements but may hit where there is none";
        reader.problem(&at, what, "ask for something in an element and leave custom_data out, or discard the message");
    }
    Some(Rule { id, when, custom_data, shadow, scope, action })
}

fn form(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Form> {
    Some(match reader.one_of("form", value, keys::FORMS)? {
        "exact" => Form::Exact,
        "folded" => Form::Folded,
        _ => Form::Evasive,
    })
}

fn missing<T>(reader: &mut Reader<'_>, at: &Range<usize>, name: &str, key: &str, example: &str) -> Option<T> {
    reader.problem(at, format!("{name} has no `{key}`"), format!("add {example}"));
    None
}

/// The names in a list whose values are an open set. One that is nearly a known name would never match, silently.
fn names(reader: &mut Reader<'_>, key: &str, value: &Value<'_>, known: &[&str]) -> Vec<String> {
    let names = reader.strings(key, value);
    for (at, name) in &names {
        let is_typo = |known: &&str| known.eq_ignore_ascii_case(name) || strsim::osa_distance(known, name) == 1;
        if !known.contains(name) && known.iter().any(is_typo) {
            reader.problem(at, format!("`{key}` has an unknown name `{name}`"), suggestion(name, known));
        }
    }
    names.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// A masked text must not be hit again, or each edit of a message would mask a little more of it: no term may contain
/// what a rule masks with. (That a mask is no letter does the rest, see `tests/moderation/properties.rs`.) The rule with
/// the term is the one that goes.
fn masks_stay_masked(reader: &mut Reader<'_>, rules: &mut Vec<Rule>, terms: &mut Vec<ListedTerm>) {
    let masks: HashMap<char, String> = rules
        .iter()
        .filter_map(|rule| match &rule.action {
            Action::Rewrite(Change::Mask(with)) => Some((fold_char(with.chars().next()?), rule.id.clone())),
            _ => None,
        })
        .collect();
    if masks.is_empty() {
        return;
    }
    let mut disabled = vec![false; rules.len()];
    for term in terms.iter() {
        let folded = fold(term.bare());
        let sign = folded.chars().find_map(|sign| masks.get_key_value(&sign));
        if let (Some((sign, mask)), Some(rule)) = (sign, rules.get(term.owner)) {
            reader.enter_rule(Some(rule.id.clone()));
            let what = format!("contains `{sign}`, with which rule `{mask}` masks");
            term.problem(reader, &what, "mask with another sign, such as `█`, or remove the term");
            if let Some(disabled) = disabled.get_mut(term.owner) {
                *disabled = true;
            }
        }
    }
    let is_disabled = |owner: usize| disabled.get(owner).copied().unwrap_or_default();
    terms.retain(|term| !is_disabled(term.owner));
    let mut index = 0..;
    rules.retain(|_| !index.next().is_some_and(is_disabled));
}
