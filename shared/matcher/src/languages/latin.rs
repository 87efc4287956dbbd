//! Latin letters: ligatures, the two `i` of Turkish, and the ways in which German spells. [`super::accents`] says what an
//! accent may be.

use unicode_normalization::UnicodeNormalization;

use super::spelling::Spelling;
use crate::glyph::{Glyph, Kind};
use crate::letters::Letters;
use crate::marks::Marks;

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

/// Whether it is a Latin letter of the European languages.
pub(super) const fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphabetic() || matches!(letter, '\u{C0}'..='\u{24F}' | 'ẞ')
}

/// A term with its umlauts as two letters, with two letters as umlauts, with `ß` as `ss` and the other way round, as in
/// German. The text must then have the umlauts: `fuel` is not `ful`.
pub(super) fn respelled(term: &str) -> Vec<Spelling> {
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
    let mut others: Vec<Spelling> = Vec::new();
    for (text, are_umlauts) in all {
        let is_other = text != term && !NO_UMLAUTS.contains(&text.as_str());
        if is_other && others.iter().all(|other| other.text != text) {
            let marks_are_needed = are_umlauts && !term.contains(['ä', 'ö', 'ü']);
            others.push(Spelling { text, marks_are_needed, letters_stay: false });
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
