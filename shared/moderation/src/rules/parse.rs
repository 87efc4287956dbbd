//! The language of the rules file: which keys there are, what they may hold, and what makes no sense together.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use chathook_protocol::{C2cRejectCode, GroupRejectCode, MAX_MESSAGE_BYTES};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use toml::de::{DeTable, DeValue};
use unicode_segmentation::UnicodeSegmentation;

use super::error::RulesError;
use super::read::{Reader, Value, suggestion, to_i64};
use super::{Action, Change, ChatKind, Reject, Rule, Scope, When};
use crate::fold::{fold, fold_char};
use crate::term::wildcards;

/// Reads the text of a file that the rules name.
type ReadFile<'f> = &'f mut dyn FnMut(&str) -> Result<String, String>;

/// A term of a rule, as the operator wrote it.
pub(super) struct Term {
    pub(super) text: String,
    /// The rule's index.
    pub(super) rule: usize,
    at: Range<usize>,
    /// The terms file and the line in it, if the term comes from one.
    file: Option<(String, usize)>,
}

/// The language's version.
const SCHEMA: i64 = 1;

const ELEMENT_TYPES: [&str; 9] = [
    "TIMTextElem",
    "TIMFaceElem",
    "TIMLocationElem",
    "TIMCustomElem",
    "TIMSoundElem",
    "TIMImageElem",
    "TIMFileElem",
    "TIMVideoFileElem",
    "TIMRelayElem",
];

const GROUP_TYPES: [&str; 9] =
    ["Public", "Private", "Work", "ChatRoom", "Meeting", "AVChatRoom", "Community", "BChatRoom", "Live"];

/// Reads a rules file into its rules and the terms that they look for.
pub(super) fn parse(file: &str, text: &str, files: ReadFile<'_>) -> Result<(Vec<Rule>, Vec<Term>), RulesError> {
    let mut reader = Reader::new(file, text);
    let parsed = document(&mut reader, text, files);
    reader.finish().map(|()| parsed)
}

/// What could be read; that all of it could, [`Reader::finish`] tells.
fn document(reader: &mut Reader<'_>, text: &str, files: ReadFile<'_>) -> (Vec<Rule>, Vec<Term>) {
    let (mut rules, mut terms) = (Vec::new(), Vec::new());
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.problem(&error.span().unwrap_or_default(), error.message(), "correct the TOML, see https://toml.io");
    }
    let document = document.get_ref();
    if !errors.is_empty() || document.is_empty() || !is_readable_schema(reader, document) {
        return (rules, terms);
    }
    reader.only_keys("the rules file", document, &["schema", "rule"]);
    let Some(value) = document.get("rule") else { return (rules, terms) };
    let Some(tables) = value.get_ref().as_array() else {
        reader.problem(&value.span(), "`rule` is not a list of rules", "begin each rule with [[rule]]");
        return (rules, terms);
    };
    let mut ids = HashMap::new();
    for (index, value) in tables.iter().enumerate() {
        rules.extend(rule(reader, value, index, &mut ids, &mut terms, files));
    }
    masks_stay_masked(reader, &rules, &terms);
    (rules, terms)
}

/// Whether the rest of the file can be judged: one of another schema is not full of mistakes.
fn is_readable_schema(reader: &mut Reader<'_>, document: &DeTable<'_>) -> bool {
    let fix = format!("write schema = {SCHEMA}");
    let Some(value) = document.get("schema") else {
        reader.problem(&(0..0), "the rules file has no `schema`", fix + " at its top");
        return true;
    };
    let schema = reader.integer("schema", value);
    if schema.is_some_and(|schema| schema != SCHEMA) {
        reader.problem(&value.span(), "this version of chathook does not know this schema", fix);
        return false;
    }
    true
}

