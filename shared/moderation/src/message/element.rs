//! Which strings of an element a person could read.
//!
//! One pass over an element's raw JSON finds them all, those of forwarded messages included, at any depth. It works on
//! the raw JSON because a rewrite must change a text and not one byte around it. Also, JSON allows a field twice.
//! Nobody knows which of the two a client shows, so both are read.

use std::borrow::Cow;
use std::ops::Range;

use chathook_protocol::json::{Event, EventKind, events, unquote};

/// The fields with readable text, by element type. Every string or number within such a field counts: `AbstractList` is
/// an array, and a client may show anything that is in the place of a text. Other element types have no such field that
/// we know of.
const READABLE: [(&str, &[&str]); 7] = [
    ("TIMTextElem", &["Text"]),
    ("TIMCustomElem", &["Data", "Desc", "Ext"]),
    ("TIMLocationElem", &["Desc"]),
    ("TIMFaceElem", &["Data"]),
    ("TIMFileElem", &["FileName", "fileName"]),
    (RELAY, &["Title", "CompatibleText", "AbstractList"]),
    (EXTENSION, &["Key", "Value"]),
];
/// What was attached to a message, as an element of its own. It is our name: the platform has no such element.
pub(crate) const EXTENSION: &str = "MsgExtension";
const RELAY: &str = "TIMRelayElem";
/// The types whose fields are the app's own data, and so may be JSON in a string.
const DATA: [&str; 2] = ["TIMCustomElem", "TIMFaceElem"];

/// An element of the message, or of a message forwarded within one.
pub(super) struct Node<'a> {
    /// The element in the message's own body.
    pub(super) element: usize,
    /// The forwarding element with the indices in its `MsgList` and in that message's `MsgBody`.
    pub(super) parent: Option<(usize, usize, usize)>,
    /// Its `MsgType`, or all of them if it has several.
    pub(super) types: Vec<Cow<'a, str>>,
    /// Which entries of [`READABLE`] its types are.
    kinds: [bool; READABLE.len()],
    /// Whether a client would show it. Messages nested in anything but a relay are just data.
    shown: bool,
}

/// Where a string or number was found.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) node: usize,
    pub(super) name: &'static str,
    /// Its place in the array, if the field is one.
    pub(super) item: Option<usize>,
}

impl Field {
    /// Whether it is the text of a text element.
    pub(super) fn is_plain(&self) -> bool {
        self.name == "Text" && self.item.is_none()
    }
}

impl<'a> Node<'a> {
    fn of(element: usize, parent: Option<(usize, usize, usize)>) -> Self {
        Self { element, parent, types: Vec::new(), kinds: Default::default(), shown: true }
    }

    fn add_type(&mut self, name: Cow<'a, str>) {
        for (is, (kind, _)) in self.kinds.iter_mut().zip(READABLE) {
            *is |= name == kind;
        }
        self.types.push(name);
    }

    /// Whether a client would show that field.
    pub(super) fn shows(&self, field: &str) -> bool {
        self.shown && self.kinds.iter().zip(READABLE).any(|(is, (_, fields))| *is && fields.contains(&field))
    }

    /// Whether messages forwarded within it are shown too.
    fn shows_messages(&self) -> bool {
        self.shown && self.kinds.iter().zip(READABLE).any(|(is, (kind, _))| *is && kind == RELAY)
    }

    /// Whether a field is the app's own data.
    pub(super) fn holds_data(&self, field: &str) -> bool {
        let of_data = READABLE.iter().map(|(kind, fields)| DATA.contains(kind) && fields.contains(&field));
        self.kinds.iter().zip(of_data).any(|(is, of_data)| *is && of_data)
    }

    /// Whether the other one is next in the same body, or is this one.
    pub(super) fn is_followed_by(&self, other: &Self) -> bool {
        match (self.parent, other.parent) {
            (None, None) => other.element.wrapping_sub(self.element) <= 1,
            (Some((relay, message, index)), Some((other_relay, other_message, other_index))) => {
                (relay, message) == (other_relay, other_message) && other_index.wrapping_sub(index) <= 1
            }
            _ => false,
        }
    }
}

