//! JSON inside a string: what an app keeps in a custom element or in `CloudCustomData`.
//!
//! Such a string is read like a message of its own: its strings, names and numbers are texts, and a rewrite changes
//! them and not one byte around them. The result is written back as a string, so a changed text is encoded twice.

use std::fmt::Write as _;
use std::ops::Range;

use chathook_protocol::json::{Event, EventKind, events, unquote};
use serde::de::IgnoredAny;

/// How many steps an [`EmbeddedJson::pointer`] names. The innermost say enough.
const POINTER_DEPTH: usize = 8;

/// The longest name that a pointer spells out, in bytes of JSON.
const NAME_BYTES: usize = 64;

/// JSON inside a string.
pub(crate) struct EmbeddedJson {
    /// The index of the text that is this JSON.
    pub(crate) text: usize,
    /// The indices of the texts in it, in their order. For a part that is JSON again: the text of that whole part.
    pub(crate) parts: Vec<usize>,
    steps: Vec<Step>,
}

/// A place in embedded JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside {
    /// Its index.
    pub(crate) json: usize,
    /// The last step of the way to the place.
    pub(crate) step: usize,
}

/// A string, name or number in embedded JSON.
pub(super) struct Part {
    /// The last step of the way to it. A name has the step of its member.
    pub(super) step: usize,
    /// Its place, quotes included.
    pub(super) literal: Range<usize>,
    pub(super) is_name: bool,
}

/// The way to a value, backwards.
struct Step {
    /// The step to the object or array around the value.
    parent: Option<usize>,
    name: Name,
}

enum Name {
    /// The place of the member's name.
    Member(Range<usize>),
    Item(usize),
}

impl EmbeddedJson {
    /// Whether a text is an object, an array or a string in JSON.
    pub(super) fn is_json(text: &str) -> bool {
        let inner = text.trim_ascii();
        let looks_like_it = (inner.starts_with('{') && inner.ends_with('}'))
            || (inner.starts_with('[') && inner.ends_with(']'))
            || (inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"'));
        // This skips over nesting of any depth without recursion.
        looks_like_it && serde_json::from_str::<IgnoredAny>(inner).is_ok()
    }

    /// Reads the JSON in the text of that index. The caller makes texts of its parts.
    pub(super) fn read(text: usize, json: &str) -> (Self, Vec<Part>) {
        let mut steps: Vec<Step> = Vec::new();
        let mut parts = Vec::new();
        let mut stack: Vec<Container> = Vec::new();
        for Event { kind, span } in events(json) {
            match kind {
                EventKind::Name => {
                    let Some(container) = stack.last_mut() else { continue };
                    container.name = Name::Member(span.clone());
                    parts.push(Part { step: steps.len(), literal: span, is_name: true });
                    steps.push(container.step());
                }
                EventKind::String | EventKind::Number => {
                    parts.push(Part { step: steps.len(), literal: span, is_name: false });
                    steps.push(Step::to_next(&mut stack));
                }
                EventKind::BeginObject | EventKind::BeginArray => {
                    let step = steps.len();
                    steps.push(Step::to_next(&mut stack));
                    stack.push(Container { step, name: Name::Item(0) });
                }
                EventKind::EndObject | EventKind::EndArray => {
                    stack.pop();
                }
                EventKind::Literal => {
                    Step::to_next(&mut stack);
                }
            }
        }
        (Self { text, parts: Vec::with_capacity(parts.len()), steps }, parts)
    }

    /// The way to a value as a JSON Pointer: `/items/0`. `json` is what was read.
    pub(super) fn pointer(&self, json: &str, step: usize) -> String {
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
                // A long name would be repeated for every text below it.
                Name::Member(literal) if literal.len() > NAME_BYTES => name.push('…'),
                Name::Member(literal) => {
                    let plain = json.get(literal.clone()).map(unquote).unwrap_or_default();
                    name.push_str(&plain.replace('~', "~0").replace('/', "~1"));
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
    /// The name of the next value.
    name: Name,
}

impl Container {
    fn step(&self) -> Step {
        let name = match &self.name {
            Name::Member(literal) => Name::Member(literal.clone()),
            Name::Item(item) => Name::Item(*item),
        };
        Step { parent: Some(self.step), name }
    }
}

impl Step {
    /// Gives the step to the next value, and moves past it.
    fn to_next(stack: &mut [Container]) -> Self {
        let Some(container) = stack.last_mut() else { return Self { parent: None, name: Name::Item(0) } };
        let step = container.step();
        if let Name::Item(item) = &mut container.name {
            *item += 1;
        }
        step
    }
}
