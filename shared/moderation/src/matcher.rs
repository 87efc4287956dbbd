//! All terms of all rules, looked for at once.
//!
//! A text is normalised once, however many terms there are ([`crate::stream`]); from each place where a term may begin
//! it is read along the tree of all terms ([`crate::search`]); and what reaches the end of a term is confirmed on the
//! original text ([`crate::confirm`]).
//!
//! There are three trees. Most terms can only begin where a word begins, so that nearly all of a text is passed over;
//! those with a wildcard in front and those in ideographs can begin anywhere. Terms that are not to be found under
//! disguises, or have signs in them that disguises are made of, are looked for in the third as they are written.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::alphabet::{Alphabet, NONE};
use crate::confirm::{Expected, confirm, is_opening};
use crate::graphemes::Graphemes;
use crate::normalise::fold;
use crate::search::{Candidate, Search};
use crate::stream::{Masked, Stream};
use crate::term::{Allowed, Form, Letter, Pattern, Term};
use crate::text::Text;
use crate::trie::{ROOT, Trie};

/// The terms of all rules.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Matcher {
    /// The classes of letters.
    pub(crate) classes: Alphabet,
    /// Terms that begin where a word begins.
    pub(crate) words: Trie,
    /// Terms that begin anywhere.
    pub(crate) anywhere: Trie,
    /// The characters of terms that are looked for as they are written.
    pub(crate) characters: Alphabet,
    pub(crate) written: Trie,
    pub(crate) entries: Vec<Entry>,
    /// The letters of all entries, one behind the other.
    pub(crate) letters: Vec<Letter>,
    /// The signs that they must have, likewise.
    pub(crate) signs: Vec<char>,
}

/// What one term is looked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) rule: u32,
    /// The term's index; for an allowed phrase, the index behind those of all terms.
    pub(crate) term: u32,
    /// Where its letters end; they begin where those of the entry before end.
    pub(crate) letters_end: u32,
    pub(crate) signs_end: u32,
    pub(crate) flags: Flags,
}

/// What holds for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    const IDEOGRAPHIC: u8 = 1;
    const BEGINS_WORD: u8 = 2;
    const ENDS_WORD: u8 = 4;
    const GOES_ON_LEFT: u8 = 8;
    const GOES_ON_RIGHT: u8 = 16;
    const EXACT: u8 = 32;
    const ALLOWED: u8 = 64;

    const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// A term found in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The index of the rule that looks for it.
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

/// More terms than can be numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

impl fmt::Display for TooMany {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("they have too many characters")
    }
}

/// How often the text with the hits masked is searched again.
const MOST_ROUNDS: usize = 4;
/// What a search has seen is not kept if it is no more than the next two units.
const NEAR_AHEAD: usize = 2;
/// How many units a search looks back.
const LOOKS_BACK: usize = 2;

