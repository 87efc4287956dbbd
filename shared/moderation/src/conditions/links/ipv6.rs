//! IPv6 addresses: `[2001:db8::1]`, `http://[::1]:80/`, `2001:db8::1`.

use std::net::Ipv6Addr;

use crate::conditions::signs::{Sign, touches_words};

/// The longest one, in characters.
const MAX_LENGTH: usize = 45;

/// An address in a text.
#[derive(Debug)]
pub(super) struct Ipv6 {
    /// The first sign, and one behind the last; brackets are a part of it.
    pub(super) start: usize,
    pub(super) end: usize,
    /// As a host is written, without brackets.
    pub(super) host: String,
}

impl Ipv6 {
    /// Reads one that begins at `start`.
    pub(super) fn read(signs: &[Sign], start: usize) -> Option<Self> {
        let sign = |at: usize| signs.get(at).map(|sign| sign.character);
        let has_bracket = sign(start)? == '[';
        let begin = start + usize::from(has_bracket);
        let is_part = |sign: char| sign.is_ascii_hexdigit() || matches!(sign, ':' | '.');
        // Most words are passed over here: no group has more than four digits.
        let group = (0..=4).find(|ahead| !sign(begin + ahead).is_some_and(|sign| sign.is_ascii_hexdigit()))?;
        if sign(begin + group) != Some(':') || (!has_bracket && start > 0 && sign(start - 1).is_some_and(joins)) {
            return None;
        }
        let length = signs.iter().skip(begin).take(MAX_LENGTH).take_while(|sign| is_part(sign.character)).count();
        let mut text: String = signs.get(begin..begin + length)?.iter().map(|sign| sign.character).collect();
        if has_bracket {
            let address = text.parse::<Ipv6Addr>().ok()?;
            let end = begin + length + 1;
            return (sign(end - 1) == Some(']')).then(|| Self { start, end, host: address.to_string() });
        }
        // A full stop or a colon behind it.
        if !text.ends_with("::") {
            text.truncate(text.trim_end_matches([':', '.']).len());
        }
        let end = begin + text.len();
        if sign(end).is_some_and(|sign| sign.is_alphanumeric() && !touches_words(sign)) || !is_telling(&text) {
            return None;
        }
        let address = text.parse::<Ipv6Addr>().ok()?;
        Some(Self { start, end, host: address.to_string() })
    }
}

/// Whether this is an address and not a time, or names in a program: it has a group of four signs with a digit in it.
fn is_telling(text: &str) -> bool {
    let is_long = |group: &str| group.len() == 4 && group.contains(|sign: char| sign.is_ascii_digit());
    text.matches(':').count() > 1 && text.split(':').any(is_long)
}

/// Whether what stands there makes the next signs a part of something longer.
fn joins(sign: char) -> bool {
    (sign.is_alphanumeric() && !touches_words(sign)) || matches!(sign, ':' | '_' | '.')
}

/// The host that an address in a list of sites stands for.
pub(super) fn host(text: &str) -> Option<String> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Some(text.parse::<Ipv6Addr>().ok()?.to_string())
}
