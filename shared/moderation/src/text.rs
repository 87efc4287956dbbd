//! The texts in a message that a person could read.
//!
//! One pass over an element's raw JSON finds them all, nested ones of a forwarded message included. It keeps its own
//! stack, so that no nesting can overflow the thread's, and goes deeper than any client would show. It works on the raw
//! JSON because a rewrite must change a text and not one byte around it, and because JSON allows a field twice: which
//! of them a client shows nobody knows, so each is looked at.
//!
//! Custom data is often JSON inside a string. Then its string values are the texts (see [`Document`]), not the string
//! with its braces and escapes.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use chathook_protocol::{MsgBody, json};

use crate::document::{Document, Inside};

/// The fields with readable text, by element type. Every string or number within such a field counts, since
/// `AbstractList` is an array, and a client may show whatever stands where a text belongs. Other element types (and new
/// ones) hold none that we know of.
const READABLE: [(&str, &[&str]); 6] = [
    ("TIMTextElem", &["Text"]),
    ("TIMCustomElem", &["Data", "Desc", "Ext"]),
    ("TIMLocationElem", &["Desc"]),
    ("TIMFaceElem", &["Data"]),
    ("TIMFileElem", &["FileName", "fileName"]),
    (RELAY, &["Title", "CompatibleText", "AbstractList"]),
];
const RELAY: &str = "TIMRelayElem";
/// The types whose fields are the app's own data, and so may be JSON in a string.
const DATA: [&str; 2] = ["TIMCustomElem", "TIMFaceElem"];
/// The name of the data beside a message.
pub(crate) const CUSTOM_DATA: &str = "CloudCustomData";

/// How many nested messages a [`Readable::path`] names. The innermost say enough, and hostile nesting cannot make paths
/// long.
const PATH_DEPTH: usize = 8;

/// How many times JSON may stand inside a string of JSON inside a string. Deeper, it is a plain string.
const DOCUMENT_DEPTH: usize = 4;

/// What a person could read in a message.
#[derive(Default)]
pub(crate) struct Readable<'a> {
    /// The texts in the order of the message, those of `CloudCustomData` last.
    pub(crate) texts: Vec<Text<'a>>,
    /// The JSON that stood inside strings. One within another comes after it.
    pub(crate) documents: Vec<Document>,
    nodes: Vec<Node<'a>>,
}

/// One text.
pub(crate) struct Text<'a> {
    /// The index of the element in the message's `MsgBody`; `None`: `CloudCustomData`.
    pub(crate) element: Option<usize>,
    /// The text as the sender wrote it.
    pub(crate) value: Cow<'a, str>,
    /// Where its JSON string stands, quotes included: in the element's raw JSON, or in the document it is inside of.
    pub(crate) literal: Range<usize>,
    /// Whether a client shows it right behind the text before: a term may be split over both.
    pub(crate) joins: bool,
    /// The JSON in a string that it is a value of.
    pub(crate) inside: Option<Inside>,
    field: Field,
}

/// Where a string was found.
#[derive(Clone, Copy)]
struct Field {
    node: usize,
    name: &'static str,
    /// Its place in the array, if the field is one.
    item: Option<usize>,
}

/// An element of the message, or of a message forwarded within one.
struct Node<'a> {
    /// The element in the message's own body.
    element: usize,
    /// The forwarding element with the indices in its `MsgList` and in that message's `MsgBody`.
    parent: Option<(usize, usize, usize)>,
    /// Its `MsgType`; every one, should there be several.
    types: Vec<Cow<'a, str>>,
    /// Which of [`READABLE`] its types are.
    kinds: [bool; READABLE.len()],
    /// Whether a client would show it: nested messages of anything but a relay are just data.
    shown: bool,
}

impl<'a> Node<'a> {
    fn add_type(&mut self, name: Cow<'a, str>) {
        for (is, (kind, _)) in self.kinds.iter_mut().zip(READABLE) {
            *is |= name == kind;
        }
        self.types.push(name);
    }

    fn reads(&self, field: &str) -> bool {
        self.kinds.iter().zip(READABLE).any(|(is, (_, fields))| *is && fields.contains(&field))
    }

    /// Whether messages forwarded within it are shown too.
    fn shows_messages(&self) -> bool {
        self.shown && self.kinds.iter().zip(READABLE).any(|(is, (kind, _))| *is && kind == RELAY)
    }

    /// Whether a field may be JSON in a string.
    fn holds_data(&self, field: &str) -> bool {
        let of_data = READABLE.iter().map(|(kind, fields)| DATA.contains(kind) && fields.contains(&field));
        self.kinds.iter().zip(of_data).any(|(is, of_data)| *is && of_data)
    }

