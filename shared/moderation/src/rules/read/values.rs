//! Values that several tables have.

use std::ops::Range;

use chathook_matcher::Form;

use super::keys;
use super::reader::{Reader, Value, suggestion};

/// How closely terms must match.
pub(super) fn form(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Form> {
    Some(match reader.one_of("form", value, keys::FORMS)? {
        "exact" => Form::Exact,
        "folded" => Form::Folded,
        _ => Form::Evasive,
    })
}

/// Notes that a key is missing.
pub(super) fn missing<T>(
    reader: &mut Reader<'_>,
    at: &Range<usize>,
    name: &str,
    key: &str,
    example: &str,
) -> Option<T> {
    reader.problem(at, format!("{name} has no `{key}`"), format!("add {example}"));
    None
}

/// A list of names that may also hold names unknown to us. A near miss of a known name is a mistake: it would never
/// match, and nobody would notice.
pub(super) fn names(reader: &mut Reader<'_>, key: &str, value: &Value<'_>, known: &[&str]) -> Vec<String> {
    let names = reader.strings(key, value);
    for (at, name) in &names {
        let is_typo = |known: &&str| known.eq_ignore_ascii_case(name) || strsim::osa_distance(known, name) == 1;
        if !known.contains(name) && known.iter().any(is_typo) {
            reader.problem(at, format!("`{key}` has an unknown name `{name}`"), suggestion(name, known));
        }
    }
    names.into_iter().map(|(_, name)| name.to_owned()).collect()
}
