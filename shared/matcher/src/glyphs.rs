//! What a character can be read as.
//!
//! To disguise a word, people swap its letters for characters that are still read as those letters, and put others in
//! between. So each character is taken apart into [`Glyph`]s: what remains of it without letter case, width, style and
//! accents, and which Latin letters it may stand for. Nothing is decided here: `0` stays a digit that *may* be an `o`.
//! [`crate::verify`] judges whether it is one, with the whole word in view.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::fold::fold_char;
use crate::glyph::{Glyph, Joined, Kind};
use crate::letters::Letters;
use crate::unicode::{is_filler, is_of_its_own, is_sign, is_spaceless, is_unseen, script_with_capitals};
use crate::{confusables, languages, traditional};

/// Gives the glyphs of a character to `see`. A character that is invisible or only decorates the one before it has
/// none.
pub(crate) fn glyphs(character: char, mut see: impl FnMut(Glyph)) {
    if let Some(glyph) = plain(character) {
        return see(glyph);
    }
    match character {
        // Control characters.
        '\0'..='\x7F' => {}
        // Full-width forms of ASCII.
        '\u{FF01}'..='\u{FF5E}' => {
            let narrow = char::from_u32(character as u32 - 0xFEE0).unwrap_or(character);
            if let Some(Some(glyph)) = ASCII.get(narrow as usize) {
                see(*glyph);
            }
        }
        // Parenthesised letters and digits, and digits with a full stop, would decompose into several characters.
        '\u{2474}'..='\u{247C}' => see(badge_of(b'1', character as u32 - 0x2474)),
        '\u{2488}'..='\u{2490}' => see(badge_of(b'1', character as u32 - 0x2488)),
        '\u{2776}'..='\u{277E}' => see(badge_of(b'1', character as u32 - 0x2776)),
        '\u{2780}'..='\u{2788}' => see(badge_of(b'1', character as u32 - 0x2780)),
        '\u{278A}'..='\u{2792}' => see(badge_of(b'1', character as u32 - 0x278A)),
        '\u{249C}'..='\u{24B5}' => see(badge_of(b'a', character as u32 - 0x249C)),
        '\u{1F110}'..='\u{1F129}' => see(badge_of(b'a', character as u32 - 0x1F110)),
        _ if is_unseen(character) => {}
        _ if languages::glyphs(character, &mut see) => {}
        _ => {
            // Looks come first, since some of these decompose into something that looks different.
            let looks = confusables::of(character);
            if let Some(letters) = looks.filter(|_| !is_spaceless(character) && !is_of_its_own(character)) {
                return see(Glyph::new(fold_char(character), letters, kind(character)));
            }
            // A letter waits for its accents, which decompose behind it.
            let mut last: Option<Glyph> = None;
            decompose_compatible(character, |part| {
                if is_unseen(part) {
                    if let Some(marked) = last.and_then(|last| languages::marked(last, part)) {
                        last = Some(marked);
                    }
                    return;
                }
                let mut next = |glyph: Glyph| {
                    let is_badge = glyph.kind.is_word() && part != character && is_sign(character);
                    let kind = if is_badge { Kind::Badge } else { glyph.kind };
                    last.replace(Glyph { kind, ..glyph }).into_iter().for_each(&mut see);
                };
                if !languages::glyphs(part, &mut next) {
                    part_glyph(part, looks).into_iter().for_each(next);
                }
            });
            last.into_iter().for_each(see);
        }
    }
}

/// The glyph of a part that a character decomposes into, which looks like these letters.
fn part_glyph(part: char, looks: Option<Letters>) -> Option<Glyph> {
    if part.is_ascii() {
        return ASCII.get(part as usize).copied().flatten();
    }
    let small = languages::folded(fold_char(part));
    let letters = looks.or_else(|| confusables::of(part)).or_else(|| confusables::of(small)).unwrap_or(Letters::NONE);
    Some(Glyph::new(small, letters, kind(small)))
}

/// The glyph of a character whose glyph is the same everywhere and quick to find: ASCII and the common ideographs.
#[inline]
pub(crate) fn plain(character: char) -> Option<Glyph> {
    match character {
        '\0'..='\x7F' => ASCII.get(character as usize).copied().flatten(),
        _ => plain_ideograph(character).map(|_| Glyph::new(character, Letters::NONE, Kind::Ideograph)),
    }
}

