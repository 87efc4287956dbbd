//! Words that differ from another one by what disguises do: a letter doubled (`god`, `good`), an `l` for an `i` (`fail`,
//! `fall`), an `x` for any letter (`tent`, `text`). Such a word is what it says, and no disguise of the other.
//!
//! `ordinary.txt` is written by `scripts/ordinary_words.py` from dictionaries that it names. Its lines are sorted.

/// The words, one a line.
const WORDS: &[u8] = include_bytes!("ordinary.txt");

/// Longer words are not among them.
pub(crate) const LONGEST_WORD: usize = 16;

/// Whether a word in small ASCII letters is among them.
pub(crate) fn contains(word: &[u8]) -> bool {
    let (mut from, mut to) = (0, WORDS.len());
    // From the beginning of a line to that of another, which is behind the last that the word may be in.
    while from < to {
        let middle = from + (to - from) / 2;
        let begin = WORDS.get(from..middle).and_then(|before| before.iter().rposition(|byte| *byte == b'\n'));
        let begin = begin.map_or(from, |at| from + at + 1);
        let Some(rest) = WORDS.get(begin..) else { return false };
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        match rest.get(..length).map(|line| line.cmp(word)) {
            Some(std::cmp::Ordering::Less) => from = begin + length + 1,
            Some(std::cmp::Ordering::Greater) => to = begin,
            Some(std::cmp::Ordering::Equal) => return true,
            None => return false,
        }
    }
    false
}
