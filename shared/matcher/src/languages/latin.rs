//! Latin letters: ligatures, and what an accent may be.
//!
//! - **Another** accent is another letter: `các` is not `cặc`.
//! - A **missing** one is a disguise, or a keyboard without it: `encule`. But the bare spelling of a Vietnamese word may be
//!   another word, see [`vietnamese`].
//! - An **added** one is a disguise: `cásíno`. But if the words around have accents too, it is an ordinary word of their
//!   language: `gây`, `schwül`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::marks::{Difference, Marks};
use super::vietnamese;
use crate::dictionary::Expected;
use crate::glyphs::{Glyph, Kind, text_glyphs};
use crate::letters::Letters;
use crate::stream::Stream;
use crate::verify::reads;

/// The letters with accents of a language (Unicode CLDR, main exemplars), and how many of them its words hold at most.
const ALPHABETS: [(&str, u32); 13] = [
    ("àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ", 2), // Vietnamese, by the syllable
    ("äöü", 4),                                                                 // German
    ("àâçéèêëîïôûùüÿ", 4),                                                      // French
    ("áéíóúü", 1),                                                              // Spanish
    ("áâãàçéêíóôõú", 2),                                                        // Portuguese
    ("àèéìòóù", 1),                                                             // Italian, Catalan
    ("çğıöşüâîû", 9),                                                           // Turkish
    ("åäöéø", 4),                                                               // the Nordic languages
    ("ąćęńóśźż", 4),                                                            // Polish
    ("áčďéěíňóřšťúůýžľĺŕäô", 9),                                                // Czech, Slovak
    ("áéíóöőúüű", 9),                                                           // Hungarian
    ("ăâîșț", 4),                                                               // Romanian
    ("čćšžđ", 4),                                                               // Croatian
];
const VIETNAMESE: u16 = 1;

/// A term of up to this many letters that has an accent itself is another word with another accent more: `oç`, `öç`.
const LONGEST_SHORT: usize = 3;
/// From this many letters on, several words without any of their accents can hardly be others: `danh bac`.
const LEAST_BARE: usize = 6;
/// How many units to either side are looked at for what language this is.
const AROUND: usize = 48;
/// The most letters that are looked at: one bit for each.
const MOST: usize = 128;

/// The glyphs of a character that is no base with accents.
pub(super) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    let (letters, marks) = match character {
        'œ' | 'Œ' => ("oe", Marks::NONE),
        'æ' | 'Æ' => ("ae", Marks::NONE),
        'đ' | 'Đ' => ("d", Marks::STROKE),
        'ı' => ("i", Marks::DOTLESS),
        _ => return false,
    };
    for letter in letters.bytes() {
        see(Glyph::new(char::from(letter), Letters::of(letter), Kind::Letter).with(marks));
    }
    true
}

/// How German writes umlauts without keys for them.
const UMLAUTS: [(&str, &str); 3] = [("ä", "ae"), ("ö", "oe"), ("ü", "ue")];
/// German words whose two vowels are no umlaut.
const NO_UMLAUTS: [&str; 14] = [
    "duell", "duelle", "duett", "menuett", "aktuell", "manuell", "visuell", "rituell", "poet", "poesie", "oboe",
    "aloe", "statue", "israel",
];
/// From this many letters on, `ss` in a term may be `ß` in a text. In shorter words that would be another one: `aß`.
const LEAST_WITH_SHARP_S: usize = 6;

/// A term with its umlauts as two letters, with two letters as umlauts, with `ß` as `ss` and the other way round, as in
/// German. Each with whether the text must have the umlauts: `fuel` is not `ful`.
pub(super) fn respelled(term: &str) -> Vec<(String, bool)> {
    let term: String = term.nfc().flat_map(char::to_lowercase).collect();
    let sharp = |term: &str| {
        if term.contains('ß') {
            term.replace('ß', "ss")
        } else if term.len() >= LEAST_WITH_SHARP_S {
            term.replace("ss", "ß")
        } else {
            term.to_owned()
        }
    };
    let apart = UMLAUTS.iter().fold(term.clone(), |term, (umlaut, letters)| term.replace(umlaut, letters));
    let together = with_umlauts(&term);
    let all =
        [(sharp(&term), false), (sharp(&apart), false), (sharp(&together), true), (apart, false), (together, true)];
    let mut others: Vec<(String, bool)> = Vec::new();
    for (spelling, must_be_marked) in all {
        let is_other = spelling != term && !NO_UMLAUTS.contains(&spelling.as_str());
        if is_other && others.iter().all(|(other, _)| *other != spelling) {
            others.push((spelling, must_be_marked && !term.contains(['ä', 'ö', 'ü'])));
        }
    }
    others
}

