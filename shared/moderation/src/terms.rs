//! The terms of all rules, found in one search.
//!
//! A rule may have several lists of terms. For the matcher they are all one list, and the phrases that a list allows
//! are terms too. This module decides what a match means: which list it belongs to, whether a phrase allows it, and
//! whether another match says the same.

use std::ops::Range;

use chathook_matcher::fold::fold;
use chathook_matcher::{Form, Match, Matcher, Segment, Term, TooManyTerms};

use crate::message::Text;

/// All lists.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub(crate) matcher: Matcher,
    /// By number.
    pub(crate) lists: Vec<List>,
}

/// A list, and where it ends among the terms of the matcher. It starts where the list before it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) owner: Owner,
    /// The end of its terms.
    pub(crate) terms_end: usize,
    /// Its allowed phrases, which follow its terms.
    pub(crate) phrases: Vec<String>,
}

impl List {
    /// The end of its allowed phrases.
    const fn end(&self) -> usize {
        self.terms_end + self.phrases.len()
    }
}

/// Whose list it is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    /// The rule's id.
    pub(crate) rule: String,
    /// Which of the rule's lists it is, from 0.
    pub(crate) ordinal: u32,
}

/// A term found in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The number of the list.
    pub(crate) list: usize,
    /// The index of the text.
    pub(crate) text: usize,
    /// The start in the text, bytes.
    pub(crate) start: usize,
    /// The end in the text, bytes.
    pub(crate) end: usize,
    /// The term, as [`Terms::normalised`] knows it.
    pub(crate) term: usize,
}

impl Found {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl Terms {
    /// Builds the matcher from lists of terms and of phrases that these lists allow.
    pub(crate) fn new(of_rules: impl Iterator<Item = (Owner, Vec<Term>, Vec<String>)>) -> Result<Self, TooManyTerms> {
        let (mut all, mut lists) = (Vec::new(), Vec::new());
        for (owner, terms, phrases) in of_rules {
            all.extend(terms);
            let terms_end = all.len();
            all.extend(phrases.iter().map(|text| Term { text: text.clone(), form: Form::Evasive }));
            lists.push(List { owner, terms_end, phrases });
        }
        Ok(Self { matcher: Matcher::new(&all)?, lists })
    }

    /// The terms that count in the texts, by list, then in the order of the message. A term that is split over several
    /// texts is found in each of them.
    pub(crate) fn find(&self, texts: &[Text<'_>]) -> Vec<Found> {
        let segments: Vec<_> = texts.iter().map(|text| Segment { text: &text.value, joins: text.joins }).collect();
        self.find_in(&segments)
    }

    /// The same for segments.
    pub(crate) fn find_in(&self, segments: &[Segment<'_>]) -> Vec<Found> {
        let (mut found, mut allowed) = (Vec::new(), Vec::new());
        for Match { term, segment, span } in self.matcher.find(segments) {
            let list = self.lists.partition_point(|list| list.end() <= term);
            let Some(of) = self.lists.get(list) else { continue };
            let phrase = term.checked_sub(of.terms_end).and_then(|phrase| of.phrases.get(phrase));
            let text = || segments.get(segment).and_then(|segment| segment.text.get(span.clone()));
            if phrase.is_some_and(|phrase| !text().is_some_and(|text| is_written(phrase, text))) {
                continue;
            }
            let into = if phrase.is_none() { &mut found } else { &mut allowed };
            into.push(Found { list, text: segment, start: span.start, end: span.end, term });
        }
        found.sort_unstable();
        // If two terms of a list differ only in spelling, the first one counts.
        found.dedup_by(|next, before| {
            next.list == before.list && next.text == before.text && next.span() == before.span()
        });
        if !allowed.is_empty() {
            drop_allowed(&mut found, allowed);
        }
        found
    }

    /// The letters of a term as it was matched, for reports.
    pub(crate) fn normalised(&self, term: usize) -> String {
        self.matcher.normalised(term)
    }
}

/// Whether a phrase that was found in a text stands there as it is written, word by word. In disguise it may be
/// something else: `pen is`.
fn is_written(phrase: &str, text: &str) -> bool {
    let (mut phrase, mut text) = (phrase.split_whitespace(), text.split_whitespace());
    loop {
        match (phrase.next(), text.next()) {
            (Some(wanted), Some(word)) if is_same_word(wanted, word) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// Whether two words have the same letters and signs, but for letter case, style and spelling. The first one may have
/// wildcards.
fn is_same_word(wanted: &str, word: &str) -> bool {
    let bare = wanted.trim_matches('*');
    let is_same = |bare: &str, word: &str| match (wanted.starts_with('*'), wanted.ends_with('*')) {
        (false, false) => word == bare,
        (false, true) => word.starts_with(bare),
        (true, false) => word.ends_with(bare),
        (true, true) => word.contains(bare),
    };
    let signs = |word: &str| word.chars().filter(char::is_ascii_punctuation).collect::<String>();
    is_same(&fold(bare), &fold(word)) || (signs(bare) == signs(word) && is_same(&letters(bare), &letters(word)))
}

/// The letters of a word as the matcher reads a term: without accents and variants, but in no disguise.
fn letters(word: &str) -> String {
    let term = Term { text: word.to_owned(), form: Form::Evasive };
    Matcher::new(&[term]).map(|matcher| matcher.normalised(0)).unwrap_or_default()
}

/// Drops what is inside an allowed phrase of its list.
fn drop_allowed(found: &mut Vec<Found>, mut allowed: Vec<Found>) {
    allowed.sort_unstable();
    // For each phrase, how far it or an earlier one of its list and text reaches. So one look-up is enough.
    let mut reach: Vec<usize> = Vec::with_capacity(allowed.len());
    for phrases in allowed.chunk_by(|one, next| (one.list, one.text) == (next.list, next.text)) {
        reach.extend(phrases.iter().scan(0, |furthest: &mut usize, phrase| {
            *furthest = phrase.end.max(*furthest);
            Some(*furthest)
        }));
    }
    found.retain(|hit| {
        let place = (hit.list, hit.text, hit.start);
        let after = allowed.partition_point(|phrase| (phrase.list, phrase.text, phrase.start) <= place);
        let last = after.checked_sub(1).and_then(|last| Some((allowed.get(last)?, *reach.get(last)?)));
        !last.is_some_and(|(phrase, reach)| (phrase.list, phrase.text) == (hit.list, hit.text) && reach >= hit.end)
    });
}
