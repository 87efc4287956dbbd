//! The table's items as they are, out and in again: for a copy that the operator holds, for another table, for tools
//! that read lines.
//!
//! Unlike a listing this leaves nothing out and merges nothing: an item is whatever stands under a key, expired or not.
//! As JSON it is one line, an object with `pk` and `sk` first and the other attributes in the order of their names. A
//! string is a JSON string, a number a JSON number with exactly the table's digits; what chathook itself never writes
//! is DynamoDB's own JSON, such as `{"BOOL":true}`. So what was exported is imported equal, to the digit.
//!
//! An item says where it stands. So the last line that was written is all that is needed to go on after it.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chathook_protocol::json::{self, Object};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use thiserror::Error;

use crate::client::patient;
use crate::keys::{self, Range};
use crate::record::{self, Item, MAX_ITEM_BYTES};
use crate::{Archive, ArchiveError, Conversation};

/// The most digits that a DynamoDB number has.
const MAX_DIGITS: usize = 38;

/// The powers of ten that the first digit of a DynamoDB number may stand for.
const MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;

/// As deep as DynamoDB nests.
const DEEPEST: usize = 32;

/// An item of the table, of whatever kind.
#[derive(Clone, PartialEq)]
pub struct RawItem {
    item: Item,
}

/// Why a line is no item.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ItemError {
    /// Not a JSON object.
    #[error("not a JSON object; give one item a line, as `messages export` writes it")]
    Json,
    /// `pk` or `sk` is not there, or cannot be a key.
    #[error("{0} is missing, empty or no string; without both keys an item has no place in the table")]
    Key(&'static str),
    /// An attribute that is there twice.
    #[error("the attribute {0:?} is there twice; leave one of them")]
    Twice(String),
    /// A number that DynamoDB does not hold.
    #[error("the attribute {0:?} holds no number of at most 38 digits, from 1e-130 to below 1e126")]
    Number(String),
    /// A value of a type that DynamoDB does not have.
    #[error("the attribute {0:?} is neither a string nor a number, nor DynamoDB's JSON such as {{\"BOOL\":true}}")]
    Type(String),
}

/// One page of an export.
#[derive(Debug, Clone)]
pub struct ExportPage {
    /// The items in the table's order. May be none although more follow.
    pub items: Vec<RawItem>,
    /// Where the next page starts; `None` when this was the last one.
    pub next: Option<Position>,
}

/// The keys of an item, after which an export goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pk: String,
    sk: String,
}

/// What became of an item that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It was not there, and now is.
    New,
    /// It was there already, and equal.
    AlreadyThere,
    /// Another one is at its keys, and stays.
    Differs,
}

impl RawItem {
    /// Reads what [`Self::to_json`] writes, in any order and layout. Numbers keep their digits.
    ///
    /// # Errors
    /// An [`ItemError`] that says what to mend. It may name an attribute, and never tells a value.
    pub fn from_json(line: &str) -> Result<Self, ItemError> {
        let object = Object::parse(line).map_err(|_| ItemError::Json)?;
        let mut item = Item::with_capacity(object.iter().len());
        for (name, value) in object.iter() {
            if item.insert(name.to_owned(), read(name, value)?).is_some() {
                return Err(ItemError::Twice(name.to_owned()));
            }
        }
        for key in ["pk", "sk"] {
            if !item.get(key).is_some_and(|value| matches!(value, AttributeValue::S(text) if !text.is_empty())) {
                return Err(ItemError::Key(key));
            }
        }
        Ok(Self { item })
    }

    /// The item as one line of JSON, without its end. No character in it is a control character, or counts as a line
    /// break anywhere.
    ///
    /// # Errors
    /// [`ItemError::Type`] for a type that DynamoDB gets after this was built.
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
                other => line.push_str(&typed(other).ok_or_else(|| ItemError::Type(name.clone()))?.to_string()),
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

    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> Position {
        let key = |name| self.attribute(name).unwrap_or_default().to_owned();
        Position { pk: key("pk"), sk: key("sk") }
    }
}

impl fmt::Debug for RawItem {
    /// Keys only: no log may show message text by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawItem").field("position", &self.position()).finish_non_exhaustive()
    }
}

impl Position {
    /// Whether it is in that conversation.
    #[must_use]
    pub fn is_in(&self, conversation: &Conversation) -> bool {
        self.pk == conversation.partition_key()
    }

    /// Whether both are in the same conversation.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        self.pk == other.pk
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pk {:?}, sk {:?}", self.pk, self.sk)
    }
}

