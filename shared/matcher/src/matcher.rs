//! All terms, looked for at once. Here they are made into trees; `run` is what happens to a text.
//!
//! A text is normalised once, however many terms there are ([`crate::stream`]); from each place where a term may begin
//! it is read along the tree of all terms ([`crate::search`]); and what reaches the end of a term is confirmed on the
//! original text ([`crate::confirm`]).
//!
//! There are three trees. Most terms can only begin where a word begins, so that nearly all of a text is passed over;
//! those with a wildcard in front and those in ideographs can begin anywhere. Terms that are not to be found under
//! disguises, or have signs in them that disguises are made of, are looked for in the third as they are written.

mod reports;
mod run;
mod written;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::alphabet::Alphabet;
use crate::confirm::Expected;
use crate::term::{Form, Letter, Pattern, Term};
use crate::trie::Trie;

/// Terms to be found in texts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Matcher {
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
    /// The term's index.
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

    const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

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

/// More terms, or longer ones, than a matcher can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyTerms;

impl fmt::Display for TooManyTerms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the terms have too many characters")
    }
}

impl std::error::Error for TooManyTerms {}

impl Matcher {
    /// Builds a matcher. A term without a character is never found.
    ///
    /// # Errors
    /// [`TooManyTerms`] if they have more than 65,533 different characters, or 2³² characters in all.
    pub fn new(terms: &[Term]) -> Result<Self, TooManyTerms> {
        let mut matcher = Self::default();
        let mut patterns: Vec<(Pattern, bool)> = Vec::with_capacity(terms.len());
        for (index, Term { text, form }) in terms.iter().enumerate() {
            let evasive = if *form == Form::Evasive { Pattern::evasive(text) } else { None };
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
                (*form == Form::Exact, Flags::EXACT),
            ];
            let flags = flags.iter().filter(|(holds, _)| *holds).fold(0, |flags, (_, flag)| flags | flag);
            matcher.entries.push(Entry {
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
        matcher.classes = Alphabet::of(&classes).ok_or(TooManyTerms)?;
        matcher.characters = Alphabet::of(&characters).ok_or(TooManyTerms)?;
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
        matcher.words = Trie::of(words).ok_or(TooManyTerms)?;
        matcher.anywhere = Trie::of(anywhere).ok_or(TooManyTerms)?;
        matcher.written = Trie::of(written).ok_or(TooManyTerms)?;
        Ok(matcher)
    }

    /// Every term in the segments, also those that overlap; in the order of the text, and of terms that begin and end
    /// at the same places in the order of the terms. A term that is split over segments is found in each of them.
    #[must_use]
    pub fn find(&self, segments: &[Segment<'_>]) -> Vec<Match> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let mut found = run::find(self, segments);
        found.sort_unstable_by_key(|found| (found.segment, found.span.start, found.span.end, found.term));
        found.dedup();
        found
    }

    /// The letters of a term as it was matched, for reports. Empty if there is no such term.
    #[must_use]
    pub fn normalised(&self, term: usize) -> String {
        let Ok(index) = self.entries.binary_search_by_key(&term, |entry| entry.term as usize) else {
            return String::new();
        };
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

fn small(number: usize) -> Result<u32, TooManyTerms> {
    u32::try_from(number).map_err(|_| TooManyTerms)
}
