//! `when`: what a rule looks for.

use chathook_matcher::Form;
use regex::RegexBuilder;
use toml::de::DeTable;

use super::keys;
use super::lists::Lists;
use super::reader::{Reader, Value, suggestion};
use super::values::{form, names};
use crate::conditions::{Bounds, Condition, Contacts, Density, Links, Site};
use crate::rules::names::NameKind;

/// How large a compiled regex may be, in bytes: `\\w{1000}` would be a hundred times that.
const REGEX_BYTES: usize = 1 << 20;
/// How deep a regex may nest.
const REGEX_DEPTH: u32 = 50;

/// The least and the default `min_digits`.
const LEAST_DIGITS: i64 = 4;
const USUAL_DIGITS: usize = 8;
/// The default `min_characters` of a density.
const USUAL_CHARACTERS: usize = 10;

/// A table of conditions, all of which must hold. `name` says which.
pub(super) fn when(
    reader: &mut Reader<'_>,
    name: &str,
    value: &Value<'_>,
    rule_form: Form,
    lists: &mut Lists<'_>,
) -> Option<Condition> {
    let table = reader.table(name, value)?;
    let kind = format!("`{name}`");
    let before = reader.count();
    reader.only_keys(&kind, table, keys::WHEN);

    let mut all = Vec::new();
    all.extend(terms(reader, table, rule_form, lists));
    all.extend(table.get("regex").and_then(|value| regexes(reader, value)));
    all.extend(table.get("links").and_then(|value| links(reader, value)));
    all.extend(contacts(reader, table));
    all.extend(table.get("file_extensions").map(|value| file_extensions(reader, value)));
    for (key, condition) in [
        ("characters", Condition::Characters as fn(Bounds) -> Condition),
        ("mentions", Condition::Mentions),
        ("file_size", Condition::FileSize),
        ("elements", Condition::Elements),
    ] {
        all.extend(table.get(key).and_then(|value| bounds(reader, key, value)).map(condition));
    }
    all.extend(table.get("density").and_then(|value| density(reader, value)));
    if let Some(value) = table.get("element_types") {
        all.push(Condition::ElementTypes(names(reader, "element_types", value, NameKind::ElementType)));
    }
    if let Some(value) = table.get("platforms") {
        all.push(Condition::Platforms(names(reader, "platforms", value, NameKind::Platform)));
    }
    if let Some(value) = table.get("any") {
        all.extend(tables(reader, "any", value, rule_form, lists).map(Condition::Any));
    }
    if let Some(value) = table.get("all") {
        all.extend(tables(reader, "all", value, rule_form, lists).map(Condition::All));
    }
    if let Some(value) = table.get("not") {
        all.extend(when(reader, "not", value, rule_form, lists).map(|condition| Condition::Not(Box::new(condition))));
    }

    if all.is_empty() && reader.count() == before {
        let what = format!("{kind} has no condition");
        reader.problem(&value.span(), what, "add terms, terms_file, regex, links, contacts or element_types");
    }
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(Condition::All(all)),
    }
}

/// The tables of `all` and `any`.
fn tables(
    reader: &mut Reader<'_>,
    name: &str,
    value: &Value<'_>,
    rule_form: Form,
    lists: &mut Lists<'_>,
) -> Option<Vec<Condition>> {
    let Some(tables) = value.get_ref().as_array().filter(|tables| !tables.is_empty()) else {
        let fix = format!("write {name} = [{{ … }}, {{ … }}]");
        reader.problem(&value.span(), format!("`{name}` is not a list of conditions"), fix);
        return None;
    };
    Some(tables.iter().filter_map(|value| when(reader, name, value, rule_form, lists)).collect())
}

