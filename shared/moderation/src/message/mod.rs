//! A message as texts that a person could read.
//!
//! - [`element`] finds the strings of an element that a client shows.
//! - [`embedded`] looks into those that hold JSON.
//! - [`splice`] puts new texts in the place of old ones.
//! - [`custom_data`] adds members to `CloudCustomData`.
//!
//! An app may keep anything in a string. It is searched in every way that receivers may read it. There are two:
//!
//! - *It is JSON.* Then its strings, names and numbers are the texts. The string as it is written is searched too,
//!   since a word may be divided among several of them. What is found there counts for each text that it covers.
//! - *It is anything else*, perhaps JSON with comments or single quotes. Then it is one text, as it is written. It is
//!   searched again with its escapes undone, and what is found there counts at the place where it is written.
//!
//! So each hit is in a text that can be rewritten, and at the same place however it was found.

mod custom_data;
mod element;
mod embedded;
mod splice;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use chathook_protocol::MsgBody;
use chathook_protocol::json::{Escapes, Unescaped, unescape, unquote};

pub(crate) use custom_data::{Merged, merge};
pub(crate) use element::EXTENSION;
use element::{Field, Node};
use embedded::{EmbeddedJson, Inside};
pub(crate) use splice::Splices;
use splice::{Splice, quoted, splice};

/// The name of the data beside a message.
pub(crate) const CUSTOM_DATA: &str = "CloudCustomData";

/// How many nested messages a [`MessageTexts::path`] names. The innermost say enough, and hostile nesting cannot make
/// paths long.
const PATH_DEPTH: usize = 8;

/// How many levels of a string are read: JSON inside a string of JSON, escapes of escapes. Below that, a string is
/// plain text. This bounds the cost of a message, since each level searches all of it once more.
const DOCUMENT_DEPTH: usize = 4;

/// What a person could read in a message.
#[derive(Default)]
pub(crate) struct MessageTexts<'a> {
    /// The texts in the order of the message, those in `CloudCustomData` last.
    pub(crate) texts: Vec<Text<'a>>,
    /// The JSON found inside strings. A nested one comes after the one around it.
    pub(crate) embedded: Vec<EmbeddedJson>,
    nodes: Vec<Node<'a>>,
}

/// One text.
pub(crate) struct Text<'a> {
    /// The index of the element in the message's `MsgBody`; `None` in `CloudCustomData`.
    pub(crate) element: Option<usize>,
    /// The text as the sender wrote it.
    pub(crate) value: Cow<'a, str>,
    /// The place of its JSON string, quotes included: in the element's raw JSON, or in the JSON that it is inside of.
    pub(crate) literal: Range<usize>,
    /// Whether a client shows it right behind the text before: a term may be split over both.
    pub(crate) joins: bool,
    /// The JSON in a string that it is a part of.
    pub(crate) inside: Option<Inside>,
    field: Field,
    kind: Kind,
}

enum Kind {
    /// What a client shows.
    Shown,
    /// A member's name in embedded JSON.
    Name,
    /// Embedded JSON as it is written, by its index. What is found there counts for its parts.
    Json(usize),
    /// Another text with its escapes undone. What is found here counts for that text.
    Unescaped { of: usize, escapes: Escapes },
}

impl Text<'_> {
    /// Whether a client shows it. Other texts are searched, but not counted or measured.
    pub(crate) const fn is_shown(&self) -> bool {
        matches!(self.kind, Kind::Shown)
    }

    /// Whether it only repeats other texts in another form. No hit is reported in it; see [`MessageTexts::locate`].
    pub(crate) const fn is_other_reading(&self) -> bool {
        matches!(self.kind, Kind::Json(_) | Kind::Unescaped { .. })
    }

    /// Whether it is another text with its escapes undone.
    pub(crate) const fn is_unescaped(&self) -> bool {
        matches!(self.kind, Kind::Unescaped { .. })
    }

    /// Whether it is a file's name.
    pub(crate) fn is_file_name(&self) -> bool {
        self.field.name.eq_ignore_ascii_case("FileName")
    }
}

impl<'a> MessageTexts<'a> {
    /// Finds the texts of a message, and of its `CloudCustomData` if it is given.
    pub(crate) fn of(body: &'a MsgBody<'a>, custom_data: Option<&'a str>) -> Self {
        let mut texts = Self::default();
        for (index, element) in body.elements.iter().enumerate() {
            texts.read(index, element.raw.get());
        }
        if let Some(data) = custom_data {
            let field = Field { node: usize::MAX, name: CUSTOM_DATA, item: None };
            let (value, literal) = (Cow::Borrowed(data), 0..data.len());
            let text = Text { element: None, value, literal, joins: false, inside: None, field, kind: Kind::Shown };
            texts.add_data(text, 0);
        }
        texts
    }

