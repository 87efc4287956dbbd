//! What a person wrote may act on the terminal of whoever reads a log: end the line, colour the screen, reverse text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character acts on a terminal and shows nothing itself: the controls of C0 and C1, DEL, separators of lines
/// and paragraphs, and what controls the direction of text.
#[must_use]
pub fn acts_on_terminal(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}'
        )
}

/// A JSON text whose strings hold nothing that [acts on a terminal](acts_on_terminal). JSON does not demand more than
/// that C0 is escaped; here the others are too. The values stay the same, and so does white space between them.
#[must_use]
pub fn terminal_safe(json: &str) -> Cow<'_, str> {
    // Outside of strings, JSON has no such character. C0 is white space there, and escaped inside.
    let is_escaped = |character: char| character >= '\u{7F}' && acts_on_terminal(character);
    if json.bytes().all(|byte| byte < 0x7F) || !json.contains(is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_escaped(character) {
            // All of them are in the basic plane. Writing into a string cannot fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}
