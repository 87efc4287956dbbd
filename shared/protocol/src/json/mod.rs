//! Reads JSON leniently and keeps it exactly.
//!
//! - [`readable`] turns the bytes that arrived into text that a JSON parser accepts, if that is possible without
//!   guessing.
//! - [`mend`] reads what is not strict JSON as lenient parsers do. [`Body`] does so only if it must.
//! - [`Object`] is one level of a JSON object: its names in order, each with the raw text of its value. Nothing below
//!   that level is parsed until somebody asks.
//! - [`events`] walks through a JSON text at all depths.
//! - [`unescape`] undoes the escapes in strings, also in those that are not strict JSON.
//! - [`terminal_safe`] escapes what acts on a terminal.
//!
//! None of them recurses, so nesting of any depth costs no stack (`serde_json` skips a raw value iteratively). Numbers,
//! escapes, white space and duplicate names survive a round trip. A [`serde_json::Value`] would lose all that, and fail
//! beyond 128 levels.

mod body;
mod escapes;
mod events;
mod mend;
mod readable;
mod terminal;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

pub use body::Body;
pub use escapes::{Escapes, Unescaped, unescape, unquote};
pub use events::{Event, EventKind, Events, events};
pub use mend::{Mended, mend};
pub use readable::readable;
pub use terminal::{acts_on_terminal, terminal_safe};

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
        // The error does not say what it is instead: serde_json would quote a string, and errors are logged.
        let unquoted =
            |error: serde_json::Error| if error.is_data() { serde_json::Error::custom("not an object") } else { error };
        serde_json::from_str(text).map_err(unquoted)
    }

    /// The fields in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &'a RawValue)> + ExactSizeIterator {
        self.fields.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The value of that name. Of duplicates the last one, which most JSON parsers take.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The other values of that name, which [`Self::get`] passes over.
    pub fn passed_over(&self, name: &str) -> impl Iterator<Item = &'a RawValue> {
        let mut values = self.fields.iter().rev().filter(move |(key, _)| key == name).map(|(_, value)| *value);
        let taken = values.next();
        values.filter(move |value| taken.is_some_and(|taken| taken.get() != value.get()))
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

    /// The items of the array of that name; `None` if it is missing or not an array.
    #[must_use]
    pub fn array(&self, name: &str) -> Option<Vec<&'a RawValue>> {
        self.get(name).and_then(array)
    }

    /// The same object with only the fields for which `keep` is true.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&str, &RawValue) -> bool) -> Self {
        Self { fields: self.fields.iter().filter(|(name, value)| keep(name, value)).cloned().collect() }
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
    let is_text = matches!(raw.get().as_bytes().first(), Some(b'"' | b'-' | b'0'..=b'9'));
    is_text.then(|| unquote(raw.get()))
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
    // Rust's parser accepts a leading plus, which the protocol does not have.
    text(raw).filter(|digits| !digits.starts_with('+'))?.parse().ok()
}
