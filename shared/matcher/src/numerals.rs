//! Chinese numerals and the digits that are written for them: `下3滥`, `⑥合彩`.

use crate::letters::Letters;

/// The numerals from zero on.
const NUMERALS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// The value of a numeral or of an ASCII digit.
pub(crate) fn value(character: char) -> Option<u32> {
    let position = || NUMERALS.iter().position(|numeral| *numeral == character).and_then(|at| u32::try_from(at).ok());
    character.to_digit(10).or_else(position)
}

/// The class of the digit for a numeral, and of the numeral for a digit.
pub(crate) fn other(character: char) -> Option<char> {
    let value = value(character)?;
    if character.is_ascii() {
        return NUMERALS.get(value as usize).copied();
    }
    Letters::of(b'0' + u8::try_from(value).ok()?).class()
}

/// Whether two characters are different, but have the same value.
pub(crate) fn are_same(one: char, other: char) -> bool {
    value(one).is_some_and(|one| value(other) == Some(one))
}