/// A term with the two letters that may be an umlaut as one.
fn with_umlauts(term: &str) -> String {
    let mut all = String::new();
    let mut rest = term;
    while let Some(letter) = rest.chars().next() {
        // Behind another vowel or a `q`, the `u` belongs there: `neue`, `Quelle`.
        let is_alone = !all.ends_with(['a', 'e', 'i', 'o', 'u', 'q']);
        let pair = UMLAUTS.iter().find(|(_, letters)| is_alone && rest.starts_with(letters));
        let length = pair.map_or(letter.len_utf8(), |(_, letters)| letters.len());
        match pair {
            Some((umlaut, _)) => all.push_str(umlaut),
            None => all.push(letter),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    all
}

/// For a letter with its marks the languages that have it, one bit for each of [`ALPHABETS`].
static LANGUAGES: LazyLock<BTreeMap<(char, u8), u16>> = LazyLock::new(|| {
    let mut languages = BTreeMap::new();
    for (nth, (letters, _)) in ALPHABETS.iter().enumerate() {
        for letter in text_glyphs(letters) {
            *languages.entry((letter.base, letter.marks.bits())).or_default() |= 1 << nth;
        }
    }
    languages
});

fn languages_of(letter: (char, Marks)) -> u16 {
    LANGUAGES.get(&(letter.0, letter.1.bits())).copied().unwrap_or_default()
}

/// Ordinary words of which another one, or a rude one, is left without their accents.
static WORDS: LazyLock<BTreeSet<Vec<(char, u8)>>> = LazyLock::new(|| {
    let lines = include_str!("marked_words.txt").lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.map(|word| text_glyphs(word).iter().map(|glyph| (glyph.base, glyph.marks.bits())).collect()).collect()
});

/// What the letters of a term have in common with those that were read for it, one bit for each.
#[derive(Default)]
struct Reading {
    same: u128,
    missing: u128,
    added: u128,
    /// The languages that have all of the letters with added marks.
    languages: u16,
    /// The text has a letter of another language's alphabet.
    is_other: bool,
}

/// Whether the marks of what was read as a term are those of the term, or differ from them as they do in a disguise.
pub(crate) fn agree(stream: &Stream, expected: &Expected<'_>, star: Option<usize>, units: &Range<usize>) -> bool {
    let letters = expected.letters;
    let is_plain =
        letters.iter().all(|letter| letter.marks.is_none()) && units.clone().all(|at| stream.marks(at).is_none());
    if is_plain || letters.len() > MOST {
        return true;
    }
    let mut read = Reading { languages: u16::MAX, ..Reading::default() };
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
        match letter.marks.compare(marks) {
            Difference::None => read.same |= bit,
            Difference::Missing if letter.marks.is_needed() => return false,
            Difference::Missing => read.missing |= bit,
            Difference::Added => {
                read.added |= bit;
                read.languages &= languages_of((letter.base, marks));
                read.is_other |= letter.base == 'n' && marks == Marks::TILDE;
            }
            Difference::Other => read.is_other = true,
        }
    }
    // A repeated letter need not repeat its marks.
    read.missing &= !read.same;
    read.added &= !read.same;
    !read.is_other
        && (read.missing == 0 || vietnamese_may_lack(expected, &read))
        && (read.added == 0 || may_be_added(stream, expected, &read, units))
}

/// The words of a term: for each the first of its letters, and all of them without marks.
fn words(expected: &Expected<'_>) -> impl Iterator<Item = (usize, String)> {
    let letters = expected.letters;
    let starts =
        (0..letters.len()).filter(|nth| *nth == 0 || letters.get(*nth).is_some_and(|letter| letter.begins_word));
    starts.map(|start| {
        let rest = letters.get(start + 1..).unwrap_or_default().iter().take_while(|letter| !letter.begins_word);
        (start, letters.get(start).into_iter().chain(rest).map(|letter| letter.base).collect())
    })
}

/// Whether one of a word's letters is among those of a set.
const fn touches(set: u128, start: usize, word: &str) -> bool {
    let mask = if word.len() < MOST { (1 << word.len()) - 1 } else { u128::MAX };
    set >> start & mask != 0
}

/// Whether the marks are missing on purpose, or because the writer has no keys for them, so that no other ordinary words
/// of Vietnamese are meant.
fn vietnamese_may_lack(expected: &Expected<'_>, read: &Reading) -> bool {
    let letters = || expected.letters.iter().enumerate();
    let is_missing = |nth: usize| read.missing >> nth & 1 != 0;
    let has_words = expected.letters.iter().skip(1).any(|letter| letter.begins_word);
    let is_bare = letters().all(|(nth, letter)| letter.marks.is_none() || is_missing(nth));
    // A `d` for `đ`, where the tones are there: another word (`dịt`), but hardly several (`dĩ diếm`).
    if !is_bare && letters().all(|(nth, letter)| !is_missing(nth) || letter.marks == Marks::STROKE) {
        return has_words;
    }
    let mut changed = words(expected).filter(|(start, word)| touches(read.missing, *start, word));
    changed.any(|(_, word)| !vietnamese::is_ordinary(&word))
        || (has_words && is_bare && expected.letters.len() >= LEAST_BARE)
}

/// Whether marks were added to disguise the term, so that no ordinary word is meant that has them.
fn may_be_added(stream: &Stream, expected: &Expected<'_>, read: &Reading, units: &Range<usize>) -> bool {
    let letters = expected.letters;
    if letters.len() <= LONGEST_SHORT && letters.iter().any(|letter| !letter.marks.is_none()) {
        return false;
    }
    if read.languages == 0 {
        return true;
    }
    let written: Vec<_> =
        units.clone().filter_map(|at| Some((stream.units.get(at)?.base, stream.marks(at).bits()))).collect();
    if WORDS.contains(&written) {
        return false;
    }
    let (around, has_bare_words) = around(stream, units);
    let added = read.added.count_ones();
    let is_word_of =
        |(nth, (_, most)): (usize, &(&str, u32))| around & read.languages & 1 << nth != 0 && added <= *most;
    let around =
        around | letters.iter().map(|letter| languages_of((letter.base, letter.marks))).fold(0, |all, one| all | one);
    let is_vietnamese = || {
        let is_alone = !has_bare_words || read.languages == VIETNAMESE;
        words(expected).filter(|(start, word)| touches(read.added, *start, word)).all(|(_, word)| {
            (around & VIETNAMESE != 0 && vietnamese::is_possible(&word)) || (is_alone && vietnamese::is_ordinary(&word))
        })
    };
    !(read.languages & VIETNAMESE != 0 && is_vietnamese()) && !ALPHABETS.iter().enumerate().skip(1).any(is_word_of)
}

/// Whether there are other words in Latin letters around.
pub(crate) fn has_words_around(stream: &Stream, units: &Range<usize>) -> bool {
    around(stream, units).1
}

/// The languages that have any of the letters with marks around, and whether there are other words in Latin letters.
fn around(stream: &Stream, units: &Range<usize>) -> (u16, bool) {
    let (mut languages, mut has_words) = (0, false);
    for at in (units.start.saturating_sub(AROUND)..units.start).chain(units.end..units.end + AROUND) {
        let Some(unit) = stream.units.get(at) else { continue };
        has_words |= unit.base.is_ascii_lowercase();
        let marks = stream.marks(at);
        if !marks.is_none() {
            languages |= languages_of((unit.base, marks));
        }
    }
    (languages, has_words)
}
