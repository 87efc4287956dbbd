//! What is around a host: its scheme, user, port and path.

use super::candidate::{Candidate, MAX_HOST};
use crate::conditions::signs::{Sign, touches_words};

use super::is_label;

/// The longest path that is a part of a link, the longest that is compared, and the longest scheme, in characters.
const MAX_TAIL: usize = 2048;
const MAX_PATH: usize = 512;
const MAX_SCHEME: usize = 16;

/// The start of the scheme, if one ends right before `at`, or before the user's name that does.
pub(super) fn scheme_before(signs: &[Sign], at: usize) -> Option<usize> {
    let mut start = at;
    if at > 0 && signs.get(at - 1)?.character == '@' {
        // Behind a user's name and password.
        let from = at.saturating_sub(MAX_HOST);
        let ends = |sign: &Sign| sign.character.is_whitespace() || "/?#[]<>\"".contains(sign.character);
        start = from + signs.get(from..at)?.iter().rposition(ends)? + 1;
    }
    let colon = start.checked_sub(3)?;
    if !signs.get(colon..start)?.iter().map(|sign| sign.character).eq("://".chars()) {
        return None;
    }
    let before = signs.get(colon.saturating_sub(MAX_SCHEME)..colon)?.iter().rev().map(|sign| sign.character);
    let before = before.take_while(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '+' | '-' | '.'));
    // It begins with a letter.
    let length = before.zip(1..).filter(|(sign, _)| sign.is_ascii_alphabetic()).last()?.1;
    Some(colon - length)
}

/// Whether what stands before the `@` in front of `at` is a user of a web address.
pub(super) fn is_user_before(signs: &[Sign], at: usize) -> bool {
    scheme_before(signs, at).is_some()
}

/// What stands before an `@` where there is no scheme: nothing, or `user:password`. `None`: it is a mail address.
pub(super) fn user_without_scheme(signs: &[Sign], at: usize) -> Option<&[Sign]> {
    let from = at.saturating_sub(MAX_HOST);
    let before = signs.get(from..at)?;
    let is_part = |sign: &&Sign| !sign.character.is_whitespace() && !touches_words(sign.character);
    let length = before.iter().rev().take_while(is_part).count();
    let user = before.get(before.len() - length..)?;
    let is_name = |sign: Option<&Sign>| sign.is_some_and(|sign| sign.character.is_alphanumeric());
    if !is_name(user.last()) {
        // `@example.com`, `(@example.com)`
        return Some(&[]);
    }
    let colon = user.iter().position(|sign| sign.character == ':')?;
    let name: String = user.get(..colon)?.iter().map(|sign| sign.character).collect();
    // `email:ada@example.com`
    (name.starts_with(|sign: char| sign.is_alphanumeric()) && !name.contains("mail")).then_some(user)
}

/// Whether what ends at `end` is not a host but a user: `user@host` of a mail address, or `user@host` and
/// `user:password@host` behind a scheme.
pub(super) fn is_user(signs: &[Sign], end: usize, has_scheme: bool) -> bool {
    let sign = |at: usize| signs.get(at).map(|sign| sign.character);
    if !has_scheme {
        // Without a domain behind it, an `@` begins a mention.
        return sign(end) == Some('@') && Candidate::read(signs, end + 1).count() > 1;
    }
    let authority = signs.iter().skip(end).take(MAX_HOST).map(|sign| sign.character);
    let mut authority = authority.take_while(|sign| !sign.is_whitespace() && !matches!(sign, '/' | '?' | '#'));
    let at_sign = authority.position(|sign| sign == '@').map(|before| end + before);
    matches!(sign(end), Some('@' | ':')) && at_sign.is_some_and(|at| is_label(signs, at + 1))
}

/// What follows a host: its port and path.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    host_end: usize,
    /// Where the path begins.
    start: usize,
    /// Where the link ends.
    pub(super) end: usize,
    has_slash: bool,
}

impl Tail {
    pub(super) const fn none(host_end: usize) -> Self {
        Self { host_end, start: host_end, end: host_end, has_slash: false }
    }

