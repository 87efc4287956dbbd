//! The language of the rules file: its keys, their values, and which of them contradict each other.

mod action;
pub(super) mod keys;
mod lists;
mod reader;
mod scope;
mod values;
mod when;

use std::collections::{HashMap, HashSet};

use chathook_matcher::fold::{fold, fold_char};
use toml::de::{DeTable, DeValue};

use super::error::{Problem, RulesError};
use super::rule::{Action, Change, Rule, Scope};
use lists::Lists;
pub(super) use lists::{TermSource, WrittenList, WrittenTerm};
use reader::{Reader, Value};
use values::{form, missing};

/// What a rules file says.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) rules: Vec<Rule>,
    /// The lists of terms, by number. Empty for a pack.
    pub(super) lists: Vec<WrittenList>,
    /// What is wrong; rules with a mistake are left out.
    pub(super) problems: Vec<Problem>,
}

/// The language's version.
const SCHEMA: i64 = 1;

/// Reads a rules file into its rules and the terms that they look for.
pub(super) fn parse(file: &str, text: &str, terms: &TermSource<'_>) -> Result<Parsed, RulesError> {
    let mut reader = Reader::new(file, text);
    let mut parsed = document(&mut reader, text, terms);
    parsed.problems = reader.finish()?;
    Ok(parsed)
}

/// The terms files that a rules file names, each once. In a file with mistakes, those that can still be found.
pub(super) fn terms_files(text: &str) -> Vec<String> {
    fn collect(value: &DeValue<'_>, names: &mut Vec<String>) {
        match value {
            DeValue::Array(items) => items.iter().for_each(|item| collect(item.get_ref(), names)),
            DeValue::Table(table) => {
                let name = table.get("terms_file").and_then(|value| value.get_ref().as_str());
                names.extend(name.filter(|name| !names.iter().any(|known| known == name)).map(str::to_owned));
                table.values().for_each(|value| collect(value.get_ref(), names));
            }
            _ => {}
        }
    }
    let mut names = Vec::new();
    let (document, _) = DeTable::parse_recoverable(text);
    document.get_ref().values().for_each(|value| collect(value.get_ref(), &mut names));
    names
}

/// Reads what can be read. [`Reader::finish`] says whether it can be used.
fn document(reader: &mut Reader<'_>, text: &str, terms: &TermSource<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.unusable(&error.span().unwrap_or_default(), error.message(), "correct the TOML, see https://toml.io");
    }
    let document = document.get_ref();
    // A file that is cut off at its beginning must not pass for one without rules, so `schema` is required.
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
    let mut lists = Lists::new(terms);
    for (number, value) in (1..).zip(tables) {
        let id = value.get_ref().as_table().and_then(|table| table.get("id")?.get_ref().as_str());
        let id = id.filter(|id| !id.trim().is_empty());
        reader.enter_rule(Some(id.map_or_else(|| format!("number {number}"), str::to_owned)));
        lists.enter_rule(id.unwrap_or_default());
        let before = reader.count();
        let rule = rule(reader, value, &mut ids, &mut lists);
        match rule.filter(|_| reader.count() == before) {
            Some(rule) => parsed.rules.push(rule),
            // A rule with a mistake in it takes its terms with it.
            None => lists.forget_rule(),
        }
    }
    reader.enter_rule(None);
    parsed.lists = lists.finish(reader);
    masks_stay_masked(reader, &mut parsed);
    parsed
}

/// Whether to read the rest of the file. In a file of another schema, every key would look like a mistake.
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
    lists: &mut Lists<'_>,
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
            "it changes text but can hit without finding any",
            "add terms, regex, links or contacts to its `when`, or use the action remove_element",
        );
    }
    if matches!(action, Action::Rewrite(Change::RemoveElement)) && (custom_data || when.is_about_message()) {
        let what = "it removes elements but can hit where there is none";
        reader.problem(&at, what, "ask for something in an element and leave custom_data out, or discard the message");
    }
    Some(Rule { id, when, custom_data, shadow, scope, action })
}

/// Leaves out the rules that have a term with a mask's sign in it. They would hit masked text, and each edit of a
/// message would mask a little more of it. (A mask is never a letter, which does the rest: see
/// `tests/moderation/properties.rs`.)
fn masks_stay_masked(reader: &mut Reader<'_>, parsed: &mut Parsed) {
    let masks: HashMap<char, String> = parsed
        .rules
        .iter()
        // A rule in shadow mode masks nothing, so it may disable no other.
        .filter(|rule| !rule.shadow)
        .filter_map(|rule| match &rule.action {
            Action::Rewrite(Change::Mask(mask)) => Some((fold_char(mask.sign.chars().next()?), rule.id.clone())),
            _ => None,
        })
        .collect();
    if masks.is_empty() {
        return;
    }
    let mut disabled = HashSet::new();
    for list in &parsed.lists {
        for term in &list.terms {
            let folded = fold(term.bare());
            if let Some((sign, mask)) = folded.chars().find_map(|sign| masks.get_key_value(&sign)) {
                reader.enter_rule(Some(list.owner.rule.clone()));
                let what = format!("contains `{sign}`, which rule `{mask}` masks with");
                term.problem(reader, &what, "mask with another sign, such as `█`, or remove the term");
                disabled.insert(list.owner.rule.clone());
            }
        }
    }
    reader.enter_rule(None);
    parsed.rules.retain(|rule| !disabled.contains(&rule.id));
    // The other lists keep their numbers.
    for list in parsed.lists.iter_mut().filter(|list| disabled.contains(&list.owner.rule)) {
        list.terms.clear();
        list.allow_phrases.clear();
    }
}
