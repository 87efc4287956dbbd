//! All terms of all rules, looked for at once.
//!
//! One automaton walks over a text once, however many terms there are. What it finds is then confirmed against the
//! original text: a term must be a whole word there.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use crate::fold::fold;
use crate::graphemes::Graphemes;
use crate::term::{Allowed, Form, Term};
use crate::text::Text;

/// The terms of all rules.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    /// Absent without terms.
    automaton: Option<AhoCorasick>,
    /// The lists that look for each pattern of the automaton.
    patterns: Vec<Vec<Wanted>>,
    allowed: Vec<(String, usize)>,
    /// What it was built from, for packing.
    source: Source,
}

type Source = (Vec<(String, usize)>, Vec<(String, usize)>);

/// A term that a pattern stands for.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    rule: usize,
    term: usize,
    /// Whether the word may go on.
    open: bool,
    form: Form,
}

/// A term found in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The list that looks for it.
    pub(crate) rule: usize,
    /// The index of the text.
    pub(crate) text: usize,
    /// The start in the text, bytes.
    pub(crate) start: usize,
    /// The end in the text, bytes.
    pub(crate) end: usize,
    /// The index of the term.
    pub(crate) term: usize,
}

impl Found {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl Matcher {
    /// Builds the automaton from terms, each with its list.
    pub(crate) fn new(terms: &[Term], allowed: &[Allowed]) -> Result<Self, BuildError> {
        let mut texts: Vec<String> = Vec::new();
        let mut patterns: Vec<Vec<Wanted>> = Vec::new();
        let mut known = HashMap::new();
        for (index, term) in terms.iter().enumerate() {
            let bare = term.text.trim_matches('*');
            let wanted = Wanted { rule: term.rule, term: index, open: bare.len() < term.text.len(), form: term.form };
            let folded = fold(bare).text.into_owned();
            let pattern = *known.entry(folded).or_insert_with_key(|folded| {
                texts.push(folded.clone());
                patterns.push(Vec::new());
                patterns.len() - 1
            });
            // The terms come list by list: a repeated one is the last of its list.
            let is_new = |wanteds: &&mut Vec<Wanted>| wanteds.last().is_none_or(|last| last.rule != wanted.rule);
            if let Some(wanteds) = patterns.get_mut(pattern).filter(is_new) {
                wanteds.push(wanted);
            }
        }
        let allowed: Vec<_> =
            allowed.iter().map(|phrase| (fold(&phrase.text).text.into_owned(), phrase.rule)).collect();
        let source = (terms.iter().map(|term| (term.text.clone(), term.rule)).collect(), allowed.clone());
        if texts.is_empty() {
            return Ok(Self::default());
        }
        // A DFA would be a little faster and take sixty times the memory: 433 MB for 50,000 Chinese terms.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .build(&texts)?;
        Ok(Self { automaton: Some(automaton), patterns, allowed, source })
    }

    /// Every term in the texts, also those that overlap; by list, then in the order of the message. A term that is split
    /// over texts is found in each of them.
    pub(crate) fn find(&self, texts: &[Text<'_>]) -> Vec<Found> {
        let mut found = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            self.find_in(&text.value, |hit| found.push(Found { text: index, ..hit }));
        }
        let mut first = 0;
        for run in texts.chunk_by(|_, next| next.joins) {
            if run.len() > 1 {
                let joined: String = run.iter().map(|text| text.value.as_ref()).collect();
                self.find_in(&joined, |hit| {
                    let mut start = 0;
                    let mut parts = Vec::new();
                    for (index, text) in (first..).zip(run) {
                        let end = start + text.value.len();
                        let span = hit.start.max(start)..hit.end.min(end);
                        if !span.is_empty() {
                            let (start, end) = (span.start - start, span.end - start);
                            parts.push(Found { text: index, start, end, ..hit });
                        }
                        start = end;
                    }
                    if parts.len() > 1 {
                        found.append(&mut parts);
                    }
                });
            }
            first += run.len();
        }
        found.sort_unstable();
        found
    }

    fn find_in(&self, text: &str, mut see: impl FnMut(Found)) {
        let Some(automaton) = &self.automaton else { return };
        let folded = fold(text);
        let graphemes = OnceCell::new();
        // Only an anchored search or another kind of automaton could be refused.
        let Ok(matches) = automaton.try_find_overlapping_iter(folded.text.as_ref()) else { return };
        for hit in matches {
            let (start, end) = (folded.original(hit.start()), folded.original(hit.end()));
            let is_word = || graphemes.get_or_init(|| Graphemes::of(text)).is_whole_word(&(start..end));
            let wanted = self.patterns.get(hit.pattern().as_usize()).map(Vec::as_slice).unwrap_or_default();
            for Wanted { rule, term, open, form } in wanted {
                let is_allowed = || {
                    self.allowed.iter().filter(|(_, of)| of == rule).any(|(phrase, _)| {
                        let mut places = folded.text.match_indices(phrase.as_str());
                        places.any(|(at, _)| at <= hit.start() && hit.end() <= at + phrase.len())
                    })
                };
                let is_it = || {
                    let written = self.source.0.get(*term).map(|(text, _)| text.trim_matches('*'));
                    *form != Form::Exact || written == text.get(start..end)
                };
                if is_it() && (*open || is_word()) && !is_allowed() {
                    see(Found { rule: *rule, text: 0, start, end, term: *term });
                }
            }
        }
    }

    /// A term as it is looked for.
    pub(crate) fn normalised(&self, term: usize) -> String {
        let text = self.source.0.get(term).map(|(text, _)| text.trim_matches('*')).unwrap_or_default();
        fold(text).text.into_owned()
    }

    /// What [`Self::from_bytes`] makes the same matcher of.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.source).unwrap_or_default()
    }

    /// The matcher in `bytes`.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let (terms, allowed): Source = serde_json::from_slice(bytes)?;
        let term = |(text, rule)| Term { text, rule, form: Form::Evasive };
        let phrase = |(text, rule)| Allowed { text, rule };
        let terms: Vec<_> = terms.into_iter().map(term).collect();
        let allowed: Vec<_> = allowed.into_iter().map(phrase).collect();
        Self::new(&terms, &allowed).map_err(serde::ser::Error::custom)
    }
}
