//! An item of the table as a line of JSON, and back.
//!
//! The line is an object, with `pk` and `sk` first and the other attributes in the order of their names. A string is a
//! JSON string, a number a JSON number with exactly the table's digits. Types that chathook itself never writes are
//! DynamoDB's own JSON, such as `{"BOOL":true}`. So what was exported is imported equal, to the digit.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_protocol::json::{self, Object};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use thiserror::Error;

use crate::item::{Item, ItemKey};

/// The most digits that a DynamoDB number has.
const MAX_DIGITS: usize = 38;

/// The powers of ten that the first digit of a DynamoDB number may stand for.
const MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;

/// The deepest nesting that DynamoDB takes.
const MAX_DEPTH: usize = 32;

/// An item of the table, of whatever kind.
#[derive(Clone, PartialEq)]
pub struct RawItem {
    pub(crate) item: Item,
}

/// Why a line is no item, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ItemError {
    /// Not a JSON object.
    #[error("not a JSON object; write one item on each line, as `messages export` does")]
    NotJson,
    /// `pk` or `sk` is missing, or cannot be a key.
    #[error("{0} is missing, empty or not a string; without both keys an item has no place in the table")]
    MissingKey(&'static str),
    /// An attribute that is there twice.
    #[error("the attribute {0:?} is there twice; remove one of them")]
    DuplicateAttribute(String),
    /// A number that DynamoDB does not hold.
    #[error("the attribute {0:?} is not a number with at most 38 digits, from 1e-130 to below 1e126")]
    InvalidNumber(String),
    /// A value of a type that DynamoDB does not have.
    #[error("the attribute {0:?} is neither a string nor a number, nor DynamoDB's JSON such as {{\"BOOL\":true}}")]
    UnknownType(String),
}

impl RawItem {
    /// Reads what [`Self::to_json`] writes, in any order and layout. Numbers keep their digits.
    ///
    /// # Errors
    /// An [`ItemError`] that says what to correct. It may name an attribute, but never shows a value.
    pub fn from_json(line: &str) -> Result<Self, ItemError> {
        let object = Object::parse(line).map_err(|_| ItemError::NotJson)?;
        let mut item = Item::with_capacity(object.iter().len());
        for (name, value) in object.iter() {
            if item.insert(name.to_owned(), read(name, value)?).is_some() {
                return Err(ItemError::DuplicateAttribute(name.to_owned()));
            }
        }
        for key in ["pk", "sk"] {
            if !item.get(key).is_some_and(|value| matches!(value, AttributeValue::S(text) if !text.is_empty())) {
                return Err(ItemError::MissingKey(key));
            }
        }
        Ok(Self { item })
    }

    /// The item as one line of JSON, without its end. No character in it is a control character, or counts as a line
    /// break anywhere.
    ///
    /// # Errors
    /// [`ItemError::UnknownType`] for a type that is newer than this code.
    pub fn to_json(&self) -> Result<String, ItemError> {
        let mut names: Vec<&String> = self.item.keys().collect();
        names.sort_by_key(|name| (*name != "pk", *name != "sk", *name));
        let mut line = String::new();
        for name in names {
            line.push(if line.is_empty() { '{' } else { ',' });
            line.push_str(&json!(name).to_string());
            line.push(':');
            match &self.item[name] {
                AttributeValue::S(text) => line.push_str(&json!(text).to_string()),
                AttributeValue::N(digits) if is_json_number(digits) => line.push_str(digits),
                other => line.push_str(&typed(other).ok_or_else(|| ItemError::UnknownType(name.clone()))?.to_string()),
            }
        }
        line.push('}');
        Ok(escaped(line))
    }

    /// The string of that name, or a number's digits.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        match self.item.get(name)? {
            AttributeValue::S(text) | AttributeValue::N(text) => Some(text),
            _ => None,
        }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        let key = |name| self.attribute(name).unwrap_or_default().to_owned();
        ItemKey { pk: key("pk"), sk: key("sk") }
    }
}

impl fmt::Debug for RawItem {
    /// Keys only: no log may show message text by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawItem").field("key", &self.key()).finish_non_exhaustive()
    }
}

fn read(name: &str, value: &RawValue) -> Result<AttributeValue, ItemError> {
    let json = value.get();
    let wrong = || ItemError::UnknownType(name.to_owned());
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map(AttributeValue::S).map_err(|_| wrong()),
        Some(b'-' | b'0'..=b'9') => number(name, json),
        Some(b'{') => read_typed(name, value, MAX_DEPTH),
        _ => Err(wrong()),
    }
}