/// The class of an ideograph that can be read in one way only, as nearly all can.
#[inline]
pub(crate) fn plain_ideograph(character: char) -> Option<char> {
    matches!(character, '\u{4E00}'..='\u{9FFF}').then(|| traditional::only_reading(character)).flatten()
}

/// The glyphs of a text.
pub(crate) fn text_glyphs(text: &str) -> Vec<Glyph> {
    let mut all: Vec<Glyph> = Vec::new();
    for (start, character) in text.char_indices() {
        if let Some(glyph) = plain(character) {
            all.push(glyph);
            continue;
        }
        if let Some(last) = all.last_mut()
            && let Some(marked) = languages::marked(*last, character)
        {
            *last = marked;
            continue;
        }
        glyphs_within(text, &(start..start + character.len_utf8()), character, &mut |glyph| match all
            .last()
            .map_or(Joined::Apart, |before| languages::join(*before, glyph))
        {
            Joined::Apart => all.push(glyph),
            Joined::One(one) => {
                all.pop();
                all.push(one);
            }
            Joined::Swapped(first, second) => {
                all.pop();
                all.extend([first, second]);
            }
        });
    }
    all
}

/// Gives the glyphs of a character where it stands in a text to `see`. Out of line, since most characters are
/// [`plain`].
#[inline(never)]
pub(crate) fn glyphs_within(text: &str, span: &Range<usize>, mut character: char, see: &mut dyn FnMut(Glyph)) {
    // A capital may look like another letter than its small form, as `Ν` and `ν` do. Among its own it is no `N`. Nor is a
    // final sigma a `c` there.
    if let Some(script) = script_with_capitals(character).filter(|_| character.is_uppercase() || character == 'ς') {
        let before = text.get(..span.start).and_then(|text| text.chars().next_back()).unwrap_or('\0');
        let after = text.get(span.end..).and_then(|text| text.chars().next()).unwrap_or('\0');
        let is_among_its_own = |other| script_with_capitals(other) == Some(script);
        if is_among_its_own(before) || (is_among_its_own(after) && !before.is_ascii_alphanumeric()) {
            character = fold_char(character);
        }
    }
    // A mark of another script is only put on a Latin letter to disguise it, unless it looks like one itself.
    if is_combining_mark(character)
        && is_of_its_own(character)
        && confusables::of(character).is_none()
        && is_latin_before(text, span.start)
    {
        return;
    }
    match languages::glyph_within(text, span, character) {
        Some(glyph) => see(glyph),
        None => glyphs(character, see),
    }
}

/// Whether the marks that end at a place in a text are those of an ASCII letter.
fn is_latin_before(text: &str, end: usize) -> bool {
    let mut before = text.get(..end).unwrap_or_default().chars().rev().take(MOST_MARKS);
    before.find(|one| !is_combining_mark(*one)).is_some_and(|one| one.is_ascii_alphabetic())
}

/// More marks on one letter are not looked at.
const MOST_MARKS: usize = 8;

/// Gives the characters that a character is without case and compatibility forms to `see`. Nothing is left out.
pub(crate) fn fold_compatible(character: char, mut see: impl FnMut(char)) {
    match character {
        'ß' | 'ẞ' => ['s', 's'].into_iter().for_each(see),
        _ if character.is_ascii() => see(character.to_ascii_lowercase()),
        _ => decompose_compatible(character, |part| see(fold_char(part))),
    }
}

/// The `nth` letter or digit of ASCII from one on, drawn as a sign.
fn badge_of(first: u8, nth: u32) -> Glyph {
    let letter = u8::try_from(nth).ok().and_then(|nth| first.checked_add(nth)).unwrap_or(first);
    Glyph::new(char::from(letter), Letters::of(letter), Kind::Badge)
}

fn kind(character: char) -> Kind {
    // Each question is a search in a table, and most characters are letters.
    let kind = if is_filler(character) {
        return Kind::Space;
    } else if character.is_alphabetic() {
        Kind::Letter
    } else if character.is_numeric() {
        if is_sign(character) { Kind::Badge } else { Kind::Digit }
    } else if is_combining_mark(character) {
        Kind::Letter
    } else if character.is_whitespace() {
        return Kind::Space;
    } else if matches!(character, '。' | '、' | '؟' | '،' | '¿' | '¡') {
        return Kind::Stop;
    } else {
        return Kind::Sign;
    };
    if is_spaceless(character) {
        Kind::Ideograph
    } else if matches!(character, '\u{2000}'..='\u{2BFF}' | '\u{1F100}'..='\u{1F1FF}') && is_sign(character) {
        // The blocks with such signs.
        Kind::Badge
    } else {
        kind
    }
}

