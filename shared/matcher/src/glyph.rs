//! A character as it is matched: what remains of it, and what it may stand for. [`crate::glyphs`] takes texts apart into
//! these.

use crate::letters::Letters;
use crate::marks::Marks;
use crate::unicode::is_of_its_own;
use crate::{numerals, traditional};

/// One normalised character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glyph {
    /// Without case, width, style and accent.
    pub(crate) base: char,
    /// The Latin letters that it may stand for; itself, if it is one.
    pub(crate) letters: Letters,
    pub(crate) kind: Kind,
    /// What tells it from other letters with this base.
    pub(crate) marks: Marks,
}

/// What a character does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A letter of a script that puts spaces between words.
    Letter,
    Digit,
    /// A letter of a script that does not.
    Ideograph,
    /// Likewise, but it only draws out the vowel before it, and may be there or not: `ー`.
    Drawn,
    /// A letter or digit that is drawn as a sign: `Ⓐ`, `™`, `②`. Among its like it is a part of a word; beside other
    /// letters it may be, or a sign that stands there.
    Badge,
    /// White space and line breaks.
    Space,
    /// Punctuation that ends or divides sentences.
    Stop,
    /// Any other sign.
    Sign,
}

impl Kind {
    /// Whether it can form a word with its neighbours.
    pub(crate) const fn is_word(self) -> bool {
        matches!(self, Self::Letter | Self::Digit | Self::Badge)
    }

    /// Whether it is anything but a letter or digit.
    pub(crate) const fn is_divider(self) -> bool {
        matches!(self, Self::Space | Self::Stop | Self::Sign)
    }
}

impl Glyph {
    pub(crate) const fn new(base: char, letters: Letters, kind: Kind) -> Self {
        Self { base, letters, kind, marks: Marks::NONE }
    }

    pub(crate) const fn with(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// What stands for it in the trie: the same for all glyphs that could be mistaken for each other. `None` for what
    /// cannot be a letter.
    pub(crate) fn class(self) -> Option<char> {
        self.own_class().or_else(|| self.letters.class())
    }

    /// Its class, where that is itself and not a letter that it looks like.
    fn own_class(self) -> Option<char> {
        match self.kind {
            Kind::Ideograph => Some(traditional::simplified(self.base)),
            _ if self.kind.is_divider() => None,
            _ if self.letters.is_empty() || self.is_of_its_own() => Some(self.base),
            _ => None,
        }
    }

    /// All that may stand for it there. The first is what it most likely is.
    pub(crate) fn classes(self) -> impl Iterator<Item = char> {
        let numeral = std::iter::once_with(move || numerals::of_digit(self.base)).flatten();
        self.own_class().into_iter().chain(self.letters.classes()).chain(numeral)
    }

    /// Whether it may be read in more than one way.
    pub(crate) fn is_open(self) -> bool {
        match self.kind {
            Kind::Digit | Kind::Drawn => true,
            Kind::Ideograph => !self.letters.is_empty(),
            _ if self.base == CROSS || self.base.is_ascii_digit() => true,
            _ => self.letters.are_ambiguous() || self.is_of_its_own(),
        }
    }

    /// Whether it is a letter of another script that resembles a Latin one. Only within a Latin word it is one.
    pub(crate) fn is_of_its_own(self) -> bool {
        !self.base.is_ascii() && !self.letters.is_empty() && is_of_its_own(self.base)
    }
}

/// A letter that is written in place of others, as a star is: `fxck`.
pub(crate) const CROSS: char = 'x';

/// What becomes of a glyph behind another.
pub(crate) enum Joined {
    /// It is a letter of its own.
    Apart,
    /// Both are one letter.
    One(Glyph),
    /// They are marks of one letter, in an order that is not the usual one.
    Swapped(Glyph, Glyph),
}
