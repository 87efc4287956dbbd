//! From what a search has come upon to matches: confirmed, and whole characters.

use std::ops::Range;

use super::run::Input;
use super::{Flags, Match};
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
    /// All matches so far.
    pub(super) found: Vec<Match>,
    /// Those of the text whose matches last had to be looked at closely.
    graphemes: Option<(usize, Graphemes)>,
}

impl Reports {
    /// Forgets other texts, also those of a call that ended in a panic.
    pub(super) fn clear(&mut self) {
        self.found.clear();
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

    pub(super) fn report(&mut self, input: &Input<'_>, entry: u32, segment: usize, span: Range<usize>) {
        let Some(entry) = input.matcher.entries.get(entry as usize) else { return };
        let found = Match { term: entry.term as usize, segment, span };
        // Every part of a long word may be a hit that covers the whole.
        if self.found.last() != Some(&found) {
            self.found.push(found);
        }
    }
}

/// Whether a character is one to a person, too, as most are: others may be a part of one. Some that are one are not told
/// apart.
fn stands_alone(character: char) -> bool {
    character.is_ascii() || matches!(character, '\u{4E00}'..='\u{9FFF}')
}