/// The glyphs of ASCII; `None` for control characters, which are invisible.
pub(crate) static ASCII: [Option<Glyph>; 128] = ascii();

const fn ascii() -> [Option<Glyph>; 128] {
    let mut table = [None; 128];
    let mut at: u8 = 0;
    while at < 128 {
        let kind = match at {
            b'a'..=b'z' | b'A'..=b'Z' => Some(Kind::Letter),
            b'0'..=b'9' => Some(Kind::Digit),
            b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => Some(Kind::Space),
            b',' | b';' | b':' | b'!' | b'?' => Some(Kind::Stop),
            0..=31 | 127 => None,
            _ => Some(Kind::Sign),
        };
        if let Some(kind) = kind {
            let small = at.to_ascii_lowercase();
            // `at` is the loop's own bound.
            #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a bad index")]
            {
                table[at as usize] = Some(Glyph::new(small as char, Letters::of(small), kind));
            }
        }
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(text: &str) -> String {
        let mut bases = String::new();
        for character in text.chars() {
            glyphs(character, |glyph| bases.push(glyph.letters.first().unwrap_or(glyph.base)));
        }
        bases
    }

    #[test]
    fn forms_of_a_letter_are_that_letter() {
        let forms = [
            "CASINO",
            "ｃａｓｉｎｏ",
            "ⓒⓐⓢⓘⓝⓞ",
            "ⒸⒶⓈⒾⓃⓄ",
            "🅒🅐🅢🅘🅝🅞",
            "🄲🄰🅂🄸🄽🄾",
            "🅲🅰🆂🅸🅽🅾",
            "🇨🇦🇸🇮🇳🇴",
            "⒞⒜⒮⒤⒩⒪",
            "𝐜𝐚𝐬𝐢𝐧𝐨",
            "𝓬𝓪𝓼𝓲𝓷𝓸",
            "𝕔𝕒𝕤𝕚𝕟𝕠",
            "𝚌𝚊𝚜𝚒𝚗𝚘",
            "ᶜᵃˢᶦⁿᵒ",
            "ᴄᴀꜱɪɴᴏ",
            "саѕіոо",
            "СΑЅΙΝΟ",
            "ᏟᎪᏚᏆNᎾ",
            "ćàśïñö",
            "c\u{301}a\u{336}s\u{200B}i\u{AD}n\u{E0101}o\u{20E3}",
        ];
        for form in forms {
            assert_eq!(bases(form), "casino", "{form}");
        }
    }

    #[test]
    fn an_ideograph_has_the_class_of_its_simplified_form() {
        let mut classes = String::new();
        classes.extend(text_glyphs("紅賭場約槍辦證毒傳銷發貸內").into_iter().filter_map(Glyph::class));
        assert_eq!(classes, "红赌场约枪办证毒传销发贷内");
    }

    #[test]
    fn both_cases_of_a_letter_are_one() {
        let class = |character| {
            let mut classes = Vec::new();
            glyphs(character, |glyph| classes.push(glyph.class()));
            classes
        };
        let is_checked = |character: &char| script_with_capitals(*character).is_none() && !is_unseen(*character);
        for character in ('\0'..=char::MAX).filter(is_checked) {
            assert_eq!(class(character), class(fold_char(character)), "{character}");
        }
        let classes = |text| text_glyphs(text).into_iter().map(Glyph::class).collect::<Vec<_>>();
        assert_eq!(classes("ΝΕΜΥΖΣΊΣΥΦΟΣ"), classes("νεμυζσίσυφος"));
    }

    #[test]
    fn what_is_a_letter_in_its_script_stays() {
        assert_eq!(bases("ガｶﾞか"), "ガカ\u{3099}カ");
        assert_eq!(bases("कि"), "कि");
    }

    #[test]
    fn every_character_has_few_glyphs_and_normalising_twice_is_normalising_once() {
        for character in '\0'..=char::MAX {
            let mut all = Vec::new();
            glyphs(character, |glyph| all.push(glyph));
            assert!(all.len() <= 18, "{character:?}");
            for glyph in all {
                let mut again = Vec::new();
                glyphs(glyph.base, |glyph| again.push(glyph.base));
                assert_eq!(again, [glyph.base], "{character:?}");
            }
        }
    }
}