fn rule<'v>(
    reader: &mut Reader<'_>,
    value: &'v Value<'_>,
    index: usize,
    ids: &mut HashMap<&'v str, usize>,
    terms: &mut Vec<Term>,
    files: ReadFile<'_>,
) -> Option<Rule> {
    let table = reader.table("rule", value)?;
    let at = value.span();
    reader.only_keys("the rule", table, &["id", "when", "scope", "action"]);

    let id = match table.get("id") {
        Some(value) => reader.string("id", value).inspect(|id| {
            let line = reader.line(&value.span());
            if let Some(first) = ids.insert(id, line) {
                reader.problem(&value.span(), format!("the id `{id}` is taken, see line {first}"), "choose another");
            }
        }),
        None => missing(reader, &at, "the rule", "id", "id = \"…\", the name it is reported under"),
    };
    let when = match table.get("when") {
        Some(value) => when(reader, value, index, terms, files),
        None => missing(reader, &at, "the rule", "when", "when = { terms = [\"…\"] }"),
    };
    let scope = match table.get("scope") {
        Some(value) => scope(reader, value),
        None => Some(Scope::default()),
    };
    let action = match table.get("action") {
        Some(value) => action(reader, value),
        None => missing(reader, &at, "the rule", "action", "action = { type = \"reject\" }"),
    };

    let (id, when, scope, action) = (id?.to_owned(), when?, scope?, action?);
    if matches!(action, Action::Rewrite(Change::Mask(_) | Change::Replace(_))) && !when.terms {
        reader.problem(
            &at,
            format!("rule `{id}` changes text but looks for none"),
            "add terms to its `when`, or use the action remove_element",
        );
    }
    Some(Rule { id, when, scope, action })
}

fn missing<T>(reader: &mut Reader<'_>, at: &Range<usize>, name: &str, key: &str, example: &str) -> Option<T> {
    reader.problem(at, format!("{name} has no `{key}`"), format!("add {example}"));
    None
}

