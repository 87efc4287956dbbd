//! Hangul: a syllable is what a reader takes for a letter (Unicode Standard, section 3.12).
//!
//! Syllables are counted, divided, repeated and starred as ideographs are. A syllable that is spelled out in jamo
//! (`ㅅㅣㅂㅏㄹ`, `바ㄹ`) is that syllable. Jamo that spell none are letters of their own: initials (`ㅅㅂ`), laughing
//! (`ㅋㅋ`) and crying (`ㅠㅠ`). A syllable without a consonant of its own that only draws out the vowel before it repeats the
//! syllable: `씨이`.

use std::ops::Range;

use crate::glyph::{Glyph, Joined, Kind};
use crate::letters::Letters;

/// The jamo in the order that Unicode counts syllables by; the final ones follow the syllable without one.
const LEADS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS: &str = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const TAILS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
/// Two consonants that are one character.
const CLUSTERS: [(char, [char; 2]); 11] = [
    ('ㄳ', ['ㄱ', 'ㅅ']),
    ('ㄵ', ['ㄴ', 'ㅈ']),
    ('ㄶ', ['ㄴ', 'ㅎ']),
    ('ㄺ', ['ㄹ', 'ㄱ']),
    ('ㄻ', ['ㄹ', 'ㅁ']),
    ('ㄼ', ['ㄹ', 'ㅂ']),
    ('ㄽ', ['ㄹ', 'ㅅ']),
    ('ㄾ', ['ㄹ', 'ㅌ']),
    ('ㄿ', ['ㄹ', 'ㅍ']),
    ('ㅀ', ['ㄹ', 'ㅎ']),
    ('ㅄ', ['ㅂ', 'ㅅ']),
];

const FIRST: u32 = 0xAC00;
const VOWELS_A_LEAD: u32 = 21;
const TAILS_A_VOWEL: u32 = 28;
/// Vowels that begin with another sound, each with what is heard when they are drawn out: ㅕ and ㅓ.
const PLAIN: [(u32, u32); 8] = [(2, 0), (6, 4), (12, 8), (17, 13), (9, 0), (14, 4), (7, 5), (3, 1)];
/// The lead that is not spoken.
const SILENT: u32 = 11;

/// Before the first of the jamo that only end a syllable.
const BEFORE_TAILS: u32 = 0x11A7;

/// Whether it is a syllable.
pub(super) const fn is_syllable(base: char) -> bool {
    matches!(base, '\u{AC00}'..='\u{D7A3}')
}

/// Whether it is a jamo that ends the syllable before it.
const fn is_tail(base: char) -> bool {
    matches!(base, '\u{11A8}'..='\u{11C2}')
}

/// Whether it is a jamo of its own.
const fn is_jamo(base: char) -> bool {
    matches!(base, '\u{3131}'..='\u{3163}')
}

/// Whether it is written in Hangul.
pub(super) const fn is_hangul(base: char) -> bool {
    is_syllable(base) || is_jamo(base)
}

/// Letters that are no part of words: those for laughing and crying.
const fn is_feeling(base: char) -> bool {
    matches!(base, 'ㅋ' | 'ㅎ' | 'ㅠ' | 'ㅜ' | 'ㅡ')
}

/// A character as one of the jamo that glyphs have: those of a syllable in parts, and those of half width, too.
fn jamo(character: char) -> Option<char> {
    let nth = |all: &str, first: u32| all.chars().nth((character as u32 - first) as usize);
    match character {
        '\u{1100}'..='\u{1112}' => nth(LEADS, 0x1100),
        '\u{1161}'..='\u{1175}' => nth(VOWELS, 0x1161),
        '\u{3131}'..='\u{3163}' => Some(character),
        '\u{FFA1}'..='\u{FFBE}' => char::from_u32(character as u32 - 0xFFA1 + 0x3131),
        '\u{FFC2}'..='\u{FFC7}' => nth(VOWELS, 0xFFC2),
        '\u{FFCA}'..='\u{FFCF}' => nth(VOWELS, 0xFFCA - 6),
        '\u{FFD2}'..='\u{FFD7}' => nth(VOWELS, 0xFFD2 - 12),
        '\u{FFDA}'..='\u{FFDC}' => nth(VOWELS, 0xFFDA - 18),
        _ => None,
    }
}

const fn is_vowel(jamo: char) -> bool {
    matches!(jamo, '\u{314F}'..='\u{3163}')
}

