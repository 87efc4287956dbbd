//! Chinese numerals and the digits that are written for them: `下3滥`, `⑥合彩`.

/// The numerals from zero on.
const NUMERALS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// The value of a numeral or of an ASCII digit.
pub(crate) fn value(character: char) -> Option<u32> {
    let position = || NUMERALS.iter().position(|numeral| *numeral == character).and_then(|at| u32::try_from(at).ok());
    character.to_digit(10).or_else(position)
}

/// The numeral for an ASCII digit.
pub(crate) fn of_digit(digit: char) -> Option<char> {
    digit.to_digit(10).and_then(|value| NUMERALS.get(value as usize)).copied()
}

/// Whether two characters are different, but have the same value.
pub(crate) fn are_same(one: char, other: char) -> bool {
    value(one).is_some_and(|one| value(other) == Some(one))
}