    /// Whether the other one stands right behind this one in the same body, or is the same.
    fn is_followed_by(&self, other: &Self) -> bool {
        match (self.parent, other.parent) {
            (None, None) => other.element.wrapping_sub(self.element) <= 1,
            (Some((relay, message, index)), Some((other_relay, other_message, other_index))) => {
                (relay, message) == (other_relay, other_message) && other_index.wrapping_sub(index) <= 1
            }
            _ => false,
        }
    }
}

impl<'a> Readable<'a> {
    /// Finds the texts of a message, and of its `CloudCustomData` if that is given.
    pub(crate) fn of(body: &'a MsgBody<'a>, custom_data: Option<&'a str>) -> Self {
        let mut readable = Self::default();
        for (index, element) in body.elements.iter().enumerate() {
            readable.read(index, element.raw.get());
        }
        if let Some(data) = custom_data {
            let field = Field { node: usize::MAX, name: CUSTOM_DATA, item: None };
            readable.add(
                Text {
                    element: None,
                    value: Cow::Borrowed(data),
                    literal: 0..data.len(),
                    joins: false,
                    inside: None,
                    field,
                },
                true,
                0,
            );
        }
        readable
    }

    /// The `MsgType` of an element of the message's own body; every one, should there be several.
    pub(crate) fn types(&self, element: usize) -> &[Cow<'a, str>] {
        let first = self.nodes.partition_point(|node| node.element < element);
        let node = self.nodes.get(first).filter(|node| node.element == element);
        node.map(|node| node.types.as_slice()).unwrap_or_default()
    }

    /// The indices of an element's texts, or of those of `CloudCustomData`.
    pub(crate) fn texts_of(&self, element: Option<usize>) -> Range<usize> {
        // What stands in no element comes last.
        let key = |element: Option<usize>| element.unwrap_or(usize::MAX);
        let first = self.texts.partition_point(|text| key(text.element) < key(element));
        first..self.texts.partition_point(|text| key(text.element) <= key(element))
    }

    /// The name of a text's field: `Text`, `AbstractList[2]`, `MsgList[0].MsgBody[1].Text`; a JSON Pointer behind it
    /// leads into JSON that is a string: `Data#/items/0`.
    pub(crate) fn path(&self, text: &Text<'_>) -> String {
        let Field { mut node, name, item } = text.field;
        let mut steps = Vec::new();
        while let Some((parent, message, element)) = self.nodes.get(node).and_then(|node| node.parent) {
            if steps.len() == PATH_DEPTH {
                steps.push("….".to_owned());
                break;
            }
            steps.push(format!("MsgList[{message}].MsgBody[{element}]."));
            node = parent;
        }
        let mut path = steps.into_iter().rev().collect::<String>();
        path.push_str(name);
        if let Some(item) = item {
            let _ = write!(path, "[{item}]");
        }
        let mut inside = text.inside;
        let mut pointers = Vec::new();
        while let Some((at, document)) = inside.and_then(|at| Some((at, self.documents.get(at.document)?))) {
            pointers.push(document.pointer(at.step));
            inside = document.inside;
        }
        for pointer in pointers.iter().rev() {
            path.push('#');
            path.push_str(pointer);
        }
        path
    }

    /// Whether the text is a file's name.
    pub(crate) fn is_file_name(text: &Text<'_>) -> bool {
        text.field.name.eq_ignore_ascii_case("FileName")
    }

    /// Finds the texts of one element.
    fn read(&mut self, element: usize, raw: &'a str) {
        let first_node = self.nodes.len();
        let strings = self.scan(element, raw);

        // A type may stand behind the content, so only now is it known what each string is.
        for index in first_node..self.nodes.len() {
            let forwarder = self.nodes.get(index).and_then(|node| node.parent).map(|(parent, ..)| parent);
            let shown = forwarder.is_none_or(|parent| self.nodes.get(parent).is_some_and(Node::shows_messages));
            if let Some(node) = self.nodes.get_mut(index) {
                node.shown = shown;
            }
        }
        for (field, literal) in strings {
            let Some(node) = self.nodes.get(field.node) else { continue };
            if node.shown && node.reads(field.name) {
                let may_be_json = node.holds_data(field.name);
                let value = raw.get(literal.clone()).map(decode).unwrap_or_default();
                let joins = self.joins(field);
                self.add(Text { element: Some(element), value, literal, joins, inside: None, field }, may_be_json, 0);
            }
        }
    }

    /// Adds a text, or what is in it if it is JSON.
    fn add(&mut self, text: Text<'a>, may_be_json: bool, depth: usize) {
        if !may_be_json || depth == DOCUMENT_DEPTH || !Document::is_json(&text.value) {
            self.texts.push(text);
            return;
        }
        let Text { element, value, literal, inside, field, .. } = text;
        let index = self.documents.len();
        let (document, strings) = Document::read(value.into_owned(), element, literal, inside);
        self.documents.push(document);
        for (step, literal) in strings {
            let text = self.documents.get(index).and_then(|document| document.text.get(literal.clone()));
            let value = Cow::Owned(text.map(decode).unwrap_or_default().into_owned());
            let inside = Some(Inside { document: index, step });
            self.add(Text { element, value, literal, joins: false, inside, field }, true, depth + 1);
        }
    }

