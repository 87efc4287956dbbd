//! All terms of all rules, looked for at once. Here they are made into trees; `run` is what happens to a message.
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
use crate::term::{Allowed, Form, Letter, Pattern, Term};
use crate::text::Text;
use crate::trie::Trie;

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
        let mut found = run::find(self, texts);
        found.sort_unstable();
        // Of a rule's terms that are the same but for their spelling, the first.
        found.dedup_by(|next, before| {
            next.rule == before.rule && next.text == before.text && next.span() == before.span()
        });
        found
    }

    /// Every term in one text.
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
