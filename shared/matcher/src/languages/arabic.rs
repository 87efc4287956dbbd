//! Arabic letters, also for Persian and Urdu: one letter has several characters, by keyboard and habit.
//!
//! Vowel points are left out or put in as one likes, and so is the hamza on a letter ([`crate::unicode`]). Final letters
//! are confused in Arabic itself: `ة` and `ه`, `ى` and `ي` (L. S. Larkey et al., "Light stemming for Arabic information
//! retrieval", normalisation).

/// Whether it is an Arabic letter.
pub(super) const fn is_arabic(base: char) -> bool {
    matches!(base, '\u{620}'..='\u{6FF}')
}

/// Divides the parts of a Persian word, which may as well be joined, or divided by a space.
pub(super) const NON_JOINER: char = '\u{200C}';

/// The bar that makes a word longer, and is no letter.
pub(super) const BAR: char = 'ـ';

/// The character that all forms of a letter are taken for.
pub(super) const fn folded(character: char) -> char {
    match character {
        'ى' | 'ی' | 'ې' | 'ۍ' | '\u{6D2}' => 'ي',
        'ک' | 'ڪ' | 'ګ' => 'ك',
        'ة' | 'ہ' | 'ۃ' | 'ھ' | 'ە' | 'ۀ' | 'ۂ' => 'ه',
        'ٱ' => 'ا',
        _ => character,
    }
}
