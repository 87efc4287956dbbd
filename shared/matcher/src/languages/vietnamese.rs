//! The syllables of Vietnamese, without their marks.
//!
//! A Vietnamese word is a syllable, and each vowel and tone makes another one. Without marks, `lồn` is the `lon` of a can
//! of beer, but `địt` is nothing else. `vietnamese.txt` has the bare spellings that stand for ordinary words.

use std::collections::BTreeSet;
use std::sync::LazyLock;

static SYLLABLES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("vietnamese.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Whether a bare syllable stands for ordinary words.
pub(super) fn is_ordinary(bare: &str) -> bool {
    SYLLABLES.contains(bare)
}

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "q", "r",
    "s", "t", "th", "tr", "v", "x", "qu",
];
const CODAS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// Whether bare letters could be a syllable: a beginning, one to three vowels, an end.
pub(super) fn is_possible(bare: &str) -> bool {
    let is_vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let onset = bare.find(is_vowel).unwrap_or(bare.len());
    let end = bare.rfind(is_vowel).map_or(0, |last| last + 1);
    let part = |range| bare.get(range).unwrap_or_default();
    let vowels = part(onset..end);
    (1..=3).contains(&vowels.len())
        && vowels.chars().all(is_vowel)
        && ONSETS.contains(&part(0..onset))
        && CODAS.contains(&part(end..bare.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_told_from_other_words() {
        for (word, is_one) in [
            ("gay", true),
            ("nghieng", true),
            ("quy", true),
            ("an", true),
            ("fuck", false),
            ("casino", false),
            ("sex", false),
            ("tch", false),
            ("", false),
        ] {
            assert_eq!(is_possible(word), is_one, "{word}");
        }
        assert!(SYLLABLES.iter().all(|syllable| is_possible(syllable)));
    }
}
