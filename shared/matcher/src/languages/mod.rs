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
//! [`vietnamese`] has the syllables of that language, which [`latin`] asks for.
//!
//! A character first becomes glyphs ([`glyphs`]). A mark or a glyph that follows may change the one before ([`marked`],
//! [`join`]). Whether letters of the same base, but with other [`Marks`], are the term's is asked once a term was read
//! ([`agree`]).

mod arabic;
mod cyrillic;
mod devanagari;
mod hangul;
mod kana;
mod latin;
mod marks;
mod thai;
mod vietnamese;

pub(crate) use latin::has_words_around;
pub(crate) use marks::Marks;

use std::borrow::Cow;
use std::ops::Range;

use marks::Difference;

use crate::dictionary::Expected;
use crate::glyphs::{Glyph, Kind};
use crate::pattern::Letter;
use crate::stream::Stream;
use crate::verify::reads;

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

/// Another way to spell a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) text: String,
    /// Its marks must not be missing in the text.
    pub(crate) marks_are_needed: bool,
    /// It only looks like the term, whose letters are still what is compared.
    pub(crate) letters_stay: bool,
}

impl Spelling {
    const fn new(text: String) -> Self {
        Self { text, marks_are_needed: false, letters_stay: false }
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

/// Whether a stretch of units neither begins nor ends within what a reader sees as one letter.
pub(crate) fn is_whole(stream: &Stream, first: usize, last: usize) -> bool {
    let base = |at: usize| stream.units.get(at).map_or('\0', |unit| unit.base);
    let (before, after) = (base(first.wrapping_sub(1)), base(last + 1));
    let goes_on = || {
        let is_drawn = stream.units.get(last + 1).is_some_and(|unit| unit.kind == Kind::Drawn);
        !is_drawn && kana::goes_on(after, stream.marks(last + 1))
    };
    // Most texts are in no script in which this could be.
    (before < '\u{E00}' || !thai::leads(before)) && (after < '\u{E00}' || !(thai::is_mark(after) || goes_on()))
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

/// How many places between the letters of a term there are where they can be divided.
pub(crate) fn places(letters: &[Letter]) -> usize {
    let pairs = letters.iter().zip(letters.iter().skip(1));
    pairs.filter(|(before, letter)| !is_attached(before.base(), letter.base())).count()
}

/// Whether a term is long enough for its vowels to be drawn out by signs that it lacks.
pub(crate) fn may_be_drawn_out(letters: &[Letter]) -> bool {
    letters.len() >= kana::LEAST_CHANGED
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

/// Whether a term is written in Cyrillic.
pub(crate) fn is_cyrillic(letters: &[Letter]) -> bool {
    letters.first().is_some_and(|letter| cyrillic::is_cyrillic(letter.base()))
}

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

/// The most letters that are looked at: one bit for each.
const MOST: usize = 128;

/// What the marks of a term's letters have in common with those that were read for them, one bit for each letter.
#[derive(Debug, Default, Clone, Copy)]
struct Reading {
    same: u128,
    missing: u128,
    added: u128,
}

/// Whether the marks of what was read as a term are those of the term, or differ from them as they do in a disguise.
pub(crate) fn agree(stream: &Stream, expected: &Expected<'_>, star: Option<usize>, units: &Range<usize>) -> bool {
    let letters = expected.letters;
    let is_plain =
        letters.iter().all(|letter| letter.marks().is_none()) && units.clone().all(|at| stream.marks(at).is_none());
    if is_plain || letters.len() > MOST {
        return true;
    }
    let mut read = Reading::default();
    let mut forms = kana::Forms::default();
    let mut come_to: Option<usize> = None;
    for at in units.clone() {
        let next = come_to.map_or(0, |nth| nth + 1);
        if star == Some(at) {
            come_to = Some(next);
            continue;
        }
        let Some(unit) = stream.units.get(at) else { return true };
        let is = |nth: usize| letters.get(nth).filter(|letter| reads(unit, **letter)).map(|letter| (nth, letter));
        let Some((nth, letter)) = is(next).or_else(|| come_to.and_then(is)) else { continue };
        come_to = Some(nth);
        let marks = stream.marks(at);
        let bit = 1 << nth;
        if kana::is_kana(letter.base()) {
            forms.see(letter.base(), letter.marks(), marks);
            continue;
        }
        let difference = if letter.base().is_ascii() {
            letter.marks().compare(marks)
        } else if letter.marks() == marks {
            Difference::None
        } else {
            Difference::Added
        };
        match difference {
            Difference::None => read.same |= bit,
            Difference::Missing if letter.marks().is_needed() => return false,
            Difference::Missing => read.missing |= bit,
            Difference::Added if letter.base() == 'n' && marks == Marks::TILDE => return false,
            Difference::Added => read.added |= bit,
            Difference::Other => return false,
        }
    }
    let kind = |at: usize| {
        let unit = stream.units.get(at).filter(|unit| kana::is_kana(unit.base) && unit.kind != Kind::Drawn);
        unit.map(|_| stream.marks(at))
    };
    if !forms.are_a_disguise(letters.len(), [units.start.checked_sub(1).and_then(kind), kind(units.end)]) {
        return false;
    }
    // A repeated letter need not repeat its marks.
    read.missing &= !read.same;
    read.added &= !read.same;
    if read.missing | read.added == 0 {
        return true;
    }
    let is_devanagari = letters.first().is_some_and(|letter| devanagari::is_devanagari(letter.base()));
    if is_devanagari {
        letters.len() >= devanagari::LEAST_CONFUSED
    } else {
        latin::agree(stream, expected, read, units)
    }
}