/// `terms` or `terms_file`, with `form` and `allow_phrases`.
fn terms(reader: &mut Reader<'_>, table: &DeTable<'_>, rule_form: Form, lists: &mut Lists<'_>) -> Option<Condition> {
    let (inline, file) = (table.get("terms"), table.get("terms_file"));
    let form = match table.get("form") {
        Some(value) => form(reader, value).unwrap_or(rule_form),
        None => rule_form,
    };
    if inline.or(file).is_none() {
        for key in ["form", "allow_phrases"] {
            if let Some(value) = table.get(key) {
                let what = format!("`{key}` has no terms to apply to");
                reader.problem(&value.span(), what, "add terms or terms_file, or remove it");
            }
        }
        return None;
    }
    let number = lists.begin(reader, &inline.or(file)?.span());
    let Some(mut list) = lists.written(form) else { return Some(Condition::Terms(number)) };
    if let (Some(_), Some(file)) = (inline, file) {
        reader.problem(&file.span(), "there are both terms and terms_file", "keep one, or write any = [{ … }, { … }]");
    }
    if let Some(value) = inline {
        for (at, text) in reader.strings("terms", value) {
            list.add(reader, text, at);
        }
    }
    if let Some(value) = file
        && let Some(name) = reader.string("terms_file", value)
    {
        list.add_file(reader, name, &value.span());
    }
    if let Some(value) = table.get("allow_phrases") {
        list.allow(reader.strings("allow_phrases", value).into_iter().map(|(_, phrase)| phrase));
    }
    Some(Condition::Terms(number))
}

/// One regex or a list of them.
fn regexes(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Condition> {
    let patterns = match value.get_ref().as_str() {
        Some(_) => vec![(value.span(), reader.string("regex", value)?)],
        None => reader.strings("regex", value),
    };
    let mut regexes = Vec::with_capacity(patterns.len());
    for (at, pattern) in patterns {
        match RegexBuilder::new(pattern)
            .size_limit(REGEX_BYTES)
            .dfa_size_limit(REGEX_BYTES)
            .nest_limit(REGEX_DEPTH)
            .build()
        {
            Ok(_) if can_match_nothing(pattern) => {
                let what = format!("the regex `{pattern}` can match an empty text, which is everywhere");
                let fix =
                    "ask for at least one character, for example with + in place of *, or with a letter behind \\b";
                reader.problem(&at, what, fix);
            }
            Ok(regex) => regexes.push(regex),
            Err(error) => {
                let why = match error {
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    // The last line says what is wrong; the lines above draw where.
                    other => {
                        other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
                    }
                };
                let fix =
                    "correct it, see https://docs.rs/regex/#syntax; look-around and back-references are not supported";
                reader.problem(&at, format!("the regex `{pattern}` cannot be used: {why}"), fix);
            }
        }
    }
    Some(Condition::Regex(regexes))
}

/// Whether a regex can match without a character. It would match between all of them, and hit nothing that can be shown.
fn can_match_nothing(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|regex| regex.properties().minimum_len() == Some(0))
}

