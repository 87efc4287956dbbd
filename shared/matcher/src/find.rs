//! The search through a text: its glyphs are read along the tries, and candidates are verified.
//!
//! Buffers are kept from call to call, since making them takes longer than searching a short text.

use std::cell::RefCell;
use std::ops::Range;

use crate::candidates::{Candidate, Context, Search};
use crate::classes::{NONE, Unit};
use crate::dictionary::{Dictionary, Flags};
use crate::glyph::Kind;
use crate::graphemes::Graphemes;
use crate::stream::Stream;
use crate::trie::Trie;
use crate::unicode::is_spaceless;
use crate::verify::edges::may_begin_behind;
use crate::verify::verify;
use crate::{literal, pinyin};

/// A text, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'t> {
    /// What is written there.
    pub text: &'t str,
    /// Whether a reader sees it right behind the segment before. A term may then begin in one and end in the other.
    pub joins: bool,
}

/// A term found in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The index of the term.
    pub term: usize,
    /// The index of the segment.
    pub segment: usize,
    /// The bytes of the segment's text, in whole characters as a person sees them.
    pub span: Range<usize>,
}

thread_local! {
    /// The buffers of the last call, for the next one.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Larger buffers, in units of a stream, are not kept.
const LARGEST_KEPT: usize = 1 << 16;

/// Every term in the segments, in their order.
pub(crate) fn find(dictionary: &Dictionary, segments: &[Segment<'_>]) -> Vec<Match> {
    if dictionary.entries.is_empty() {
        return Vec::new();
    }
    BUFFERS.with_borrow_mut(|buffers| {
        let input = Input { dictionary, segments };
        buffers.results.clear();
        let mut first = 0;
        for group in segments.chunk_by(|_, next| next.joins) {
            buffers.search_group(&input, first..first + group.len());
            first += group.len();
        }
        let found = buffers.results.finish();
        buffers.tidy();
        found
    })
}

/// What a search of texts needs.
#[derive(Default)]
struct Buffers {
    /// The current segments.
    stream: Stream,
    search: Search,
    results: Results,
}

/// What is looked for, and where.
struct Input<'i> {
    dictionary: &'i Dictionary,
    segments: &'i [Segment<'i>],
}

impl<'i> Input<'i> {
    fn text(&self, segment: usize) -> &'i str {
        self.segments.get(segment).map_or("", |segment| segment.text)
    }
}

impl Buffers {
    /// Drops large buffers.
    fn tidy(&mut self) {
        if self.stream.units.capacity() > LARGEST_KEPT {
            *self = Self::default();
        }
    }

    /// Searches segments that a reader sees one behind the other.
    fn search_group(&mut self, input: &Input<'_>, group: Range<usize>) {
        let Self { stream, results, .. } = self;
        stream.clear();
        for segment in group.clone() {
            stream.push(segment, input.text(segment), &input.dictionary.classes);
        }
        if !input.dictionary.literal.is_empty() {
            for segment in group {
                literal::find(input.dictionary, input.text(segment), |entry, span| {
                    results.add(input, entry, segment, span);
                });
            }
        }
        self.search_stream(input);
    }

    /// Finds what may be disguised.
    fn search_stream(&mut self, input: &Input<'_>) {
        let Self { stream, search, results } = self;
        let Dictionary { words, anywhere, classes, .. } = input.dictionary;
        results.word = 0..0;
        search.first_letter = classes.first_letter;
        if !words.is_empty() {
            Finder::new(input, stream, words, search, results).find_words();
        }
        if !anywhere.is_empty() {
            Finder::new(input, stream, anywhere, search, results).find_anywhere();
        }
        if classes.have_ideographs() {
            Finder::new(input, stream, anywhere, search, results).find_spelled();
        }
    }
}

/// Whether a word goes on at a unit behind a letter.
#[inline]
const fn goes_on(before: &Unit, unit: &Unit) -> bool {
    matches!(before.kind, Kind::Letter) && !unit.is_apart
}

/// A search of a stream for the terms of one trie.
struct Finder<'f> {
    input: &'f Input<'f>,
    stream: &'f Stream,
    context: Context<'f>,
    search: &'f mut Search,
    results: &'f mut Results,
    run: Run,
}

/// Units with the same code, one behind the other.
#[derive(Default)]
struct Run {
    /// The unit behind the last.
    end: usize,
    /// No search begins before this unit: the last one, from the beginning of its word, has seen it all.
    searched: usize,
    /// How many searches began in it.
    searches: usize,
}

