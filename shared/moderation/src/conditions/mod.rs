//! What a rule can look for.
//!
//! A condition is asked about each element of a message (and about `CloudCustomData`, if the rule reads it): all parts
//! of a `when` speak of the same one. It answers with the places that show it; `not` has none to show. A condition on
//! the whole message (its platform, how many elements it has) holds for every element or for none.

mod contacts;
mod counts;
mod density;
mod links;
mod signs;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use chathook_protocol::{Query, SendMsg};
use regex::Regex;

pub(crate) use contacts::Contacts;
pub(crate) use counts::Bounds;
pub(crate) use density::Density;
pub(crate) use links::{Links, Site};

use crate::terms::{Found, Terms};
use crate::text::Readable;
use signs::Sign;

/// How often one regex may match in one text. Beyond, the rest of the text counts as one more match: each match may
/// look ahead through all of it, and a sender could make that take quadratic time.
const REGEX_MATCHES: usize = 500;

/// A condition of a rule.
#[derive(Debug)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A list of terms, by its number.
    Terms(usize),
    /// Any of these.
    Regex(Vec<Regex>),
    Links(Links),
    Contacts(Contacts),
    ElementTypes(Vec<String>),
    /// In lower case, without the dot.
    FileExtensions(Vec<String>),
    FileSize(Bounds),
    Characters(Bounds),
    Elements(Bounds),
    Mentions(Bounds),
    Density(Density),
    Platforms(Vec<String>),
}

/// What a condition is about: the parts of a message for which it holds or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spot {
    Element(usize),
    CustomData,
    /// The message as a whole, for conditions that ask for nothing else.
    Message,
}

/// Where a rule hit.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) spot: Spot,
    /// The text, if the hit lies in one; else it is the element's type, or nothing that has a place.
    pub(crate) text: Option<usize>,
    /// The bytes of the text or type.
    pub(crate) span: Range<usize>,
    /// What was recognised, if that is not simply what stands there.
    pub(crate) normal: Option<Box<str>>,
    /// Whether the hit began in an earlier text: a term split over two.
    pub(crate) continues: bool,
}

impl Place {
    const fn key(&self) -> (Option<usize>, usize, usize) {
        (self.text, self.span.start, self.span.end)
    }
}

/// For what a condition holds, and what shows it.
pub(crate) type Holds = BTreeMap<Spot, Vec<Place>>;

