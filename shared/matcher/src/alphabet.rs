//! The characters that a list of terms is written with, numbered.

use std::collections::BTreeSet;

use crate::normalise::{ASCII, Glyph, Kind, Letters};
use crate::stream::Unit;

/// A number for each character that occurs in a term. Small numbers make small tables, and a character without one ends
/// a search at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alphabet {
    /// By the upper bits of a character the page that it is on; 0: none.
    pub(crate) pages: Vec<u16>,
    /// Pages of 256 codes. The first is empty.
    pub(crate) codes: Vec<u16>,
    /// The ASCII characters as units of a stream.
    ascii: Box<[Unit; 128]>,
}

/// The code of a character that no term has.
pub(crate) const NONE: u16 = 0;
/// Stands for the space between two words of a term.
pub(crate) const GAP: u16 = 1;
const FIRST: u16 = 2;

/// In the place of control characters, of which there never is a unit.
const UNSEEN: Glyph = Glyph { base: '\0', letters: Letters::NONE, kind: Kind::Sign };

impl Default for Alphabet {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Alphabet {
    /// Numbers the characters. `None` if there are more than 65,533.
    pub(crate) fn of(characters: &BTreeSet<char>) -> Option<Self> {
        let mut alphabet = Self { codes: vec![NONE; 256], ..Self::default() };
        for (character, code) in characters.iter().zip(FIRST..) {
            let (page, at) = (*character as usize >> 8, *character as usize & 0xFF);
            if alphabet.pages.len() <= page {
                alphabet.pages.resize(page + 1, 0);
            }
            let slot = alphabet.pages.get_mut(page)?;
            if *slot == 0 {
                *slot = u16::try_from(alphabet.codes.len() >> 8).ok()?;
                alphabet.codes.resize(alphabet.codes.len() + 256, NONE);
            }
            *alphabet.codes.get_mut(usize::from(*slot) << 8 | at)? = code;
        }
        (characters.len() <= usize::from(u16::MAX - FIRST)).then(|| Self::new(alphabet.pages, alphabet.codes))
    }

    /// An alphabet of these tables.
    pub(crate) fn new(pages: Vec<u16>, codes: Vec<u16>) -> Self {
        let mut alphabet = Self { pages, codes, ascii: Box::new([Unit::new(UNSEEN, NONE); 128]) };
        for (at, glyph) in ASCII.iter().enumerate() {
            let glyph = glyph.unwrap_or(UNSEEN);
            let code = glyph.class().map_or(NONE, |class| alphabet.code(class));
            if let Some(unit) = alphabet.ascii.get_mut(at) {
                *unit = Unit::new(glyph, code);
            }
        }
        alphabet
    }

    /// An ASCII character as a unit of a stream.
    pub(crate) fn ascii(&self, character: u8) -> Unit {
        // The mask says to the compiler that there always is one.
        self.ascii.get(usize::from(character & 0x7F)).copied().unwrap_or(Unit::new(UNSEEN, NONE))
    }

    /// The code of a character, or [`NONE`].
    pub(crate) fn code(&self, character: char) -> u16 {
        let page = self.pages.get(character as usize >> 8).copied().unwrap_or_default();
        self.codes.get(usize::from(page) << 8 | (character as usize & 0xFF)).copied().unwrap_or(NONE)
    }
}
