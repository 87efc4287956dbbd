//! JSON that is read leniently and kept exactly.
//!
//! [`readable`] turns whatever bytes arrived into text that a JSON parser accepts, wherever that is possible without
//! guessing. [`Object`] is one level of a JSON object: its names in order, each with the raw text of its value. Nothing
//! below that level is parsed until somebody asks, so nesting of any depth costs no stack (`serde_json` skips over a raw
//! value iteratively), and numbers, escapes, white space and duplicate names survive a round trip.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// The body as JSON text: a byte order mark is dropped, invalid UTF-8 becomes U+FFFD, and inside strings so does a lone
/// surrogate escape, a raw control character becomes its escape, and a backslash that escapes nothing becomes a literal
/// one. A sender can get these into a message; none of them may be a reason not to look at it.
///
/// Borrows, and costs one scan, when there is nothing to repair.
#[must_use]
pub fn readable(body: &[u8]) -> Cow<'_, str> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = String::from_utf8_lossy(body);
    if is_suspect(text.as_bytes()) { Cow::Owned(repair(&text)) } else { text }
}

/// Whether anything is there that [`repair`] might change: a control character or an escape other than the short ones.
fn is_suspect(text: &[u8]) -> bool {
    let control = text.iter().any(|byte| *byte < 0x20);
    control || memchr::memchr_iter(b'\\', text).any(|at| !matches!(text.get(at + 1), Some(b'"' | b'\\' | b'/' | b'n')))
}

/// One pass over the text that knows only whether it is inside a string.
fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut in_string = false;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        let found = rest.as_bytes()[at];
        rest = &rest[at..];
        let taken = match found {
            b'"' => {
                in_string = !in_string;
                out.push('"');
                1
            }
            b'\\' if in_string => repair_escape(rest, &mut out),
            control if in_string && control != b'\\' => {
                out.push_str(&format!("\\u{control:04x}"));
                1
            }
            other => {
                out.push(char::from(other));
                1
            }
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// Writes the escape at the start of `rest`, repaired, and returns how many bytes of `rest` it was.
fn repair_escape(rest: &str, out: &mut String) -> usize {
    let escape = |len: usize| rest.get(..len).unwrap_or(rest);
    match rest.as_bytes().get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            out.push_str(escape(2));
            2
        }
        Some(b'u') => match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => {
                out.push_str(escape(12));
                12
            }
            (Some(0xD800..=0xDFFF), _) => {
                out.push_str("\\ufffd");
                6
            }
            (Some(_), _) => {
                out.push_str(escape(6));
                6
            }
            (None, _) => {
                out.push_str("\\\\");
                1
            }
        },
        _ => {
            out.push_str("\\\\");
            1
        }
    }
}

/// The UTF-16 code unit of the `\uXXXX` escape at the start of `text`.
fn code_unit(text: &str) -> Option<u16> {
    let hex = text.strip_prefix("\\u")?.get(..4)?;
    if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) { u16::from_str_radix(hex, 16).ok() } else { None }
}

/// One JSON object: names in the order they came, each with the raw text of its value. Duplicate names are kept.
#[derive(Clone, Default)]
pub struct Object<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Reads one level of the object in `text`.
    ///
    /// # Errors
    /// If `text` is not one JSON object.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &'a RawValue)> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The value of that name; of duplicates the last one, as most JSON readers take it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The string of that name, or a number's digits (accounts have been seen as numbers).
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).and_then(text)
    }

    /// The unsigned integer of that name, also when it is written as a decimal string.
    #[must_use]
    pub fn unsigned(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(unsigned)
    }

    /// The signed integer of that name, also when it is written as a decimal string.
    #[must_use]
    pub fn signed(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(signed)
    }

    /// The items of the array of that name; `None` when there is none or it is no array.
    #[must_use]
    pub fn array(&self, name: &str) -> Option<Vec<&'a RawValue>> {
        self.get(name).and_then(array)
    }

    /// The same object without the fields that `keep` turns down.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&str) -> bool) -> Self {
        Self { fields: self.fields.iter().filter(|(name, _)| keep(name)).cloned().collect() }
    }
}

impl fmt::Debug for Object<'_> {
    /// Names only: values hold message text, which no log may show by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|(name, _)| name)).finish()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    fields.push((name, value));
                }
                Ok(Object { fields })
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The string in `raw`, or a number's digits.
#[must_use]
pub fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(serde::Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(raw.get()).ok().map(|text| text.0),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(raw.get())),
        _ => None,
    }
}

/// The unsigned integer in `raw`, bare or as a decimal string.
#[must_use]
pub fn unsigned(raw: &RawValue) -> Option<u64> {
    let digits = decimal(raw);
    if digits.starts_with('+') { None } else { digits.parse().ok() }
}

/// The signed integer in `raw`, bare or as a decimal string.
#[must_use]
pub fn signed(raw: &RawValue) -> Option<i64> {
    let digits = decimal(raw);
    if digits.starts_with('+') { None } else { digits.parse().ok() }
}

/// The items of the array in `raw`.
#[must_use]
pub fn array(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

fn decimal(raw: &RawValue) -> &str {
    let text = raw.get();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