    /// The `MsgType` of an element of the message's own body, or all of them if it has several.
    pub(crate) fn types(&self, element: usize) -> &[Cow<'a, str>] {
        let first = self.nodes.partition_point(|node| node.element < element);
        let node = self.nodes.get(first).filter(|node| node.element == element);
        node.map(|node| node.types.as_slice()).unwrap_or_default()
    }

    /// The indices of an element's texts, or of those of `CloudCustomData`.
    pub(crate) fn texts_of(&self, element: Option<usize>) -> Range<usize> {
        // Texts outside all elements come last.
        let key = |element: Option<usize>| element.unwrap_or(usize::MAX);
        let first = self.texts.partition_point(|text| key(text.element) < key(element));
        first..self.texts.partition_point(|text| key(text.element) <= key(element))
    }

    /// The name of a text's field: `Text`, `AbstractList[2]`, `MsgList[0].MsgBody[1].Text`. A JSON Pointer leads into
    /// JSON in a string: `Data#/items/0`, or `Data#/items (name)` for a member's name.
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
        while let Some((place, json)) = inside.and_then(|place| Some((place, self.embedded.get(place.json)?))) {
            let Some(written) = self.texts.get(json.text) else { break };
            pointers.push(json.pointer(&written.value, place.step));
            inside = written.inside;
        }
        for pointer in pointers.iter().rev() {
            path.push('#');
            path.push_str(pointer);
        }
        if matches!(text.kind, Kind::Name) {
            path.push_str(" (name)");
        }
        path
    }

    /// The texts that a span of a text counts for, by index, each with its share of the span. Usually that is the text
    /// itself.
    ///
    /// A span of embedded JSON counts for the parts that it covers, if they are several. A single part was searched
    /// already, and without taking half of an escape for a letter.
    pub(crate) fn locate(&self, index: usize, span: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let mut places = Vec::new();
        let covers_several = |json| self.parts(json, &span).nth(1).is_some();
        match self.texts.get(index).map(|text| &text.kind) {
            Some(Kind::Json(json)) if !covers_several(*json) => {}
            Some(_) => self.spread(index, span, &mut places),
            None => {}
        }
        places
    }

    /// Adds the texts that a span counts for. The recursion is limited by [`DOCUMENT_DEPTH`].
    fn spread(&self, index: usize, span: Range<usize>, places: &mut Vec<(usize, Range<usize>)>) {
        match self.texts.get(index).map(|text| &text.kind) {
            Some(Kind::Shown | Kind::Name) => places.push((index, span)),
            Some(Kind::Unescaped { of, escapes }) => self.spread(*of, escapes.written(&span), places),
            Some(Kind::Json(json)) => {
                for (part, span) in self.parts(*json, &span) {
                    self.spread(part, span, places);
                }
            }
            None => {}
        }
    }

    /// The parts of embedded JSON that a span of it covers: the index of each part's text, with the span in it.
    fn parts(&self, json: usize, span: &Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let written = self.embedded.get(json).and_then(|json| Some((json, self.texts.get(json.text)?.value.as_ref())));
        let literal = |part: &usize| self.texts.get(*part).map(|text| text.literal.clone()).unwrap_or_default();
        let parts = written.map(|(json, _)| json.parts.as_slice()).unwrap_or_default();
        let first = parts.partition_point(|part| literal(part).end <= span.start);
        let covered = parts.iter().skip(first).map(move |part| (*part, literal(part)));
        covered.take_while(|(_, literal)| literal.start < span.end).filter_map(move |(part, literal)| {
            let json = written?.1;
            // The quotes are not part of the text.
            let quote = usize::from(json.get(literal.clone())?.starts_with('"'));
            let (start, end) = (literal.start + quote, literal.end - quote);
            let covered = span.start.clamp(start, end) - start..span.end.clamp(start, end) - start;
            let covered = unescape(json.get(start..end)?).escapes.undone(&covered);
            (!covered.is_empty()).then_some((part, covered))
        })
    }

    /// The changes that put each of these texts in place of the one with that index.
    pub(crate) fn splices(&self, edited: impl Iterator<Item = (usize, String)>) -> Splices {
        let mut splices = Splices::default();
        let mut inside: BTreeMap<usize, Vec<Splice>> = BTreeMap::new();
        let mut put = |inside: &mut BTreeMap<usize, Vec<Splice>>, text: &Text<'_>, new: String| match text.inside {
            Some(place) => inside.entry(place.json).or_default().push((text.literal.clone(), quoted(&new))),
            None => splices.put(text.element, text.literal.clone(), new),
        };
        for (index, new) in edited {
            if let Some(text) = self.texts.get(index) {
                put(&mut inside, text, new);
            }
        }
        // From the innermost JSON outwards: a nested one comes after the one around it.
        while let Some((index, pieces)) = inside.pop_last() {
            let Some(json) = self.embedded.get(index).and_then(|json| self.texts.get(json.text)) else { continue };
            if let Some(new) = splice(&json.value, pieces) {
                put(&mut inside, json, new);
            }
        }
        splices
    }

    /// Finds the texts of one element.
    fn read(&mut self, element: usize, raw: &'a str) {
        for (field, literal) in element::read(element, raw, &mut self.nodes) {
            let Some(node) = self.nodes.get(field.node).filter(|node| node.shows(field.name)) else { continue };
            let is_data = node.holds_data(field.name);
            let value = raw.get(literal.clone()).map(unquote).unwrap_or_default();
            let joins = self.joins(field);
            let text = Text { element: Some(element), value, literal, joins, inside: None, field, kind: Kind::Shown };
            if is_data {
                self.add_data(text, 0);
            } else {
                self.texts.push(text);
            }
        }
    }

    /// Adds a string of an app's own data, and the texts in it.
    fn add_data(&mut self, text: Text<'a>, depth: usize) {
        if depth < DOCUMENT_DEPTH && EmbeddedJson::is_json(&text.value) {
            self.add_json(text, depth);
        } else {
            self.texts.push(text);
            self.add_unescaped(depth);
        }
    }

    /// Adds a text that is JSON, and its parts.
    fn add_json(&mut self, text: Text<'a>, depth: usize) {
        let (index, json) = (self.texts.len(), self.embedded.len());
        let (embedded, parts) = EmbeddedJson::read(index, &text.value);
        let (element, field) = (text.element, text.field);
        self.embedded.push(embedded);
        self.texts.push(Text { kind: Kind::Json(json), ..text });
        for part in parts {
            let value = self.texts.get(index).map(|text| part_of(&text.value, &part.literal)).unwrap_or_default();
            if let Some(embedded) = self.embedded.get_mut(json) {
                embedded.parts.push(self.texts.len());
            }
            let inside = Some(Inside { json, step: part.step });
            let kind = if part.is_name { Kind::Name } else { Kind::Shown };
            let text = Text { element, value, literal: part.literal, joins: false, inside, field, kind };
            if part.is_name {
                self.texts.push(text);
            } else {
                self.add_data(text, depth + 1);
            }
        }
    }

    /// Adds the last text with its escapes undone, then that one with its escapes undone, and so on.
    fn add_unescaped(&mut self, depth: usize) {
        for _ in depth..DOCUMENT_DEPTH {
            let Some(last) = self.texts.last() else { return };
            let Unescaped { text: Cow::Owned(value), escapes } = unescape(&last.value) else { return };
            let kind = Kind::Unescaped { of: self.texts.len() - 1, escapes };
            let (value, literal) = (Cow::Owned(value), last.literal.clone());
            self.texts.push(Text { value, literal, joins: false, kind, ..*last });
        }
    }

    /// Whether a client shows a text of that field right behind the last one: both are the text of text elements that
    /// follow each other.
    fn joins(&self, next: Field) -> bool {
        let Some(last) = self.texts.last().map(|text| text.field) else { return false };
        let nodes = self.nodes.get(last.node).zip(self.nodes.get(next.node));
        last.is_plain() && next.is_plain() && nodes.is_some_and(|(last, next)| last.is_followed_by(next))
    }
}

/// Whether a text can be put into any string as it is, whatever quotes and escapes that string has.
pub(crate) fn fits_any_string(text: &str) -> bool {
    !text.contains(|character: char| matches!(character, '"' | '\'' | '`' | '\\') || character.is_control())
}

/// The text of a string, name or number in another text.
fn part_of<'a>(json: &Cow<'a, str>, literal: &Range<usize>) -> Cow<'a, str> {
    match json {
        Cow::Borrowed(json) => json.get(literal.clone()).map(unquote).unwrap_or_default(),
        Cow::Owned(json) => {
            let text = json.get(literal.clone()).map(|literal| unquote(literal).into_owned());
            Cow::Owned(text.unwrap_or_default())
        }
    }
}
