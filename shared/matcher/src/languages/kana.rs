//! Kana: one syllable in two kinds, large and small, of full and half width (Unicode Standard, section 18.4).
//!
//! All forms of a kana are one base, a large katakana; its [`Marks`] tell which form it is. The other kind is a disguise
//! (`ウンコ` for `うんこ`), but in a short term, or within a longer word of that kind, it is another word: `ロマンコメディ`,
//! `好きすぎる`. A bar draws a vowel out, and may be written as that vowel.

use unicode_normalization::char::compose;

use super::spelling::Spelling;
use crate::confusables;
use crate::glyph::{Glyph, Joined, Kind};
use crate::letters::Letters;
use crate::marks::Marks;

const BAR: char = 'ー';
const VOICED: char = '\u{3099}';
const HALF_VOICED: char = '\u{309A}';
/// Hiragana have the order of katakana.
const BETWEEN_KINDS: u32 = 'ア' as u32 - 'あ' as u32;
/// Half-width katakana from `ｦ` on.
const HALF_WIDTH: &str =
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
const SMALL: &str = "ァィゥェォッャュョヮヵヶ";
const LARGE: &str = "アイウエオツヤユヨワカケ";
/// The large katakana by their vowels.
const ROWS: [(char, &str); 5] = [
    ('ア', "アカガサザタダナハバパマヤラワ"),
    ('イ', "イキギシジチヂニヒビピミリ"),
    ('ウ', "ウクグスズツヅヌフブプムユルヴ"),
    ('エ', "エケゲセゼテデネヘベペメレ"),
    ('オ', "オコゴソゾトドノホボポモヨロヲ"),
];

/// In terms of fewer letters, the other kind of kana and a vowel that is drawn out make another word: `キス`, `きす`; `ビル`,
/// `ビール`.
pub(super) const LEAST_CHANGED: usize = 3;
/// Hiragana in place of katakana may go on on both sides from this many letters on.
const LEAST_WITHIN_HIRAGANA: usize = 4;
/// From this many letters on, a small `ゃ` in place of a large one, or the other way round, makes no other word.
const LEAST_WITH_Y: usize = 4;

/// Whether a base is a kana.
pub(super) const fn is_kana(base: char) -> bool {
    matches!(base, '\u{30A1}'..='\u{30FC}')
}

/// A kana as a large katakana, and what form it is.
fn form(character: char) -> Option<(char, Marks)> {
    let (katakana, kind) = match character {
        'ぁ'..='ゖ' => (char::from_u32(character as u32 + BETWEEN_KINDS)?, Marks::NONE),
        'ァ'..='ヺ' => (character, Marks::KATAKANA),
        'ｦ'..='ﾝ' => (HALF_WIDTH.chars().nth(character as usize - 'ｦ' as usize)?, Marks::KATAKANA),
        _ => return None,
    };
    Some(match SMALL.chars().zip(LARGE.chars()).find(|(small, _)| *small == katakana) {
        Some((_, large)) => (large, kind.or(Marks::SMALL)),
        // Two that have gone out of use.
        None if katakana == 'ヰ' => ('イ', kind),
        None if katakana == 'ヱ' => ('エ', kind),
        None => (katakana, kind),
    })
}

/// Gives the glyph of a kana to `see`.
pub(super) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    // Some are used as Latin letters.
    let glyph = |base, kind| Glyph::new(base, confusables::of(character).unwrap_or(Letters::NONE), kind);
    see(match character {
        BAR | 'ｰ' => glyph(BAR, Kind::Drawn),
        VOICED | '゛' | 'ﾞ' => glyph(VOICED, Kind::Ideograph),
        HALF_VOICED | '゜' | 'ﾟ' => glyph(HALF_VOICED, Kind::Ideograph),
        _ => {
            let Some((base, marks)) = form(character) else { return false };
            // Text generators use some for Latin letters.
            let letters = confusables::of(character).unwrap_or(Letters::NONE);
            Glyph { letters, ..glyph(base, Kind::Ideograph).with(marks) }
        }
    });
    true
}

/// The vowel of a large katakana.
fn vowel(base: char) -> Option<char> {
    ROWS.iter().find(|(_, row)| row.contains(base)).map(|(vowel, _)| *vowel)
}

