//! Characters that look like Latin letters.
//!
//! `looks.txt` began as what Unicode's confusables (UTS #39) say of single letters, with looser resemblances added.

use std::sync::LazyLock;

use crate::fold::fold_char;

/// A set of Latin letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letters(u32);

/// Letters that share a character which may stand for either: `1` is an `i` or an `l`. The automaton takes them for one
/// letter, the first, and leaves it to the confirmation to tell them apart.
const GROUPS: [&[u8]; 3] = [b"il", b"hnu", b"bgqvw"];

impl Letters {
    pub(crate) const NONE: Self = Self(0);

    /// What an ASCII character may stand for.
    pub(crate) const fn of(ascii: u8) -> Self {
        Self(match ascii {
            b'a'..=b'z' => 1 << (ascii - b'a'),
            b'0' => bit(b'o'),
            b'1' | b'!' | b'|' => bit(b'i') | bit(b'l'),
            b'2' => bit(b'z'),
            b'3' => bit(b'e'),
            b'4' | b'@' | b'^' => bit(b'a'),
            b'5' | b'$' => bit(b's'),
            b'6' => bit(b'b') | bit(b'g'),
            b'7' | b'+' => bit(b't'),
            b'8' => bit(b'b'),
            b'9' => bit(b'g') | bit(b'q'),
            b'(' | b'<' | b'{' => bit(b'c'),
            _ => 0,
        })
    }

    /// From the bits that [`Self::bits`] gave.
    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The first of the letters.
    #[cfg(test)]
    pub(crate) fn first(self) -> Option<char> {
        (!self.is_empty()).then(|| char::from(b'a' + u8::try_from(self.0.trailing_zeros()).unwrap_or_default() % 26))
    }

    /// The letter that stands for these and all they could be mistaken for.
    pub(crate) fn class(self) -> Option<char> {
        CLASSES.get(self.0.trailing_zeros() as usize).copied().map(char::from)
    }
}

const fn bit(letter: u8) -> u32 {
    1 << (letter - b'a')
}

/// For each letter the first of its group.
const CLASSES: [u8; 26] = classes();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a bad index")]
const fn classes() -> [u8; 26] {
    let mut classes = [0; 26];
    let mut letter = 0;
    while letter < 26 {
        classes[letter as usize] = b'a' + letter;
        letter += 1;
    }
    let mut group = 0;
    while group < GROUPS.len() {
        let mut member = 0;
        while member < GROUPS[group].len() {
            classes[(GROUPS[group][member] - b'a') as usize] = GROUPS[group][0];
            member += 1;
        }
        group += 1;
    }
    classes
}

/// What a character beyond ASCII looks like, if it is in the table.
pub(crate) fn of(character: char) -> Option<Letters> {
    TABLE.get(character).filter(|letters| !letters.is_empty())
}

/// The table of `looks.txt`, by pages of 256 characters. The first page is empty and stands for all that have nothing.
struct Table {
    pages: Vec<u8>,
    letters: Vec<Letters>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { pages: vec![0; 0x200], letters: vec![Letters::NONE; 256] };
    // Each line: Latin letters, and what looks like any of them.
    let lines = || include_str!("looks.txt").lines().filter_map(|line| line.split_once(' '));
    let set = |letters: &str| Letters(letters.bytes().fold(0, |set, letter| set | Letters::of(letter).0));
    for (letters, characters) in lines() {
        characters.chars().for_each(|character| table.add(character, set(letters)));
    }
    // Of a letter with two cases either may stand for both.
    for (letters, characters) in lines() {
        for small in characters.chars().map(fold_char) {
            if table.get(small).is_none_or(Letters::is_empty) {
                table.add(small, set(letters));
            }
        }
    }
    table
});

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
            entry.0 |= letters.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_share_a_character_share_their_class() {
        let sets = TABLE.letters.iter().copied().chain((0..128).map(Letters::of)).filter(|set| !set.is_empty());
        for set in sets {
            let classes: Vec<_> = (0..26).filter(|nth| set.0 & 1 << nth != 0).map(|nth| CLASSES[nth]).collect();
            assert!(classes.windows(2).all(|pair| pair[0] == pair[1]), "{classes:?}");
        }
    }
}
