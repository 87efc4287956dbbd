//! Mail addresses, also with the at sign and the dots written out.

use super::Found;
use crate::conditions::links::dot;
use crate::conditions::signs::{Sign, touches_words};

/// The longest name and host of a mail address, in characters.
const MAX_NAME: usize = 64;
const MAX_HOST: usize = 253;

pub(super) fn emails(signs: &[Sign], found: &mut Vec<Found>) {
    let mut from = 0;
    for (at, sign) in signs.iter().enumerate() {
        let Some((name_end, host_start)) = at_sign(signs, at, sign.character) else { continue };
        if at < from {
            continue;
        }
        let (Some(name), Some((end, host))) = (name(signs, from, name_end), host(signs, host_start)) else { continue };
        if let (Some(first), Some(last)) = (name.first(), end.checked_sub(1).and_then(|last| signs.get(last))) {
            let name: String = name.iter().map(|sign| sign.character).collect();
            found.push((first.span.start..last.span.end, Some(format!("{name}@{host}").into())));
            from = end;
        }
    }
}

/// The name that ends at `end` and begins at `from` or later. It has no dot at its ends, nor two in a row.
fn name(signs: &[Sign], from: usize, end: usize) -> Option<&[Sign]> {
    let names = signs.get(end.saturating_sub(MAX_NAME).max(from)..end)?;
    let mut after = None;
    let is_name = |sign: &&Sign| {
        let is_doubled = sign.character == '.' && after.is_none_or(|after| after == '.');
        after = Some(sign.character);
        !is_doubled && (is_letter(sign.character) || matches!(sign.character, '.' | '_' | '%' | '+' | '-'))
    };
    let length = names.iter().rev().take_while(is_name).count();
    let name = names.get(names.len() - length..)?;
    let dots = name.iter().take_while(|sign| sign.character == '.').count();
    name.get(dots..).filter(|name| !name.is_empty())
}

/// The host at `start`, and where it ends.
fn host(signs: &[Sign], start: usize) -> Option<(usize, String)> {
    let is_label = |at: usize| signs.get(at).is_some_and(|sign| is_letter(sign.character) || sign.character == '-');
    let (mut at, mut end, mut host, mut labels) = (start, start, String::new(), 0);
    while is_label(at) && at - start < MAX_HOST {
        let label_start = at;
        while is_label(at) {
            at += 1;
        }
        let label: String = signs.get(label_start..at)?.iter().map(|sign| sign.character).collect();
        let bare = label.trim_end_matches('-');
        if bare.is_empty() || bare.starts_with('-') {
            break;
        }
        if labels > 0 {
            host.push('.');
        }
        host.push_str(bare);
        labels += 1;
        end = label_start + bare.chars().count();
        match dot(signs, at) {
            Some((after, _)) if bare.len() == label.len() && is_label(after) => at = after,
            _ => break,
        }
    }
    let ending = host.rsplit('.').next()?;
    (labels > 1 && ending.chars().count() > 1 && ending.ends_with(char::is_alphabetic)).then_some((end, host))
}

/// Whether a name or a host can have this letter or digit: in text without spaces, ideographs are around it.
fn is_letter(sign: char) -> bool {
    sign.is_alphanumeric() && !touches_words(sign)
}

/// Where the text before an at sign ends and the text behind it starts: `@`, `[at]`, `(at)`, `{at}`, `<at>` with blanks
/// around, `艾特`.
fn at_sign(signs: &[Sign], at: usize, sign: char) -> Option<(usize, usize)> {
    let is = |at: usize, wanted: char| signs.get(at).is_some_and(|sign| sign.character == wanted);
    let blank = |at: usize| signs.get(at).is_some_and(|sign| sign.character.is_whitespace());
    let close = match sign {
        '@' => return Some((at, at + 1)),
        '艾' if is(at + 1, '特') => return Some((at, at + 2)),
        '[' => ']',
        '(' => ')',
        '{' => '}',
        '<' => '>',
        '【' => '】',
        _ => return None,
    };
    let word = if is(at + 1, '@') { 1 } else { 2 };
    if !(word == 1 || is(at + 1, 'a') && is(at + 2, 't')) || !is(at + 1 + word, close) {
        return None;
    }
    let end = at + 2 + word;
    let before = if at > 0 && blank(at - 1) { at - 1 } else { at };
    Some((before, if blank(end) { end + 1 } else { end }))
}
