//! What happens to a message: its texts are searched, and searched again around the hits as if these were masked, until
//! nothing new comes of it.
//!
//! Finding runs on buffers that stay from call to call, since a message takes less time than making them.

use std::cell::RefCell;
use std::ops::Range;

use super::reports::Reports;
use super::{Found, Matcher};
use crate::alphabet::NONE;
use crate::confirm::is_opening;
use crate::search::Search;
use crate::stream::{Masked, Stream};
use crate::text::Text;
use crate::trie::Trie;

/// How often the text with the hits masked is searched again.
const MOST_ROUNDS: usize = 4;
/// What a search has seen is not kept if it is no more than the next two units.
const NEAR_AHEAD: usize = 2;
/// How many units a search looks back.
const LOOKS_BACK: usize = 2;

thread_local! {
    /// The buffers of the last call, for the next one.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Larger buffers, in units of a stream, are not kept.
const LARGEST_KEPT: usize = 1 << 16;

/// Every term in the texts, in no order, and as often as it is looked for.
pub(super) fn find(matcher: &Matcher, texts: &[Text<'_>]) -> Vec<Found> {
    BUFFERS.with_borrow_mut(|buffers| {
        let input = Input { matcher, texts };
        let mut run = Run { input: &input, found: Vec::new(), buffers };
        let mut first = 0;
        for group in texts.chunk_by(|_, next| next.joins) {
            run.group(first..first + group.len());
            first += group.len();
        }
        let found = run.found;
        buffers.tidy();
        found
    })
}

/// What is needed to search texts.
#[derive(Default)]
pub(super) struct Buffers {
    /// The texts at hand.
    pub(super) stream: Stream,
    search: Search,
    /// What each search has seen of them, if that is much.
    views: Vec<View>,
    /// What is masked in this round, and where searches then begin again.
    pub(super) masked: Vec<Masked>,
    starts: Vec<usize>,
    pub(super) reports: Reports,
}

/// What a search has seen, as bytes of the stream, which masking leaves as they are.
#[derive(Debug, Clone, Copy)]
struct View {
    start: u32,
    end: u32,
}

/// One call of [`find`].
pub(super) struct Run<'r> {
    pub(super) input: &'r Input<'r>,
    /// All hits so far.
    pub(super) found: Vec<Found>,
    pub(super) buffers: &'r mut Buffers,
}

/// What is looked for, and where.
pub(super) struct Input<'r> {
    pub(super) matcher: &'r Matcher,
    texts: &'r [Text<'r>],
}

impl<'r> Input<'r> {
    pub(super) fn text(&self, index: usize) -> &'r str {
        self.texts.get(index).map_or("", |text| &text.value)
    }
}

impl Run<'_> {
    /// Searches texts that stand one behind the other.
    fn group(&mut self, group: Range<usize>) {
        let input = self.input;
        self.buffers.reports.clear();
        self.buffers.stream.clear();
        for index in group.clone() {
            self.buffers.stream.push(index, input.text(index), &input.matcher.classes);
        }
        self.buffers.search_all(input);
        if !input.matcher.written.is_empty() {
            for index in group.clone() {
                self.written(index, &[]);
            }
        }
        let first = self.found.len();
        self.settle(first);

        // Masking the hits may bring other terms about: a mask between two letters could stand for a third. So that a
        // masked message is left in peace when it comes again, these are hits, too.
        for _ in 0..MOST_ROUNDS {
            let news = &mut self.buffers.reports.news;
            if news.is_empty() {
                break;
            }
            spans(news, &self.buffers.stream, &mut self.buffers.masked);
            self.found.append(news);
            self.found.get_mut(first..).unwrap_or_default().sort_unstable();
            if self.buffers.stream.mask(&mut self.buffers.masked, |index| input.text(index)) {
                self.buffers.search_around(input);
            } else {
                self.mask_anew(&group, first);
                self.buffers.search_all(input);
            }
            if !input.matcher.written.is_empty() {
                self.written_beside(first);
            }
            self.settle(first);
        }
        self.found.append(&mut self.buffers.reports.news);
    }

    /// Normalises the texts once more, with the hits from `first` on masked.
    fn mask_anew(&mut self, group: &Range<usize>, first: usize) {
        let Buffers { stream, masked, .. } = &mut *self.buffers;
        spans(self.found.get(first..).unwrap_or_default(), stream, masked);
        stream.clear();
        for index in group.clone() {
            let begin = masked.partition_point(|masked| masked.text < index);
            let of_text = masked.get(begin..).unwrap_or_default().iter().take_while(|masked| masked.text == index);
            let of_text: Vec<_> = of_text.map(|masked| masked.span.clone()).collect();
            stream.push_masked(index, self.input.text(index), &of_text, &self.input.matcher.classes);
        }
    }

    /// Drops the news that are among the hits from `first` on, or are allowed.
    fn settle(&mut self, first: usize) {
        self.buffers.reports.settle(self.found.get(first..).unwrap_or_default());
    }
}

impl Buffers {
    /// Leaves no large buffers behind.
    fn tidy(&mut self) {
        if self.stream.units.capacity() > LARGEST_KEPT {
            *self = Self::default();
        }
    }

    /// Finds what may be disguised, wherever it stands.
    fn search_all(&mut self, input: &Input<'_>) {
        self.views.clear();
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

    /// Finds what masking has brought about. Only searches that have seen something of what is masked now can end
    /// otherwise than before.
    fn search_around(&mut self, input: &Input<'_>) {
        self.reports.word = 0..0;
        let Self { stream, views, masked, starts, .. } = self;
        starts.clear();
        // A word may begin behind a mask now; and what stands before it may have seen it.
        for Masked { units, .. } in masked.iter() {
            starts.extend(units.start.saturating_sub(NEAR_AHEAD)..units.start);
            starts.extend(units.end..units.end + LOOKS_BACK);
        }
        for view in views.iter() {
            let next = masked.partition_point(|masked| masked.bytes.end <= view.start);
            if masked.get(next).is_some_and(|masked| masked.bytes.start < view.end) {
                // One character may be several units.
                let first = stream.unit_at(view.start);
                starts.extend((first..stream.units.len()).take_while(|at| stream.offset(*at) == view.start));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        let mut next = 0;
        while let Some(at) = self.starts.get(next).copied() {
            next += 1;
            self.search_from(input, at);
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
        let seen_to = search.from(&stream.units, trie, at, code, &mut |entry, candidate| {
            reports.see(input, stream, entry, &candidate);
        });
        if seen_to > at + NEAR_AHEAD {
            self.views.push(View { start: self.stream.offset(at), end: self.stream.end(seen_to) });
        }
    }
}

/// Gives the parts of the texts that hits cover, in order and without overlap.
pub(super) fn spans(hits: &[Found], stream: &Stream, spans: &mut Vec<Masked>) {
    spans.clear();
    spans.extend(hits.iter().filter_map(|hit| {
        let span = hit.span();
        Some(Masked { text: hit.text, bytes: stream.bytes(hit.text, &span)?, span, units: 0..0 })
    }));
    spans.sort_unstable_by_key(|masked| masked.bytes.start);
    spans.dedup_by(|next, before| {
        let overlaps = next.bytes.start < before.bytes.end;
        if overlaps {
            before.span.end = before.span.end.max(next.span.end);
            before.bytes.end = before.bytes.end.max(next.bytes.end);
        }
        overlaps
    });
}
