//! What kind a character is, by the properties that Unicode gives it.
//!
//! All questions about characters are answered here, so that the answers agree. The properties are static tables of the
//! crates `icu_properties` and `unicode-normalization`: nothing is loaded or built at start.

use std::sync::OnceLock;

use icu_properties::props::{
    DefaultIgnorableCodePoint, EmojiPresentation, ExtendedPictographic, GeneralCategory, GraphemeClusterBreak, Script,
};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::char::canonical_combining_class;

/// Whether a character takes up no space on the screen: controls, zero-width spaces and joiners, marks of direction,
/// soft hyphens, variation selectors, tags. White space is visible, and so is [what is blank](is_blank).
#[must_use]
pub fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control() && !character.is_ascii_whitespace();
    }
    match category(character) {
        GeneralCategory::Control => true,
        // Except the signs that are drawn around the digits behind them, as in Arabic.
        GeneralCategory::Format => {
            CodePointMapData::<GraphemeClusterBreak>::new().get(character) != GraphemeClusterBreak::Prepend
        }
        // Variation selectors are marks. Characters that are not assigned yet may become invisible ones.
        GeneralCategory::NonspacingMark | GeneralCategory::Unassigned => {
            CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        }
        // Letters that are ignorable by default still take up space.
        _ => false,
    }
}

/// Whether a character takes up space and shows nothing: white space, and letters that are drawn empty (the fillers of
/// Hangul, the Braille pattern without dots).
#[must_use]
pub fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_filler(character)
}

/// Whether a character is drawn empty, although Unicode has it as a letter or sign.
pub(crate) const fn is_filler(character: char) -> bool {
    matches!(character, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}')
}

/// Whether a character is a mark that can be put on any letter: accents, strokes, circles around it. People pile them
/// on text to make it hard to read. Marks that are a normal part of a script, such as the vowels of Devanagari, are not
/// accents.
#[must_use]
pub fn is_accent(character: char) -> bool {
    match canonical_combining_class(character) {
        // Attached, above, below, double: by the place at the letter, whatever letter it is. And strokes through it.
        1 | 200..=240 => true,
        0 => is_enclosing(character),
        _ => false,
    }
}

/// Whether a character is a point of Hebrew or Arabic. A text with some of them left out, or others put in, is still read
/// as the same. The tone marks of Thai and Lao are no points: another tone is another word.
#[must_use]
pub fn is_point(character: char) -> bool {
    matches!(canonical_combining_class(character), 10..=35)
}

/// For each page of 256 characters of the basic plane, one bit for each that is unseen. A page is filled when one of
/// its characters first occurs: looking the properties up each time would take longer than everything else.
static UNSEEN: [OnceLock<[u64; 4]>; 256] = [const { OnceLock::new() }; 256];

/// Whether a reader sees no character of its own here: it is [invisible](is_invisible), or an [accent](is_accent) or
/// [point](is_point) of the one before.
pub(crate) fn is_unseen(character: char) -> bool {
    let code = character as usize;
    let Some(page) = UNSEEN.get(code >> 8) else { return look_up_unseen(character) };
    let bits = page.get_or_init(|| {
        let mut bits = [0; 4];
        let first = u32::from(character) & !0xFF;
        for (at, character) in (first..=first | 0xFF).enumerate() {
            if let (Some(word), true) = (bits.get_mut(at / 64), char::from_u32(character).is_some_and(look_up_unseen)) {
                *word |= 1 << (at % 64);
            }
        }
        bits
    });
    bits.get(code / 64 % 4).is_some_and(|word| word >> (code % 64) & 1 != 0)
}

fn look_up_unseen(character: char) -> bool {
    match category(character) {
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark => {
            is_accent(character) || is_point(character) || is_invisible(character)
        }
        GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::Unassigned => is_invisible(character),
        // Most characters. Any other kind cannot be unseen.
        _ => false,
    }
}

/// Whether a character is drawn around the one before it, as the key in a keycap.
#[must_use]
pub fn is_enclosing(character: char) -> bool {
    category(character) == GeneralCategory::EnclosingMark
}

/// Whether a character is an emoji, or is one where emoji are preferred. Parts of emoji that do not look like one
/// (digits, joiners) are not emoji.
#[must_use]
pub fn is_emoji(character: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(character)
        || CodePointSetData::new::<EmojiPresentation>().contains(character)
}

/// Whether a character belongs to a script written without spaces: ideographs, kana, Thai, Lao, Burmese, Khmer. There the
/// neighbours of a term say nothing about whether it is a word of its own.
#[must_use]
pub fn is_spaceless(character: char) -> bool {
    if character.is_ascii() {
        return false;
    }
    let scripts = ScriptWithExtensions::new();
    match scripts.get_script_val(character) {
        // Such as the sign that makes a vowel long in both kinds of kana.
        Script::Common | Script::Inherited => scripts.get_script_extensions_val(character).iter().all(has_no_spaces),
        script => has_no_spaces(script),
    }
}