impl Matcher {
    /// Builds the trees.
    pub(crate) fn new(terms: &[Term], allowed: &[Allowed]) -> Result<Self, TooMany> {
        let mut matcher = Self::default();
        let mut patterns: Vec<(Pattern, bool)> = Vec::with_capacity(terms.len() + allowed.len());
        let terms = terms.iter().map(|term| (term.text.as_str(), term.rule, term.form, 0));
        let allowed = allowed.iter().map(|phrase| (phrase.text.as_str(), phrase.rule, Form::Evasive, Flags::ALLOWED));
        for (index, (text, rule, form, flag)) in terms.chain(allowed).enumerate() {
            let evasive = if form == Form::Evasive { Pattern::evasive(text) } else { None };
            let is_evasive = evasive.is_some();
            let Some(pattern) = evasive.or_else(|| Pattern::literal(text)) else { continue };
            matcher.letters.extend(&pattern.letters);
            matcher.signs.extend(&pattern.signs);
            let flags = [
                (pattern.is_ideographic, Flags::IDEOGRAPHIC),
                (pattern.begins_word, Flags::BEGINS_WORD),
                (pattern.ends_word, Flags::ENDS_WORD),
                (pattern.goes_on_left, Flags::GOES_ON_LEFT),
                (pattern.goes_on_right, Flags::GOES_ON_RIGHT),
                (form == Form::Exact, Flags::EXACT),
            ];
            let flags = flags.iter().filter(|(holds, _)| *holds).fold(flag, |flags, (_, flag)| flags | flag);
            matcher.entries.push(Entry {
                rule: small(rule)?,
                term: small(index)?,
                letters_end: small(matcher.letters.len())?,
                signs_end: small(matcher.signs.len())?,
                flags: Flags(flags),
            });
            patterns.push((pattern, is_evasive));
        }

        let (mut classes, mut characters) = (BTreeSet::new(), BTreeSet::new());
        for (pattern, is_evasive) in &patterns {
            pattern.characters(if *is_evasive { &mut classes } else { &mut characters });
        }
        matcher.classes = Alphabet::of(&classes).ok_or(TooMany)?;
        matcher.characters = Alphabet::of(&characters).ok_or(TooMany)?;
        let (mut words, mut anywhere, mut written) = (Vec::new(), Vec::new(), Vec::new());
        for ((pattern, is_evasive), entry) in patterns.iter().zip(0..) {
            if !is_evasive {
                written.push((pattern.codes(&matcher.characters), entry));
                continue;
            }
            let paths = if pattern.begins_word { &mut words } else { &mut anywhere };
            paths.push((pattern.codes(&matcher.classes), entry));
            paths.extend(pattern.joined(&matcher.classes).map(|path| (path, entry)));
        }
        matcher.words = Trie::of(words).ok_or(TooMany)?;
        matcher.anywhere = Trie::of(anywhere).ok_or(TooMany)?;
        matcher.written = Trie::of(written).ok_or(TooMany)?;
        Ok(matcher)
    }

    /// Every term in the texts, also those that overlap; by rule, then in the order of the message. A term that is
    /// split over texts is found in each of them.
    pub(crate) fn find(&self, texts: &[Text<'_>]) -> Vec<Found> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let mut found = BUFFERS.with_borrow_mut(|buffers| {
            let input = Input { matcher: self, texts };
            let mut run = Run { input: &input, found: Vec::new(), buffers };
            let mut first = 0;
            for group in texts.chunk_by(|_, next| next.joins) {
                run.group(first..first + group.len());
                first += group.len();
            }
            let found = run.found;
            buffers.tidy();
            found
        });
        found.sort_unstable();
        // Of a rule's terms that are the same but for their spelling, the first.
        found.dedup_by(|next, before| {
            next.rule == before.rule && next.text == before.text && next.span() == before.span()
        });
        found
    }

    /// Every term in one text.
    #[doc(hidden)]
    pub(crate) fn find_in(&self, text: &str) -> Vec<Found> {
        self.find(&[Text::of(text)])
    }

    /// The letters of a term as it was matched, for reports.
    pub(crate) fn normalised(&self, term: usize) -> String {
        let index = self.entries.partition_point(|entry| (entry.term as usize) < term);
        self.expected(index)
            .map(|expected| expected.letters.iter().map(|letter| letter.base).collect())
            .unwrap_or_default()
    }

    fn entry(&self, entry: u32) -> Option<(Flags, Expected<'_>)> {
        let index = entry as usize;
        Some((self.entries.get(index)?.flags, self.expected(index)?))
    }

    fn expected(&self, index: usize) -> Option<Expected<'_>> {
        let entry = self.entries.get(index)?;
        let before = index.checked_sub(1).and_then(|before| self.entries.get(before));
        let (letters, signs) = before.map_or((0, 0), |before| (before.letters_end, before.signs_end));
        Some(Expected {
            letters: self.letters.get(letters as usize..entry.letters_end as usize)?,
            signs: self.signs.get(signs as usize..entry.signs_end as usize)?,
            is_ideographic: entry.flags.has(Flags::IDEOGRAPHIC),
            begins_word: entry.flags.has(Flags::BEGINS_WORD),
            ends_word: entry.flags.has(Flags::ENDS_WORD),
        })
    }
}

fn small(number: usize) -> Result<u32, TooMany> {
    u32::try_from(number).map_err(|_| TooMany)
}

