//! The terms of all rules, looked for at once.
//!
//! A rule may have several lists of terms. To the matcher, all of them are one, and the phrases that a list allows are
//! terms as well. What a match means is decided here: whose it is, whether it is allowed, and whether it is one of
//! several that say the same.

use std::ops::Range;

pub(crate) use chathook_matcher::Form;
use chathook_matcher::{Match, Matcher, Segment, TooManyTerms};

use crate::text::Text;

/// A term of a list.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// The list's number.
    pub(crate) list: usize,
    pub(crate) text: String,
    pub(crate) form: Form,
}

/// A phrase that is allowed: matches of the list that lie inside an occurrence do not count.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    /// The list's number.
    pub(crate) list: usize,
    pub(crate) text: String,
}

/// All lists.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub(crate) matcher: Matcher,
    /// By number, where each list ends in the matcher. The first one begins at 0, each other where the one before ends.
    pub(crate) lists: Vec<ListEnd>,
}

/// Where a list ends among the terms of the matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListEnd {
    /// Behind its last term.
    pub(crate) terms: usize,
    /// Behind its last allowed phrase; its phrases follow its terms.
    pub(crate) allowed: usize,
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
    /// Builds the matcher. Terms and phrases are in the order of their lists.
    pub(crate) fn new(terms: &[Term], allowed: &[Allowed]) -> Result<Self, TooManyTerms> {
        let last = terms.iter().map(|term| term.list).chain(allowed.iter().map(|phrase| phrase.list)).max();
        let (mut all, mut lists) = (Vec::with_capacity(terms.len() + allowed.len()), Vec::new());
        for list in 0..last.map_or(0, |last| last + 1) {
            let of_list = terms.iter().skip(terms.partition_point(|term| term.list < list));
            let of_list = of_list.take_while(|term| term.list == list);
            all.extend(of_list.map(|term| chathook_matcher::Term { text: term.text.clone(), form: term.form }));
            let end = all.len();
            let phrases = allowed.iter().skip(allowed.partition_point(|phrase| phrase.list < list));
            let phrases = phrases.take_while(|phrase| phrase.list == list);
            let evasive = |text: &String| chathook_matcher::Term { text: text.clone(), form: Form::Evasive };
            all.extend(phrases.map(|phrase| evasive(&phrase.text)));
            lists.push(ListEnd { terms: end, allowed: all.len() });
        }
        Ok(Self { matcher: Matcher::new(&all)?, lists })
    }

    /// What counts in the texts, by list, then in the order of the message. A term that is split over texts is found in
    /// each of them.
    pub(crate) fn find(&self, texts: &[Text<'_>]) -> Vec<Found> {
        let segments: Vec<_> = texts.iter().map(|text| Segment { text: &text.value, joins: text.joins }).collect();
        let (mut found, mut allowed) = (Vec::new(), Vec::new());
        for Match { term, segment, span } in self.matcher.find(&segments) {
            let list = self.lists.partition_point(|list| list.allowed <= term);
            let Some(end) = self.lists.get(list) else { continue };
            let into = if term < end.terms { &mut found } else { &mut allowed };
            into.push(Found { list, text: segment, start: span.start, end: span.end, term });
        }
        found.sort_unstable();
        // Of a list's terms that are the same but for their spelling, the first.
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

/// Drops what lies inside an allowed phrase of its list.
fn drop_allowed(found: &mut Vec<Found>, mut allowed: Vec<Found>) {
    allowed.sort_unstable();
    // How far the phrases of a list that begin up to here reach, so that one look-up is enough.
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
