//! What the matcher knows about single languages and scripts.
//!
//! Everything else treats all writing alike. What holds for some writing only is here, in one file for each script:
//!
//! | file | folds | divides | may repeat | may be missing |
//! |---|---|---|---|---|
//! | [`latin`] | ligatures, `ß`, the two `i` of Turkish | | | accents, unless that makes another word |
//! | [`arabic`] | the forms of a letter, the bar that makes words longer | | letters | |
//! | [`cyrillic`] | `ё`, `й` in two characters | | | |
//! | [`hangul`] | jamo that spell a syllable | as ideographs; digits | syllables | |
//! | [`thai`] | the order of marks, `เเ` | spaces, only everywhere | marks | |
//!
//! A character first becomes glyphs ([`glyphs`]). A mark or a glyph that follows may change the one before ([`marked`],
//! [`join`]). Whether letters of the same base, but with other [`Marks`], are the term's is asked once a term was read
//! ([`agree`]).

mod arabic;
mod cyrillic;
mod hangul;
mod latin;
mod marks;
mod thai;
mod vietnamese;

pub(crate) use latin::{agree, has_words_around};
pub(crate) use marks::Marks;

use std::borrow::Cow;
use std::ops::Range;

use crate::glyphs::Glyph;
use crate::pattern::Letter;
use crate::stream::Stream;

/// What becomes of a glyph behind another.
pub(crate) enum Joined {
    /// It is a letter of its own.
    Apart,
    /// Both are one letter.
    One(Glyph),
    /// They are marks of one letter, in an order that is not the usual one.
    Swapped(Glyph, Glyph),
}

/// Gives the glyphs of a character to `see`, if its script knows better than its compatibility decomposition what they
/// are.
pub(crate) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    match character {
        '\u{80}'..='\u{24F}' | '\u{1E9E}' => latin::glyphs(character, see),
        '\u{400}'..='\u{52F}' => cyrillic::glyphs(character, see),
        // It has no glyph.
        arabic::BAR => true,
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
        _ => None,
    }
}

/// The other ways to spell a term, each with whether its marks must not be missing in the text.
pub(crate) fn respelled(term: &str) -> Vec<(String, bool)> {
    latin::respelled(term)
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
        '\u{E00}'..='\u{EFF}' => thai::join(before, glyph),
        '\u{11A8}'..='\u{11C2}' | '\u{3131}'..='\u{3163}' | '\u{AC00}'..='\u{D7A3}' => hangul::join(before, glyph),
        _ => Joined::Apart,
    }
}

/// Whether a stretch of units neither begins nor ends within what a reader sees as one letter.
pub(crate) fn is_whole(stream: &Stream, first: usize, last: usize) -> bool {
    let base = |at: usize| stream.units.get(at).map_or('\0', |unit| unit.base);
    let (before, after) = (base(first.wrapping_sub(1)), base(last + 1));
    // Most texts are in no script in which this could be.
    (before < '\u{E00}' || !thai::leads(before)) && (after < '\u{E00}' || !thai::is_mark(after))
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

/// How many places between the letters of a term there are where they can be divided: none before a mark, which stays
/// with its letter.
pub(crate) fn places(letters: &[Letter]) -> usize {
    letters.iter().skip(1).filter(|letter| letter.base < '\u{E00}' || !thai::is_mark(letter.base)).count()
}

/// Whether one letter that stands twice in a text, and once in a term of this length, is a disguise in its script: it is
/// where that makes no other word.
pub(crate) fn is_doubled_on_purpose(letter: char, length: usize) -> bool {
    thai::is_mark(letter)
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

/// Whether a term is written in Cyrillic.
pub(crate) fn is_cyrillic(letters: &[Letter]) -> bool {
    letters.first().is_some_and(|letter| cyrillic::is_cyrillic(letter.base))
}

/// Whether a term is in a script where a space ends a sentence or clause, so that it is not divided by a few of them.
pub(crate) fn has_clauses_for_spaces(letters: &[Letter]) -> bool {
    letters.first().is_some_and(|letter| thai::is_thai(letter.base))
}
