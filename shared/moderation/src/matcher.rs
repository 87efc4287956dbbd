//! All terms of all rules, looked for at once.
//!
//! A text is normalised once, however many terms there are ([`crate::stream`]); from each place where a term may begin
//! it is read along the tree of all terms ([`crate::search`]); and what reaches the end of a term is confirmed on the
//! original text ([`crate::confirm`]).
//!
//! There are three trees. Most terms can only begin where a word begins, so that nearly all of a text is passed over;
//! those with a wildcard in front and those in ideographs can begin anywhere. Terms that are not to be found under
//! disguises, or have signs in them that disguises are made of, are looked for in the third as they are written.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::alphabet::{Alphabet, NONE};
use crate::confirm::{Expected, confirm, is_opening};
use crate::graphemes::Graphemes;
use crate::normalise::fold;
use crate::search::{Candidate, Search, is_promising};
use crate::stream::Stream;
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
        let mut found = Vec::new();
        if self.entries.is_empty() {
            return found;
        }
        let mut run =
            Run { matcher: self, found: Vec::new(), allowed: Vec::new(), search: Search::default(), graphemes: None };
        let mut stream = Stream::default();
        let mut first = 0;
        for texts in texts.chunk_by(|_, next| next.joins) {
            run.group(first, texts, &mut stream);
            found.append(&mut run.found);
            first += texts.len();
        }
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

/// One call of [`Matcher::find`].
struct Run<'m> {
    matcher: &'m Matcher,
    /// Hits in the texts at hand.
    found: Vec<Found>,
    /// Occurrences of allowed phrases in them.
    allowed: Vec<Found>,
    search: Search,
    /// Those of the text whose hits last had to be looked at closely.
    graphemes: Option<(usize, Graphemes)>,
}

