//! The endings of file names, as the receiver's system sees them.
//!
//! A name may end in more than its ending. Systems cut off dots and blanks, apps cut a name at what no name may hold,
//! and what is invisible misleads only the reader.

use std::ops::Range;

use chathook_matcher::unicode::is_blank;

use super::finding::Findings;
use super::signs::Sign;
use super::subject::{View, finding};

/// The file names that end in one of `extensions`.
pub(super) fn file_extensions(view: &View<'_>, extensions: &[String]) -> Findings {
    let longest = extensions.iter().map(|extension| extension.chars().count()).max().unwrap_or_default();
    let mut findings = Findings::default();
    for (index, text) in view.shown_texts().filter(|(_, text)| text.is_file_name()) {
        let is_wanted = |ending: &[Sign]| {
            let written = || ending.iter().map(|sign| sign.character).collect::<String>();
            (ending.len() <= longest).then(written).filter(|written| extensions.contains(written))
        };
        if let Some((span, written)) = ending(&text.value, view.signs(index), is_wanted) {
            findings.push(finding(index, text, span, Some(written.into())));
        }
    }
    findings
}

/// The first ending of a name that `is_wanted`, with its place. A name has several if it may be cut in the middle: at a
/// control character, where many programs end a text, or at a colon, behind which some systems keep other data of the
/// same file.
fn ending(name: &str, signs: &[Sign], is_wanted: impl Fn(&[Sign]) -> Option<String>) -> Option<(Range<usize>, String)> {
    // The last dot that something follows, and the last sign that is not cut off.
    let (mut dot, mut last, mut dot_before) = (None, None, None);
    let check = |dot: Option<usize>, last: Option<usize>| {
        let ending = signs.get(dot? + 1..=last?)?;
        Some((ending.first()?.span.start..ending.last()?.span.end, is_wanted(ending)?))
    };
    let mut signs_left = signs.iter().enumerate().peekable();
    for (at, character) in name.char_indices() {
        let sign = signs_left.next_if(|(_, sign)| sign.span.start == at);
        if (character.is_control() || sign.is_some_and(|(_, sign)| sign.character == ':'))
            && let Some(found) = check(dot, last)
        {
            return Some(found);
        }
        match sign {
            Some((index, Sign { character: '.', .. })) => dot_before = Some(index),
            Some((index, sign)) if !is_cut_off(sign.character) => {
                dot = dot_before.or(dot);
                last = Some(index);
            }
            _ => {}
        }
    }
    check(dot, last)
}

/// Whether systems or apps cut it off at the end of a file name.
fn is_cut_off(sign: char) -> bool {
    is_blank(sign)
        || matches!(sign, '/' | '\\' | ':' | '"' | '<' | '>' | '|' | '?' | '*' | '\u{2025}' | '\u{2026}' | '\u{3002}')
}