/// How many searches may begin in a run. It has as many beginnings as it has words, if what divides them looks like their
/// letters: `ill|ill`.
const MOST_SEARCHES: usize = 8;

impl<'f> Finder<'f> {
    fn new(
        input: &'f Input<'f>,
        stream: &'f Stream,
        trie: &'f Trie,
        search: &'f mut Search,
        results: &'f mut Results,
    ) -> Self {
        let context = stream.context(trie, &input.dictionary.classes);
        Self { input, stream, context, search, results, run: Run::default() }
    }

    /// Finds terms that begin where words do.
    fn find_words(&mut self) {
        let units = self.context.units;
        let mut before = units.first();
        for (at, unit) in units.iter().enumerate() {
            // For most units, this check is all that is needed.
            let is_inside = before.replace(unit).is_some_and(|before| goes_on(before, unit));
            if !is_inside && unit.code != NONE && self.may_search(at, unit) {
                self.search_words(at, unit);
            }
        }
    }

    /// Finds terms that begin anywhere.
    fn find_anywhere(&mut self) {
        let units = self.context.units;
        for (at, unit) in units.iter().enumerate() {
            if unit.code != NONE && self.may_search(at, unit) {
                self.search_anywhere(at, unit);
            }
        }
    }

    /// Finds terms of ideographs that Latin words spell.
    fn find_spelled(&mut self) {
        let units = self.context.units;
        let mut before = units.first();
        for (at, unit) in units.iter().enumerate() {
            let is_inside = before.replace(unit).is_some_and(|before| goes_on(before, unit));
            if !is_inside && unit.kind == Kind::Letter && unit.base.is_ascii() {
                self.search_spelled(at);
            }
        }
    }

    /// Whether a search has to begin at a unit. If nothing begins there, the one behind it is another letter.
    #[inline]
    fn may_search(&self, at: usize, unit: &Unit) -> bool {
        at >= self.run.searched && (unit.is_open || self.context.may_begin(at, unit.code))
    }

    /// Whether a word may begin at a unit. None begins at a bracket.
    fn may_begin_word(&self, at: usize, unit: &Unit) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.context.units.get(before));
        !unit.is_opening() && (unit.is_apart || before.is_none_or(|before| may_begin_behind(before, unit)))
    }

    /// Finds what begins in a run, from a unit on up to the beginning of the next word.
    #[inline(never)]
    fn search_words(&mut self, at: usize, unit: &Unit) {
        if !self.may_begin_word(at, unit) {
            return;
        }
        if at >= self.run.end {
            self.run = Run { end: self.run_end(at, unit, |_, _| false), ..Run::default() };
        }
        self.run.searches += 1;
        let may_search_on = self.run.searches < MOST_SEARCHES;
        self.run.searched = if may_search_on { self.run_end(at, unit, goes_on) } else { self.run.end };
        self.search(at, unit);
    }

    /// Finds what begins in a run, from a unit on. What is behind a bracket may begin a term without it.
    #[inline(never)]
    fn search_anywhere(&mut self, at: usize, unit: &Unit) {
        self.run.searched = self.run_end(at, unit, |before, _| before.is_opening());
        self.search(at, unit);
    }

    /// Where a run that begins at a unit ends, at the latest between two units of which `divides` says so.
    #[inline]
    fn run_end(&self, at: usize, first: &Unit, divides: impl Fn(&Unit, &Unit) -> bool) -> usize {
        let (mut before, mut end) = (first, at + 1);
        while let Some(unit) = self.context.units.get(end).filter(|unit| unit.code == first.code) {
            if divides(before, unit) {
                break;
            }
            before = unit;
            end += 1;
        }
        end
    }

    /// Finds what begins at a unit, where [`Self::may_search`].
    fn search(&mut self, at: usize, unit: &Unit) {
        if !unit.is_open {
            return self.search_as(at, unit.code);
        }
        if self.context.may_begin(at, unit.code) {
            self.search_as(at, unit.code);
        }
        if unit.has_others {
            self.search_others(at, unit);
        }
    }

    /// Finds what begins at a unit, taken for other letters than it most likely is.
    #[inline(never)]
    fn search_others(&mut self, at: usize, unit: &Unit) {
        for other in self.context.classes.others(unit) {
            self.search_as(at, other);
        }
    }

    /// Finds what begins at a unit with that code.
    #[inline(never)]
    fn search_as(&mut self, at: usize, code: u16) {
        let Self { input, stream, context, search, results, .. } = self;
        results.seen.clear();
        search.from(*context, at, code, &mut |entry, candidate| results.see(input, stream, entry, &candidate));
    }

    /// Finds what the Latin word that begins at a unit spells.
    #[inline(never)]
    fn search_spelled(&mut self, at: usize) {
        let Self { input, stream, context, results, .. } = self;
        pinyin::find(*context, at, &mut |entry, units, letters| {
            results.see_spelled(input, stream, entry, &units, letters);
        });
    }
}