impl Run<'_> {
    /// Searches texts that stand one behind the other.
    fn group(&mut self, first: usize, texts: &[Text<'_>], stream: &mut Stream) {
        stream.clear();
        for (index, text) in texts.iter().enumerate() {
            stream.push(first + index, &text.value, &self.matcher.classes);
        }
        self.stream(stream, texts, first);
        if !self.matcher.written.is_empty() {
            for (index, text) in texts.iter().enumerate() {
                self.written(first + index, &text.value);
            }
        }
        self.settle(0);

        // Masking the hits may bring other terms about: a mask between two letters could stand for a third. So that a
        // masked message is left in peace when it comes again, these are hits, too.
        let mut settled = 0;
        for _ in 0..MOST_ROUNDS {
            if self.found.len() == settled || self.found.is_empty() {
                break;
            }
            let news = self.found.get(settled..).unwrap_or_default();
            if !news.iter().all(|found| stream.mask(found.text, &found.span())) {
                self.mask_again(first, texts, stream);
            }
            settled = self.found.len();
            self.stream(stream, texts, first);
            self.settle(settled);
        }
    }

    /// Normalises the texts once more, with all hits masked.
    fn mask_again(&self, first: usize, texts: &[Text<'_>], stream: &mut Stream) {
        stream.clear();
        let mut masked: Vec<_> = self.found.iter().map(|found| (found.text, found.start, found.end)).collect();
        masked.sort_unstable();
        let mut masked = masked.into_iter().peekable();
        let mut spans = Vec::new();
        for (index, text) in (first..).zip(texts) {
            spans.clear();
            while let Some((_, start, end)) = masked.next_if(|(text, ..)| *text == index) {
                spans.push(start..end);
            }
            stream.push_masked(index, &text.value, &spans, &self.matcher.classes);
        }
    }

    /// Drops the hits from `from` on that were known or are allowed.
    fn settle(&mut self, from: usize) {
        let mut news = self.found.split_off(from.min(self.found.len()));
        news.sort_unstable();
        news.dedup();
        if !self.allowed.is_empty() {
            self.allowed.sort_unstable();
            // How far the phrases of a rule that begin up to here reach, so that one look-up is enough.
            let mut reach: Vec<usize> = Vec::with_capacity(self.allowed.len());
            for phrases in self.allowed.chunk_by(|one, next| (one.rule, one.text) == (next.rule, next.text)) {
                reach.extend(phrases.iter().scan(0, |furthest: &mut usize, phrase| {
                    *furthest = phrase.end.max(*furthest);
                    Some(*furthest)
                }));
            }
            news.retain(|hit| {
                let place = (hit.rule, hit.text, hit.start);
                let after = self.allowed.partition_point(|phrase| (phrase.rule, phrase.text, phrase.start) <= place);
                let last = after.checked_sub(1).and_then(|last| Some((self.allowed.get(last)?, *reach.get(last)?)));
                !last.is_some_and(|(phrase, reach)| {
                    (phrase.rule, phrase.text) == (hit.rule, hit.text) && reach >= hit.end
                })
            });
        }
        let known = &self.found;
        if !known.is_empty() {
            let known: BTreeSet<_> = known.iter().collect();
            news.retain(|hit| !known.contains(hit));
        }
        self.found.append(&mut news);
    }

    /// Finds what may be disguised.
    fn stream(&mut self, stream: &Stream, texts: &[Text<'_>], first_text: usize) {
        let matcher = self.matcher;
        let mut seen: Vec<u32> = Vec::new();
        let mut word = 0..0;
        let mut search = std::mem::take(&mut self.search);
        let has_anywhere = !matcher.anywhere.is_empty();
        let mut is_in_word = false;
        let mut code_before = NONE;
        for (at, unit) in stream.units.iter().enumerate() {
            let (is_inside, before) = if unit.begins_text { (false, NONE) } else { (is_in_word, code_before) };
            is_in_word = unit.kind.is_word();
            code_before = unit.code;
            if (is_inside && !has_anywhere) || unit.code == NONE {
                continue;
            }
            // None begins at a bracket; within a run of one letter, the search from its beginning has seen it all.
            if is_opening(unit) {
                code_before = NONE;
            }
            if before == unit.code {
                continue;
            }
            let begins_word = !is_inside && !is_opening(unit);
            for (trie, is_wanted) in [(&matcher.words, begins_word), (&matcher.anywhere, has_anywhere)] {
                if !is_wanted || !is_promising(stream, trie, at, unit.code) {
                    continue;
                }
                seen.clear();
                search.from(stream, trie, at, &mut |entry, candidate: Candidate| {
                    let Some((flags, expected)) = matcher.entry(entry) else { return };
                    if seen.contains(&entry) {
                        return;
                    }
                    let Some(mut units) = confirm(stream, &expected, &candidate) else { return };
                    seen.push(entry);
                    if flags.has(Flags::GOES_ON_LEFT | Flags::GOES_ON_RIGHT) {
                        if !(word.start <= units.start && units.end <= word.end) {
                            word = stream.word_around(&units);
                        }
                        let start = if flags.has(Flags::GOES_ON_LEFT) { word.start } else { units.start };
                        let end = if flags.has(Flags::GOES_ON_RIGHT) { word.end } else { units.end };
                        units = start..end;
                    }
                    stream.places(&units, |text, span| {
                        let value = text.checked_sub(first_text).and_then(|at| texts.get(at)).map(|text| &*text.value);
                        self.report_whole(entry, text, value.unwrap_or_default(), span);
                    });
                });
            }
        }
        self.search = search;
    }

    /// Finds what is looked for as it is written.
    fn written(&mut self, index: usize, text: &str) {
        let matcher = self.matcher;
        let mut parts: Vec<(u16, Range<usize>)> = Vec::with_capacity(text.len());
        for (start, character) in text.char_indices() {
            let span = start..start + character.len_utf8();
            fold(character, |part| parts.push((matcher.characters.code(part), span.clone())));
        }
        let mut graphemes = None;
        let mut word = 0..0;
        for (first, (_, begin)) in parts.iter().enumerate() {
            let mut node = ROOT;
            for (code, end) in parts.get(first..).unwrap_or_default() {
                let Some(next) = matcher.written.child(node, *code) else { break };
                node = next;
                for entry in matcher.written.ends(node) {
                    let span = begin.start..end.end;
                    let graphemes = graphemes.get_or_insert_with(|| Graphemes::of(text));
                    self.check_written(*entry, index, text, span, graphemes, &mut word);
                }
            }
        }
    }

    fn check_written(
        &mut self,
        entry: u32,
        index: usize,
        text: &str,
        mut span: Range<usize>,
        graphemes: &Graphemes,
        word: &mut Range<usize>,
    ) {
        let Some((flags, expected)) = self.matcher.entry(entry) else { return };
        let is_other = || {
            text.get(span.clone())
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
        self.report(entry, index, span);
    }
    /// Reports a hit without half a character at its ends: a person sees an accent, or the two letters of a flag, as one
    /// with what stands before.
    fn report_whole(&mut self, entry: u32, index: usize, text: &str, mut span: Range<usize>) {
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
        self.report(entry, index, span);
    }

    fn report(&mut self, entry: u32, text: usize, span: Range<usize>) {
        let Some(entry) = self.matcher.entries.get(entry as usize) else { return };
        let found =
            Found { rule: entry.rule as usize, text, start: span.start, end: span.end, term: entry.term as usize };
        let found_before = if entry.flags.has(Flags::ALLOWED) { &mut self.allowed } else { &mut self.found };
        // Every part of a long word may be a hit that covers the whole.
        if found_before.last() != Some(&found) {
            found_before.push(found);
        }
    }
}
