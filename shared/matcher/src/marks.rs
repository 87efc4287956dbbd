//! What tells letters with the same base apart: the accents of Latin ones, the two kinds of kana, the length of a vowel.
//!
//! All letters with one base are one step of the trie. Whether a text's marks are the term's is asked once a term was
//! read.

/// The marks of a letter. What a bit means depends on the letter's script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks(u8);

/// The marks that say how a Latin letter is said, as the tones of Vietnamese and their like do, and those that make
/// another letter of it. 0: it is none of these. A letter of a language has one of each kind at most.
const fn tone(mark: char) -> u8 {
    match mark {
        '\u{300}' => 1,
        '\u{301}' => 2,
        '\u{309}' => 3,
        '\u{303}' => 4,
        '\u{323}' => 5,
        _ => 0,
    }
}

/// See [`tone`]. 4 and 5 are a stroke and a missing dot, which are no characters. A comma below is a cedilla, as in
/// Romanian `ș`.
const fn shape(mark: char) -> u8 {
    match mark {
        '\u{302}' => 1,
        '\u{306}' => 2,
        '\u{31B}' => 3,
        '\u{308}' => 6,
        '\u{30A}' => 7,
        '\u{30C}' => 8,
        '\u{327}' | '\u{326}' => 9,
        '\u{328}' => 10,
        '\u{304}' => 11,
        '\u{30B}' => 12,
        '\u{307}' => 13,
        _ => 0,
    }
}

impl Marks {
    pub(crate) const NONE: Self = Self(0);
    /// `đ`.
    pub(crate) const STROKE: Self = Self(4 << 3);
    /// `ı`.
    pub(crate) const DOTLESS: Self = Self(5 << 3);
    pub(crate) const TILDE: Self = Self(4);
    /// More marks than a letter of any language has.
    const PILED: Self = Self(0x7F);
    /// On a term's letter: the text must have these marks, too.
    const NEEDED: u8 = 0x80;

    /// A kana of the angular kind.
    pub(crate) const KATAKANA: Self = Self(1);
    /// A kana that is written small.
    pub(crate) const SMALL: Self = Self(2);
    /// A long vowel of Devanagari.
    pub(crate) const LONG: Self = Self(1);

    /// From the bits that [`Self::bits`] gave.
    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These marks, which the text must have too.
    pub(crate) const fn needed(self) -> Self {
        Self(self.0 | Self::NEEDED)
    }

    pub(crate) const fn is_needed(self) -> bool {
        self.0 & Self::NEEDED != 0
    }

    pub(crate) const fn is_none(self) -> bool {
        self.0 & !Self::NEEDED == 0
    }

    pub(crate) const fn is_piled(self) -> bool {
        self.0 & !Self::NEEDED == Self::PILED.0
    }

    const fn tone(self) -> u8 {
        self.0 & 7
    }

    const fn shape(self) -> u8 {
        self.0 >> 3 & 15
    }

    /// With a mark that follows a Latin letter. A mark that no language uses changes nothing: it is put on letters to
    /// make them hard to read.
    pub(crate) const fn with(self, mark: char) -> Self {
        let (tone, shape) = (tone(mark), shape(mark));
        let is_taken = (tone != 0 && self.tone() != 0 && self.tone() != tone)
            || (shape != 0 && self.shape() != 0 && self.shape() != shape);
        if is_taken || self.is_piled() {
            return Self::PILED;
        }
        Self(self.0 | tone | shape << 3)
    }

    /// How the marks of a text's letter differ from these of a term's.
    pub(crate) fn compare(self, text: Self) -> Difference {
        // A Turkish `ı` is a capital `I`.
        if self.0 & !Self::NEEDED == text.0 || (self.0 == Self::DOTLESS.0 && text.is_none()) {
            Difference::None
        } else if text.is_none() {
            Difference::Missing
        } else if self.is_none() || text.is_piled() {
            Difference::Added
        } else if (text.tone() == 0 || text.tone() == self.tone())
            && (text.shape() == 0 || text.shape() == self.shape())
        {
            Difference::Missing
        } else {
            Difference::Other
        }
    }
}

/// How the marks of a text's letter differ from those of a term's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    None,
    /// The text lacks some.
    Missing,
    /// The term's letter has none.
    Added,
    /// It is another letter.
    Other,
}

/// The most letters that are looked at: one bit for each.
pub(crate) const MOST_LETTERS: usize = 128;

/// What the marks of a term's letters have in common with those that were read for them, one bit for each letter.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) same: u128,
    pub(crate) missing: u128,
    pub(crate) added: u128,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_those_of_a_letter_however_they_are_written() {
        let marks = |text: &str| text.chars().fold(Marks::NONE, Marks::with);
        assert_eq!(marks("\u{323}\u{302}"), marks("\u{302}\u{323}"));
        assert_eq!(marks("\u{336}\u{20DD}"), Marks::NONE);
        assert!(marks("\u{301}\u{300}").is_piled() && marks("\u{301}\u{300}\u{301}").is_piled());
        let cases = [
            ("", "", Difference::None),
            ("\u{301}", "", Difference::Missing),
            ("\u{301}\u{302}", "\u{302}", Difference::Missing),
            ("", "\u{301}", Difference::Added),
            ("\u{301}", "\u{300}", Difference::Other),
            ("\u{302}", "\u{301}\u{302}", Difference::Other),
            ("\u{302}", "\u{301}\u{300}", Difference::Added),
        ];
        for (term, text, difference) in cases {
            assert_eq!(marks(term).compare(marks(text)), difference, "{term:?} {text:?}");
        }
    }
}
