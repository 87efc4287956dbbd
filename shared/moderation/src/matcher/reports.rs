//! From what a search has come upon to hits: confirmed, whole characters, not known yet and not allowed.

use std::ops::Range;

use super::run::Input;
use super::{Flags, Found};
use crate::confirm::confirm;
use crate::graphemes::Graphemes;
use crate::search::Candidate;
use crate::stream::Stream;

/// What searches have come to.
#[derive(Default)]
pub(super) struct Reports {
    /// The entries found by the search at hand.
    pub(super) seen: Vec<u32>,
    /// The word that was last looked up, in units.
    pub(super) word: Range<usize>,
    /// Hits not yet held against the others and against what is allowed.
    pub(super) news: Vec<Found>,
    /// Occurrences of allowed phrases in the texts at hand.
    allowed: Vec<Found>,
    /// Those of the text whose hits last had to be looked at closely.
    graphemes: Option<(usize, Graphemes)>,
}

impl Reports {
    /// Forgets other texts, also those of a call that ended in a panic.
    pub(super) fn clear(&mut self) {
        self.news.clear();
        self.allowed.clear();
        self.graphemes = None;
    }

    /// Looks closely at a candidate.
    pub(super) fn see(&mut self, input: &Input<'_>, stream: &Stream, entry: u32, candidate: &Candidate) {
        let Some((flags, expected)) = input.matcher.entry(entry) else { return };
        if self.seen.contains(&entry) {
            return;
        }
        let Some(mut units) = confirm(stream, &expected, candidate) else { return };
        self.seen.push(entry);
        if flags.has(Flags::GOES_ON_LEFT | Flags::GOES_ON_RIGHT) {
            if !(self.word.start <= units.start && units.end <= self.word.end) {
                self.word = stream.word_around(&units);
            }
            let start = if flags.has(Flags::GOES_ON_LEFT) { self.word.start } else { units.start };
            let end = if flags.has(Flags::GOES_ON_RIGHT) { self.word.end } else { units.end };
            units = start..end;
        }
        stream.places(&units, |text, span| self.report_whole(input, entry, text, span));
    }

    /// Reports a hit without half a character at its ends: a person sees an accent, or the two letters of a flag, as one
    /// with what stands before.
    fn report_whole(&mut self, input: &Input<'_>, entry: u32, index: usize, mut span: Range<usize>) {
        let text = input.text(index);
        let first = text.get(span.start..).and_then(|rest| rest.chars().next());
        let after = text.get(span.end..).and_then(|rest| rest.chars().next());
        if !first.is_none_or(stands_alone) || !after.is_none_or(stands_alone) {
            if self.graphemes.as_ref().is_none_or(|(known, _)| *known != index) {
                self.graphemes = Some((index, Graphemes::of(text)));
            }
            if let Some((_, graphemes)) = &self.graphemes {
                span = graphemes.bytes(&graphemes.covering(&span));
            }
        }
        self.report(input, entry, index, span);
    }

    pub(super) fn report(&mut self, input: &Input<'_>, entry: u32, text: usize, span: Range<usize>) {
        let Some(entry) = input.matcher.entries.get(entry as usize) else { return };
        let found =
            Found { rule: entry.rule as usize, text, start: span.start, end: span.end, term: entry.term as usize };
        let found_before = if entry.flags.has(Flags::ALLOWED) { &mut self.allowed } else { &mut self.news };
        // Every part of a long word may be a hit that covers the whole.
        if found_before.last() != Some(&found) {
            found_before.push(found);
        }
    }

    /// Drops the news that are known, or allowed. What is known is in order.
    pub(super) fn settle(&mut self, known: &[Found]) {
        let Self { news, allowed, .. } = self;
        news.sort_unstable();
        news.dedup();
        if !allowed.is_empty() {
            allowed.sort_unstable();
            // How far the phrases of a rule that begin up to here reach, so that one look-up is enough.
            let mut reach: Vec<usize> = Vec::with_capacity(allowed.len());
            for phrases in allowed.chunk_by(|one, next| (one.rule, one.text) == (next.rule, next.text)) {
                reach.extend(phrases.iter().scan(0, |furthest: &mut usize, phrase| {
                    *furthest = phrase.end.max(*furthest);
                    Some(*furthest)
                }));
            }
            news.retain(|hit| {
                let place = (hit.rule, hit.text, hit.start);
                let after = allowed.partition_point(|phrase| (phrase.rule, phrase.text, phrase.start) <= place);
                let last = after.checked_sub(1).and_then(|last| Some((allowed.get(last)?, *reach.get(last)?)));
                !last.is_some_and(|(phrase, reach)| {
                    (phrase.rule, phrase.text) == (hit.rule, hit.text) && reach >= hit.end
                })
            });
        }
        news.retain(|hit| known.binary_search(hit).is_err());
    }
}

/// Whether a character is one to a person, too, as most are: others may be a part of one. Some that are one are not told
/// apart.
pub(super) fn stands_alone(character: char) -> bool {
    character.is_ascii() || matches!(character, '\u{4E00}'..='\u{9FFF}')
}
