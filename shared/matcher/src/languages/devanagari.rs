//! Devanagari, for Hindi and its neighbours (Unicode Standard, section 12.1).
//!
//! Writers leave out the dot below a letter (nukta), write a nasal before a consonant in three ways (`ं`, `ँ`, or the
//! nasal of its class: `रण्डी`), and confuse long and short vowels. A consonant and its vowel are one letter to a reader:
//! they are divided and starred together.

use std::ops::Range;

use crate::glyph::{Glyph, Joined, Kind};
use crate::letters::Letters;
use crate::marks::Marks;

const NUKTA: char = '\u{93C}';
const NASAL: char = '\u{902}';
const VIRAMA: char = '\u{94D}';
/// On [`NASAL`]: it is written as a consonant, of which this is the last character.
const OF_CONSONANT: Marks = Marks::from_bits(2);

/// Short vowels and long ones.
const LENGTHS: [(char, char); 4] = [('\u{93F}', '\u{940}'), ('\u{941}', '\u{942}'), ('इ', 'ई'), ('उ', 'ऊ')];
/// Vowels within a syllable, and the same as syllables.
const VOWELS: [(char, char); 5] =
    [('\u{93E}', 'आ'), ('\u{93F}', 'इ'), ('\u{941}', 'उ'), ('\u{947}', 'ए'), ('\u{94B}', 'ओ')];

/// A term of this length can hardly be another word if a vowel is long for short: `चूतिया`, but not `चूत`.
pub(super) const LEAST_CONFUSED: usize = 5;

/// Whether it is a letter or mark of the script.
pub(super) const fn is_devanagari(base: char) -> bool {
    matches!(base, '\u{900}'..='\u{97F}')
}

/// Whether it is a mark that stays with the letter before it.
pub(super) const fn is_mark(base: char) -> bool {
    matches!(base, '\u{900}'..='\u{903}' | '\u{93A}'..='\u{93C}' | '\u{93E}'..='\u{94F}' | '\u{951}'..='\u{957}' | '\u{962}' | '\u{963}')
}

/// Whether a letter makes one syllable with those before it.
pub(super) const fn joins(before: char, letter: char) -> bool {
    is_mark(letter) || before == VIRAMA
}

/// Gives the glyphs of a character to `see`.
pub(super) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    let (base, marks) = match LENGTHS.iter().find(|(short, long)| [*short, *long].contains(&character)) {
        Some((short, _)) => (*short, if *short == character { Marks::NONE } else { Marks::LONG }),
        None if character == '\u{901}' => (NASAL, Marks::NONE),
        None => return character == NUKTA,
    };
    see(Glyph::new(base, Letters::NONE, Kind::Letter).with(marks));
    true
}

/// The glyph of a virama where it stands in a text, if it ends a nasal that belongs to the consonant behind it.
pub(super) fn within(text: &str, span: &Range<usize>, character: char) -> Option<Glyph> {
    let before = text.get(..span.start)?.chars().next_back()?;
    let after = text.get(span.end..)?.chars().next()?;
    let is_nasal = matches!(before, 'ङ' | 'ञ' | 'ण' | 'न' | 'म');
    let has_nasal = matches!(after, 'क'..='घ' | 'च'..='झ' | 'ट'..='ढ' | 'त'..='ध' | 'प'..='भ' | '\u{958}'..='\u{95E}');
    let is_one = character == VIRAMA && is_nasal && has_nasal;
    is_one.then(|| Glyph::new(NASAL, Letters::NONE, Kind::Letter).with(OF_CONSONANT))
}

pub(super) fn join(before: Glyph, glyph: Glyph) -> Joined {
    if glyph.base == NASAL && glyph.marks == OF_CONSONANT {
        return Joined::One(glyph.with(Marks::NONE));
    }
    // A vowel that is drawn out.
    if VOWELS.contains(&(before.base, glyph.base)) {
        return Joined::Swapped(before, before);
    }
    Joined::Apart
}
