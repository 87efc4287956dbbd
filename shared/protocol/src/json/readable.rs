//! Turns the bytes that arrived into text that a JSON parser accepts.

use std::borrow::Cow;

/// A backslash in a JSON string.
const LITERAL_BACKSLASH: &str = "\\\\";

/// The body as JSON text. A byte order mark is dropped, and invalid UTF-8 becomes U+FFFD. Inside strings, a lone
/// surrogate escape becomes U+FFFD, a raw control character becomes its escape, and a backslash that escapes nothing in
/// JSON becomes a literal one; see `is_ambiguous`. Senders can get all of these into a message, and such a message must
/// be looked at like any other.
///
/// Takes one pass, and borrows if there is nothing to repair.
#[must_use]
pub fn readable(body: &[u8]) -> Cow<'_, str> {
    match decoded(body) {
        Cow::Borrowed(text) => repaired(text).map_or(Cow::Borrowed(text), Cow::Owned),
        Cow::Owned(text) => Cow::Owned(repaired(&text).unwrap_or(text)),
    }
}

/// The bytes as text, without a byte order mark.
pub(super) fn decoded(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))
}

/// The text with every string in it repaired; `None` if all of them are fine. This only knows where strings begin and
/// end. Whether the rest is JSON is for the parser to say.
pub(super) fn repaired(text: &str) -> Option<String> {
    let from = |at: usize| text.as_bytes().get(at..).unwrap_or_default();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', from(at)) {
        at += quote + 1;
        while let Some(plain) = from(at).iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
            at += plain;
            let (len, repair) = match from(at) {
                [b'"', ..] | [] => break,
                [b'\\', ..] => repaired_escape(from(at)),
                [control, ..] => (1, Some(Cow::Owned(format!("\\u{control:04x}")))),
            };
            if let Some(repair) = repair {
                out.push_str(text.get(copied..at).unwrap_or_default());
                out.push_str(&repair);
                copied = at + len;
            }
            at += len;
        }
        // Past the closing quote, if there is one.
        at += 1;
    }
    (copied > 0).then(|| out + text.get(copied..).unwrap_or_default())
}

/// Whether a string has a backslash that escapes nothing in JSON. JSON5 and JavaScript know more escapes, and drop the
/// backslash before anything else. So another parser may read another text there.
pub(super) fn is_ambiguous(string: &str) -> bool {
    let from = |at: usize| string.as_bytes().get(at..).unwrap_or_default();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', from(at)) {
        at += found;
        let (len, repair) = repaired_escape(from(at));
        if repair.is_some_and(|repair| repair == LITERAL_BACKSLASH) {
            return true;
        }
        at += len;
    }
    false
}

/// The length of the escape at the start of `rest`, and what to write in its place if it is not valid JSON.
fn repaired_escape(rest: &[u8]) -> (usize, Option<Cow<'static, str>>) {
    let next_unit = || code_unit(rest.get(6..).unwrap_or_default());
    match (rest.get(1), code_unit(rest)) {
        (Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), _) => (2, None),
        (_, Some(0xD800..=0xDBFF)) if matches!(next_unit(), Some(0xDC00..=0xDFFF)) => (12, None),
        (_, Some(0xD800..=0xDFFF)) => (6, Some(Cow::Borrowed("\\ufffd"))),
        (_, Some(_)) => (6, None),
        (_, None) => (1, Some(Cow::Borrowed(LITERAL_BACKSLASH))),
    }
}

/// The UTF-16 code unit of the `\uXXXX` escape at the start of `rest`.
fn code_unit(rest: &[u8]) -> Option<u32> {
    let hex = rest.strip_prefix(b"\\u")?.get(..4)?;
    hex.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}