/// A message being looked at.
pub(crate) struct Look<'a> {
    pub(crate) message: &'a SendMsg<'a>,
    pub(crate) query: &'a Query,
    pub(crate) readable: &'a Readable<'a>,
    terms: &'a Terms,
    /// By list, then by text.
    found: Vec<Found>,
    /// The signs of each text, once somebody asks.
    signs: Vec<OnceCell<Vec<Sign>>>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(
        message: &'a SendMsg<'a>,
        query: &'a Query,
        readable: &'a Readable<'a>,
        terms: &'a Terms,
    ) -> Self {
        let found = terms.find(&readable.texts);
        let signs = readable.texts.iter().map(|_| OnceCell::new()).collect();
        Self { message, query, readable, terms, found, signs }
    }

    fn signs(&self, text: usize) -> &[Sign] {
        let value = || self.readable.texts.get(text).map(|text| signs::signs(&text.value)).unwrap_or_default();
        self.signs.get(text).map(|cell| cell.get_or_init(value).as_slice()).unwrap_or_default()
    }

    /// All that a rule may look at.
    fn spots(&self, custom_data: bool) -> impl Iterator<Item = Spot> {
        let elements = (0..self.message.msg_body.elements.len()).map(Spot::Element);
        elements.chain((custom_data && self.has_custom_data()).then_some(Spot::CustomData))
    }

    fn has_custom_data(&self) -> bool {
        self.readable.texts.last().is_some_and(|text| text.element.is_none())
    }

    /// The indices of the texts that a rule may look at.
    fn texts(&self, custom_data: bool) -> Range<usize> {
        0..if custom_data { self.readable.texts.len() } else { self.readable.texts_of(None).start }
    }

    /// A place in a text.
    fn place(&self, text: usize, span: Range<usize>, normal: Option<Box<str>>) -> Option<Place> {
        let spot = self.readable.texts.get(text)?.element.map_or(Spot::CustomData, Spot::Element);
        Some(Place { spot, text: Some(text), span, normal, continues: false })
    }

    /// Looks into each text with `find`, which gives spans and what was recognised there.
    fn search(&self, custom_data: bool, find: impl Fn(usize, &str) -> Vec<(Range<usize>, Option<Box<str>>)>) -> Holds {
        let mut holds = Holds::new();
        for index in self.texts(custom_data) {
            let Some(text) = self.readable.texts.get(index) else { continue };
            for (span, normal) in find(index, &text.value) {
                add(&mut holds, self.place(index, span, normal));
            }
        }
        holds
    }

    fn terms(&self, list: usize, custom_data: bool) -> Holds {
        let first = self.found.partition_point(|found| found.list < list);
        let after = self.found.partition_point(|found| found.list <= list);
        let of_list = self.found.get(first..after).unwrap_or_default();
        let text = |index: usize| self.readable.texts.get(index);
        // A term split over texts is found in each of them, up to the end of one and from the beginning of the next.
        let mut unfinished = HashSet::new();
        let mut holds = Holds::new();
        for found in of_list {
            let before = found.text.checked_sub(1).map(|before| (before, found.term));
            let continues = found.start == 0
                && text(found.text).is_some_and(|text| text.joins)
                && before.is_some_and(|before| unfinished.contains(&before));
            if text(found.text + 1).is_some_and(|next| next.joins)
                && text(found.text).is_some_and(|text| text.value.len() == found.end)
            {
                unfinished.insert((found.text, found.term));
            }
            let normal = self.terms.normalised(found.term).into();
            let place = self.place(found.text, found.span(), Some(normal));
            add(&mut holds, place.map(|place| Place { continues, ..place }));
        }
        if !custom_data {
            holds.remove(&Spot::CustomData);
        }
        holds
    }

    /// The elements that `is` gives a span of the type for.
    fn elements(&self, is: impl Fn(usize) -> Option<Range<usize>>) -> Holds {
        let place = |index| {
            let spot = Spot::Element(index);
            Some((spot, vec![Place { spot, text: None, span: is(index)?, normal: None, continues: false }]))
        };
        (0..self.message.msg_body.elements.len()).filter_map(place).collect()
    }

    /// Everything or nothing.
    fn everywhere(&self, holds: bool, custom_data: bool) -> Holds {
        if holds { self.spots(custom_data).map(|spot| (spot, Vec::new())).collect() } else { Holds::new() }
    }

    /// The first type of an element, as a place to point at.
    fn type_span(&self, element: usize) -> Range<usize> {
        0..self.readable.types(element).first().map_or(0, |name| name.len())
    }

    /// Where a `when` holds, each with at least one place.
    pub(crate) fn places(&self, when: &Condition, custom_data: bool) -> Vec<Place> {
        if when.is_about_message() {
            let place = Place { spot: Spot::Message, text: None, span: 0..0, normal: None, continues: false };
            return if when.holds_for_message(self) { vec![place] } else { Vec::new() };
        }
        let mut all = Vec::new();
        for (spot, mut places) in when.holds(self, custom_data) {
            // What stands in a text says more than the element around it.
            if places.iter().any(|place| place.text.is_some()) {
                places.retain(|place| place.text.is_some());
            }
            if places.is_empty() {
                let span = match spot {
                    Spot::Element(element) => self.type_span(element),
                    Spot::CustomData | Spot::Message => 0..0,
                };
                places.push(Place { spot, text: None, span, normal: None, continues: false });
            }
            places.sort_by_key(Place::key);
            places.dedup_by_key(|place| place.key());
            all.extend(places);
        }
        all
    }
}

fn add(holds: &mut Holds, place: Option<Place>) {
    if let Some(place) = place {
        holds.entry(place.spot).or_default().push(place);
    }
}