fn links(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Condition> {
    let table = reader.table("links", value)?;
    reader.only_keys("`links`", table, keys::LINKS);
    let mut sites = |key: &str| {
        let mut sites = Vec::new();
        for (at, text) in table.get(key).map(|value| reader.strings(key, value)).unwrap_or_default() {
            match Site::parse(text) {
                Some(site) => sites.push(site),
                None => {
                    reader.problem(&at, format!("`{key}` has `{text}`, which is not a domain"), "write example.com");
                }
            }
        }
        sites
    };
    let (deny, allow) = (sites("deny").into_iter().collect(), sites("allow").into_iter().collect());
    Some(Condition::Links(Links { deny, allow }))
}

fn contacts(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Condition> {
    let min_digits = table.get("min_digits");
    let Some(value) = table.get("contacts") else {
        if let Some(value) = min_digits {
            reader.problem(&value.span(), "`min_digits` has no contacts to apply to", "add contacts = [\"digits\"]");
        }
        return None;
    };
    let (mut phone, mut email, mut digits) = (false, false, false);
    for (at, name) in reader.strings("contacts", value) {
        match name {
            "phone" => phone = true,
            "email" => email = true,
            "digits" => digits = true,
            _ => reader.problem(&at, format!("there is no kind of contact `{name}`"), suggestion(name, keys::CONTACTS)),
        }
    }
    let mut least = USUAL_DIGITS;
    if let Some(value) = min_digits {
        let number = reader.integer("min_digits", value)?;
        if !digits {
            reader.problem(
                &value.span(),
                "`min_digits` needs `digits` among the contacts",
                "add \"digits\" to contacts",
            );
        }
        match usize::try_from(number) {
            Ok(number) if (LEAST_DIGITS..=1000).contains(&i64::try_from(number).unwrap_or(i64::MAX)) => least = number,
            _ => {
                let what = format!("`min_digits` {number} would match every number, or none");
                reader.problem(&value.span(), what, format!("use {LEAST_DIGITS} to 1000"));
            }
        }
    }
    Some(Condition::Contacts(Contacts { phone, email, digits: digits.then_some(least) }))
}

fn file_extensions(reader: &mut Reader<'_>, value: &Value<'_>) -> Condition {
    let mut extensions = Vec::new();
    for (at, text) in reader.strings("file_extensions", value) {
        let bare = text.trim().trim_start_matches('.');
        if bare.is_empty() || bare.contains(['.', '*', '/']) {
            reader.problem(
                &at,
                format!("`{text}` is not a file extension"),
                "write the last ending alone, such as \"exe\"",
            );
        }
        extensions.push(bare.to_lowercase());
    }
    Condition::FileExtensions(extensions)
}

/// `{ min = 1, max = 5 }`, or one of the two.
fn bounds(reader: &mut Reader<'_>, name: &str, value: &Value<'_>) -> Option<Bounds> {
    let table = reader.table(name, value)?;
    let kind = format!("`{name}`");
    reader.only_keys(&kind, table, keys::BOUNDS);
    let (min, max) = (number(reader, table, "min", None), number(reader, table, "max", None));
    if table.get("min").or(table.get("max")).is_none() {
        reader.problem(
            &value.span(),
            format!("{kind} has neither min nor max"),
            format!("write {name} = {{ min = 10 }}"),
        );
    }
    let bounds = Bounds { min: min.unwrap_or(0), max: max.unwrap_or(u64::MAX) };
    if bounds.min > bounds.max {
        reader.problem(&value.span(), format!("{kind} can never be true: min is above max"), "swap them");
    }
    Some(bounds)
}

/// A number from 0, or from 1 to `most`. `None` if it is missing or wrong.
fn number(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str, most: Option<u64>) -> Option<u64> {
    let value = table.get(key)?;
    let written = reader.integer(key, value)?;
    let number = u64::try_from(written).ok().filter(|number| most.is_none_or(|most| (1..=most).contains(number)));
    if number.is_none() {
        let fix = most.map_or_else(|| "use 0 or more".to_owned(), |most| format!("use 1 to {most}"));
        reader.problem(&value.span(), format!("`{key}` {written} is out of range"), fix);
    }
    number
}

fn density(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Condition> {
    let table = reader.table("density", value)?;
    reader.only_keys("`density`", table, keys::DENSITY);
    let mut number = |key: &str, most| usize::try_from(number(reader, table, key, Some(most))?).ok();
    let (capitals, emoji) = (number("capitals", 100), number("emoji", 100));
    let (repeats, combining_marks) = (number("repeats", 100), number("combining_marks", 100));
    let min_characters = number("min_characters", 10_000).unwrap_or(USUAL_CHARACTERS);
    let density = Density { capitals, emoji, repeats, combining_marks, min_characters };
    if keys::DENSITY.iter().filter(|key| **key != "min_characters").all(|key| table.get(*key).is_none()) {
        let what = "`density` has no condition";
        reader.problem(&value.span(), what, "add capitals, emoji, repeats or combining_marks, in percent");
    }
    Some(Condition::Density(density))
}
