//! A term taken apart: what to look for in the trie, and what to compare a candidate with.

use std::collections::BTreeSet;

use crate::classes::{Classes, GAP};
use crate::glyph::{Glyph, Kind};
use crate::glyphs::{fold_compatible, text_glyphs};
use crate::languages;
use crate::languages::spelling::Spelling;
use crate::letters::{Letters, is_bracket};
use crate::marks::Marks;
use crate::numerals;

/// Signs within a term that people leave out: `T-shirt`, `don't`.
const OPTIONAL_SIGNS: [char; 3] = ['-', '\'', '’'];
/// Signs within a term that make it what it is: `t.me`, `and/or`, `R&B`. With any other sign in it a term is looked for as
/// it is written.
const REQUIRED_SIGNS: [char; 5] = ['.', '/', ',', ':', '&'];

/// It may stand for a `b`, but no `b` for it.
const SHARP_S: char = 'ß';

/// A letter of a term: eight bytes, since there are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letter {
    /// The base in 21 bits, the marks in 8, and whether a word of the term begins with it in one.
    packed: u32,
    /// Characters that may stand for one of these are taken for it. Digits and signs have none: only they themselves are
    /// taken.
    pub(crate) letters: Letters,
}

impl Letter {
    const MARKS: u32 = 21;
    const BASE: u32 = (1 << Self::MARKS) - 1;
    const BEGINS_WORD: u32 = 29;

    pub(crate) const fn new(base: char, letters: Letters, marks: Marks, begins_word: bool) -> Self {
        let packed = base as u32 | (marks.bits() as u32) << Self::MARKS | (begins_word as u32) << Self::BEGINS_WORD;
        Self { packed, letters }
    }

    /// From what [`Self::packed`] and [`Letters::bits`] gave. `None` if no character has that base.
    pub(crate) fn from_packed(packed: u32, letters: u32) -> Option<Self> {
        char::from_u32(packed & Self::BASE)?;
        Some(Self { packed, letters: Letters::from_bits(letters) })
    }

    pub(crate) const fn packed(self) -> u32 {
        self.packed
    }

    pub(crate) fn base(self) -> char {
        char::from_u32(self.packed & Self::BASE).unwrap_or('\0')
    }

    pub(crate) const fn marks(self) -> Marks {
        let [marks, ..] = (self.packed >> Self::MARKS).to_le_bytes();
        Marks::from_bits(marks)
    }

    /// Whether a word of the term begins with it.
    pub(crate) const fn begins_word(self) -> bool {
        self.packed >> Self::BEGINS_WORD & 1 != 0
    }

    /// The same letter, whose marks the text must have too.
    fn with_needed_marks(self) -> Self {
        Self::new(self.base(), self.letters, self.marks().needed(), self.begins_word())
    }
}

/// A term taken apart.
#[allow(clippy::struct_excessive_bools, reason = "each says what holds at one end of the term")]
pub(crate) struct Pattern {
    /// The letters, without what is between them.
    pub(crate) letters: Vec<Letter>,
    /// The signs between the letters that the text must have, too: all but hyphens and apostrophes.
    pub(crate) signs: Vec<char>,
    /// The classes of the letters, without repeats; `None` where the term has a space or sign.
    pub(crate) path: Vec<Option<char>>,
    /// Half of the letters or more are ideographs.
    pub(crate) is_ideographic: bool,
    /// The word may begin before the term. The match is then the whole word.
    pub(crate) goes_on_left: bool,
    /// The word may go on behind the term. The match is then the whole word.
    pub(crate) goes_on_right: bool,
    /// A word must begin with the term.
    pub(crate) begins_word: bool,
    /// A word must end with it.
    pub(crate) ends_word: bool,
}

/// The wildcards at the ends of a term, and what is between them.
pub(crate) fn wildcards(term: &str) -> (bool, &str, bool) {
    let term = term.trim();
    let (left, rest) = term.strip_prefix('*').map_or((false, term), |rest| (true, rest));
    let (right, rest) = rest.strip_suffix('*').map_or((false, rest), |rest| (true, rest));
    if rest.trim().is_empty() { (false, term, false) } else { (left, rest.trim(), right) }
}

/// The numeral for a digit that stands alone in a term with ideographs. There it is one, and not a letter.
fn numeral(all: &[Glyph], at: usize) -> Option<char> {
    let is_digit = |at: usize| all.get(at).is_some_and(|glyph| glyph.kind == Kind::Digit);
    let is_alone = is_digit(at) && !is_digit(at + 1) && !at.checked_sub(1).is_some_and(is_digit);
    let has_ideographs = || all.iter().any(|glyph| glyph.kind == Kind::Ideograph);
    all.get(at).filter(|_| is_alone && has_ideographs()).and_then(|glyph| numerals::of_digit(glyph.base))
}

