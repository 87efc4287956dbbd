//! A text as a person reads it, in plain characters, for finding links, numbers and file extensions. Odd shapes and
//! invisible characters, which only mislead machines, are gone.

use std::ops::Range;

use chathook_matcher::unicode::{is_enclosing, is_invisible, is_spaceless};
use unicode_normalization::char::{compose, is_combining_mark};

/// A visible character, in lower case and its plain shape.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) character: char,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
}

pub(super) fn signs(text: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        // Most of a Chinese text, passed over quickly: they are what they are.
        if matches!(character, '\u{3400}'..='\u{9FFF}') {
            signs.push(Sign { character, span: at..end });
            continue;
        }
        if is_unseen(character) {
            continue;
        }
        // A letter and its mark are one sign, however they are encoded.
        if let Some(last) = signs.last_mut()
            && !character.is_ascii()
            && is_combining_mark(character)
            && let Some(composed) = compose(last.character, character)
        {
            last.character = composed;
            last.span.end = end;
            continue;
        }
        signs.push(Sign { character: plain(character), span: at..end });
    }
    signs
}

/// Whether a letter is of a script that is written without spaces between words, or puts endings behind foreign words:
/// it says nothing about where a host or a name begins or ends.
pub(super) fn touches_words(character: char) -> bool {
    match character {
        '\0'..='\u{2FF}' => false,
        '\u{1100}'..='\u{11FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' => true,
        other => is_spaceless(other),
    }
}

/// Whether a character does not change what is read: it is invisible, or drawn around the one before it, as a keycap
/// is.
fn is_unseen(character: char) -> bool {
    is_invisible(character) || is_enclosing(character)
}

fn plain(character: char) -> char {
    let shifted = |from: u32, to: char| {
        let code = u32::from(to) + (u32::from(character) - from);
        char::from_u32(code).unwrap_or(character)
    };
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    match character {
        '\u{2024}' | '\u{FE52}' => '.',
        '\u{FF61}' => '\u{3002}',
        '\u{3000}' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => shifted(0xFF01, '!').to_ascii_lowercase(),
        // Digits in circles, brackets, before full stops and commas.
        '\u{2460}'..='\u{2468}' => shifted(0x2460, '1'),
        '\u{2474}'..='\u{247C}' => shifted(0x2474, '1'),
        '\u{2488}'..='\u{2490}' => shifted(0x2488, '1'),
        '\u{24F5}'..='\u{24FD}' => shifted(0x24F5, '1'),
        '\u{2776}'..='\u{277E}' => shifted(0x2776, '1'),
        '\u{2780}'..='\u{2788}' => shifted(0x2780, '1'),
        '\u{278A}'..='\u{2792}' => shifted(0x278A, '1'),
        '\u{1F101}'..='\u{1F10A}' => shifted(0x1F101, '0'),
        '\u{24EA}' | '\u{24FF}' | '\u{1F100}' | '\u{1F10B}' | '\u{1F10C}' => '0',
        // Letters in circles, brackets and squares.
        '\u{249C}'..='\u{24B5}' => shifted(0x249C, 'a'),
        '\u{24B6}'..='\u{24CF}' => shifted(0x24B6, 'a'),
        '\u{24D0}'..='\u{24E9}' => shifted(0x24D0, 'a'),
        '\u{1F110}'..='\u{1F129}' => shifted(0x1F110, 'a'),
        '\u{1F130}'..='\u{1F149}' => shifted(0x1F130, 'a'),
        '\u{1F150}'..='\u{1F169}' => shifted(0x1F150, 'a'),
        '\u{1F170}'..='\u{1F189}' => shifted(0x1F170, 'a'),
        '\u{1F1E6}'..='\u{1F1FF}' => shifted(0x1F1E6, 'a'),
        '\u{B9}' => '1',
        '\u{B2}' => '2',
        '\u{B3}' => '3',
        '\u{2070}' | '\u{2074}'..='\u{2079}' => shifted(0x2070, '0'),
        '\u{2080}'..='\u{2089}' => shifted(0x2080, '0'),
        // Chinese numerals in brackets and circles.
        '\u{3220}'..='\u{3228}' | '\u{3280}'..='\u{3288}' => shifted(u32::from(character) & !0xF, '1'),
        '\u{1D7CE}'..='\u{1D7FF}' => char::from_digit((u32::from(character) - 0x1D7CE) % 10, 10).unwrap_or(character),
        // Mathematical letters: bold, italic, script and so on, one alphabet after the other.
        '\u{1D400}'..='\u{1D6A3}' => {
            let letter = (u32::from(character) - 0x1D400) % 26;
            char::from_u32(u32::from('a') + letter).unwrap_or(character)
        }
        other => match decimal_digit(other) {
            Some(digit) => digit,
            None => lower(other),
        },
    }
}

fn lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => character,
    }
}

/// Where the decimal digits of a script begin: each has ten in a row. From the general category Nd of Unicode 17.
#[rustfmt::skip]
const ZEROS: [u32; 73] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0,
    0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The digit that a decimal digit of any script stands for.
fn decimal_digit(character: char) -> Option<char> {
    // Ideographs and the letters of most languages are not looked up.
    if !character.is_numeric() {
        return None;
    }
    let code = u32::from(character);
    let before = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    char::from_digit(code - ZEROS.get(before)?, 10)
}