/// DynamoDB's own JSON: one member, named after the type.
fn read_typed(name: &str, value: &RawValue, depth: usize) -> Result<AttributeValue, ItemError> {
    let wrong = || ItemError::UnknownType(name.to_owned());
    let below = depth.checked_sub(1).ok_or_else(wrong)?;
    let text = |value: &RawValue| serde_json::from_str::<String>(value.get()).map_err(|_| wrong());
    let digits = |value: &RawValue| number(name, &text(value)?);
    let bytes = |value: &RawValue| BASE64.decode(text(value)?).map(Blob::new).map_err(|_| wrong());
    let list = |value| json::array(value).ok_or_else(wrong);
    let whole = Object::parse(value.get()).map_err(|_| wrong())?;
    let mut members = whole.iter();
    let (Some((kind, value)), None) = (members.next(), members.next()) else { return Err(wrong()) };
    Ok(match kind {
        "S" => AttributeValue::S(text(value)?),
        "N" => digits(value)?,
        "B" => AttributeValue::B(bytes(value)?),
        "BOOL" => AttributeValue::Bool(serde_json::from_str(value.get()).map_err(|_| wrong())?),
        "NULL" if value.get() == "true" => AttributeValue::Null(true),
        "L" => {
            let items = list(value)?.into_iter().map(|value| read_typed(name, value, below));
            AttributeValue::L(items.collect::<Result<_, _>>()?)
        }
        "M" => {
            let mut map = Item::new();
            for (key, value) in Object::parse(value.get()).map_err(|_| wrong())?.iter() {
                if map.insert(key.to_owned(), read_typed(name, value, below)?).is_some() {
                    return Err(ItemError::DuplicateAttribute(name.to_owned()));
                }
            }
            AttributeValue::M(map)
        }
        "SS" => AttributeValue::Ss(list(value)?.into_iter().map(text).collect::<Result<_, _>>()?),
        "NS" => {
            let number = |value: &RawValue| digits(value).and(text(value));
            AttributeValue::Ns(list(value)?.into_iter().map(number).collect::<Result<_, _>>()?)
        }
        "BS" => AttributeValue::Bs(list(value)?.into_iter().map(bytes).collect::<Result<_, _>>()?),
        _ => return Err(wrong()),
    })
}

/// A value in DynamoDB's own JSON, sets in a fixed order. `None` for a type that is newer than this code.
fn typed(value: &AttributeValue) -> Option<Value> {
    let base64 = |bytes: &Blob| BASE64.encode(bytes.as_ref());
    let sorted = |mut set: Vec<String>| {
        set.sort();
        set
    };
    Some(match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(digits) => json!({"N": digits}),
        AttributeValue::B(bytes) => json!({"B": base64(bytes)}),
        AttributeValue::Bool(is) => json!({"BOOL": is}),
        AttributeValue::Null(is) => json!({"NULL": is}),
        AttributeValue::L(list) => json!({"L": list.iter().map(typed).collect::<Option<Vec<_>>>()?}),
        AttributeValue::M(map) => {
            let members = map.iter().map(|(name, value)| Some((name, typed(value)?)));
            json!({"M": members.collect::<Option<BTreeMap<_, _>>>()?})
        }
        AttributeValue::Ss(set) => json!({"SS": sorted(set.clone())}),
        AttributeValue::Ns(set) => json!({"NS": sorted(set.clone())}),
        AttributeValue::Bs(set) => json!({"BS": sorted(set.iter().map(base64).collect())}),
        _ => return None,
    })
}

fn number(name: &str, digits: &str) -> Result<AttributeValue, ItemError> {
    let is_number = Number::parse(digits).is_some_and(|number| number.is_storable());
    is_number.then(|| AttributeValue::N(digits.to_owned())).ok_or_else(|| ItemError::InvalidNumber(name.to_owned()))
}

/// Whether the two are equal to DynamoDB.
pub(crate) fn is_same_item(one: &Item, other: &Item) -> bool {
    one.len() == other.len()
        && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_same(value, other)))
}

/// Whether two values are the same to DynamoDB, which may write a number in other digits than it came.
fn is_same(one: &AttributeValue, other: &AttributeValue) -> bool {
    match (one, other) {
        (AttributeValue::N(one), AttributeValue::N(other)) => {
            one == other || Number::parse(one) == Number::parse(other)
        }
        (AttributeValue::S(one), AttributeValue::S(other)) => one == other,
        (AttributeValue::L(one), AttributeValue::L(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (AttributeValue::M(one), AttributeValue::M(other)) => is_same_item(one, other),
        (AttributeValue::Ns(one), AttributeValue::Ns(other)) => {
            let number = |digits: &String| Number::parse(digits);
            one.len() == other.len() && one.iter().all(|one| other.iter().any(|other| number(one) == number(other)))
        }
        (one, other) => typed(one) == typed(other),
    }
}

/// Escapes the control characters that JSON leaves as they are: some readers take them for line breaks, and terminals act
/// on them.
fn escaped(json: String) -> String {
    let acts = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}');
    if !json.contains(acts) {
        return json;
    }
    // JSON has them only in strings.
    let escape = |c: char| if acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escape).collect()
}

fn is_json_number(digits: &str) -> bool {
    digits.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<&RawValue>(digits).is_ok_and(|raw| raw.get() == digits)
}

/// A decimal number by its value.
#[derive(PartialEq, Eq)]
struct Number {
    is_negative: bool,
    /// Without zeros at either end; empty for 0.
    digits: String,
    /// The power of ten that the first digit stands for.
    magnitude: i64,
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = text.strip_prefix('-').map_or((false, text), |unsigned| (true, unsigned));
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let exponent: i64 = exponent.parse().ok()?;
        let first = digits.bytes().take_while(|digit| *digit == b'0').count();
        let digits = digits.trim_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, magnitude: 0 });
        }
        let magnitude = exponent.checked_add(i64::try_from(whole.len()).ok()? - i64::try_from(first).ok()? - 1)?;
        Some(Self { is_negative, digits, magnitude })
    }

    fn is_storable(&self) -> bool {
        self.digits.len() <= MAX_DIGITS && MAGNITUDES.contains(&self.magnitude)
    }
}