thread_local! {
    /// The buffers of the last call, for the next one.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Larger buffers, in units of a stream, are not kept.
const LARGEST_KEPT: usize = 1 << 16;

/// What is needed to search texts.
#[derive(Default)]
struct Buffers {
    /// The texts at hand.
    stream: Stream,
    search: Search,
    /// What each search has seen of them, if that is much.
    views: Vec<View>,
    /// What is masked in this round, and where searches then begin again.
    masked: Vec<Masked>,
    starts: Vec<usize>,
    reports: Reports,
}

/// What a search has seen, as bytes of the stream, which masking leaves as they are.
#[derive(Debug, Clone, Copy)]
struct View {
    start: u32,
    end: u32,
}

/// What searches have come to.
#[derive(Default)]
struct Reports {
    /// The entries found by the search at hand.
    seen: Vec<u32>,
    /// The word that was last looked up, in units.
    word: Range<usize>,
    /// Hits not yet held against the others and against what is allowed.
    news: Vec<Found>,
    /// Occurrences of allowed phrases in the texts at hand.
    allowed: Vec<Found>,
    /// Those of the text whose hits last had to be looked at closely.
    graphemes: Option<(usize, Graphemes)>,
}

/// One call of [`Matcher::find`].
struct Run<'r> {
    input: &'r Input<'r>,
    /// All hits so far.
    found: Vec<Found>,
    buffers: &'r mut Buffers,
}

/// What is looked for, and where.
struct Input<'r> {
    matcher: &'r Matcher,
    texts: &'r [Text<'r>],
}

impl<'r> Input<'r> {
    fn text(&self, index: usize) -> &'r str {
        self.texts.get(index).map_or("", |text| &text.value)
    }
}

impl Run<'_> {
    /// Searches texts that stand one behind the other.
    fn group(&mut self, group: Range<usize>) {
        let input = self.input;
        self.buffers.reports.allowed.clear();
        self.buffers.reports.news.clear();
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

    /// Drops the news that were known, as the hits from `first` on are, or are allowed.
    fn settle(&mut self, first: usize) {
        let Reports { news, allowed, .. } = &mut self.buffers.reports;
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
        let known = self.found.get(first..).unwrap_or_default();
        news.retain(|hit| known.binary_search(hit).is_err());
    }

    /// Finds what is looked for as it is written, where what was masked in this round has cut words short. `first` is
    /// the first of the hits that are masked by now.
    fn written_beside(&mut self, first: usize) {
        let Buffers { stream, masked, .. } = &mut *self.buffers;
        let mut texts: Vec<_> = masked
            .iter()
            .filter(|masked| may_cut_a_word(self.input.text(masked.text), &masked.span))
            .map(|masked| masked.text)
            .collect();
        texts.dedup();
        if texts.is_empty() {
            return;
        }
        let mut masked = Vec::new();
        spans(self.found.get(first..).unwrap_or_default(), stream, &mut masked);
        for index in texts {
            let of_text = masked.iter().filter(|masked| masked.text == index);
            let of_text: Vec<_> = of_text.map(|masked| masked.span.clone()).collect();
            self.written(index, &of_text);
        }
    }

    /// Finds what is looked for as it is written, when everything within the spans is masked. They are in order.
    fn written(&mut self, index: usize, masked: &[Range<usize>]) {
        let matcher = self.input.matcher;
        let text = self.input.text(index);
        let mut parts: Vec<(u16, Range<usize>)> = Vec::with_capacity(text.len());
        for (start, character) in text.char_indices() {
            let span = start..start + character.len_utf8();
            fold(character, |part| parts.push((matcher.characters.code(part), span.clone())));
        }
        let mut graphemes = (!masked.is_empty()).then(|| Graphemes::of(text));
        let mut hidden_to = 0;
        for span in masked {
            let hidden = graphemes.as_mut().map_or(0..0, |graphemes: &mut Graphemes| graphemes.mask(span));
            // One character may hold any number of hits.
            let from = parts.partition_point(|(_, part)| part.start < hidden.start.max(hidden_to));
            let rest = parts.get_mut(from..).unwrap_or_default().iter_mut();
            rest.take_while(|(_, part)| part.start < hidden.end).for_each(|(code, _)| *code = NONE);
            hidden_to = hidden.end;
        }
        let mut word = 0..0;
        for (first, (_, begin)) in parts.iter().enumerate() {
            let mut node = ROOT;
            for (code, end) in parts.get(first..).unwrap_or_default() {
                let Some(next) = matcher.written.child(node, *code) else { break };
                node = next;
                for entry in matcher.written.ends(node) {
                    let span = begin.start..end.end;
                    let graphemes = graphemes.get_or_insert_with(|| Graphemes::of(text));
                    self.buffers.reports.check_written(self.input, *entry, index, span, graphemes, &mut word);
                }
            }
        }
    }
}

