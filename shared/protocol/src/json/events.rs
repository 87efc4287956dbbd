//! JSON as a sequence of events.
//!
//! A caller that looks for something at any depth of a JSON text walks through its events. If it must know the
//! containers around an event, it keeps a stack for them. The walk itself needs none: a string is a name if a colon
//! follows. So nesting costs no stack, and an event costs no allocation.

use std::ops::Range;

/// A piece of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it is.
    pub kind: EventKind,
    /// Its bytes. Those of a string include its quotes.
    pub span: Range<usize>,
}

/// The kinds of [`Event`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// The name of an object's member. Its value comes next.
    Name,
    /// A string that is a value.
    String,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// The events of a JSON text, in order. Commas, colons and white space are not events.
///
/// The text should be JSON; this is not checked. If it is not, the events mean little, but their spans are still in
/// order, do not overlap and end between characters.
#[must_use]
pub const fn events(text: &str) -> Events<'_> {
    Events { text, at: 0 }
}

/// The iterator that [`events`] returns.
#[derive(Debug, Clone)]
pub struct Events<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at;
            let kind = match bytes.get(start)? {
                b'{' => EventKind::BeginObject,
                b'}' => EventKind::EndObject,
                b'[' => EventKind::BeginArray,
                b']' => EventKind::EndArray,
                b'"' => {
                    self.at = string_end(bytes, start + 1);
                    let is_name = bytes.get(end_of(bytes, self.at, u8::is_ascii_whitespace)) == Some(&b':');
                    let kind = if is_name { EventKind::Name } else { EventKind::String };
                    return Some(Event { kind, span: start..self.at });
                }
                b'-' | b'0'..=b'9' => {
                    self.at = end_of(bytes, start, |byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
                    return Some(Event { kind: EventKind::Number, span: start..self.at });
                }
                b'a'..=b'z' | b'A'..=b'Z' => {
                    self.at = end_of(bytes, start, u8::is_ascii_alphanumeric);
                    return Some(Event { kind: EventKind::Literal, span: start..self.at });
                }
                _ => {
                    self.at += 1;
                    continue;
                }
            };
            self.at += 1;
            return Some(Event { kind, span: start..self.at });
        }
    }
}

/// The offset of the first byte from `at` on that is not of the kind.
fn end_of(bytes: &[u8], at: usize, is: impl Fn(&u8) -> bool) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is(byte)).count()
}

/// The offset behind the closing quote of the string whose inside begins at `at`. Without one, the end of the text.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(rest) = bytes.get(at..) {
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(found) if rest.get(found) == Some(&b'"') => return at + found + 1,
            // Skips the escaped byte.
            Some(found) => at += found + 2,
            None => break,
        }
    }
    bytes.len()
}