/// The results of searches.
#[derive(Default)]
struct Results {
    /// The entries found by the current search.
    seen: Vec<u32>,
    /// The word that was last looked up, in units.
    word: Range<usize>,
    /// All matches so far.
    found: Vec<Match>,
    /// Those of the segment whose matches last had to be looked at closely.
    graphemes: Option<(usize, Graphemes)>,
}

impl Results {
    /// Forgets other texts, also those of a call that ended in a panic.
    fn clear(&mut self) {
        self.found.clear();
        self.graphemes = None;
    }

    /// The matches in their order.
    fn finish(&mut self) -> Vec<Match> {
        self.found.sort_unstable_by_key(|found| (found.segment, found.span.start, found.span.end, found.term));
        self.found.dedup();
        self.found.drain(..).collect()
    }

    /// Looks closely at a candidate.
    fn see(&mut self, input: &Input<'_>, stream: &Stream, entry: u32, candidate: &Candidate) {
        let Some(expected) = input.dictionary.entry(entry) else { return };
        if self.seen.contains(&entry) {
            return;
        }
        let Some(mut units) = verify(stream, &expected, candidate) else { return };
        self.seen.push(entry);
        if expected.flags.has(Flags::GOES_ON_LEFT | Flags::GOES_ON_RIGHT) {
            if !(self.word.start <= units.start && units.end <= self.word.end) {
                self.word = stream.word_around(&units);
            }
            let start = if expected.flags.has(Flags::GOES_ON_LEFT) { self.word.start } else { units.start };
            let end = if expected.flags.has(Flags::GOES_ON_RIGHT) { self.word.end } else { units.end };
            units = start..end;
        }
        stream.places(&units, |segment, span| {
            let span = self.whole(input.text(segment), segment, span);
            self.add(input, entry, segment, span);
        });
    }

    /// Adds what is spelled as it sounds, if the entry is a term of ideographs with that many letters.
    fn see_spelled(&mut self, input: &Input<'_>, stream: &Stream, entry: u32, units: &Range<usize>, letters: usize) {
        let Some(expected) = input.dictionary.entry(entry) else { return };
        if expected.letters.len() == letters && expected.letters.iter().all(|letter| is_spaceless(letter.base())) {
            stream.places(units, |segment, span| self.add(input, entry, segment, span));
        }
    }

    /// A span that ends between whole characters: a person sees an accent, or the second letter of a flag, as one with
    /// the character before it.
    fn whole(&mut self, text: &str, segment: usize, span: Range<usize>) -> Range<usize> {
        let first = text.get(span.start..).and_then(|rest| rest.chars().next());
        let after = text.get(span.end..).and_then(|rest| rest.chars().next());
        if first.is_none_or(stands_alone) && after.is_none_or(stands_alone) {
            return span;
        }
        if self.graphemes.as_ref().is_none_or(|(known, _)| *known != segment) {
            self.graphemes = Some((segment, Graphemes::of(text)));
        }
        let Some((_, graphemes)) = &self.graphemes else { return span };
        graphemes.bytes(&graphemes.covering(&span))
    }

    fn add(&mut self, input: &Input<'_>, entry: u32, segment: usize, span: Range<usize>) {
        let Some(entry) = input.dictionary.entries.get(entry as usize) else { return };
        let found = Match { term: entry.term as usize, segment, span };
        // A wildcard matches the whole word, once for each part of it that is the term.
        if self.found.last() != Some(&found) {
            self.found.push(found);
        }
    }
}

/// Whether a character is surely a whole one to a person, as most are. Others may be a part of one.
fn stands_alone(character: char) -> bool {
    character.is_ascii() || matches!(character, '\u{4E00}'..='\u{9FFF}')
}