impl Condition {
    fn holds(&self, look: &Look<'_>, custom_data: bool) -> Holds {
        match self {
            Self::All(conditions) => {
                let mut conditions = conditions.iter();
                let Some(first) = conditions.next() else { return Holds::new() };
                let mut holds = first.holds(look, custom_data);
                for condition in conditions {
                    // Most rules find nothing in most messages, and then the rest need not be asked.
                    if holds.is_empty() {
                        break;
                    }
                    let mut others = condition.holds(look, custom_data);
                    holds.retain(|spot, places| match others.remove(spot) {
                        Some(more) => {
                            places.extend(more);
                            true
                        }
                        None => false,
                    });
                }
                holds
            }
            Self::Any(conditions) => {
                let mut holds = Holds::new();
                for condition in conditions {
                    for (spot, places) in condition.holds(look, custom_data) {
                        holds.entry(spot).or_default().extend(places);
                    }
                }
                holds
            }
            Self::Not(condition) => {
                let holds = condition.holds(look, custom_data);
                let others = look.spots(custom_data).filter(|spot| !holds.contains_key(spot));
                others.map(|spot| (spot, Vec::new())).collect()
            }
            Self::Terms(list) => look.terms(*list, custom_data),
            Self::Regex(regexes) => look.search(custom_data, |_, text| {
                regexes.iter().flat_map(|regex| matches(regex, text)).map(|span| (span, None)).collect()
            }),
            Self::Links(links) => look.search(custom_data, |index, _| links.find(look.signs(index))),
            Self::Contacts(contacts) => look.search(custom_data, |index, _| contacts.find(look.signs(index))),
            Self::ElementTypes(names) => look.elements(|element| {
                let is_wanted = |name: &&std::borrow::Cow<'_, str>| names.iter().any(|wanted| wanted == name.as_ref());
                look.readable.types(element).iter().find(is_wanted).map(|name| 0..name.len())
            }),
            Self::FileExtensions(extensions) => counts::file_extensions(look, extensions),
            Self::FileSize(bounds) => look.elements(|element| {
                let content = look.message.msg_body.elements.get(element)?.content();
                counts::file_size(&content).filter(|size| bounds.contain(*size)).map(|_| look.type_span(element))
            }),
            Self::Characters(bounds) => counts::characters(look, bounds, custom_data),
            Self::Mentions(bounds) => counts::mentions(look, bounds, custom_data),
            Self::Density(density) => {
                look.search(
                    custom_data,
                    |_, text| {
                        if density.holds(text) { vec![(0..text.len(), None)] } else { Vec::new() }
                    },
                )
            }
            Self::Elements(_) | Self::Platforms(_) => look.everywhere(self.holds_for_message(look), custom_data),
        }
    }

    /// Whether it asks for nothing but the message as a whole.
    pub(crate) fn is_about_message(&self) -> bool {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().all(Self::is_about_message),
            Self::Not(condition) => condition.is_about_message(),
            Self::Elements(_) | Self::Platforms(_) => true,
            _ => false,
        }
    }

    fn holds_for_message(&self, look: &Look<'_>) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds_for_message(look)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds_for_message(look)),
            Self::Not(condition) => !condition.holds_for_message(look),
            Self::Elements(bounds) => bounds.contain(counts::number(look.message.msg_body.elements.len())),
            Self::Platforms(names) => {
                let platform = look.query.opt_platform().unwrap_or("Unknown");
                names.iter().any(|name| name.eq_ignore_ascii_case(platform))
            }
            _ => false,
        }
    }

    /// Whether there is a place in a text wherever it holds, so that the text can be changed there.
    pub(crate) fn finds_text(&self) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().any(Self::finds_text),
            Self::Any(conditions) => conditions.iter().all(Self::finds_text),
            Self::Terms(_)
            | Self::Regex(_)
            | Self::Links(_)
            | Self::Contacts(_)
            | Self::FileExtensions(_)
            | Self::Density(_) => true,
            Self::Characters(bounds) | Self::Mentions(bounds) => bounds.min > 0,
            _ => false,
        }
    }
}

/// The matches of a regex, and beyond [`REGEX_MATCHES`] the rest of the text.
fn matches(regex: &Regex, text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = regex.find_iter(text).map(|found| found.range()).take(REGEX_MATCHES).collect();
    spans.retain(|span| !span.is_empty());
    if spans.len() == REGEX_MATCHES {
        let end = spans.last().map_or(0, |last| last.end);
        if end < text.len() {
            spans.push(end..text.len());
        }
    }
    spans
}
