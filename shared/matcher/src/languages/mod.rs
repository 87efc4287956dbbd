//! What the matcher knows about single languages and scripts.
//!
//! Everything else treats all writing alike. What holds for some writing only is here, in one file for each script:
//!
//! | file | folds | divides | may repeat | may be missing |
//! |---|---|---|---|---|
//! | [`arabic`] | the forms of a letter, the bar that makes words longer | compounds at a space | letters | points and hamza ([`crate::unicode`]) |
//! | [`cyrillic`] | `ё`, `й` in two characters | | letters of longer terms | |
//! | [`devanagari`] | nukta, nasals, long vowels | any sign, by syllables; compounds at a space | vowels | |
//! | [`hangul`] | jamo that spell a syllable | as ideographs; a digit or letter; compounds at a space | syllables, vowels | |
//! | [`kana`] | both kinds, sizes and widths | as ideographs | bars, small vowels | bars, for vowels |
//! | [`latin`] | ligatures, `ß`, umlauts, the two `i` of Turkish | | | accents, unless that makes another word |
//! | [`thai`] | the order of marks, `เเ` | spaces, only everywhere | marks | |
//!
//! A character first becomes glyphs ([`glyphs`]). A mark or a glyph that follows may change the one before ([`marked`],
//! [`join`]). Once a term was read, two questions are left: whether it was [divided](division) on purpose, and whether
//! letters with other [marks](crate::marks) than the term's are the term's ([`agreement`]; for Latin ones [`accents`],
//! which asks [`vietnamese`] for the syllables of that language).

pub(crate) mod accents;
pub(crate) mod agreement;
mod arabic;
mod cyrillic;
mod devanagari;
pub(crate) mod division;
mod hangul;
mod kana;
mod latin;
pub(crate) mod spelling;
#[cfg(test)]
mod tests;
mod thai;
mod vietnamese;

use std::borrow::Cow;
use std::ops::Range;

use spelling::Spelling;

use crate::glyph::{Glyph, Joined};

/// Gives the glyphs of a character to `see`, if its script knows better than its compatibility decomposition what they
/// are.
pub(crate) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    match character {
        '\u{80}'..='\u{24F}' | '\u{1E9E}' => latin::glyphs(character, see),
        '\u{400}'..='\u{52F}' => cyrillic::glyphs(character, see),
        '\u{900}'..='\u{97F}' => devanagari::glyphs(character, see),
        // It has no glyph.
        arabic::BAR => true,
        '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309C}' | '\u{30A1}'..='\u{30FC}' | '\u{FF66}'..='\u{FF9F}' => {
            kana::glyphs(character, see)
        }
        '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{3163}' | '\u{AC00}'..='\u{D7A3}' | '\u{FFA1}'..='\u{FFDC}' => {
            hangul::glyphs(character, see)
        }
        _ => false,
    }
}

/// A character that decomposes no further, as the one that it is the same letter as.
pub(crate) const fn folded(part: char) -> char {
    match part {
        '\u{620}'..='\u{6FF}' => arabic::folded(part),
        _ => part,
    }
}

/// The glyph of a character where it stands in a text, if it has another one there than elsewhere.
pub(crate) fn glyph_within(text: &str, span: &Range<usize>, character: char) -> Option<Glyph> {
    match character {
        '\u{1100}'..='\u{1112}' | '\u{3131}'..='\u{314E}' | '\u{FFA1}'..='\u{FFBE}' => {
            hangul::within(text, span, character)
        }
        '\u{94D}' => devanagari::within(text, span, character),
        _ => None,
    }
}

/// The other ways to spell a term.
pub(crate) fn respelled(term: &str) -> Vec<Spelling> {
    if term.contains(|character| matches!(character, '\u{3041}'..='\u{30FC}')) {
        kana::respelled(term)
    } else if term.contains(cyrillic::is_cyrillic) {
        cyrillic::respelled(term)
    } else if term.contains(latin::is_latin) {
        latin::respelled(term)
    } else {
        Vec::new()
    }
}

/// A term with spaces where its language writes the parts of a word side by side, joined or apart, as one likes.
pub(crate) fn with_spaces(term: &str) -> Cow<'_, str> {
    if term.contains(arabic::NON_JOINER) && term.contains(arabic::is_arabic) {
        Cow::Owned(term.replace(arabic::NON_JOINER, " "))
    } else {
        Cow::Borrowed(term)
    }
}