    /// Reads it. Punctuation at its end, and brackets that are not opened in it, belong to the sentence around it.
    pub(super) fn read(signs: &[Sign], host_end: usize) -> Self {
        let sign = |at: usize| signs.get(at).map(|sign| sign.character);
        let mut start = host_end;
        // A dot at the end of a host's name changes nothing: `example.com.:80`, `example.com./page`
        if sign(host_end) == Some('.') && matches!(sign(host_end + 1), Some(':' | '/')) {
            start += 1;
        }
        let digits = signs.iter().skip(start + 1).take(6).take_while(|sign| sign.character.is_ascii_digit()).count();
        let is_port = sign(start) == Some(':') && (1..=5).contains(&digits);
        let start = if is_port { start + 1 + digits } else { start };
        if !matches!(sign(start), Some('/' | '?' | '#')) {
            return Self { host_end, start, end: if is_port { start } else { host_end }, has_slash: false };
        }
        let mut end = start;
        let (mut round, mut square, mut curly, mut is_quoted) = (0_u32, 0_u32, 0_u32, false);
        for (at, sign) in signs.iter().enumerate().skip(start).take(MAX_TAIL) {
            let may_end = match sign.character {
                '(' => open(&mut round),
                '[' => open(&mut square),
                '{' => open(&mut curly),
                ')' if round > 0 => close(&mut round),
                ']' if square > 0 => close(&mut square),
                '}' if curly > 0 => close(&mut curly),
                ')' | ']' | '}' => break,
                '\'' => {
                    is_quoted = !is_quoted;
                    !is_quoted
                }
                '?' | '!' | '.' | ',' | ':' | ';' | '*' => false,
                other if is_of_path(other) => true,
                _ => break,
            };
            if may_end {
                end = at + 1;
            }
        }
        let end = end.max(if is_port { start } else { host_end });
        Self { host_end, start, end, has_slash: sign(start) == Some('/') }
    }

    /// The path, as [`plain_path`] makes it.
    pub(super) fn path(&self, signs: &[Sign]) -> String {
        let path = signs.get(self.start..self.end.max(self.start)).unwrap_or_default();
        plain_path(&path.iter().take(MAX_PATH).map(|sign| sign.character).collect::<String>())
    }

    /// Whether there is a port.
    pub(super) const fn has_port(&self) -> bool {
        self.start > self.host_end
    }

    /// Whether there is a path. A question mark alone ends a sentence, and a slash alone may stand for "or".
    pub(super) const fn has_path(&self) -> bool {
        self.has_slash && self.end > self.start + 1
    }
}

const fn open(depth: &mut u32) -> bool {
    *depth += 1;
    false
}

const fn close(depth: &mut u32) -> bool {
    *depth -= 1;
    true
}

/// Whether a path goes on with this sign: it is allowed in one, or is a letter of a script that puts spaces between
/// words. Ideographs are the text behind the link.
fn is_of_path(sign: char) -> bool {
    if sign.is_ascii() {
        return sign.is_ascii_graphic() && !matches!(sign, '"' | '<' | '>' | '`' | '|');
    }
    sign.is_alphanumeric() && !touches_words(sign)
}

/// A path as servers read it: percent-encoding undone, `.` and `..` followed, without doubled and outer slashes.
pub(super) fn plain_path(path: &str) -> String {
    let decoded = if path.contains('%') { decoded(path).to_lowercase() } else { path.to_owned() };
    let mut parts: Vec<&str> = Vec::new();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let encoded = (*first == b'%').then(|| u8::try_from(digit(0)? << 4 | digit(1)?).ok()).flatten();
        bytes.push(encoded.unwrap_or(*first));
        rest = after.get(if encoded.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_servers_read_them() {
        for (path, plain) in [
            ("/", ""),
            ("/spam", "spam"),
            ("//spam/", "spam"),
            ("/./spam", "spam"),
            ("/a/../spam", "spam"),
            ("/../spam", "spam"),
            ("/%73p%61m", "spam"),
            ("/%53PAM", "spam"),
            ("/%2e%2e/spam", "spam"),
            ("/100%", "100%"),
            ("/%zz%4", "%zz%4"),
            ("/%e5%8a%a0", "加"),
            ("/%ff", "\u{FFFD}"),
            ("/spam?a=b", "spam?a=b"),
        ] {
            assert_eq!(plain_path(path).to_lowercase(), plain.to_lowercase(), "{path}");
        }
    }
}
