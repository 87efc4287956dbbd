//! Values that several tables have.

use std::ops::Range;

use chathook_matcher::Form;

use super::keys;
use super::reader::{Reader, Value};
use crate::rules::names::{Mistake, NameKind};

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
pub(super) fn names(reader: &mut Reader<'_>, key: &str, value: &Value<'_>, kind: NameKind) -> Vec<String> {
    let names = reader.strings(key, value);
    for (at, name) in &names {
        if let Some(Mistake { what, fix }) = kind.mistake(name) {
            reader.problem(at, format!("`{key}`: {what}"), fix);
        }
    }
    names.into_iter().map(|(_, name)| name.to_owned()).collect()
}
