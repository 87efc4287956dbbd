//! Puts new texts in place of old ones. All other bytes of the message stay as they are.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::value::RawValue;

/// JSON to put in the place of other JSON.
pub(super) type Splice = (Range<usize>, String);

/// What new texts change in a message.
#[derive(Default)]
pub(crate) struct Splices {
    /// By element, the JSON to put in place of strings in it.
    elements: BTreeMap<usize, Vec<Splice>>,
    /// The new `CloudCustomData`.
    pub(crate) custom_data: Option<String>,
}

impl Splices {
    /// Puts a new text in the place of the one at `literal` of an element, or of `CloudCustomData`.
    pub(super) fn put(&mut self, element: Option<usize>, literal: Range<usize>, new: String) {
        match element {
            Some(element) => self.elements.entry(element).or_default().push((literal, quoted(&new))),
            None => self.custom_data = Some(new),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.custom_data.is_none()
    }

    /// The element with its new texts, `raw` if it has none. `None` would be a bug of ours.
    pub(crate) fn apply(&mut self, element: usize, raw: &RawValue) -> Option<Box<RawValue>> {
        match self.elements.remove(&element) {
            Some(pieces) => RawValue::from_string(splice(raw.get(), pieces)?).ok(),
            None => Some(raw.to_owned()),
        }
    }
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    // Serialising a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// The JSON with these pieces put in, and all other bytes as they were. `None` would be a bug of ours.
pub(super) fn splice(raw: &str, mut pieces: Vec<Splice>) -> Option<String> {
    pieces.sort_by_key(|(literal, _)| literal.start);
    let mut json = String::with_capacity(raw.len());
    let mut at = 0;
    for (literal, piece) in pieces {
        json.push_str(raw.get(at..literal.start)?);
        json.push_str(&piece);
        at = literal.end;
    }
    json.push_str(raw.get(at..)?);
    Some(json)
}
