//! Traditional ideographs as their simplified forms.
//!
//! The table has single characters only, on purpose: term and text are converted in the same way, so it does not matter
//! which words a better conversion would choose.
//!
//! `traditional.txt` began as the table of the crate `fast2s` (MIT, copyright 2021 Tyr Chen; `traditional.LICENSE`),
//! with variants added.

use std::sync::LazyLock;

use crate::confusables;

/// The blocks with CJK unified ideographs of the basic plane.
const FIRST: usize = 0x3400;
const LAST: usize = 0x9FFF;

/// For each ideograph from [`FIRST`] on what it becomes.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table: Vec<u16> = (FIRST..=LAST).filter_map(|code| u16::try_from(code).ok()).collect();
    // Pairs: a traditional character and its simplified form.
    let mut characters = include_str!("traditional.txt").chars().filter(|character| *character != '\n');
    while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
        let entry = (from as usize).checked_sub(FIRST).and_then(|at| table.get_mut(at));
        if let (Some(entry), Ok(to)) = (entry, u16::try_from(to as u32)) {
            *entry = to;
        }
    }
    table
});

/// The same, but 0 for what can be read in other ways as well: as a Latin letter that it looks like.
static ONLY_READING: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = TABLE.clone();
    for (entry, character) in table.iter_mut().zip('\u{3400}'..) {
        if confusables::of(character).is_some() {
            *entry = 0;
        }
    }
    table
});

/// The simplified form of an ideograph; itself, if there is none.
pub(crate) fn simplified(character: char) -> char {
    let entry = (character as usize).checked_sub(FIRST).and_then(|at| TABLE.get(at));
    entry.and_then(|code| char::from_u32(u32::from(*code))).unwrap_or(character)
}

/// The simplified form of an ideograph that cannot be read in other ways as well.
#[inline]
pub(crate) fn only_reading(character: char) -> Option<char> {
    let entry = (character as usize).checked_sub(FIRST).and_then(|at| ONLY_READING.get(at));
    entry.filter(|code| **code != 0).and_then(|code| char::from_u32(u32::from(*code)))
}

/// The traditional characters that became one with another, in simplified writing.
const WORDS: &str = include_str!("traditional_words.txt");

/// Whether two ideographs are one: forms with the same simplified form. Two traditional ones of which it is known that
/// they were different words before are two: 乾, 幹.
pub(crate) fn are_same(one: char, other: char) -> bool {
    let simple = simplified(one);
    let are_forms = || one == simple || other == simple || !(WORDS.contains(one) && WORDS.contains(other));
    one == other || (simple == simplified(other) && are_forms())
}
