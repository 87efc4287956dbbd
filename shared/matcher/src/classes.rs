//! The classes of characters that the terms are written with, numbered.
//!
//! Characters that could be mistaken for each other are one class ([`Glyph::class`]). Classes that no term has get no
//! number, so that the tables are small and such a character ends a search at once.

use std::collections::BTreeSet;

use crate::glyph::{Glyph, Kind};
use crate::glyphs::ASCII;
use crate::languages;
use crate::letters::{Letters, is_bracket};
use crate::marks::Marks;

/// One glyph of a text, with the number of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is asked alone, for nearly every unit")]
pub(crate) struct Unit {
    pub(crate) base: char,
    pub(crate) letters: Letters,
    pub(crate) code: u16,
    pub(crate) kind: Kind,
    /// Whether a segment begins here.
    pub(crate) begins_segment: bool,
    /// Whether it may be read in more than one way.
    pub(crate) is_open: bool,
    /// Whether one of these ways is another letter that some term has.
    pub(crate) has_others: bool,
    /// Whether no word goes on here: a segment begins, or another script.
    pub(crate) is_apart: bool,
    /// The marks that are written on it.
    pub(crate) marks: Marks,
}

impl Unit {
    const fn new(glyph: Glyph, code: u16) -> Self {
        let Glyph { base, letters, kind, marks } = glyph;
        Self {
            base,
            letters,
            code,
            kind,
            begins_segment: false,
            is_open: false,
            has_others: false,
            is_apart: false,
            marks,
        }
    }

    /// The glyph that it is made from.
    pub(crate) const fn glyph(&self) -> Glyph {
        Glyph { base: self.base, letters: self.letters, kind: self.kind, marks: self.marks }
    }

    /// Whether it is a bracket. It is a `c` only within a word.
    pub(crate) fn is_opening(&self) -> bool {
        self.kind == Kind::Sign && is_bracket(self.base) && self.letters == Letters::of(b'(')
    }
}

/// A number, or code, for each class that occurs in a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Classes {
    /// For the upper bits of a character the page that it is on; 0: none.
    pub(crate) pages: Vec<u16>,
    /// Pages of 256 codes. The first is empty.
    pub(crate) codes: Vec<u16>,
    /// The first code behind those of marks that are attached to letters, which have the first ones.
    pub(crate) first_letter: u16,
    /// The ASCII characters as units of a stream.
    ascii: Box<[Unit; 128]>,
}

/// The code of a class that no term has.
pub(crate) const NONE: u16 = 0;
/// Stands for the space between two words of a term.
pub(crate) const GAP: u16 = 1;
const FIRST: u16 = 2;

/// Fills the places of control characters, which never become units.
const UNSEEN: Glyph = Glyph::new('\0', Letters::NONE, Kind::Sign);

impl Default for Classes {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Classes {
    /// Numbers the classes, each of which is named by a character. `None` if there are more than 65,533.
    pub(crate) fn of(all: &BTreeSet<char>) -> Option<Self> {
        if all.len() > usize::from(u16::MAX - FIRST) {
            return None;
        }
        let mut classes = Self { codes: vec![NONE; 256], ..Self::default() };
        let mut all: Vec<_> = all.iter().collect();
        all.sort_by_key(|character| !languages::is_attached('\0', **character));
        for (character, code) in all.into_iter().zip(FIRST..) {
            let (page, at) = (*character as usize >> 8, *character as usize & 0xFF);
            if classes.pages.len() <= page {
                classes.pages.resize(page + 1, 0);
            }
            let slot = classes.pages.get_mut(page)?;
            if *slot == 0 {
                *slot = u16::try_from(classes.codes.len() >> 8).ok()?;
                classes.codes.resize(classes.codes.len() + 256, NONE);
            }
            *classes.codes.get_mut(usize::from(*slot) << 8 | at)? = code;
        }
        Some(Self::new(classes.pages, classes.codes))
    }

    /// The classes of these tables.
    pub(crate) fn new(pages: Vec<u16>, codes: Vec<u16>) -> Self {
        let mut classes = Self { pages, codes, first_letter: FIRST, ascii: Box::new([Unit::new(UNSEEN, NONE); 128]) };
        let marks = languages::marks().map(|mark| classes.code(mark)).max().unwrap_or_default();
        classes.first_letter = marks.max(FIRST - 1).saturating_add(1);
        for (at, glyph) in ASCII.iter().enumerate() {
            let seen = classes.unit(glyph.unwrap_or(UNSEEN));
            if let Some(unit) = classes.ascii.get_mut(at) {
                *unit = seen;
            }
        }
        classes
    }

    /// A glyph as a unit of a stream. Its code is that of the first class which some term has.
    pub(crate) fn unit(&self, glyph: Glyph) -> Unit {
        let is_open = glyph.is_open();
        let mut code = glyph.class().map_or(NONE, |class| self.code(class));
        if is_open && code == NONE {
            code = glyph.classes().map(|class| self.code(class)).find(|code| *code != NONE).unwrap_or(NONE);
        }
        let unit = Unit { is_open, ..Unit::new(glyph, code) };
        Unit { has_others: is_open && self.others(&unit).next().is_some(), ..unit }
    }

    /// An ideograph of that class, of which there is no other reading, as a unit of a stream.
    #[inline]
    pub(crate) fn ideograph(&self, base: char, class: char) -> Unit {
        Unit::new(Glyph::new(base, Letters::NONE, Kind::Ideograph), self.code(class))
    }

    /// The codes that a unit may have beside its own.
    pub(crate) fn others(&self, unit: &Unit) -> impl Iterator<Item = u16> {
        let own = unit.code;
        unit.glyph().classes().map(|class| self.code(class)).filter(move |code| *code != own && *code != NONE)
    }

    /// An ASCII character as a unit of a stream.
    #[inline]
    pub(crate) fn ascii(&self, character: u8) -> Unit {
        // The mask tells the compiler that the index is always valid.
        self.ascii.get(usize::from(character & 0x7F)).copied().unwrap_or(Unit::new(UNSEEN, NONE))
    }

    /// Whether the terms have ideographs of the common block.
    pub(crate) fn have_ideographs(&self) -> bool {
        self.pages.iter().skip(0x4E).take(0xA0 - 0x4E).any(|page| *page != 0)
    }

    /// The code of the class that a character names, or [`NONE`].
    #[inline]
    pub(crate) fn code(&self, character: char) -> u16 {
        let page = self.pages.get(character as usize >> 8).copied().unwrap_or_default();
        self.codes.get(usize::from(page) << 8 | (character as usize & 0xFF)).copied().unwrap_or(NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_numbered_as_far_as_numbers_go() {
        let named = |count| ('\0'..=char::MAX).take(count).collect::<BTreeSet<_>>();
        let most = Classes::of(&named(65_533)).unwrap();
        let codes = (most.code('\0'), most.code('\u{107FC}'), most.code('\u{107FD}'));
        assert_eq!(codes, (most.first_letter, u16::MAX - 1, NONE));
        assert_eq!(Classes::of(&BTreeSet::from(['a'])).unwrap().code('a'), FIRST);
        assert_eq!(Classes::of(&named(65_534)), None);
    }
}