fn when(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    rule: usize,
    terms: &mut Vec<Term>,
    files: ReadFile<'_>,
) -> Option<When> {
    let table = reader.table("when", value)?;
    reader.only_keys("`when`", table, &["terms", "terms_file", "element_types"]);

    let (inline, file) = (table.get("terms"), table.get("terms_file"));
    if let (Some(_), Some(file)) = (inline, file) {
        reader.problem(&file.span(), "`when` has both terms and terms_file", "keep one, or write two rules");
    }
    if let Some(value) = inline {
        for (at, text) in reader.strings("terms", value) {
            terms.extend(term(reader, text, rule, at, None));
        }
    }
    if let Some(value) = file {
        terms_file(reader, value, rule, terms, files);
    }
    let element_types = match table.get("element_types") {
        Some(value) => names(reader, "element_types", value, &ELEMENT_TYPES),
        None => Vec::new(),
    };
    if table.is_empty() {
        reader.problem(&value.span(), "`when` has no condition", "add terms, terms_file or element_types");
    }
    Some(When { terms: inline.or(file).is_some(), element_types })
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

/// A terms file: one term a line; empty lines and lines that begin with `#` are passed over.
fn terms_file(reader: &mut Reader<'_>, value: &Value<'_>, rule: usize, terms: &mut Vec<Term>, files: ReadFile<'_>) {
    let Some(name) = reader.string("terms_file", value) else { return };
    let at = value.span();
    let text = match files(name) {
        Ok(text) => text,
        Err(why) => {
            let what = format!("the terms file {name} cannot be read ({why})");
            return reader.problem(&at, what, "correct the name, it is relative to the rules file");
        }
    };
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let lines = text.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let mut is_empty = true;
    for (text, line) in lines {
        is_empty = false;
        terms.extend(term(reader, text, rule, at.clone(), Some((name.to_owned(), line))));
    }
    if is_empty {
        reader.problem(&at, format!("the terms file {name} holds no term"), "write one a line");
    }
}

fn term(
    reader: &mut Reader<'_>,
    text: &str,
    rule: usize,
    at: Range<usize>,
    file: Option<(String, usize)>,
) -> Option<Term> {
    let term = Term { text: text.trim().to_owned(), rule, at, file };
    if term.text.trim_matches('*').trim().is_empty() {
        term.problem(reader, "is nothing but wildcards", "remove it");
        return None;
    }
    Some(term)
}

impl Term {
    fn problem(&self, reader: &mut Reader<'_>, what: &str, fix: &str) {
        let what = format!("the term `{}` {what}", self.text);
        match &self.file {
            Some((file, line)) => reader.problem_in(&self.at, (file, *line), what, fix),
            None => reader.problem(&self.at, what, fix),
        }
    }
}

/// A masked text must not be hit again, or each edit of a message would mask a little more of it: no term may contain
/// what a rule masks with. (That a mask is no letter does the rest, see `tests/moderation/properties.rs`.)
fn masks_stay_masked(reader: &mut Reader<'_>, rules: &[Rule], terms: &[Term]) {
    let masks: HashMap<char, &str> = rules
        .iter()
        .filter_map(|rule| match &rule.action {
            Action::Rewrite(Change::Mask(with)) => Some((fold_char(with.chars().next()?), rule.id.as_str())),
            _ => None,
        })
        .collect();
    if masks.is_empty() {
        return;
    }
    for term in terms {
        let folded = fold(wildcards(&term.text).1).text;
        if let Some((sign, rule)) = folded.chars().find_map(|sign| masks.get_key_value(&sign)) {
            let what = format!("contains `{sign}`, with which rule `{rule}` masks");
            term.problem(reader, &what, "mask with another sign, such as `█`, or remove the term");
        }
    }
}

fn scope(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Scope> {
    let table = reader.table("scope", value)?;
    reader.only_keys("`scope`", table, &["chat", "group_types", "except_accounts"]);

    let chat = table.get("chat").and_then(|value| match reader.string("chat", value)? {
        "c2c" => Some(ChatKind::C2c),
        "group" => Some(ChatKind::Group),
        other => {
            reader.problem(&value.span(), format!("there is no chat `{other}`"), suggestion(other, &["c2c", "group"]));
            None
        }
    });
    let group_types = match table.get("group_types") {
        Some(value) if chat == Some(ChatKind::C2c) => {
            let what = "`group_types` with one-to-one chats can never hold";
            reader.problem(&value.span(), what, "remove it, or write chat = \"group\"");
            Vec::new()
        }
        Some(value) => names(reader, "group_types", value, &GROUP_TYPES),
        None => Vec::new(),
    };
    let except_accounts = match table.get("except_accounts") {
        Some(value) => {
            let accounts = reader.strings("except_accounts", value);
            accounts.into_iter().map(|(_, account)| account.to_owned()).collect()
        }
        None => HashSet::new(),
    };
    Some(Scope { chat, group_types, except_accounts })
}

fn action(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Action> {
    const TYPES: [(&str, &[&str]); 8] = [
        ("allow", &["type"]),
        ("discard", &["type"]),
        ("reject", &["type", "c2c_code", "group_code", "text"]),
        ("mask", &["type", "with"]),
        ("replace", &["type", "with"]),
        ("remove_element", &["type"]),
        ("append_element", &["type", "element"]),
        ("set_custom_data", &["type", "value"]),
    ];
    let table = reader.table("action", value)?;
    let Some(type_value) = table.get("type") else {
        return missing(reader, &value.span(), "the action", "type", "type = \"reject\"");
    };
    let name = reader.string("type", type_value)?;
    let Some((name, keys)) = TYPES.into_iter().find(|(known, _)| *known == name) else {
        let fix = suggestion(name, &TYPES.map(|(name, _)| name));
        reader.problem(&type_value.span(), format!("there is no action `{name}`"), fix);
        return None;
    };
    let kind = format!("the action {name}");
    reader.only_keys(&kind, table, keys);
    let at = value.span();
    let required = |reader: &mut Reader<'_>, key: &str, example: &str| match table.get(key) {
        Some(value) => Some(value),
        None => missing(reader, &at, &kind, key, example),
    };
    Some(match name {
        "allow" => Action::Allow,
        "discard" => Action::Discard,
        "reject" => Action::Reject(reject(reader, table)?),
        "mask" => {
            let with = required(reader, "with", "with = \"*\"")?;
            Action::Rewrite(Change::Mask(mask(reader, with)?))
        }
        "replace" => {
            let with = required(reader, "with", "with = \"…\"")?;
            Action::Rewrite(Change::Replace(reader.string("with", with)?.to_owned()))
        }
        "remove_element" => Action::Rewrite(Change::RemoveElement),
        "append_element" => {
            let element = required(reader, "element", ELEMENT_EXAMPLE)?;
            Action::Rewrite(append_element(reader, element)?)
        }
        _ => {
            let data = required(reader, "value", "value = \"…\"")?;
            Action::Rewrite(Change::SetCustomData(reader.string("value", data)?.to_owned()))
        }
    })
}

fn reject(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Reject> {
    let c2c_code = code::<C2cRejectCode>(reader, table, "c2c_code", "120001 to 130000");
    let group_code = code::<GroupRejectCode>(reader, table, "group_code", "10100 to 10200");
    let text = match table.get("text") {
        Some(value) => reader.string("text", value)?.to_owned(),
        None => String::new(),
    };
    Some(Reject { c2c_code, group_code, text })
}

fn code<T: TryFrom<u32>>(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str, range: &str) -> Option<T> {
    let value = table.get(key)?;
    let number = reader.integer(key, value)?;
    let code = u32::try_from(number).ok().and_then(|number| T::try_from(number).ok());
    if code.is_none() {
        let what = format!("`{key}` {number} is out of the platform's range");
        reader.problem(&value.span(), what, format!("use one of {range}"));
    }
    code
}

/// One sign that is not part of any word and never joins its neighbours.
fn mask(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let with = reader.string("with", value)?;
    let mut characters = with.chars();
    let sign = characters.next().filter(|sign| characters.next().is_none() && !sign.is_alphanumeric());
    if sign.is_none_or(|sign| format!("a{sign}a").graphemes(true).count() != 3 || sign.is_control()) {
        let fix = "use one sign such as `*` or `█`, or the action replace";
        reader.problem(&value.span(), format!("`{}` is no mask", with.escape_debug()), fix);
        return None;
    }
    Some(with.to_owned())
}

const ELEMENT_EXAMPLE: &str = "element = { MsgType = \"TIMTextElem\", MsgContent = { Text = \"…\" } }";

fn append_element(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Change> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Element<'a> {
        msg_type: &'a str,
        msg_content: serde_json::Value,
    }

    let table = reader.table("element", value)?;
    reader.only_keys("the element", table, &["MsgType", "MsgContent"]);
    let at = value.span();
    let msg_type = match table.get("MsgType") {
        Some(value) => reader.string("MsgType", value),
        None => missing(reader, &at, "the element", "MsgType", "MsgType = \"TIMTextElem\""),
    };
    let msg_content = match table.get("MsgContent") {
        Some(value) => match reader.table("MsgContent", value) {
            Some(content) if content.is_empty() => {
                reader.problem(&value.span(), "`MsgContent` is empty", "write what the element holds");
                None
            }
            Some(_) => to_json(reader, value),
            None => None,
        },
        None => missing(reader, &at, "the element", "MsgContent", "MsgContent = { Text = \"…\" }"),
    };
    let element = Element { msg_type: msg_type?, msg_content: msg_content? };
    let json: Box<RawValue> = to_raw_value(&element).ok()?;
    if json.get().len() + "[]".len() > MAX_MESSAGE_BYTES {
        let what = format!("the element is longer than a message can be, {MAX_MESSAGE_BYTES} bytes");
        reader.problem(&at, what, "shorten it");
        return None;
    }
    Some(Change::AppendElement { element: json, is_custom: element.msg_type == "TIMCustomElem" })
}

/// TOML as JSON. The TOML parser limits how deep values can nest.
fn to_json(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<serde_json::Value> {
    let json = match value.get_ref() {
        DeValue::String(text) => Some(text.as_ref().into()),
        DeValue::Boolean(flag) => Some((*flag).into()),
        DeValue::Integer(integer) => to_i64(integer).map(Into::into),
        DeValue::Float(float) => {
            float.as_str().parse().ok().and_then(serde_json::Number::from_f64).map(serde_json::Value::Number)
        }
        DeValue::Array(items) => {
            return items.iter().map(|item| to_json(reader, item)).collect::<Option<Vec<_>>>().map(Into::into);
        }
        DeValue::Table(table) => {
            let members = table.iter().map(|(key, value)| Some((key.get_ref().to_string(), to_json(reader, value)?)));
            return members.collect::<Option<serde_json::Map<_, _>>>().map(Into::into);
        }
        DeValue::Datetime(_) => None,
    };
    if json.is_none() {
        let what = format!("JSON has no such {}", value.get_ref().type_str());
        reader.problem(&value.span(), what, "write it as a string");
    }
    json
}
