//! The characters that a list of terms is written with, numbered.

use std::collections::BTreeSet;

use crate::normalise::{ASCII, Glyph};

/// A number for each character that occurs in a term. Small numbers make small tables, and a character without one ends
/// a search at once.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Alphabet {
    /// By the upper bits of a character the page that it is on; 0: none.
    pub(crate) pages: Vec<u16>,
    /// Pages of 256 codes. The first is empty.
    pub(crate) codes: Vec<u16>,
    /// The codes of the classes that ASCII characters belong to, in their order.
    ascii: Vec<u16>,
}

/// The code of a character that no term has.
pub(crate) const NONE: u16 = 0;
/// Stands for the space between two words of a term.
pub(crate) const GAP: u16 = 1;
const FIRST: u16 = 2;

impl Alphabet {
    /// Numbers the characters. `None` if there are more than 65,533.
    pub(crate) fn of(characters: &BTreeSet<char>) -> Option<Self> {
        let mut alphabet = Self { pages: Vec::new(), codes: vec![NONE; 256], ascii: Vec::new() };
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
        let mut alphabet = Self { pages, codes, ascii: Vec::new() };
        let class = |glyph: Option<Glyph>| glyph.and_then(Glyph::class).map_or(NONE, |class| alphabet.code(class));
        alphabet.ascii = ASCII.iter().map(|glyph| class(*glyph)).collect();
        alphabet
    }

    /// The code of the class of an ASCII character.
    pub(crate) fn ascii(&self, character: u8) -> u16 {
        self.ascii.get(usize::from(character)).copied().unwrap_or(NONE)
    }

    /// The code of a character, or [`NONE`].
    pub(crate) fn code(&self, character: char) -> u16 {
        let page = self.pages.get(character as usize >> 8).copied().unwrap_or_default();
        self.codes.get(usize::from(page) << 8 | (character as usize & 0xFF)).copied().unwrap_or(NONE)
    }
}
