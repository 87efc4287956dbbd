//! What tells letters with the same base apart: the accents of Latin ones, the two kinds of kana, the length of a vowel.
//!
//! All letters with one base are one step of the trie. Whether a text's marks are the term's is asked once a term was
//! read.

/// The marks of a letter. What a bit means depends on the letter's script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks(u8);

/// A mark above or below a Latin letter that changes how it is said: the tones of Vietnamese and their like.
const TONES: [char; 6] = ['\0', '\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];
/// A mark that makes another letter of it. A comma below is a cedilla, as in Romanian `ș`.
const SHAPES: [&[char]; 14] = [
    &[],
    &['\u{302}'],
    &['\u{306}'],
    &['\u{31B}'],
    // The stroke of `đ`, the missing dot of `ı`: these have no mark of their own.
    &[],
    &[],
    &['\u{308}'],
    &['\u{30A}'],
    &['\u{30C}'],
    &['\u{327}', '\u{326}'],
    &['\u{328}'],
    &['\u{304}'],
    &['\u{30B}'],
    &['\u{307}'],
];

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
    pub(crate) fn with(self, mark: char) -> Self {
        let tone = (0_u8..).zip(TONES).find(|(_, tone)| *tone == mark).map_or(0, |(nth, _)| nth);
        let shape = (0_u8..).zip(SHAPES).find(|(_, shape)| shape.contains(&mark)).map_or(0, |(nth, _)| nth);
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