/// A glyph with a mark that follows it. `None` if the mark does not tell letters of its script apart.
pub(crate) fn marked(glyph: Glyph, mark: char) -> Option<Glyph> {
    match mark {
        // They have a dot anyway.
        '\u{307}' if matches!(glyph.base, 'i' | 'j') => Some(glyph),
        '\u{300}'..='\u{36F}' if cyrillic::is_cyrillic(glyph.base) => cyrillic::marked(glyph, mark),
        '\u{300}'..='\u{36F}' if glyph.base.is_ascii_lowercase() => Some(glyph.with(glyph.marks.with(mark))),
        _ => None,
    }
}

/// What becomes of a glyph behind another.
pub(crate) fn join(before: Glyph, glyph: Glyph) -> Joined {
    match glyph.base {
        '\u{900}'..='\u{97F}' => devanagari::join(before, glyph),
        '\u{E00}'..='\u{EFF}' => thai::join(before, glyph),
        '\u{3099}' | '\u{309A}' | '\u{30A1}'..='\u{30FC}' => kana::join(before, glyph),
        '\u{11A8}'..='\u{11C2}' | '\u{3131}'..='\u{3163}' | '\u{AC00}'..='\u{D7A3}' => hangul::join(before, glyph),
        _ => Joined::Apart,
    }
}

/// Whether an ASCII character behind this one is never divided from it, and divides nothing, as in most scripts.
#[inline]
pub(crate) const fn joins_ascii(before: char) -> bool {
    before < '\u{1100}'
}

/// Whether a word ends between two letters or digits, since they are of different scripts.
pub(crate) fn divides(before: char, after: char) -> bool {
    (before >= '\u{3131}' || after >= '\u{3131}') && hangul::divides(before, after)
}

/// Whether a letter or digit stands between two letters of a script that no word has it between, to divide them.
/// `after` is the text behind it.
pub(crate) fn is_divider_within(before: char, character: char, after: Option<&str>) -> bool {
    hangul::is_syllable(before)
        && character.is_ascii_alphanumeric()
        && after.and_then(|after| after.chars().next()).is_some_and(hangul::is_syllable)
}

/// Whether a letter of a script with spaces between words stands for a whole syllable, and is treated as an ideograph.
pub(crate) const fn is_syllable(base: char) -> bool {
    hangul::is_hangul(base)
}

/// Whether a letter makes one with those before it in the eyes of a reader, so that nothing stands between them.
pub(crate) const fn is_attached(before: char, letter: char) -> bool {
    letter >= '\u{900}' && (devanagari::joins(before, letter) || thai::is_mark(letter))
}

/// The marks that are attached to letters and are steps of a term of their own.
pub(crate) fn marks() -> impl Iterator<Item = char> {
    ('\u{900}'..='\u{97F}')
        .chain('\u{E00}'..='\u{EFF}')
        .filter(|mark| devanagari::is_mark(*mark) || thai::is_mark(*mark))
}

/// Whether a term of this many letters is long enough for its vowels to be drawn out by signs that it lacks.
pub(crate) const fn may_be_drawn_out(length: usize) -> bool {
    length >= kana::LEAST_CHANGED
}

/// Whether one letter that stands twice in a text, and once in a term of this length, is a disguise in its script: it is
/// where that makes no other word.
pub(crate) fn is_doubled_on_purpose(letter: char, length: usize) -> bool {
    thai::is_mark(letter)
        || devanagari::is_mark(letter)
        || hangul::is_hangul(letter)
        || (arabic::is_arabic(letter) && length >= LEAST_DOUBLED_ARABIC)
        || (cyrillic::is_cyrillic(letter) && length >= LEAST_DOUBLED_CYRILLIC)
}

/// Arabic does not write a long consonant twice.
const LEAST_DOUBLED_ARABIC: usize = 3;
/// Words of Cyrillic letters double some: shorter ones become others.
const LEAST_DOUBLED_CYRILLIC: usize = 5;

/// Whether two characters are letters of one script. Then one does not stand for the other, although both may look like
/// the same Latin letter.
pub(crate) const fn are_of_one_script(one: char, other: char) -> bool {
    (cyrillic::is_cyrillic(one) && cyrillic::is_cyrillic(other))
        || (is_greek(one) && is_greek(other))
        || (matches!(one, '\u{530}'..='\u{58F}') && matches!(other, '\u{530}'..='\u{58F}'))
}

const fn is_greek(base: char) -> bool {
    matches!(base, '\u{370}'..='\u{3FF}')
}

/// Whether it is a Cyrillic letter.
pub(crate) const fn is_cyrillic(base: char) -> bool {
    cyrillic::is_cyrillic(base)
}