impl Buffers {
    /// Leaves nothing behind that the next call must not see, and no large buffers.
    fn tidy(&mut self) {
        self.reports.graphemes = None;
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

impl Reports {
    /// Looks closely at a candidate.
    fn see(&mut self, input: &Input<'_>, stream: &Stream, entry: u32, candidate: &Candidate) {
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

    fn check_written(
        &mut self,
        input: &Input<'_>,
        entry: u32,
        index: usize,
        mut span: Range<usize>,
        graphemes: &Graphemes,
        word: &mut Range<usize>,
    ) {
        let Some((flags, expected)) = input.matcher.entry(entry) else { return };
        let is_other = || {
            input
                .text(index)
                .get(span.clone())
                .is_none_or(|text| !text.chars().eq(expected.letters.iter().map(|letter| letter.base)))
        };
        if flags.has(Flags::EXACT) && is_other() {
            return;
        }
        let (goes_on_left, goes_on_right) = graphemes.goes_on(&span);
        if (goes_on_left && expected.begins_word) || (goes_on_right && expected.ends_word) {
            return;
        }
        if goes_on_left || goes_on_right {
            if !(word.start <= span.start && span.end <= word.end) {
                *word = graphemes.word_around(&span);
            }
            span = word.clone();
        }
        // A mask covers whole characters.
        self.report(input, entry, index, graphemes.bytes(&graphemes.covering(&span)));
    }

    /// Reports a hit without half a character at its ends: a person sees an accent, or the two letters of a flag, as one
    /// with what stands before.
    fn report_whole(&mut self, input: &Input<'_>, entry: u32, index: usize, mut span: Range<usize>) {
        let text = input.text(index);
        let is_plain = |character: Option<char>| {
            character.is_none_or(|character| character.is_ascii() || matches!(character, '\u{4E00}'..='\u{9FFF}'))
        };
        let first = text.get(span.start..).and_then(|rest| rest.chars().next());
        let after = text.get(span.end..).and_then(|rest| rest.chars().next());
        if !is_plain(first) || !is_plain(after) {
            if self.graphemes.as_ref().is_none_or(|(known, _)| *known != index) {
                self.graphemes = Some((index, Graphemes::of(text)));
            }
            if let Some((_, graphemes)) = &self.graphemes {
                span = graphemes.bytes(&graphemes.covering(&span));
            }
        }
        self.report(input, entry, index, span);
    }

    fn report(&mut self, input: &Input<'_>, entry: u32, text: usize, span: Range<usize>) {
        let Some(entry) = input.matcher.entries.get(entry as usize) else { return };
        let found =
            Found { rule: entry.rule as usize, text, start: span.start, end: span.end, term: entry.term as usize };
        let found_before = if entry.flags.has(Flags::ALLOWED) { &mut self.allowed } else { &mut self.news };
        // Every part of a long word may be a hit that covers the whole.
        if found_before.last() != Some(&found) {
            found_before.push(found);
        }
    }
}

/// Whether a word may go on beyond an end of what is masked, so that only a part of it is left. Some spans that do not
/// cut a word are not told apart.
fn may_cut_a_word(text: &str, span: &Range<usize>) -> bool {
    let may_be_in_word = |character: Option<char>| {
        character.is_some_and(|character| {
            character.is_ascii_alphanumeric() || !(character.is_ascii() || matches!(character, '\u{4E00}'..='\u{9FFF}'))
        })
    };
    let (Some(before), Some(hit), Some(after)) = (text.get(..span.start), text.get(span.clone()), text.get(span.end..))
    else {
        return true;
    };
    (may_be_in_word(before.chars().next_back()) && may_be_in_word(hit.chars().next()))
        || (may_be_in_word(hit.chars().next_back()) && may_be_in_word(after.chars().next()))
}

/// Gives the parts of the texts that hits cover, in order and without overlap.
fn spans(hits: &[Found], stream: &Stream, spans: &mut Vec<Masked>) {
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
