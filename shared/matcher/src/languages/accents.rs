//! What an accent on a Latin letter may be, where the term has none, another one, or one that the text lacks.
//!
//! - **Another** accent is another letter: `các` is not `cặc`.
//! - A **missing** one is a disguise, or a keyboard without it: `encule`. But the bare spelling of a Vietnamese word may be
//!   another word, see [`super::vietnamese`].
//! - An **added** one is a disguise: `cásíno`. But if the words around have accents too, it is an ordinary word of their
//!   language: `gây`, `schwül`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::vietnamese;
use crate::classes::Unit;
use crate::dictionary::Expected;
use crate::glyphs::text_glyphs;
use crate::marks::{MOST_LETTERS, Marks, Reading};
use crate::pattern::Letter;
use crate::stream::Stream;

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

/// Whether marks that are missing or added are a disguise.
pub(super) fn agree(stream: &Stream, expected: &Expected<'_>, read: Reading, units: &Range<usize>) -> bool {
    (read.missing == 0 || vietnamese_may_lack(expected, read))
        && (read.added == 0 || may_be_added(stream, expected, read, units))
}

/// The words of a term: for each the first of its letters, and all of them without marks.
fn words(expected: &Expected<'_>) -> impl Iterator<Item = (usize, String)> {
    let letters = expected.letters;
    let starts =
        (0..letters.len()).filter(|nth| *nth == 0 || letters.get(*nth).is_some_and(|letter| letter.begins_word()));
    starts.map(|start| {
        let rest = letters.get(start + 1..).unwrap_or_default().iter().take_while(|letter| !letter.begins_word());
        (start, letters.get(start).into_iter().chain(rest).map(|letter| letter.base()).collect())
    })
}

/// Whether one of a word's letters is among those of a set.
const fn touches(set: u128, start: usize, word: &str) -> bool {
    let mask = if word.len() < MOST_LETTERS { (1 << word.len()) - 1 } else { u128::MAX };
    set >> start & mask != 0
}

/// Whether the marks are missing on purpose, or because the writer has no keys for them, so that no other ordinary words
/// of Vietnamese are meant.
fn vietnamese_may_lack(expected: &Expected<'_>, read: Reading) -> bool {
    let letters = || expected.letters.iter().enumerate();
    let is_missing = |nth: usize| read.missing >> nth & 1 != 0;
    let is_vietnamese = |letter: &Letter| languages_of((letter.base(), letter.marks())) & VIETNAMESE != 0;
    if letters().any(|(nth, letter)| is_missing(nth) && !is_vietnamese(letter)) {
        return true;
    }
    let has_words = expected.letters.iter().skip(1).any(|letter| letter.begins_word());
    let is_bare = letters().all(|(nth, letter)| letter.marks().is_none() || is_missing(nth));
    // A `d` for `đ`, where the tones are there: another word (`dịt`), but hardly several (`dĩ diếm`).
    if !is_bare && letters().all(|(nth, letter)| !is_missing(nth) || letter.marks() == Marks::STROKE) {
        return has_words;
    }
    let mut changed = words(expected).filter(|(start, word)| touches(read.missing, *start, word));
    changed.any(|(_, word)| !vietnamese::is_ordinary(&word))
        || (has_words && is_bare && expected.letters.len() >= LEAST_BARE)
}

/// Whether marks were added to disguise the term, so that no ordinary word is meant that has them.
fn may_be_added(stream: &Stream, expected: &Expected<'_>, read: Reading, units: &Range<usize>) -> bool {
    let letters = expected.letters;
    if letters.len() <= LONGEST_SHORT && letters.iter().any(|letter| !letter.marks().is_none()) {
        return false;
    }
    // The languages that have all of the letters.
    let mut languages = u16::MAX;
    let pairs = || units.clone().filter_map(|at| Some((stream.units.get(at)?.base, stream.marks(at))));
    pairs().filter(|(_, marks)| !marks.is_none()).for_each(|letter| languages &= languages_of(letter));
    if languages == 0 {
        return true;
    }
    let written: Vec<_> = pairs().map(|(base, marks)| (base, marks.bits())).collect();
    if WORDS.contains(&written) {
        return false;
    }
    let (around, has_bare_words) = around(stream, units);
    let added = read.added.count_ones();
    let is_word_of = |(nth, (_, most)): (usize, &(&str, u32))| around & languages & 1 << nth != 0 && added <= *most;
    let around = around
        | letters.iter().map(|letter| languages_of((letter.base(), letter.marks()))).fold(0, |all, one| all | one);
    let is_vietnamese = || {
        let is_alone = !has_bare_words || languages == VIETNAMESE;
        words(expected).filter(|(start, word)| touches(read.added, *start, word)).all(|(_, word)| {
            (around & VIETNAMESE != 0 && vietnamese::is_possible(&word)) || (is_alone && vietnamese::is_ordinary(&word))
        })
    };
    let is_word =
        (languages & VIETNAMESE != 0 && is_vietnamese()) || ALPHABETS.iter().enumerate().skip(1).any(is_word_of);
    !is_word
}

/// Whether there are other words in Latin letters around.
pub(crate) fn has_words_around(stream: &Stream, units: &Range<usize>) -> bool {
    around(stream, units).1
}

/// The languages that have any of the letters with marks around, and whether there are other words in Latin letters. The
/// same word again does not tell what language it is.
fn around(stream: &Stream, units: &Range<usize>) -> (u16, bool) {
    let unit = |at: usize| stream.units.get(at).filter(|unit| unit.base.is_ascii_lowercase());
    let (mut languages, mut has_words) = (0, false);
    for side in [units.start.saturating_sub(AROUND)..units.start, units.end..units.end.saturating_add(AROUND)] {
        let mut word = Word::default();
        // The last word ends with the side.
        for at in side.map(Some).chain([None]) {
            if let Some(letter) = at.and_then(unit) {
                word.add(letter, unit(units.start + word.length));
                continue;
            }
            if !(word.is_same && word.length == units.len()) {
                languages |= word.languages;
            }
            has_words |= word.length > 0;
            word = Word::default();
        }
    }
    (languages, has_words)
}

/// A word beside what was read.
struct Word {
    length: usize,
    /// So far its letters are those that were read.
    is_same: bool,
    /// The languages that have any of its letters with marks.
    languages: u16,
}

impl Default for Word {
    fn default() -> Self {
        Self { length: 0, is_same: true, languages: 0 }
    }
}

impl Word {
    fn add(&mut self, letter: &Unit, read: Option<&Unit>) {
        self.length += 1;
        self.is_same &= read.is_some_and(|read| read.base == letter.base);
        if !letter.marks.is_none() {
            self.languages |= languages_of((letter.base, letter.marks));
        }
    }
}
