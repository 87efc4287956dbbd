//! Traditional ideographs as their simplified forms.
//!
//! The table has single characters only, on purpose: term and text are converted in the same way, so it does not matter
//! which words a better conversion would choose.
//!
//! `traditional.txt` began as the table of the crate `fast2s` (MIT, copyright 2021 Tyr Chen; `traditional.LICENSE`),
//! with variants added.

use std::sync::LazyLock;

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

/// The simplified form of an ideograph; itself, if there is none.
pub(crate) fn simplified(character: char) -> char {
    let entry = (character as usize).checked_sub(FIRST).and_then(|at| TABLE.get(at));
    entry.and_then(|code| char::from_u32(u32::from(*code))).unwrap_or(character)
}
