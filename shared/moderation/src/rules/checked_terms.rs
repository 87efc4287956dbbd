//! Every term of the rules, tried on itself and on the others of its list: whether it can hit, whether it is needed, and
//! how the matcher reads it.

use std::collections::HashMap;
use std::ops::Range;

use chathook_matcher::{Form, Segment, TooManyTerms};

use super::error::RulesError;
use super::read::{Parsed, WrittenTerm};
use super::source::{RulesSource, terms_of};
use super::warnings::key;
use crate::terms::Terms;

/// A term as it was written, and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTerm {
    /// The rule's id.
    pub rule: String,
    /// The term.
    pub term: String,
    /// The file that it is in: the rules file, or a terms file.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// How the matcher reads it: its letters without case, style, accents and what divides its words.
    pub normalised: String,
    /// Why it is of no use, if it is not.
    pub flaw: Option<Flaw>,
}

/// Why a term is of no use. The other term is given by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It is not found even in a text that is nothing but the term.
    NeverHits,
    /// It is always within a phrase that its list allows.
    IsAllowed,
    /// The list has it already.
    IsThereTwice(usize),
    /// The list has another term that is found wherever this one is.
    IsCovered(usize),
}

/// The terms of all rules, to be looked at and tried on words.
#[derive(Debug)]
pub struct CheckedTerms {
    all: Vec<CheckedTerm>,
    terms: Terms,
    /// For each list, its terms in `all`, and where they begin in the matcher.
    lists: Vec<(Range<usize>, usize)>,
}

impl RulesSource {
    /// The terms of all rules without a mistake, each tried on itself and on the others of its list.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn checked_terms(&self) -> Result<CheckedTerms, RulesError> {
        self.parsed(CheckedTerms::of)?.map_err(|error| self.too_many(error))
    }
}

impl CheckedTerms {
    /// Tries the terms that were read from the rules file `file` with this text.
    pub(super) fn of(parsed: Parsed, file: &str, text: &str) -> Result<Self, TooManyTerms> {
        let breaks: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        let place = |term: &WrittenTerm| match &term.file {
            Some((file, line)) => (file.clone(), *line),
            None => (file.to_owned(), 1 + breaks.partition_point(|end| *end < term.at.start)),
        };
        let (mut all, mut lists, mut forms, mut begin) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for list in &parsed.lists {
            lists.push((all.len()..all.len() + list.terms.len(), begin));
            begin += list.terms.len() + list.allow_phrases.len();
            for term in &list.terms {
                let (file, line) = place(term);
                let (rule, text) = (list.owner.rule.clone(), term.term.text.clone());
                all.push(CheckedTerm { rule, term: text, file, line, normalised: String::new(), flaw: None });
                forms.push(term.term.form);
            }
        }
        let terms = terms_of(parsed.lists)?;
        let mut checked = Self { all, terms, lists };
        for number in 0..checked.lists.len() {
            checked.check_list(number, &forms);
        }
        Ok(checked)
    }

    /// All of them, in the order of the rules file, each list together.
    #[must_use]
    pub fn all(&self) -> &[CheckedTerm] {
        &self.all
    }

    /// The terms that count in a text, by their index, each once.
    #[must_use]
    pub fn hits(&self, text: &str) -> Vec<usize> {
        let found = self.terms.find_in(&[Segment { text, joins: false }]);
        let mut hits: Vec<_> = found.iter().filter_map(|found| self.index(found.list, found.term)).collect();
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// The index of a term of the matcher. `None` if it is an allowed phrase.
    fn index(&self, list: usize, term: usize) -> Option<usize> {
        let (range, begin) = self.lists.get(list)?;
        let index = range.start + term.checked_sub(*begin)?;
        range.contains(&index).then_some(index)
    }

    fn check_list(&mut self, number: usize, forms: &[Form]) {
        let Some((range, begin)) = self.lists.get(number).cloned() else { return };
        let mut known: HashMap<String, usize> = HashMap::with_capacity(range.len());
        // For each term, those that are found in all of it.
        let mut whole: Vec<Vec<usize>> = Vec::with_capacity(range.len());
        for index in range.clone() {
            let Some(term) = self.all.get(index).map(|term| term.term.clone()) else { continue };
            let bare = term.trim_matches('*').trim();
            let segments = [Segment { text: bare, joins: false }];
            let found = self.terms.matcher.find(&segments);
            let found = found.iter().filter_map(|found| Some((self.index(number, found.term)?, found.span.clone())));
            let found: Vec<_> = found.collect();
            let other = |(other, span): &(usize, Range<usize>)| {
                let text = &self.all.get(*other)?.term;
                (*other != index && covers(text, span, &term, bare)).then_some(*other)
            };
            let is_found = found.iter().any(|(found, _)| *found == index);
            let form = forms.get(index).copied().unwrap_or_default();
            let flaw = match known.get(&key(&term, form)) {
                Some(first) => Some(Flaw::IsThereTwice(*first)),
                None if !is_found => Some(Flaw::NeverHits),
                None if !self.terms.find_in(&segments).iter().any(|found| found.list == number) => {
                    Some(Flaw::IsAllowed)
                }
                None => found.iter().find_map(other).map(Flaw::IsCovered),
            };
            known.entry(key(&term, form)).or_insert(index);
            let is_whole = |(other, span): &(usize, Range<usize>)| {
                (*other != index && span.len() == bare.len() && !term.contains('*')).then_some(*other)
            };
            whole.push(found.iter().filter_map(is_whole).collect());
            let normalised = self.terms.normalised(begin + (index - range.start));
            if let Some(checked) = self.all.get_mut(index) {
                checked.normalised = normalised;
                checked.flaw = flaw;
            }
        }
        // Two terms that are read alike: the second one, or the one that finds less.
        let finds = |one: usize, other: usize| {
            whole.get(other - range.start).is_some_and(|finders: &Vec<usize>| finders.contains(&one))
        };
        for index in range.clone() {
            let finders = whole.get(index - range.start).map(Vec::as_slice).unwrap_or_default();
            let other = finders.iter().find(|other| **other < index || !finds(index, **other));
            if let (Some(checked), Some(other)) = (self.all.get_mut(index), other)
                && checked.flaw.is_none()
            {
                checked.flaw = Some(Flaw::IsCovered(*other));
            }
        }
    }
}

/// Whether a term that is found at `span` within the bare text of another is found wherever that one is: it is shorter,
/// or finds longer words. (A term that is found in all of it is looked at apart.)
fn covers(finder: &str, span: &Range<usize>, term: &str, bare: &str) -> bool {
    // Where the word may go on, a term that ends there must let it.
    let left = !term.starts_with('*') || span.start > 0 || finder.starts_with('*');
    let right = !term.ends_with('*') || span.end < bare.len() || finder.ends_with('*');
    left && right && (span.len() < bare.len() || finder.contains('*'))
}
