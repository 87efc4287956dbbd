//! A message as conditions see it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use chathook_matcher::fold::fold;
use chathook_protocol::{MsgBody, Query};

use super::finding::{Finding, Findings, Part};
use super::signs::{self, Sign};
use crate::message::{MessageTexts, Text};
use crate::terms::{Found, Terms};

/// A message that is being judged: its elements, its texts, and the terms of all rules that were found in them.
pub(crate) struct Subject<'a> {
    body: &'a MsgBody<'a>,
    query: &'a Query,
    readable: &'a MessageTexts<'a>,
    terms: &'a Terms,
    /// By list, then in the order of the message.
    found: Vec<Found>,
    /// The signs of each text, once a condition asks for them.
    signs: Vec<OnceCell<Vec<Sign>>>,
}

impl<'a> Subject<'a> {
    /// Searches the texts of a message.
    pub(crate) fn new(
        body: &'a MsgBody<'a>,
        query: &'a Query,
        readable: &'a MessageTexts<'a>,
        terms: &'a Terms,
    ) -> Self {
        let found = terms.find(&readable.texts);
        let signs = readable.texts.iter().map(|_| OnceCell::new()).collect();
        Self { body, query, readable, terms, found, signs }
    }
}

/// What one rule may see of a message.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    subject: &'a Subject<'a>,
    /// Whether it reads `CloudCustomData`.
    custom_data: bool,
}

impl<'a> View<'a> {
    pub(crate) const fn of(subject: &'a Subject<'a>, custom_data: bool) -> Self {
        Self { subject, custom_data }
    }

    pub(super) const fn body(&self) -> &'a MsgBody<'a> {
        self.subject.body
    }

    pub(super) const fn query(&self) -> &'a Query {
        self.subject.query
    }

    /// The texts, each with its index.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &'a Text<'a>)> {
        let texts = &self.subject.readable.texts;
        // Those of `CloudCustomData` come last.
        let end = if self.custom_data { texts.len() } else { self.subject.readable.texts_of(None).start };
        texts.iter().take(end).enumerate()
    }

    /// The texts that a client shows. Only these are counted and measured.
    pub(super) fn shown_texts(&self) -> impl Iterator<Item = (usize, &'a Text<'a>)> {
        self.texts().filter(|(_, text)| text.is_shown())
    }

    /// The signs of a text.
    pub(super) fn signs(&self, text: usize) -> &'a [Sign] {
        let read = || self.subject.readable.texts.get(text).map(|text| signs::signs(&text.value)).unwrap_or_default();
        self.subject.signs.get(text).map(|cell| cell.get_or_init(read).as_slice()).unwrap_or_default()
    }

    /// The elements and, if the rule reads it and the message has it, `CloudCustomData`.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> {
        let last = self.subject.readable.texts.iter().rfind(|text| !text.is_other_reading());
        let has_custom_data = last.is_some_and(|text| text.element.is_none());
        let elements = (0..self.body().elements.len()).map(Part::Element);
        elements.chain((self.custom_data && has_custom_data).then_some(Part::CustomData))
    }

    /// All parts, or none.
    pub(super) fn all_parts_if(&self, holds: bool) -> Findings {
        if holds { self.parts().map(|part| (part, Vec::new())).collect() } else { Findings::default() }
    }

    /// The elements for which `is` gives a span of their type.
    pub(super) fn elements_where(&self, is: impl Fn(usize) -> Option<Range<usize>>) -> Findings {
        let finding = |index| {
            let part = Part::Element(index);
            Some((part, vec![Finding::of_part(part, is(index)?)]))
        };
        (0..self.body().elements.len()).filter_map(finding).collect()
    }

    /// The types of an element, usually one.
    pub(super) fn types(&self, element: usize) -> impl Iterator<Item = &'a str> {
        self.subject.readable.types(element).iter().map(AsRef::as_ref)
    }

    /// The span of an element's first type, for findings that have no better place.
    pub(super) fn type_span(&self, element: usize) -> Range<usize> {
        0..self.types(element).next().map_or(0, str::len)
    }

    /// What `find` finds in each text: spans, and what was recognised there.
    pub(super) fn search(&self, find: impl Fn(usize, &str) -> Vec<(Range<usize>, Option<Box<str>>)>) -> Findings {
        let mut findings = Findings::default();
        for (index, text) in self.texts() {
            for (span, normalised) in find(index, &text.value) {
                self.find(index, text, span, normalised).for_each(|finding| findings.push(finding));
            }
        }
        findings
    }

    /// The findings for a span of a text: in that text, or in those that it is another reading of. Without
    /// `normalised`, the text at that place is what was recognised.
    fn find(
        &self,
        index: usize,
        searched: &Text<'_>,
        span: Range<usize>,
        normalised: Option<Box<str>>,
    ) -> impl Iterator<Item = Finding> {
        let readable = self.subject.readable;
        let part = searched.element.map_or(Part::CustomData, Part::Element);
        let is_escaped = searched.is_unescaped();
        let located = readable.locate(index, span.clone());
        // A span over many texts could be long, so each finding reports its own share alone.
        let is_whole = located.len() == 1;
        located.into_iter().enumerate().map(move |(number, (text, share))| {
            let (recognised, here) = if is_whole { (index, &span) } else { (text, &share) };
            let stands_there = || readable.texts.get(recognised)?.value.get(here.clone());
            let normalised = normalised.clone().or_else(|| stands_there().map(|text| fold(text).into()));
            Finding { part, text: Some(text), span: share, normalised, continues: number > 0, is_escaped }
        })
    }

    /// The terms of a list.
    pub(super) fn terms(&self, list: usize) -> Findings {
        let Subject { readable, terms, found, .. } = self.subject;
        let first = found.partition_point(|found| found.list < list);
        let after = found.partition_point(|found| found.list <= list);
        let of_list = found.get(first..after).unwrap_or_default();
        let text = |index: usize| readable.texts.get(index);
        // A term that is split over two texts is found in both: up to the end of one, and from the start of the next.
        let mut unfinished = HashSet::new();
        let mut findings = Findings::default();
        for found in of_list {
            let Some(here) = text(found.text).filter(|text| self.custom_data || text.element.is_some()) else {
                continue;
            };
            let before = found.text.checked_sub(1).map(|before| (before, found.term));
            let continues = found.start == 0 && here.joins && before.is_some_and(|before| unfinished.contains(&before));
            if text(found.text + 1).is_some_and(|next| next.joins) && here.value.len() == found.end {
                unfinished.insert((found.text, found.term));
            }
            let normalised = terms.normalised(found.term).into();
            for finding in self.find(found.text, here, found.span(), Some(normalised)) {
                findings.push(Finding { continues: continues || finding.continues, ..finding });
            }
        }
        findings
    }
}

/// A finding in a text that is shown.
pub(super) fn finding(index: usize, text: &Text<'_>, span: Range<usize>, normalised: Option<Box<str>>) -> Finding {
    let part = text.element.map_or(Part::CustomData, Part::Element);
    Finding { part, text: Some(index), span, normalised, continues: false, is_escaped: false }
}
