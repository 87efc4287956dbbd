//! Thai and Lao: vowels and tones above and below the letters (Unicode Standard, section 16.1 and 16.2).
//!
//! Marks always count: another tone is another word. A letter and its marks are one character. The marks may be typed in
//! any order, and are drawn alike. There are no spaces between words; one ends a clause.

use crate::glyph::{Glyph, Joined};

/// Whether it is a character of one of the two scripts.
pub(super) const fn is_thai(base: char) -> bool {
    matches!(base, '\u{E00}'..='\u{EFF}')
}

/// Whether it is a mark that stays with the letter before it.
pub(super) const fn is_mark(base: char) -> bool {
    is_vowel_mark(base) || is_tone(base)
}

const fn is_vowel_mark(base: char) -> bool {
    matches!(base, '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}' | '\u{E4D}'
        | '\u{EB1}' | '\u{EB4}'..='\u{EBC}' | '\u{ECD}')
}

/// Tones, and the sign that a letter is silent.
const fn is_tone(base: char) -> bool {
    matches!(base, '\u{E48}'..='\u{E4C}' | '\u{E4E}' | '\u{EC8}'..='\u{ECC}')
}

/// Whether it is a vowel that is written before the letter that it is said after.
pub(super) const fn leads(base: char) -> bool {
    matches!(base, '\u{E40}'..='\u{E44}' | '\u{EC0}'..='\u{EC4}')
}

pub(super) fn join(before: Glyph, glyph: Glyph) -> Joined {
    if is_tone(before.base) && is_vowel_mark(glyph.base) {
        return Joined::Swapped(glyph, before);
    }
    // Two of the one vowel look like the other.
    match (before.base, glyph.base) {
        ('เ', 'เ') => Joined::One(Glyph { base: 'แ', ..glyph }),
        _ => Joined::Apart,
    }
}