    /// Whether a text of that field stands right behind the last one, both being the text of text elements that follow
    /// each other.
    fn joins(&self, next: Field) -> bool {
        let is_plain = |field: Field| field.name == "Text" && field.item.is_none();
        let Some(last) = self.texts.last().map(|text| text.field) else { return false };
        let nodes = self.nodes.get(last.node).zip(self.nodes.get(next.node));
        is_plain(last) && is_plain(next) && nodes.is_some_and(|(last, next)| last.is_followed_by(next))
    }

    /// Walks through an element, notes its nodes and their types, and gives the strings that may be text. `raw` is
    /// valid JSON, so that brackets need no checking.
    fn scan(&mut self, element: usize, raw: &'a str) -> Vec<(Field, Range<usize>)> {
        let mut strings = Vec::new();
        let mut stack: Vec<Container> = Vec::new();
        // What the next value is, by its place in the container around it.
        let mut next = Role::Element;
        let mut at = 0;
        while let Some(byte) = raw.as_bytes().get(at) {
            let start = at;
            at += 1;
            match byte {
                b'"' => {
                    at = string_end(raw, at);
                    let literal = start..at;
                    let Some(container) = stack.last_mut() else { continue };
                    if container.awaits_key {
                        container.awaits_key = false;
                        next = container.role.member(&raw.get(literal).map(decode).unwrap_or_default());
                        continue;
                    }
                    match next {
                        Role::Type => {
                            let node = self.nodes.get_mut(container.node);
                            if let (Some(node), Some(literal)) = (node, raw.get(literal)) {
                                node.add_type(decode(literal));
                            }
                        }
                        Role::Text(name) => {
                            let item = (!container.is_object).then_some(container.item);
                            strings.push((Field { node: container.node, name, item }, literal));
                        }
                        _ => {}
                    }
                }
                b'-' | b'0'..=b'9' => {
                    let is_number = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                    at +=
                        raw.as_bytes().get(at..).unwrap_or_default().iter().take_while(|byte| is_number(byte)).count();
                    if let (Role::Text(name), Some(container)) = (next, stack.last()) {
                        let item = (!container.is_object).then_some(container.item);
                        strings.push((Field { node: container.node, name, item }, start..at));
                    }
                }
                b'{' | b'[' => {
                    let is_object = *byte == b'{';
                    let mut node = stack.last().map_or(0, |container| container.node);
                    if is_object && matches!(next, Role::Element) {
                        // Above an element stand its MsgBody, the message and the MsgList.
                        let mut above = stack.iter().rev();
                        let parent = match (above.next(), above.nth(1)) {
                            (Some(body), Some(list)) => Some((body.node, list.item, body.item)),
                            _ => None,
                        };
                        node = self.nodes.len();
                        self.nodes.push(Node {
                            element,
                            parent,
                            types: Vec::new(),
                            kinds: Default::default(),
                            shown: true,
                        });
                    }
                    stack.push(Container { role: next, node, item: 0, is_object, awaits_key: is_object });
                    next = if is_object { Role::Other } else { next.item() };
                }
                b'}' | b']' => {
                    stack.pop();
                }
                b',' => {
                    if let Some(container) = stack.last_mut() {
                        container.item += 1;
                        container.awaits_key = container.is_object;
                        next = container.role.item();
                    }
                }
                _ => {}
            }
        }
        strings
    }
}

/// An object or array that the scan is inside of.
struct Container {
    role: Role,
    node: usize,
    /// The index of the item at hand.
    item: usize,
    is_object: bool,
    awaits_key: bool,
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

/// The offset behind the closing quote of the string whose inside starts at `at`.
pub(crate) fn string_end(raw: &str, mut at: usize) -> usize {
    while let Some(rest) = raw.as_bytes().get(at..) {
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(found) if rest.get(found) == Some(&b'"') => return at + found + 1,
            Some(found) => at += found + 2,
            None => break,
        }
    }
    raw.len()
}

/// The text of a JSON string, or a number as it stands. Never fails: what is wrong in it is repaired as [`json::readable`] does, since a sender
/// who gets a broken escape through must not get it past us.
pub(crate) fn decode(literal: &str) -> Cow<'_, str> {
    let inside = literal.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(literal);
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let decoded = serde_json::from_str::<String>(literal)
        .or_else(|_| serde_json::from_str::<String>(&json::readable(literal.as_bytes())));
    decoded.map_or(Cow::Borrowed(inside), Cow::Owned)
}