impl Archive {
    /// The next page of all that is in a conversation, or in the whole table, up to 1 MB of it; from the beginning, or
    /// from behind an item. Eventually consistent, as all reads.
    ///
    /// The order is that of the keys in a conversation; in the table it is the table's own, and stays as long as the
    /// table lives.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn export(
        &self,
        conversation: Option<&Conversation>,
        after: Option<&Position>,
    ) -> Result<ExportPage, ArchiveError> {
        let start = after.map(|Position { pk, sk }| {
            [("pk".to_owned(), AttributeValue::S(pk.clone())), ("sk".to_owned(), AttributeValue::S(sk.clone()))].into()
        });
        let (items, last) = if let Some(conversation) = conversation {
            let query = self
                .client
                .query()
                .table_name(self.table())
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(conversation.partition_key()))
                .set_exclusive_start_key(start);
            let answer = query.customize().config_override(patient()).send().await;
            let answer = answer.map_err(|error| self.request("dynamodb:Query").failed(&error))?;
            (answer.items, answer.last_evaluated_key)
        } else {
            let scan = self.client.scan().table_name(self.table()).set_exclusive_start_key(start);
            let answer = scan.customize().config_override(patient()).send().await;
            let answer = answer.map_err(|error| self.request("dynamodb:Scan").failed(&error))?;
            (answer.items, answer.last_evaluated_key)
        };
        let items = items.unwrap_or_default().into_iter().map(|item| RawItem { item }).collect();
        Ok(ExportPage { items, next: last.map(|item| RawItem { item }.position()) })
    }

    /// Whether the table has an item there, or had one that has expired by `now`, Unix seconds: `item`.
    ///
    /// # Errors
    /// Any [`ArchiveError`] of a request.
    pub async fn has(&self, item: &RawItem, now: u64) -> Result<bool, ArchiveError> {
        let Position { pk, sk } = item.position();
        let there = self.items(&pk, &Range::of_item(&sk)).await?;
        let has_expired =
            item.attribute("ExpiresAt").and_then(|end| end.parse().ok()).is_some_and(|end: u64| end <= now);
        Ok(has_expired || !there.is_empty())
    }

    /// Writes an item where nothing is: what is in the table stays, so doing it again is safe.
    ///
    /// The receipt of an erasure that had not come to its end is not taken: another table has other items left to blank.
    ///
    /// # Errors
    /// [`ArchiveError::TooLarge`], [`ArchiveError::Refused`] and [`ArchiveError::Question`] are about this item, all
    /// others about the table.
    pub async fn import(&self, item: &RawItem) -> Result<Imported, ArchiveError> {
        if item.attribute("pk").is_some_and(keys::is_erasure) && item.attribute("FinishedAt").is_none() {
            return Err(ArchiveError::Question(
                "the receipt of an erasure that was under way; erase that account in this table again",
            ));
        }
        let bytes = record::size(&item.item);
        if bytes > MAX_ITEM_BYTES {
            return Err(ArchiveError::TooLarge { bytes });
        }
        let put = self
            .client
            .put_item()
            .table_name(self.table())
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .set_item(Some(item.item.clone()));
        match put.customize().config_override(patient()).send().await {
            Ok(_) => Ok(Imported::New),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let is_same = failed.item().is_some_and(|stored| is_same_item(&item.item, stored));
                    Ok(if is_same { Imported::AlreadyThere } else { Imported::Differs })
                }
                _ => Err(self.request("dynamodb:PutItem").failed(&error)),
            },
        }
    }
}

fn read(name: &str, value: &RawValue) -> Result<AttributeValue, ItemError> {
    let json = value.get();
    let wrong = || ItemError::Type(name.to_owned());
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map(AttributeValue::S).map_err(|_| wrong()),
        Some(b'-' | b'0'..=b'9') => number(name, json),
        Some(b'{') => read_typed(name, value, DEEPEST),
        _ => Err(wrong()),
    }
}

/// DynamoDB's own JSON: one member, named after the type.
fn read_typed(name: &str, value: &RawValue, depth: usize) -> Result<AttributeValue, ItemError> {
    let wrong = || ItemError::Type(name.to_owned());
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
                    return Err(ItemError::Twice(name.to_owned()));
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

/// A value in DynamoDB's own JSON; sets in an order that is always the same. `None`: of a type that nobody knows yet.
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
    is_number.then(|| AttributeValue::N(digits.to_owned())).ok_or_else(|| ItemError::Number(name.to_owned()))
}

fn is_same_item(one: &Item, other: &Item) -> bool {
    one.len() == other.len()
        && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_same(value, other)))
}

/// Whether two values are the same to DynamoDB, which may write a number differently than it came.
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

/// JSON leaves some control characters as they are: those that count as line breaks to some readers, or act on a terminal.
fn escaped(json: String) -> String {
    let acts = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}');
    if !json.contains(acts) {
        return json;
    }
    // In JSON they stand in strings only.
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
    /// Without zeros at either end; none is 0.
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