/// Walks through the raw JSON of an element and adds its nodes and their types. Gives the strings and numbers that may
/// be text, each with its place.
pub(super) fn read<'a>(element: usize, raw: &'a str, nodes: &mut Vec<Node<'a>>) -> Vec<(Field, Range<usize>)> {
    let first_node = nodes.len();
    let mut found = Vec::new();
    let mut stack: Vec<Container> = Vec::new();
    let plain = |literal: Range<usize>| raw.get(literal).map(unquote).unwrap_or_default();
    for Event { kind, span } in events(raw) {
        match kind {
            EventKind::Name => {
                if let Some(container) = stack.last_mut() {
                    container.next = container.role.member(&plain(span));
                }
            }
            EventKind::String | EventKind::Number => {
                let Some(container) = stack.last_mut() else { continue };
                match container.next {
                    Role::Type if kind == EventKind::String => {
                        if let Some(node) = nodes.get_mut(container.node) {
                            node.add_type(plain(span));
                        }
                    }
                    Role::Text(name) => {
                        let item = (!container.is_object).then_some(container.item);
                        found.push((Field { node: container.node, name, item }, span));
                    }
                    _ => {}
                }
                container.item += 1;
            }
            EventKind::BeginObject | EventKind::BeginArray => {
                let is_object = kind == EventKind::BeginObject;
                let role = stack.last().map_or(Role::Element, |container| container.next);
                let mut node = stack.last().map_or(first_node, |container| container.node);
                if is_object && matches!(role, Role::Element) {
                    // Above an element are its MsgBody, the message and the MsgList.
                    let mut above = stack.iter().rev();
                    let parent = match (above.next(), above.nth(1)) {
                        (Some(body), Some(list)) => Some((body.node, list.item, body.item)),
                        _ => None,
                    };
                    node = nodes.len();
                    nodes.push(Node::of(element, parent));
                }
                let next = if is_object { Role::Other } else { role.item() };
                stack.push(Container { role, node, item: 0, is_object, next });
            }
            EventKind::EndObject | EventKind::EndArray => {
                stack.pop();
                if let Some(container) = stack.last_mut() {
                    container.item += 1;
                }
            }
            EventKind::Literal => {
                if let Some(container) = stack.last_mut() {
                    container.item += 1;
                }
            }
        }
    }

    // A type may come after the content, so only now is each node's type known.
    for index in first_node..nodes.len() {
        let forwarder = nodes.get(index).and_then(|node| node.parent).map(|(parent, ..)| parent);
        let shown = forwarder.is_none_or(|parent| nodes.get(parent).is_some_and(Node::shows_messages));
        if let Some(node) = nodes.get_mut(index) {
            node.shown = shown;
        }
    }
    found
}

/// An object or array that the walk is inside of.
struct Container {
    role: Role,
    node: usize,
    /// The index of the value that comes next.
    item: usize,
    is_object: bool,
    /// What the next value is.
    next: Role,
}

/// What a JSON value is to us.
#[derive(Clone, Copy)]
enum Role {
    Element,
    Type,
    Content,
    /// The `MsgList` of a relay: messages.
    Messages,
    /// One of them.
    Message,
    /// Its `MsgBody`: elements.
    Body,
    /// A field that may be readable, or something within it.
    Text(&'static str),
    Other,
}

impl Role {
    /// What the member of that name is in an object of this role.
    fn member(self, name: &str) -> Self {
        match (self, name) {
            (Self::Element, "MsgType") => Self::Type,
            (Self::Element, "MsgContent") => Self::Content,
            (Self::Content, "MsgList") => Self::Messages,
            (Self::Message, "MsgBody") => Self::Body,
            (Self::Text(field), _) => Self::Text(field),
            (Self::Content, _) => {
                let field = READABLE.iter().flat_map(|(_, fields)| *fields).find(|field| **field == name);
                field.map_or(Self::Other, |field| Self::Text(field))
            }
            _ => Self::Other,
        }
    }

    /// What an item is in an array of this role.
    const fn item(self) -> Self {
        match self {
            Self::Messages => Self::Message,
            Self::Body => Self::Element,
            Self::Text(field) => Self::Text(field),
            _ => Self::Other,
        }
    }
}
