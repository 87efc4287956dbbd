//! What happens to a text: it is normalised and searched.
//!
//! Finding runs on buffers that stay from call to call, since a short text takes less time than making them.

use std::cell::RefCell;
use std::ops::Range;

use super::reports::Reports;
use super::{Match, Matcher, Segment};
use crate::alphabet::NONE;
use crate::confirm::is_opening;
use crate::search::Search;
use crate::stream::Stream;
use crate::trie::Trie;

thread_local! {
    /// The buffers of the last call, for the next one.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Larger buffers, in units of a stream, are not kept.
const LARGEST_KEPT: usize = 1 << 16;

/// Every term in the segments, in no order, and maybe more than once.
pub(super) fn find(matcher: &Matcher, segments: &[Segment<'_>]) -> Vec<Match> {
    BUFFERS.with_borrow_mut(|buffers| {
        let input = Input { matcher, segments };
        buffers.reports.clear();
        let mut first = 0;
        for group in segments.chunk_by(|_, next| next.joins) {
            buffers.search_group(&input, first..first + group.len());
            first += group.len();
        }
        let found = std::mem::take(&mut buffers.reports.found);
        buffers.tidy();
        found
    })
}

/// What is needed to search texts.
#[derive(Default)]
pub(super) struct Buffers {
    /// The texts at hand.
    stream: Stream,
    search: Search,
    pub(super) reports: Reports,
}

/// What is looked for, and where.
pub(super) struct Input<'r> {
    pub(super) matcher: &'r Matcher,
    segments: &'r [Segment<'r>],
}

impl<'r> Input<'r> {
    pub(super) fn text(&self, index: usize) -> &'r str {
        self.segments.get(index).map_or("", |segment| segment.text)
    }
}

impl Buffers {
    /// Leaves no large buffers behind.
    fn tidy(&mut self) {
        if self.stream.units.capacity() > LARGEST_KEPT {
            *self = Self::default();
        }
    }

    /// Searches segments that stand one behind the other.
    fn search_group(&mut self, input: &Input<'_>, group: Range<usize>) {
        self.stream.clear();
        for index in group.clone() {
            self.stream.push(index, input.text(index), &input.matcher.classes);
        }
        self.search_all(input);
        if !input.matcher.written.is_empty() {
            for index in group {
                self.written(input, index);
            }
        }
    }

    /// Finds what may be disguised, wherever it stands.
    fn search_all(&mut self, input: &Input<'_>) {
        self.reports.word = 0..0;
        let has_anywhere = !input.matcher.anywhere.is_empty();
        let mut is_in_word = false;
        let mut at = 0;
        while let Some(unit) = self.stream.units.get(at) {
            // What [`Self::search_from`] finds out as well, but for most units this is all that is asked.
            let is_inside = is_in_word && !unit.begins_text;
            is_in_word = unit.kind.is_word();
            if unit.code != NONE && (!is_inside || has_anywhere) {
                self.search_from(input, at);
            }
            at += 1;
        }
    }

    /// Finds what begins at a unit.
    fn search_from(&mut self, input: &Input<'_>, at: usize) {
        let matcher = input.matcher;
        let units = self.stream.units.as_slice();
        let Some(unit) = units.get(at).filter(|unit| unit.code != NONE) else { return };
        let before = at.checked_sub(1).and_then(|before| units.get(before)).filter(|_| !unit.begins_text);
        let is_inside = before.is_some_and(|before| before.kind.is_word());
        // Within a run of one letter, the search from its beginning has seen it all. None begins at a bracket.
        if before.is_some_and(|before| before.code == unit.code && !is_opening(before)) {
            return;
        }
        let code = unit.code;
        if !is_inside && !matcher.words.is_empty() && !is_opening(unit) {
            self.search_in(input, &matcher.words, at, code);
        }
        if !matcher.anywhere.is_empty() {
            self.search_in(input, &matcher.anywhere, at, code);
        }
    }

    /// Finds the terms of a tree that begin at a unit with that code.
    #[inline]
    fn search_in(&mut self, input: &Input<'_>, trie: &Trie, at: usize, code: u16) {
        let Self { stream, search, reports, .. } = self;
        reports.seen.clear();
        search.from(&stream.units, trie, at, code, &mut |entry, candidate| {
            reports.see(input, stream, entry, &candidate);
        });
    }
}
