//! Characters beyond ASCII that look like Latin letters.
//!
//! `confusables.txt` began with what Unicode's confusables (UTS #39) say about single letters. Looser resemblances are
//! added: a filter has to see what a person sees, not what a browser must not mistake. `look_alikes.txt` has what other
//! filters and the fonts of text generators have beyond that; `scripts/look_alikes.py` wrote it. See `DESIGN.md` for the
//! sources.

use std::sync::LazyLock;

use crate::fold::fold_char;
use crate::letters::Letters;
use crate::unicode::script_with_capitals;

/// What a character beyond ASCII looks like, if it is in the table.
pub(crate) fn of(character: char) -> Option<Letters> {
    TABLE.get(character).filter(|letters| !letters.is_empty())
}

/// The table of both files, by pages of 256 characters. The first page is empty and stands for all that have nothing.
struct Table {
    pages: Vec<u8>,
    letters: Vec<Letters>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { pages: vec![0; 0x200], letters: vec![Letters::NONE; 256] };
    // Each line: Latin letters, and what looks like any of them.
    let files = [include_str!("confusables.txt"), include_str!("look_alikes.txt")];
    let lines = || files.iter().flat_map(|file| file.lines()).filter_map(|line| line.split_once(' '));
    let set = |letters: &str| letters.bytes().fold(Letters::NONE, |set, letter| set.or(Letters::of(letter)));
    for (letters, characters) in lines() {
        characters.chars().for_each(|character| table.add(character, set(letters)));
    }
    // Of a letter with two cases either may stand for both, except where the capital is told apart by its neighbours.
    for character in lines().flat_map(|(_, characters)| characters.chars()) {
        let (own, small) = (table.get(character), fold_char(character));
        let of_small = table.get(small).filter(|letters| !letters.is_empty());
        if script_with_capitals(character).is_none() {
            let both = own.unwrap_or(Letters::NONE).or(of_small.unwrap_or(Letters::NONE));
            table.add(character, both);
            table.add(small, both);
        } else if of_small.is_none() {
            table.add(small, own.unwrap_or(Letters::NONE));
        }
    }
    table
});

/// Whether a letter is one of those that text generators write upside down or mirrored. In a word with such letters the
/// others are turned as well: see [`turned`].
pub(crate) fn is_turned(base: char) -> bool {
    TURNED.binary_search(&base).is_ok()
}

/// In their order.
const TURNED: [char; 38] = [
    'ƃ', 'ƨ', 'ǝ', 'ɉ', 'ɐ', 'ɒ', 'ɔ', 'ɘ', 'ɟ', 'ɥ', 'ɯ', 'ɹ', 'ɾ', 'ɿ', 'ʇ', 'ʌ', 'ʍ', 'ʎ', 'ʞ', 'ϱ', 'ә', 'ԁ', 'ᖈ',
    'ᴉ', 'Ⅎ', '⅁', '⅂', '⅃', '⅄', '∀', '⊥', 'ⴇ', 'ⴑ', 'ꝺ', 'ꟻ', 'ꟼ', 'ﻼ', '𐐒',
];

/// The letters that a Latin letter is turned into, upside down or mirrored.
pub(crate) const fn turned(letter: char) -> Letters {
    match letter {
        'b' | 'p' => Letters::of(b'd').or(Letters::of(b'q')),
        'd' | 'q' => Letters::of(b'b').or(Letters::of(b'p')),
        'i' => Letters::of(b'j'),
        'm' => Letters::of(b'w'),
        'w' => Letters::of(b'm'),
        'n' => Letters::of(b'u'),
        'u' => Letters::of(b'n'),
        _ => Letters::NONE,
    }
}

impl Table {
    fn get(&self, character: char) -> Option<Letters> {
        let code = character as usize;
        let page = usize::from(*self.pages.get(code >> 8)?);
        self.letters.get(page << 8 | (code & 0xFF)).copied()
    }

    fn add(&mut self, character: char, letters: Letters) {
        let code = character as usize;
        let Some(page) = self.pages.get_mut(code >> 8) else { return };
        if *page == 0 {
            *page = u8::try_from(self.letters.len() >> 8).unwrap_or_default();
            self.letters.resize(self.letters.len() + 256, Letters::NONE);
        }
        let at = usize::from(*page) << 8 | (code & 0xFF);
        if let Some(entry) = self.letters.get_mut(at) {
            *entry = entry.or(letters);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_turned_are_found_among_their_like() {
        assert!(TURNED.is_sorted());
        assert!("ɐɔǝɟ∀𐐒".chars().all(is_turned) && !"ao0加".chars().any(is_turned));
    }
}
