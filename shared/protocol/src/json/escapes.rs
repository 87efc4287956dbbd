//! Escape sequences, undone as leniently as any receiver does it.
//!
//! What an app keeps in a string need not be strict JSON. A receiver may read it as JSON5, as a literal of JavaScript,
//! Python or PHP, or with a parser of its own. So this module knows the sequences of all of these. Those of strict JSON
//! mean what they mean there. Where parsers differ, the one that shows more text wins: a backslash that escapes nothing
//! is dropped.

use std::borrow::Cow;
use std::ops::Range;

/// A text with its escape sequences undone, and the way back to what was written.
#[derive(Debug, Clone)]
pub struct Unescaped<'a> {
    /// The text without escapes; borrowed if it has none.
    pub text: Cow<'a, str>,
    /// Where they were.
    pub escapes: Escapes,
}

/// Where the escape sequences of a text were. It maps spans of the written text to the undone text, and back.
///
/// A span that touches a part of a sequence stands for all of it.
#[derive(Debug, Clone, Default)]
pub struct Escapes(Vec<Escape>);

/// One escape sequence.
#[derive(Debug, Clone, Copy)]
struct Escape {
    written_end: usize,
    undone_end: usize,
    written_len: usize,
    /// 0 for a sequence that stands for nothing, such as an escaped line break.
    undone_len: usize,
}

/// One side of an [`Escape`]: where it starts and ends there.
type Side = fn(&Escape) -> (usize, usize);

const fn written(escape: &Escape) -> (usize, usize) {
    (escape.written_end - escape.written_len, escape.written_end)
}

const fn undone(escape: &Escape) -> (usize, usize) {
    (escape.undone_end - escape.undone_len, escape.undone_end)
}

/// Undoes every escape sequence in a text, inside quotes and outside. Takes one pass.
///
/// Known are `\b \f \n \r \t \v`, up to three octal digits, `\xXX`, `\uXXXX` (two of them for a character beyond U+FFFF; a
/// lone surrogate is U+FFFD), `\u{X…}` and `\UXXXXXXXX`. A backslash at the end of a line joins it with the next one. Any
/// other character behind a backslash stands for itself.
#[must_use]
pub fn unescape(text: &str) -> Unescaped<'_> {
    let mut escapes = Vec::new();
    let text = undo(text, |escape| escapes.push(escape));
    Unescaped { text, escapes: Escapes(escapes) }
}

/// The text of a JSON string, given with its quotes, or of a number.
#[must_use]
pub fn unquote(literal: &str) -> Cow<'_, str> {
    undo(literal.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(literal), |_| ())
}

/// Undoes the escapes of a text and shows each of them to `see`.
fn undo(text: &str, mut see: impl FnMut(Escape)) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    while let Some(found) = text.as_bytes().get(copied..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        let start = copied + found;
        let Some((written_len, character)) = text.get(start..).and_then(escape) else { break };
        if copied == 0 {
            plain.reserve(text.len());
        }
        plain.push_str(text.get(copied..start).unwrap_or_default());
        plain.extend(character);
        copied = start + written_len;
        let undone_len = character.map_or(0, char::len_utf8);
        see(Escape { written_end: copied, undone_end: plain.len(), written_len, undone_len });
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(plain)
}

/// The length of the escape sequence at the start of `text`, and the character that it stands for, if any. `None` for a
/// backslash at the end of the text.
fn escape(text: &str) -> Option<(usize, Option<char>)> {
    let after = text.get(1..)?;
    let next = after.chars().next()?;
    let itself = (1 + next.len_utf8(), Some(next));
    Some(match next {
        'b' => (2, Some('\u{8}')),
        'f' => (2, Some('\u{C}')),
        'n' => (2, Some('\n')),
        'r' => (2, Some('\r')),
        't' => (2, Some('\t')),
        'v' => (2, Some('\u{B}')),
        '0'..='7' => octal(after),
        'x' => hex(after, 1, 2).map_or(itself, |code| (4, char::from_u32(code))),
        'u' => hex(after, 1, 4).map(|unit| code_units(text, unit)).or_else(|| braced(after)).unwrap_or(itself),
        'U' => hex(after, 1, 8).map_or(itself, |code| (10, Some(char::from_u32(code).unwrap_or('\u{FFFD}')))),
        '\r' if after.starts_with("\r\n") => (3, None),
        '\r' | '\n' | '\u{2028}' | '\u{2029}' => (1 + next.len_utf8(), None),
        _ => itself,
    })
}

/// The length and character of a backslash with the octal digits behind it: at most three, and at most the value of a
/// byte.
fn octal(digits: &str) -> (usize, Option<char>) {
    let (mut len, mut code) = (1, 0);
    for digit in digits.chars().take(3).map_while(|digit| digit.to_digit(8)) {
        if code * 8 + digit > 0xFF {
            break;
        }
        (len, code) = (len + 1, code * 8 + digit);
    }
    (len, char::from_u32(code))
}

/// The length and character of `\uXXXX`, whose code unit is given. If it is half of a pair, the second half is
/// included.
fn code_units(text: &str, unit: u32) -> (usize, Option<char>) {
    let low = || text.get(6..)?.strip_prefix("\\u").and_then(|rest| hex(rest, 0, 4));
    match (unit, low()) {
        (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
            (12, char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)))
        }
        // Only a surrogate is not a character.
        _ => (6, Some(char::from_u32(unit).unwrap_or('\u{FFFD}'))),
    }
}

/// The length and character of `\u{X…}`, given without its backslash.
fn braced(text: &str) -> Option<(usize, Option<char>)> {
    let inside = text.strip_prefix("u{")?;
    // No character has more than six digits. A few zeros may be before them.
    let len = inside.bytes().take(8).take_while(u8::is_ascii_hexdigit).count();
    inside.get(len..)?.strip_prefix('}')?;
    Some((len + 4, Some(char::from_u32(hex(inside, 0, len)?)?)))
}

/// The number in these hexadecimal digits; `None` if one of them is not a digit.
fn hex(text: &str, at: usize, len: usize) -> Option<u32> {
    let digits = text.get(at..at + len).filter(|digits| !digits.is_empty())?;
    // `from_str_radix` would take a sign.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

impl Escapes {
    /// The bytes of the written text that these of the undone text stand for.
    #[must_use]
    pub fn written(&self, span: &Range<usize>) -> Range<usize> {
        self.across(span, undone, written)
    }

    /// The bytes of the undone text that these of the written text stand for.
    #[must_use]
    pub fn undone(&self, span: &Range<usize>) -> Range<usize> {
        self.across(span, written, undone)
    }

    fn across(&self, span: &Range<usize>, from: Side, to: Side) -> Range<usize> {
        // Behind an escape, both sides continue in step.
        let behind = |index: usize, at: usize| {
            let before = index.checked_sub(1).and_then(|before| self.0.get(before));
            before.map_or(at, |escape| to(escape).1 + (at - from(escape).1))
        };
        let first = self.0.partition_point(|escape| from(escape).1 <= span.start);
        let start = match self.0.get(first) {
            Some(escape) if from(escape).0 <= span.start => to(escape).0,
            _ => behind(first, span.start),
        };
        let last = self.0.partition_point(|escape| from(escape).1 < span.end);
        let end = match self.0.get(last) {
            Some(escape) if from(escape).0 < span.end => to(escape).1,
            _ => behind(last, span.end),
        };
        start..end.max(start)
    }
}
