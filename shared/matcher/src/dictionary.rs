//! The terms as tables, to be searched or serialised.
//!
//! There are three tries. Most terms can only begin where a word begins, so that nearly all of a text is passed over;
//! those with a wildcard in front and those in ideographs can begin anywhere. The third has the terms that are looked
//! for as they are written: those that shall not be found in disguise, and those with signs that disguises are made of.

use std::collections::BTreeSet;

use crate::classes::Classes;
use crate::pattern::{Letter, Pattern};
use crate::term::{Form, Term};
use crate::traditional::simplified;
use crate::trie::Trie;

/// All terms.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Dictionary {
    /// The classes of the characters in terms that may be disguised.
    pub(crate) classes: Classes,
    /// Terms that begin where a word begins.
    pub(crate) words: Trie,
    /// Terms that begin anywhere.
    pub(crate) anywhere: Trie,
    /// The characters of terms that are looked for as they are written, each a class of its own.
    pub(crate) characters: Classes,
    pub(crate) literal: Trie,
    pub(crate) entries: Vec<Entry>,
    /// The letters of all entries in a row.
    pub(crate) letters: Vec<Letter>,
    /// The signs that they must have, likewise.
    pub(crate) signs: Vec<char>,
}

/// What a term is looked for as. One that may be spelled in other ways has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The term's index.
    pub(crate) term: u32,
    /// Where its letters end; they begin where those of the entry before end.
    pub(crate) letters_end: u32,
    pub(crate) signs_end: u32,
    pub(crate) flags: Flags,
}

/// Properties of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    pub(crate) const IDEOGRAPHIC: u8 = 1;
    pub(crate) const BEGINS_WORD: u8 = 2;
    pub(crate) const ENDS_WORD: u8 = 4;
    pub(crate) const GOES_ON_LEFT: u8 = 8;
    pub(crate) const GOES_ON_RIGHT: u8 = 16;
    pub(crate) const EXACT: u8 = 32;

    pub(crate) const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// An entry with its letters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'d> {
    pub(crate) letters: &'d [Letter],
    /// Signs that the text must have, too.
    pub(crate) signs: &'d [char],
    pub(crate) flags: Flags,
}

/// More terms, or longer ones, than a matcher can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the terms have too many different characters, or are too long in all; use fewer")]
pub struct TooManyTerms;

impl Dictionary {
    /// Takes the terms apart, and puts each into the trie that it belongs in.
    pub(crate) fn new(terms: &[Term]) -> Result<Self, TooManyTerms> {
        let mut dictionary = Self::default();
        let mut patterns: Vec<(Pattern, bool)> = Vec::with_capacity(terms.len());
        for (index, Term { text, form }) in terms.iter().enumerate() {
            let evasive = if *form == Form::Evasive { Pattern::evasive(text) } else { None };
            let is_evasive = evasive.is_some();
            let Some(pattern) = evasive.or_else(|| Pattern::literal(text)) else { continue };
            let others = if is_evasive { Pattern::respelled(text) } else { Vec::new() };
            for pattern in std::iter::once(pattern).chain(others) {
                dictionary.letters.extend(&pattern.letters);
                dictionary.signs.extend(&pattern.signs);
                let flags = [
                    (pattern.is_ideographic, Flags::IDEOGRAPHIC),
                    (pattern.begins_word, Flags::BEGINS_WORD),
                    (pattern.ends_word, Flags::ENDS_WORD),
                    (pattern.goes_on_left, Flags::GOES_ON_LEFT),
                    (pattern.goes_on_right, Flags::GOES_ON_RIGHT),
                    (*form == Form::Exact, Flags::EXACT),
                ];
                let flags = flags.iter().filter(|(holds, _)| *holds).fold(0, |flags, (_, flag)| flags | flag);
                dictionary.entries.push(Entry {
                    term: small(index)?,
                    letters_end: small(dictionary.letters.len())?,
                    signs_end: small(dictionary.signs.len())?,
                    flags: Flags(flags),
                });
                patterns.push((pattern, is_evasive));
            }
        }

        let (mut classes, mut characters) = (BTreeSet::new(), BTreeSet::new());
        for (pattern, is_evasive) in &patterns {
            pattern.characters(if *is_evasive { &mut classes } else { &mut characters });
        }
        dictionary.classes = Classes::of(&classes).ok_or(TooManyTerms)?;
        dictionary.characters = Classes::of(&characters).ok_or(TooManyTerms)?;
        let (mut words, mut anywhere, mut literal) = (Vec::new(), Vec::new(), Vec::new());
        for ((pattern, is_evasive), entry) in patterns.iter().zip(0..) {
            if !is_evasive {
                literal.push((pattern.codes(&dictionary.characters), entry));
                continue;
            }
            let paths = if pattern.begins_word { &mut words } else { &mut anywhere };
            paths.push((pattern.codes(&dictionary.classes), entry));
            paths.extend(pattern.joined(&dictionary.classes).map(|path| (path, entry)));
        }
        dictionary.words = Trie::of(words).ok_or(TooManyTerms)?;
        dictionary.anywhere = Trie::of(anywhere).ok_or(TooManyTerms)?;
        dictionary.literal = Trie::of(literal).ok_or(TooManyTerms)?;
        Ok(dictionary)
    }

    /// The letters of a term as it is matched.
    pub(crate) fn normalised(&self, term: usize) -> String {
        let index = self.entries.partition_point(|entry| (entry.term as usize) < term);
        let is_it = self.entries.get(index).is_some_and(|entry| entry.term as usize == term);
        let expected = u32::try_from(index).ok().filter(|_| is_it).and_then(|index| self.entry(index));
        expected
            .map(|expected| expected.letters.iter().map(|letter| simplified(letter.base())).collect())
            .unwrap_or_default()
    }

    /// What a candidate for an entry is compared with.
    pub(crate) fn entry(&self, entry: u32) -> Option<Expected<'_>> {
        let index = entry as usize;
        let entry = self.entries.get(index)?;
        let before = index.checked_sub(1).and_then(|before| self.entries.get(before));
        let (letters, signs) = before.map_or((0, 0), |before| (before.letters_end, before.signs_end));
        Some(Expected {
            letters: self.letters.get(letters as usize..entry.letters_end as usize)?,
            signs: self.signs.get(signs as usize..entry.signs_end as usize)?,
            flags: entry.flags,
        })
    }
}

fn small(number: usize) -> Result<u32, TooManyTerms> {
    u32::try_from(number).map_err(|_| TooManyTerms)
}