/// Gives the glyphs of a character to `see`.
pub(super) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    let glyph = |base| Glyph::new(base, Letters::NONE, Kind::Letter);
    if is_syllable(character) || is_tail(character) {
        see(glyph(character));
        return true;
    }
    let Some(jamo) = jamo(character) else { return false };
    match CLUSTERS.iter().find(|(cluster, _)| *cluster == jamo) {
        Some((_, parts)) => parts.iter().for_each(|part| see(glyph(*part))),
        None => see(glyph(jamo)),
    }
    true
}

/// The glyph of a consonant where it stands in a text, if it ends the syllable before it.
pub(super) fn within(text: &str, span: &Range<usize>, character: char) -> Option<Glyph> {
    let consonant = jamo(character).filter(|jamo| !is_vowel(*jamo) && !is_feeling(*jamo))?;
    let before = text.get(..span.start)?.chars().next_back()?;
    let after = text.get(span.end..)?.chars().next();
    let after_jamo = after.and_then(jamo);
    let is_final = if jamo(before).is_some_and(is_vowel) {
        !after_jamo.is_some_and(is_vowel)
    } else {
        // Behind a whole syllable, it may as well begin something else.
        is_syllable(before)
            && after_jamo.is_none()
            && match consonant {
                'ㄴ' | 'ㄹ' => true,
                'ㄱ' | 'ㅁ' | 'ㅂ' | 'ㅅ' | 'ㅈ' => !after.is_some_and(is_syllable),
                _ => false,
            }
    };
    let tail = number(TAILS, consonant).filter(|_| is_final)?;
    char::from_u32(BEFORE_TAILS + 1 + tail).map(|tail| Glyph::new(tail, Letters::NONE, Kind::Letter))
}

/// The lead, the vowel and the tail of a syllable, as numbers.
fn parts(syllable: char) -> Option<(u32, u32, u32)> {
    let nth = (syllable as u32).checked_sub(FIRST).filter(|_| is_syllable(syllable))?;
    let vowel = nth / TAILS_A_VOWEL;
    Some((vowel / VOWELS_A_LEAD, vowel % VOWELS_A_LEAD, nth % TAILS_A_VOWEL))
}

fn syllable(lead: u32, vowel: u32, tail: u32) -> Option<char> {
    char::from_u32(FIRST + (lead * VOWELS_A_LEAD + vowel) * TAILS_A_VOWEL + tail)
}

fn number(all: &str, jamo: char) -> Option<u32> {
    (0..).zip(all.chars()).find(|(_, one)| *one == jamo).map(|(nth, _)| nth)
}

pub(super) fn join(before: Glyph, glyph: Glyph) -> Joined {
    joined(before, glyph).unwrap_or(Joined::Apart)
}

fn joined(before: Glyph, glyph: Glyph) -> Option<Joined> {
    let one = |base| Joined::One(Glyph::new(base, Letters::NONE, Kind::Letter));
    if is_jamo(before.base) {
        let are_feelings = is_feeling(before.base) && is_feeling(glyph.base);
        let lead = number(LEADS, before.base).filter(|_| !are_feelings)?;
        return syllable(lead, number(VOWELS, glyph.base)?, 0).map(one);
    }
    let (lead, vowel, 0) = parts(before.base)? else { return None };
    if is_tail(glyph.base) {
        return syllable(lead, vowel, glyph.base as u32 - BEFORE_TAILS).map(one);
    }
    let is_sound = |other: u32| other == vowel || PLAIN.contains(&(vowel, other));
    let is_drawn_out = number(VOWELS, glyph.base).is_some_and(is_sound)
        || parts(glyph.base).is_some_and(|(lead, vowel, tail)| lead == SILENT && tail == 0 && is_sound(vowel));
    is_drawn_out.then_some(Joined::Swapped(before, before))
}

/// Whether a word ends between two characters, at least one of which is Hangul: jamo are no part of words in syllables,
/// nor is a feeling; particles follow Latin words and numbers directly.
pub(super) const fn divides(before: char, after: char) -> bool {
    match (is_hangul(before), is_hangul(after)) {
        (true, true) => is_jamo(before) != is_jamo(after) || is_feeling(before) != is_feeling(after),
        (true, false) => after.is_ascii_alphanumeric(),
        (false, true) => before.is_ascii_alphabetic(),
        (false, false) => false,
    }
}
