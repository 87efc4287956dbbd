//! A text as a person reads it, in plain characters, for finding links, numbers and file extensions. Odd shapes and
//! invisible characters, which only mislead machines, are gone.

use std::ops::Range;

use chathook_matcher::unicode::{is_enclosing, is_invisible};

/// A visible character, in lower case and its plain shape.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) character: char,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
}

pub(super) fn signs(text: &str) -> Vec<Sign> {
    let sign = |(at, character): (usize, char)| {
        let span = at..at + character.len_utf8();
        (!is_unseen(character)).then(|| Sign { character: plain(character), span })
    };
    text.char_indices().filter_map(sign).collect()
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
        '\u{3002}' | '\u{FF61}' | '\u{2024}' | '\u{FE52}' => '.',
        '\u{3000}' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => shifted(0xFF01, '!').to_ascii_lowercase(),
        // Digits in circles, brackets and before full stops.
        '\u{2460}'..='\u{2468}' => shifted(0x2460, '1'),
        '\u{2474}'..='\u{247C}' => shifted(0x2474, '1'),
        '\u{2488}'..='\u{2490}' => shifted(0x2488, '1'),
        '\u{2776}'..='\u{277E}' => shifted(0x2776, '1'),
        '\u{2780}'..='\u{2788}' => shifted(0x2780, '1'),
        '\u{278A}'..='\u{2792}' => shifted(0x278A, '1'),
        '\u{24EA}' | '\u{24FF}' | '\u{1F10B}' | '\u{1F10C}' => '0',
        '\u{24B6}'..='\u{24CF}' => shifted(0x24B6, 'a'),
        '\u{24D0}'..='\u{24E9}' => shifted(0x24D0, 'a'),
        '\u{B9}' => '1',
        '\u{B2}' => '2',
        '\u{B3}' => '3',
        '\u{2070}' | '\u{2074}'..='\u{2079}' => shifted(0x2070, '0'),
        '\u{2080}'..='\u{2089}' => shifted(0x2080, '0'),
        '\u{1D7CE}'..='\u{1D7FF}' => char::from_digit((u32::from(character) - 0x1D7CE) % 10, 10).unwrap_or(character),
        // Mathematical letters: bold, italic, script and so on, one alphabet after the other.
        '\u{1D400}'..='\u{1D6A3}' => {
            let letter = (u32::from(character) - 0x1D400) % 26;
            char::from_u32(u32::from('a') + letter).unwrap_or(character)
        }
        // The digits of other scripts.
        '\u{660}'..='\u{669}' => shifted(0x660, '0'),
        '\u{6F0}'..='\u{6F9}' => shifted(0x6F0, '0'),
        '\u{966}'..='\u{96F}' => shifted(0x966, '0'),
        '\u{9E6}'..='\u{9EF}' => shifted(0x9E6, '0'),
        '\u{E50}'..='\u{E59}' => shifted(0xE50, '0'),
        other => {
            let mut lower = other.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(lower), None) => lower,
                _ => other,
            }
        }
    }
}
