//! Where the letters of a term can be divided, and when they were divided on purpose, by script.

use super::{arabic, devanagari, hangul, is_attached, thai};
use crate::pattern::Letter;

/// How the letters of a term were divided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Division {
    /// How many of the places between them.
    pub(crate) gaps: usize,
    pub(crate) has_space: bool,
    /// By something that ends a clause.
    pub(crate) has_stop: bool,
    /// No word goes on at either end.
    pub(crate) are_words: bool,
}

/// Terms of at least this many syllables are compounds, which are also written apart: `조건 만남`.
const LEAST_HANGUL_COMPOUND: usize = 4;
/// Likewise for Devanagari: `मादर चोद`.
const LEAST_DEVANAGARI_COMPOUND: usize = 5;
/// Likewise for Arabic, by letters: `مادر جنده`.
const LEAST_ARABIC_COMPOUND: usize = 6;

/// Whether a term was divided on purpose, where its script has a rule of its own.
pub(crate) fn is_divided_enough(letters: &[Letter], division: &Division) -> Option<bool> {
    let Division { gaps, has_space, has_stop, are_words } = *division;
    let first = letters.first()?.base();
    let places = places(letters);
    // The parts of a compound.
    let are_parts = |is_long: bool| is_long && are_words && has_space && !has_stop;
    if hangul::is_hangul(first) {
        return has_space.then(|| (are_words && gaps * 2 >= places) || are_parts(places + 1 >= LEAST_HANGUL_COMPOUND));
    }
    if thai::is_thai(first) {
        // A space ends a clause.
        return has_space.then_some(places > 1 && gaps >= places);
    }
    if devanagari::is_devanagari(first) {
        // No sign stands within a word.
        return (!has_space || are_parts(places + 1 >= LEAST_DEVANAGARI_COMPOUND)).then_some(true);
    }
    (arabic::is_arabic(first) && are_parts(letters.len() >= LEAST_ARABIC_COMPOUND)).then_some(true)
}

/// How many places between the letters of a term there are where they can be divided.
pub(crate) fn places(letters: &[Letter]) -> usize {
    let pairs = letters.iter().zip(letters.iter().skip(1));
    pairs.filter(|(before, letter)| !is_attached(before.base(), letter.base())).count()
}