pub(super) fn join(before: Glyph, glyph: Glyph) -> Joined {
    match glyph.base {
        VOICED | HALF_VOICED => {
            compose(before.base, glyph.base).map_or(Joined::Apart, |base| Joined::One(Glyph { base, ..before }))
        }
        // A small vowel that only draws out the one before it.
        base if glyph.marks.has(Marks::SMALL) && vowel(before.base) == Some(base) => {
            Joined::Swapped(before, Glyph { kind: Kind::Drawn, ..glyph })
        }
        _ => Joined::Apart,
    }
}

/// Whether a small kana goes on with the syllable that the one before it begins.
pub(super) fn goes_on(base: char, marks: Marks) -> bool {
    is_kana(base) && marks.has(Marks::SMALL) && base != 'ツ'
}

/// A term with its bars as vowels, and with the vowels that may be bars as bars.
pub(super) fn respelled(term: &str) -> Vec<Spelling> {
    let (mut vowels, mut bars) = (String::new(), String::new());
    let mut before: Option<(char, Marks)> = None;
    for character in term.chars() {
        let form = form(character);
        let long = before.and_then(|(base, marks)| Some((drawn(vowel(base)?), marks)));
        // Spelled as usual: `ろう`, `けい`.
        let is_long = |(base, marks): (char, Marks)| {
            let last = before.and_then(|(before, _)| vowel(before));
            marks == long.map_or(Marks::SMALL, |(_, marks)| marks)
                && (Some(base) == last || last.map(drawn) == Some(base))
        };
        match long {
            Some((vowel, marks)) if character == BAR => {
                let hiragana = char::from_u32(vowel as u32 - BETWEEN_KINDS).unwrap_or(vowel);
                vowels.push(if marks.has(Marks::KATAKANA) { vowel } else { hiragana });
                bars.push(BAR);
            }
            _ => {
                vowels.push(character);
                bars.push(if form.is_some_and(is_long) { BAR } else { character });
            }
        }
        before =
            form.map(|(base, marks)| (base, if marks.has(Marks::KATAKANA) { Marks::KATAKANA } else { Marks::NONE }));
    }
    let mut others = vec![vowels, bars];
    others.dedup();
    others.retain(|other| other != term);
    others.into_iter().map(Spelling::new).collect()
}

/// How a long vowel is spelled.
const fn drawn(vowel: char) -> char {
    match vowel {
        'エ' => 'イ',
        'オ' => 'ウ',
        _ => vowel,
    }
}

/// The forms of the kana that were read for a term, against those of the term.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Forms {
    same: usize,
    /// Hiragana in the term, katakana in the text.
    katakana: usize,
    /// The other way round.
    hiragana: usize,
    /// Large for small or small for large, of those that make a syllable with the one before.
    y: usize,
    small: usize,
}

impl Forms {
    pub(super) fn see(&mut self, base: char, term: Marks, text: Marks) {
        match (term.has(Marks::KATAKANA), text.has(Marks::KATAKANA)) {
            (true, false) => self.hiragana += 1,
            (false, true) => self.katakana += 1,
            _ => self.same += 1,
        }
        if term.has(Marks::SMALL) != text.has(Marks::SMALL) {
            self.small += 1;
            self.y += usize::from(matches!(base, 'ヤ' | 'ユ' | 'ヨ'));
        }
    }

    /// Whether these forms are a disguise of a term of that many letters. `around` are the units beside it, where they
    /// are kana.
    pub(super) fn are_a_disguise(self, length: usize, around: [Option<Marks>; 2]) -> bool {
        let is_beside = |kind: bool| around.iter().flatten().any(|marks| marks.has(Marks::KATAKANA) == kind);
        let is_mixed = self.same > 0 || (self.katakana > 0 && self.hiragana > 0);
        let changed = self.katakana + self.hiragana;
        (self.small == 0 || length >= if self.y > 0 { LEAST_WITH_Y } else { LEAST_CHANGED })
            && (changed == 0
                || (length >= LEAST_CHANGED
                    && (is_mixed
                        || (self.katakana > 0 && !is_beside(true))
                        || (self.hiragana > 0 && (length >= LEAST_WITHIN_HIRAGANA || !is_beside(false))))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_vowels_are_spelled_in_both_ways() {
        let respelled = |term: &str| respelled(term).into_iter().map(|other| other.text).collect::<Vec<_>>();
        assert_eq!(respelled("オナニー"), ["オナニイ"]);
        assert_eq!(respelled("バカヤロー"), ["バカヤロウ"]);
        assert_eq!(respelled("ばかやろう"), ["ばかやろー"]);
        assert_eq!(respelled("レイプ"), ["レープ"]);
        assert!(respelled("おっぱい").is_empty() && respelled("変態").is_empty());
    }
}
