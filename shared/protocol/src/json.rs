//! JSON that is read leniently and kept exactly.
//!
//! [`readable`] turns whatever bytes arrived into text that a JSON parser accepts, wherever that is possible without
//! guessing. [`Object`] is one level of a JSON object: its names in order, each with the raw text of its value. Nothing
//! below that level is parsed until somebody asks, so nesting of any depth costs no stack (`serde_json` skips over a raw
//! value iteratively), and numbers, escapes, white space and duplicate names survive a round trip.
//!
//! That holds for text. Going through [`serde_json::Value`] loses all of it, and fails beyond 128 levels.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// The body as JSON text: a byte order mark is dropped, invalid UTF-8 becomes U+FFFD, and inside strings so does a lone
/// surrogate escape, a raw control character becomes its escape, and a backslash that escapes nothing becomes a literal
/// one. A sender can get these into a message; none of them may be a reason not to look at it.
///
/// Costs one scan, and borrows when there is nothing to repair, however the JSON is laid out and escaped.
#[must_use]
pub fn readable(body: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)) {
        Cow::Borrowed(text) => repaired(text).map_or(Cow::Borrowed(text), Cow::Owned),
        Cow::Owned(text) => Cow::Owned(repaired(&text).unwrap_or(text)),
    }
}

/// The text with every string in it repaired; `None` when all of them are fine. Knows nothing of JSON but where its
/// strings begin and end: whether the rest is JSON, its parser will say.
fn repaired(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', &bytes[at..]) {
        at += quote + 1;
        while let Some(plain) = bytes[at..].iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
            at += plain;
            let (len, repair) = match bytes[at] {
                b'"' => break,
                b'\\' => repaired_escape(&bytes[at..]),
                control => (1, Some(Cow::Owned(format!("\\u{control:04x}")))),
            };
            if let Some(repair) = repair {
                out.push_str(&text[copied..at]);
                out.push_str(&repair);
                copied = at + len;
            }
            at += len;
        }
        // Past the closing quote, if there is one.
        at = bytes.len().min(at + 1);
    }
    (copied > 0).then(|| out + &text[copied..])
}

/// The length of the escape that `rest` begins with, and what to write in its place if it means nothing.
fn repaired_escape(rest: &[u8]) -> (usize, Option<Cow<'static, str>>) {
    match (rest.get(1), code_unit(rest)) {
        (Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), _) => (2, None),
        (_, Some(0xD800..=0xDBFF)) if matches!(code_unit(&rest[6..]), Some(0xDC00..=0xDFFF)) => (12, None),
        (_, Some(0xD800..=0xDFFF)) => (6, Some(Cow::Borrowed("\\ufffd"))),
        (_, Some(_)) => (6, None),
        (_, None) => (1, Some(Cow::Borrowed("\\\\"))),
    }
}

/// The UTF-16 code unit of the `\uXXXX` escape that `rest` begins with.
fn code_unit(rest: &[u8]) -> Option<u32> {
    let hex = rest.strip_prefix(b"\\u")?.get(..4)?;
    hex.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
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
        // What it is instead is not told: serde_json would quote a string, and errors are logged.
        let unquoted =
            |error: serde_json::Error| if error.is_data() { serde_json::Error::custom("no object") } else { error };
        serde_json::from_str(text).map_err(unquoted)
    }

    /// The fields in order.
    #[must_use]
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
    integer(raw)
}

/// The signed integer in `raw`, bare or as a decimal string.
#[must_use]
pub fn signed(raw: &RawValue) -> Option<i64> {
    integer(raw)
}

/// The items of the array in `raw`.
#[must_use]
pub fn array(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

fn integer<T: FromStr>(raw: &RawValue) -> Option<T> {
    // Rust reads a leading plus, which is no decimal number on the wire.
    text(raw).filter(|digits| !digits.starts_with('+'))?.parse().ok()
}