impl Pattern {
    /// Takes a term apart. `None` if it holds a sign that cannot be told from what divides the letters of a disguised
    /// word (an emoji, `#`): such a term is looked for as it is written.
    pub(crate) fn evasive(term: &str) -> Option<Self> {
        let (wild_left, text, wild_right) = wildcards(term);
        let all = text_glyphs(&languages::with_spaces(text));
        let mut pattern = Self {
            letters: Vec::new(),
            signs: Vec::new(),
            path: Vec::new(),
            is_ideographic: false,
            goes_on_left: false,
            goes_on_right: false,
            begins_word: false,
            ends_word: false,
        };
        let mut ideographs = 0;
        for (at, glyph) in all.iter().enumerate() {
            let is_inside = !pattern.letters.is_empty() && all.iter().skip(at).any(|glyph| !glyph.kind.is_divider());
            let is_gap = match glyph.kind {
                Kind::Space => true,
                // A sign that may be a letter is one among letters, as in `a$ap`.
                Kind::Sign | Kind::Stop if glyph.letters.is_empty() => {
                    let may_be_left_out = OPTIONAL_SIGNS.contains(&glyph.base);
                    if !is_inside || !(may_be_left_out || REQUIRED_SIGNS.contains(&glyph.base)) {
                        return None;
                    }
                    if !may_be_left_out {
                        pattern.signs.push(glyph.base);
                    }
                    true
                }
                _ => false,
            };
            if is_gap {
                if pattern.path.last().is_some_and(Option::is_some) {
                    pattern.path.push(None);
                }
                continue;
            }
            let class = numeral(&all, at).or_else(|| glyph.class())?;
            if pattern.path.last() != Some(&Some(class)) {
                pattern.path.push(Some(class));
            }
            ideographs +=
                usize::from(matches!(glyph.kind, Kind::Ideograph | Kind::Drawn) || languages::is_syllable(glyph.base));
            let may_be_others =
                matches!(glyph.kind, Kind::Letter | Kind::Badge) && glyph.base != SHARP_S && !glyph.is_of_its_own();
            let letters = if may_be_others { glyph.letters } else { Letters::NONE };
            let begins_word = pattern.letters.is_empty() || pattern.path.iter().rev().nth(1) == Some(&None);
            pattern.letters.push(Letter::new(glyph.base, letters, glyph.marks, begins_word));
        }
        let (first, last) = (all.first()?, all.last()?);
        // Without a letter, signs are no disguise (`$$$`, `<3`), and at an end they may be punctuation (`wow!`).
        let has_signs =
            all.iter().any(|glyph| matches!(glyph.kind, Kind::Sign | Kind::Stop) && !glyph.letters.is_empty());
        let has_letters = all.iter().any(|glyph| !glyph.kind.is_divider() && glyph.kind != Kind::Digit);
        if (has_signs && !has_letters) || last.kind == Kind::Stop || is_bracket(first.base) || is_bracket(last.base) {
            return None;
        }
        pattern.is_ideographic = ideographs * 2 >= pattern.letters.len();
        let in_word = |glyph: &Glyph| !matches!(glyph.kind, Kind::Ideograph | Kind::Drawn);
        pattern.begins_word = in_word(first) && !wild_left;
        pattern.ends_word = in_word(last) && !wild_right;
        pattern.goes_on_left = in_word(first) && wild_left;
        pattern.goes_on_right = in_word(last) && wild_right;
        (!pattern.letters.is_empty()).then_some(pattern)
    }

    /// The term as its language may spell it otherwise.
    pub(crate) fn respelled(term: &str) -> Vec<Self> {
        let spellings = languages::respelled(term).into_iter();
        let others = spellings.filter_map(|Spelling { text, marks_are_needed, letters_stay }| {
            let mut other = Self::evasive(&text)?;
            if letters_stay {
                other.letters = Self::evasive(term)?.letters;
            }
            if marks_are_needed {
                other.letters.iter_mut().for_each(|letter| *letter = letter.with_needed_marks());
            }
            Some(other)
        });
        others.collect()
    }

    /// Takes a term as it is written, but for wildcards and what [`fold_compatible`] takes away.
    pub(crate) fn literal(term: &str) -> Option<Self> {
        let (goes_on_left, text, goes_on_right) = wildcards(term);
        let mut path = Vec::new();
        for character in text.chars() {
            fold_compatible(character, |part| path.push(Some(part)));
        }
        let literal = |base| Letter::new(base, Letters::NONE, Marks::NONE, false);
        let letters = text.chars().map(literal).collect();
        let (begins_word, ends_word) = (!goes_on_left, !goes_on_right);
        (!path.is_empty()).then_some(Self {
            letters,
            signs: Vec::new(),
            path,
            is_ideographic: false,
            goes_on_left,
            goes_on_right,
            begins_word,
            ends_word,
        })
    }

    /// The characters of its path.
    pub(crate) fn characters(&self, all: &mut BTreeSet<char>) {
        all.extend(self.path.iter().flatten());
    }

    /// The path as codes.
    pub(crate) fn codes(&self, classes: &Classes) -> Vec<u16> {
        self.path.iter().map(|class| class.map_or(GAP, |class| classes.code(class))).collect()
    }

    /// The path of the term written as one word, if it has several and no signs between them.
    pub(crate) fn joined(&self, classes: &Classes) -> Option<Vec<u16>> {
        if !self.signs.is_empty() || !self.path.contains(&None) {
            return None;
        }
        let mut codes: Vec<u16> = self.path.iter().flatten().map(|class| classes.code(*class)).collect();
        codes.dedup();
        Some(codes)
    }
}
