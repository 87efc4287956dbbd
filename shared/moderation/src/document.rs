//! JSON inside a string: what an app keeps in a custom element or in `CloudCustomData`.
//!
//! Such a string is read like a message of its own: its string values are texts, and a rewrite changes them and not one
//! byte around them. What comes out is written back as a string, so that a changed text ends up encoded twice.

use std::fmt::Write as _;
use std::ops::Range;

use serde::de::IgnoredAny;

use crate::text::{decode, string_end};

/// How many steps a [`Document::pointer`] names; the innermost say enough.
const POINTER_DEPTH: usize = 8;

/// The longest name that a pointer spells out, in bytes of JSON.
const NAME_BYTES: usize = 64;

/// A string that holds JSON.
pub(crate) struct Document {
    /// The JSON.
    pub(crate) text: String,
    /// The element it belongs to; `None`: `CloudCustomData`.
    pub(crate) element: Option<usize>,
    /// Where its string stands in what it is inside of.
    pub(crate) literal: Range<usize>,
    /// The document around it, if it is within another.
    pub(crate) inside: Option<Inside>,
    steps: Vec<Step>,
}

/// A value in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside {
    /// The document's index.
    pub(crate) document: usize,
    /// The last step of the way to the value.
    pub(crate) step: usize,
}

/// The way to a value, backwards.
struct Step {
    /// The step to what the value is a member or item of.
    parent: Option<usize>,
    name: Name,
}

enum Name {
    /// Where the member's name stands.
    Member(Range<usize>),
    Item(usize),
}

impl Document {
    /// Whether a text is JSON of a kind that could hold texts.
    pub(crate) fn is_json(text: &str) -> bool {
        let inner = text.trim_ascii();
        let looks_like_it = (inner.starts_with('{') && inner.ends_with('}'))
            || (inner.starts_with('[') && inner.ends_with(']'))
            || (inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"'));
        // This skips over nesting of any depth without recursion.
        looks_like_it && serde_json::from_str::<IgnoredAny>(inner).is_ok()
    }

    /// Reads a document: its string values, each with the step that leads to it.
    pub(crate) fn read(
        text: String,
        element: Option<usize>,
        literal: Range<usize>,
        inside: Option<Inside>,
    ) -> (Self, Vec<(usize, Range<usize>)>) {
        let mut steps: Vec<Step> = Vec::new();
        let mut strings = Vec::new();
        let mut stack: Vec<Container> = Vec::new();
        let mut at = 0;
        while let Some(byte) = text.as_bytes().get(at) {
            let start = at;
            at += 1;
            match byte {
                b'"' => {
                    at = string_end(&text, at);
                    match stack.last_mut() {
                        Some(container) if container.awaits_name => {
                            container.awaits_name = false;
                            container.name = start..at;
                        }
                        _ => {
                            strings.push((steps.len(), start..at));
                            steps.push(Step::into(stack.last()));
                        }
                    }
                }
                b'{' | b'[' => {
                    let is_object = *byte == b'{';
                    let step = steps.len();
                    steps.push(Step::into(stack.last()));
                    stack.push(Container { step, is_object, item: 0, name: 0..0, awaits_name: is_object });
                }
                b'}' | b']' => {
                    stack.pop();
                }
                b',' => {
                    if let Some(container) = stack.last_mut() {
                        container.item += 1;
                        container.awaits_name = container.is_object;
                    }
                }
                _ => {}
            }
        }
        (Self { text, element, literal, inside, steps }, strings)
    }

    /// The way to a value as a JSON Pointer: `/items/0`.
    pub(crate) fn pointer(&self, step: usize) -> String {
        let mut names = Vec::new();
        let mut step = self.steps.get(step);
        // The first step leads to the whole document and has no name.
        while let Some((here, parent)) = step.and_then(|step| Some((step, step.parent?))) {
            if names.len() == POINTER_DEPTH {
                names.push("…".to_owned());
                break;
            }
            let mut name = String::new();
            match &here.name {
                // A sender could have a long one told again for every text in it.
                Name::Member(literal) if literal.len() > NAME_BYTES => name.push('…'),
                Name::Member(literal) => {
                    let decoded = self.text.get(literal.clone()).map(decode).unwrap_or_default();
                    name.push_str(&decoded.replace('~', "~0").replace('/', "~1"));
                }
                Name::Item(item) => {
                    let _ = write!(name, "{item}");
                }
            }
            names.push(name);
            step = self.steps.get(parent);
        }
        let mut pointer = String::new();
        for name in names.iter().rev() {
            pointer.push('/');
            pointer.push_str(name);
        }
        pointer
    }
}

/// An object or array that the reading is inside of.
struct Container {
    step: usize,
    is_object: bool,
    item: usize,
    /// Where the name of the member at hand stands.
    name: Range<usize>,
    awaits_name: bool,
}

impl Step {
    fn into(container: Option<&Container>) -> Self {
        let name = match container {
            Some(container) if container.is_object => Name::Member(container.name.clone()),
            Some(container) => Name::Item(container.item),
            None => Name::Item(0),
        };
        Self { parent: container.map(|container| container.step), name }
    }
}
