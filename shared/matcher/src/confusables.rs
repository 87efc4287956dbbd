//! Characters beyond ASCII that look like Latin letters.
//!
//! `confusables.txt` began with what Unicode's confusables (UTS #39) say about single letters. Looser resemblances are
//! added: a filter has to see what a person sees, not what a browser must not mistake. See `DESIGN.md` for its sources.

use std::sync::LazyLock;

use crate::fold::fold_char;
use crate::letters::Letters;

/// What a character beyond ASCII looks like, if it is in the table.
pub(crate) fn of(character: char) -> Option<Letters> {
    TABLE.get(character).filter(|letters| !letters.is_empty())
}

/// The table of `confusables.txt`, by pages of 256 characters. The first page is empty and stands for all that have nothing.
struct Table {
    pages: Vec<u8>,
    letters: Vec<Letters>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { pages: vec![0; 0x200], letters: vec![Letters::NONE; 256] };
    // Each line: Latin letters, and what looks like any of them.
    let lines = || include_str!("confusables.txt").lines().filter_map(|line| line.split_once(' '));
    let set = |letters: &str| letters.bytes().fold(Letters::NONE, |set, letter| set.or(Letters::of(letter)));
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
            *entry = entry.or(letters);
        }
    }
}
