//! Reads a TOML document for people: it notes every mistake with its line and what to do about it, and reads on.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::rules::error::{Problem, RulesError};

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A document that is being read, and what is wrong with it so far.
pub(super) struct Reader<'s> {
    file: &'s str,
    text: &'s str,
    /// The current rule. Its mistakes disable no other rule.
    rule: Option<String>,
    /// Each with its offset in the document, to sort by: the line of a problem may be one of a terms file.
    problems: Vec<(usize, Problem)>,
    /// Whether nothing in the document can be used.
    is_unusable: bool,
}

impl<'s> Reader<'s> {
    pub(super) const fn new(file: &'s str, text: &'s str) -> Self {
        Self { file, text, rule: None, problems: Vec::new(), is_unusable: false }
    }

    /// Problems noted from now on belong to this rule.
    pub(super) fn enter_rule(&mut self, rule: Option<String>) {
        self.rule = rule;
    }

    /// How many problems there are so far.
    pub(super) const fn count(&self) -> usize {
        self.problems.len()
    }

    /// Marks the whole document as unusable.
    pub(super) const fn set_unusable(&mut self) {
        self.is_unusable = true;
    }

    /// Notes a problem that makes the whole document unusable.
    pub(super) fn unusable(&mut self, at: &Range<usize>, what: impl Into<String>, fix: impl Into<String>) {
        self.is_unusable = true;
        self.problem(at, what, fix);
    }

    /// Notes a problem in the document.
    pub(super) fn problem(&mut self, at: &Range<usize>, what: impl Into<String>, fix: impl Into<String>) {
        let line = self.line(at);
        self.problem_in(at, (self.file, line), what, fix);
    }

    /// Notes a problem in a file that the document names at `at`.
    pub(super) fn problem_in(
        &mut self,
        at: &Range<usize>,
        (file, line): (&str, usize),
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let rule = self.rule.clone();
        let problem = Problem { file: file.to_owned(), line, rule, what: what.into(), fix: fix.into() };
        self.problems.push((at.start, problem));
    }

    /// The line, from 1, of a place in the document.
    pub(super) fn line(&self, at: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..at.start).unwrap_or(self.text.as_bytes());
        1 + memchr::memchr_iter(b'\n', before).count()
    }

    /// The problems in the order of the document. They are an error if nothing in it can be used.
    pub(super) fn finish(mut self) -> Result<Vec<Problem>, RulesError> {
        self.problems.sort_by_key(|(at, _)| *at);
        let problems = self.problems.into_iter().map(|(_, problem)| problem).collect();
        if self.is_unusable { Err(RulesError { problems }) } else { Ok(problems) }
    }

    /// Notes every key of `table` that is not in `keys`. `name` says what the table is.
    pub(super) fn only_keys(&mut self, name: &str, table: &DeTable<'_>, keys: &[&str]) {
        for key in table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())) {
            let written = key.get_ref();
            self.problem(&key.span(), format!("{name} has no key `{written}`"), suggestion(written, keys));
        }
    }

    /// A table. `name` is what a message calls it.
    pub(super) fn table<'v, 't>(&mut self, name: &str, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(name, value, "a table", &format!("write {name} = {{ … }}"));
        }
        table
    }

    /// A string that is not empty.
    pub(super) fn string<'v>(&mut self, name: &str, value: &'v Value<'_>) -> Option<&'v str> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(name, value, "a string", &format!("write {name} = \"…\""));
            return None;
        };
        if text.trim().is_empty() {
            self.problem(&value.span(), format!("`{name}` is empty"), "write something, or remove the key");
            return None;
        }
        Some(text)
    }

    /// The strings of a list that are not empty, with their places.
    pub(super) fn strings<'v>(&mut self, name: &str, value: &'v Value<'_>) -> Vec<(Range<usize>, &'v str)> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(name, value, "a list of strings", &format!("write {name} = [\"…\"]"));
            return Vec::new();
        };
        if items.is_empty() {
            self.problem(&value.span(), format!("`{name}` is an empty list"), "fill it, or remove the key");
        }
        let mut strings = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_str() {
                Some(text) if !text.trim().is_empty() => strings.push((item.span(), text)),
                Some(_) => self.problem(&item.span(), format!("`{name}` has an empty string"), "remove it"),
                None => {
                    let found = with_article(item.get_ref().type_str());
                    self.problem(&item.span(), format!("`{name}` has {found} in it"), "write it in quotes");
                }
            }
        }
        strings
    }

    /// A whole number.
    pub(super) fn integer(&mut self, name: &str, value: &Value<'_>) -> Option<i64> {
        let integer = value.get_ref().as_integer().and_then(to_i64);
        if integer.is_none() {
            self.wrong_type(name, value, "a whole number", "write it without quotes");
        }
        integer
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, name: &str, value: &Value<'_>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(name, value, "true or false", &format!("write {name} = true"));
        }
        boolean
    }

    /// A string that is one of `known`.
    pub(super) fn one_of(&mut self, name: &str, value: &Value<'_>, known: &[&'static str]) -> Option<&'static str> {
        let written = self.string(name, value)?;
        let found = known.iter().find(|known| **known == written);
        if found.is_none() {
            self.problem(&value.span(), format!("there is no {name} `{written}`"), suggestion(written, known));
        }
        found.copied()
    }

    fn wrong_type(&mut self, name: &str, value: &Value<'_>, wanted: &str, fix: &str) {
        let found = value.get_ref().type_str();
        self.problem(&value.span(), format!("`{name}` must be {wanted}, not {}", with_article(found)), fix);
    }
}

/// The number, if it fits into an `i64`.
pub(super) fn to_i64(integer: &toml::de::DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// What to do about a word that is none of `known`.
pub(super) fn suggestion(written: &str, known: &[&str]) -> String {
    let likeness = |word: &str| strsim::jaro_winkler(&written.to_lowercase(), &word.to_lowercase());
    let best = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    match best {
        Some(best) if likeness(best) > 0.8 => format!("did you mean `{best}`?"),
        _ => {
            let known: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
            format!("use one of {}", known.join(", "))
        }
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