fn has_no_spaces(script: Script) -> bool {
    matches!(
        script,
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Bopomofo
            | Script::Nushu
            | Script::Thai
            | Script::Lao
            | Script::Myanmar
            | Script::Khmer
    )
}

/// Whether Unicode has a character as a symbol, as punctuation, or as a number that is none of a row of digits: `Ⓐ`, `™`,
/// `②`, `½`.
pub(crate) fn is_sign(character: char) -> bool {
    use GeneralCategory as Is;
    matches!(
        category(character),
        Is::OtherSymbol
            | Is::MathSymbol
            | Is::CurrencySymbol
            | Is::ModifierSymbol
            | Is::OtherNumber
            | Is::ConnectorPunctuation
            | Is::DashPunctuation
            | Is::OpenPunctuation
            | Is::ClosePunctuation
            | Is::InitialPunctuation
            | Is::FinalPunctuation
            | Is::OtherPunctuation
    )
}

/// Whether a character is of a script whose words are not to be read as Latin ones although some of its letters resemble
/// Latin letters: from Hebrew to Georgian and Hangul, kana and Han. The scripts that people write whole Latin words in are
/// others, such as Ethiopic, Cherokee and Canadian syllabics.
pub(crate) const fn is_of_its_own(character: char) -> bool {
    matches!(
        character,
        '\u{590}'..='\u{11FF}' | '\u{1780}'..='\u{18AF}' | '\u{3000}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{FF65}'..='\u{FFDC}'
    )
}

/// Whether a character is a letter of which two are drawn as a flag.
pub(crate) const fn is_regional_indicator(character: char) -> bool {
    matches!(character, '\u{1F1E6}'..='\u{1F1FF}')
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

/// A number for each script whose capitals may look like other letters than their small forms do.
pub(crate) const fn script_with_capitals(character: char) -> Option<u8> {
    match character {
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Some(0), // Greek
        '\u{530}'..='\u{58F}' => Some(1),                           // Armenian
        '\u{10A0}'..='\u{10FF}' => Some(2),                         // Georgian
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A question about a character, characters for which it is true, and characters for which it is not.
    type Case = (fn(char) -> bool, &'static str, &'static str);

    #[test]
    fn characters_are_of_their_kind() {
        let cases: [Case; 7] = [
            (
                is_invisible,
                "\0\u{7F}\u{85}\u{AD}\u{34F}\u{61C}\u{180E}\u{200B}\u{200D}\u{202E}\u{2060}\u{2065}\u{FE0F}\u{FEFF}\u{FFF9}\u{E0061}\u{E0101}",
                "\t\n a\u{A0}\u{3164}\u{FFA0}\u{301}\u{600}加",
            ),
            (is_blank, " \n\u{A0}\u{3000}\u{3164}\u{1160}\u{FFA0}\u{2800}", "\u{200B}a-"),
            (
                is_accent,
                "\u{301}\u{336}\u{315}\u{345}\u{489}\u{20DD}\u{20E3}\u{1AB5}\u{1DC4}\u{FE20}",
                "e\u{93F}\u{94D}\u{3099}\u{E48}\u{64E}\u{5B0}",
            ),
            (is_point, "\u{5B0}\u{5C2}\u{64E}\u{670}", "\u{301}\u{E34}\u{E38}\u{E48}\u{E4C}\u{EC8}\u{93F}\u{3099}"),
            (is_enclosing, "\u{20E3}\u{489}\u{20DD}", "\u{301}1"),
            (is_emoji, "😀🔥⌚☀❤🇨⭐🀄", "1#a加❶\u{FE0F}\u{200D}🄰"),
            (is_spaceless, "加カーゝガ\u{3099}ｶｰ々〇๕กะ្ကㄅ", "aéи가ﾡㄱＡ1٣اˇ"),
        ];
        for (is, these, others) in cases {
            let wrong: Vec<_> =
                these.chars().filter(|one| !is(*one)).chain(others.chars().filter(|one| is(*one))).collect();
            assert!(wrong.is_empty(), "{wrong:?} in {these:?}, {others:?}");
        }
    }

    #[test]
    fn what_is_remembered_is_what_is_looked_up() {
        let is = |character| is_invisible(character) || is_accent(character) || is_point(character);
        let wrong: Vec<_> = ('\0'..=char::MAX).filter(|one| is_unseen(*one) != is(*one)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
