//! Cyrillic letters: `ё` is written `е`, `й` is no accented `и`, and digits stand for other letters than Latin ones.
//!
//! A Cyrillic letter may look like a Latin one (`confusables.txt`). It then stands for that in a Latin term, and the Latin
//! one for it in a Cyrillic term. But two Cyrillic letters that look like the same Latin one are different letters.

use super::spelling::Spelling;
use crate::confusables;
use crate::glyph::{Glyph, Kind};
use crate::letters::Letters;

/// Whether it is a Cyrillic letter.
pub(super) const fn is_cyrillic(base: char) -> bool {
    matches!(base, '\u{400}'..='\u{52F}')
}

fn glyph(base: char, looks: char) -> Glyph {
    Glyph::new(base, confusables::of(looks).unwrap_or(Letters::NONE), Kind::Letter)
}

/// Gives the glyph of a letter to `see` that Unicode has as another letter with an accent.
pub(super) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    let glyph = match character {
        'ё' | 'Ё' | 'ѐ' | 'Ѐ' => glyph('е', 'е'),
        'ѝ' | 'Ѝ' => glyph('и', 'и'),
        'й' | 'Й' => glyph('й', 'и'),
        'ї' | 'Ї' => glyph('ї', 'і'),
        'ў' | 'Ў' => glyph('ў', 'у'),
        'ѓ' | 'Ѓ' => glyph('ѓ', 'г'),
        'ќ' | 'Ќ' => glyph('ќ', 'к'),
        // `4`.
        'ч' | 'Ч' => Glyph::new('ч', Letters::CHE, Kind::Letter),
        _ => return false,
    };
    see(glyph);
    true
}

/// A term as it looks when a Latin `u` stands for its `и` and `й`. For those it looks like an `n` otherwise.
pub(super) fn respelled(term: &str) -> Vec<Spelling> {
    let text: String =
        term.chars().map(|letter| if matches!(letter, 'и' | 'й' | 'И' | 'Й') { 'u' } else { letter }).collect();
    let is_other = text != term;
    is_other.then_some(Spelling { letters_stay: true, ..Spelling::new(text) }).into_iter().collect()
}

/// A letter with the mark that makes another one of it. Other marks say where a word is stressed.
pub(super) fn marked(before: Glyph, mark: char) -> Option<Glyph> {
    match (before.base, mark) {
        ('и', '\u{306}') => Some(glyph('й', 'и')),
        ('у', '\u{306}') => Some(glyph('ў', 'у')),
        ('і', '\u{308}') => Some(glyph('ї', 'і')),
        _ => None,
    }
}
