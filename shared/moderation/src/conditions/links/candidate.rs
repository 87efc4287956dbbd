//! What may be a host: labels with dots in between.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::endings;
use crate::conditions::signs::{Sign, touches_words};

/// The longest possible host, in characters.
pub(super) const MAX_HOST: usize = 253;
/// How many blanks may be on each side of a dot that is written out, and how many such dots one host may have.
const MAX_BLANKS: usize = 3;
const MAX_SPACED: usize = 2;
/// How many symbols a host may begin with.
const MAX_SYMBOLS: usize = 8;

/// The words that stand for a dot. Those of ideographs do so without blanks as well.
const DOTS: [&str; 9] = ["dot", "d0t", "punkt", "point", "punto", "ponto", "точка", "点", "點"];

/// How the dots of a host are written: the least usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::conditions) enum Dots {
    /// As dots, or in brackets: nothing else can be meant.
    Plain,
    /// As another sign, or as an ideograph: `example•com`, `example点com`. It may be what it looks like.
    Odd,
    /// With blanks around them: `example dot com`. They may be words, or end a sentence.
    Spaced,
}

/// One label, or several with dots in between.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The first sign.
    pub(super) start: usize,
    /// The end: one behind the last sign.
    pub(super) end: usize,
    pub(super) dots: Dots,
    /// The signs of each label.
    labels: Vec<Range<usize>>,
}

/// What may be meant by a candidate: all of it, or without the text that touches it.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) labels: Vec<String>,
}

impl Candidate {
    /// Reads what begins at `start`, up to the first dot with blanks around it.
    pub(super) fn read(signs: &[Sign], start: usize) -> Self {
        let mut candidate = Self { start, end: start, dots: Dots::Plain, labels: Vec::new() };
        candidate.go_on(signs, start, Dots::Odd);
        candidate
    }

    /// The same with dots that have blanks around them, if one follows.
    pub(super) fn spaced(&self, signs: &[Sign]) -> Option<Self> {
        if !matches!(dot(signs, self.end), Some((_, Dots::Spaced))) {
            return None;
        }
        let mut candidate = self.clone();
        for _ in 0..MAX_SPACED {
            match dot(signs, candidate.end) {
                Some((after, Dots::Spaced)) if is_label(signs, after) => {
                    candidate.dots = Dots::Spaced;
                    candidate.go_on(signs, after, Dots::Odd);
                }
                _ => break,
            }
        }
        (candidate.dots == Dots::Spaced).then_some(candidate)
    }

    /// Reads the labels from `at`, with dots that are at most as unusual as `most`.
    fn go_on(&mut self, signs: &[Sign], mut at: usize, most: Dots) {
        loop {
            let (start, is_first) = (at, self.labels.is_empty());
            if is_first {
                at += signs.iter().skip(at).take(MAX_SYMBOLS).take_while(|sign| is_symbol(sign.character)).count();
            }
            let mut is_cut = false;
            while let Some(sign) = signs.get(at).filter(|_| is_label(signs, at)) {
                if matches!(sign.character, '点' | '點') && dot(signs, at).is_some() {
                    break;
                }
                // `example.com和`: a known ending in the middle of other text is the last label.
                if !is_first && at > start && touches_words(sign.character) && is_ending(signs, start..at) {
                    is_cut = true;
                    break;
                }
                at += 1;
            }
            let hyphens = signs.get(start..at).unwrap_or_default().iter().rev();
            let hyphens = hyphens.take_while(|sign| sign.character == '-').count();
            if at - hyphens > start {
                self.labels.push(start..at - hyphens);
                self.end = at - hyphens;
            } else if is_first {
                self.labels.push(start..at);
                self.end = at;
            }
            if is_cut || hyphens > 0 || at - self.start >= MAX_HOST {
                return;
            }
            match dot(signs, at) {
                Some((after, dots)) if dots <= most && is_label(signs, after) => {
                    // `www.example.com•next`
                    if dots == Dots::Odd && self.labels.len() > 1 && is_ending(signs, start..at) {
                        return;
                    }
                    self.dots = self.dots.max(dots);
                    at = after;
                }
                _ => return,
            }
        }
    }

    /// How many labels there are.
    pub(super) const fn count(&self) -> usize {
        self.labels.len()
    }

    /// What may be meant, the most likely first. Text without spaces may touch either end: 访问example.com吧. And behind
    /// an ending that everybody knows there may be the next sentence: `example.com.Then`
    pub(super) fn readings(&self, signs: &[Sign]) -> impl Iterator<Item = Reading> {
        let label = |range: &Range<usize>| -> String {
            signs.get(range.clone()).unwrap_or_default().iter().map(|sign| sign.character).collect()
        };
        let labels: Vec<String> = self.labels.iter().map(label).collect();
        let cut = self.cut(signs);
        let end = up_to_sentence(&labels);
        let reading = |start: usize, count: usize| {
            let mut labels: Vec<String> = labels.iter().take(count).cloned().collect();
            if let Some(first) = labels.first_mut() {
                *first = first.chars().skip(start - self.start).collect();
            }
            let end = if count == self.labels.len() {
                self.end
            } else {
                count.checked_sub(1).and_then(|last| self.labels.get(last)).map_or(self.end, |last| last.end)
            };
            Reading { start, end, labels }
        };
        let all = labels.len();
        let mut readings = Vec::with_capacity(2);
        for count in [Some(all), end].into_iter().flatten() {
            readings.extend(cut.map(|start| reading(start, count)));
            readings.push(reading(self.start, count));
        }
        readings.into_iter()
    }

    /// Where a single label begins without the text that touches it, if a colon follows it.
    pub(super) fn before_colon(&self, signs: &[Sign]) -> Option<usize> {
        let has_colon = self.labels.len() == 1 && signs.get(self.end).is_some_and(|sign| sign.character == ':');
        has_colon.then(|| self.cut(signs)).flatten()
    }

    /// Where the first label begins without the text that touches it.
    fn cut(&self, signs: &[Sign]) -> Option<usize> {
        let first = self.labels.first()?;
        let before = signs.get(first.clone())?.iter();
        let last = before.rev().position(|sign| touches_words(sign.character) || is_symbol(sign.character))?;
        (last > 0).then_some(first.end - last)
    }
}

impl Reading {
    pub(super) fn name(&self) -> String {
        self.labels.join(".")
    }

    pub(super) fn is_ipv4(&self) -> bool {
        let is_octet = |label: &String| label.len() <= 3 && label.parse::<u8>().is_ok();
        self.labels.len() == 4 && self.labels.iter().all(is_octet)
    }
}

/// How many labels there are up to an ending that everybody knows, if what follows it is no ending.
fn up_to_sentence(labels: &[String]) -> Option<usize> {
    let (last, before) = labels.split_last()?;
    if endings::is_known_as_written(last) {
        return None;
    }
    let count = before.iter().rposition(|label| endings::is_everyday(label))? + 1;
    (count > 1).then_some(count)
}

fn is_ending(signs: &[Sign], label: Range<usize>) -> bool {
    let label: String = signs.get(label).unwrap_or_default().iter().take(MAX_HOST).map(|sign| sign.character).collect();
    label.is_ascii() && endings::is_known(&label)
}

pub(in crate::conditions) fn is_label(signs: &[Sign], at: usize) -> bool {
    signs.get(at).is_some_and(|sign| {
        let sign = sign.character;
        sign.is_alphanumeric() || matches!(sign, '-' | '_') || (!sign.is_ascii() && is_combining_mark(sign))
    })
}

/// Whether a host can begin here: at a label, or at symbols before one or before its dot.
pub(super) fn begins_label(signs: &[Sign], at: usize) -> bool {
    (is_label(signs, at) && signs.get(at).is_some_and(|sign| sign.character != '-'))
        || signs.get(at).is_some_and(|sign| is_symbol(sign.character))
            && signs
                .get(at + 1)
                .is_some_and(|next| next.character == '.' || is_symbol(next.character) || is_label(signs, at + 1))
}

/// Whether it is an arrow, a heart or another picture. Hosts of these work, although no registry sells new ones.
const fn is_symbol(sign: char) -> bool {
    matches!(sign, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{1F300}'..='\u{1FAFF}')
}

/// The place behind a dot at `at`, and how it is written.
pub(in crate::conditions) fn dot(signs: &[Sign], at: usize) -> Option<(usize, Dots)> {
    let sign = |at: usize| signs.get(at).map(|sign| sign.character);
    let blanks = |mut at: usize| {
        let start = at;
        while at - start < MAX_BLANKS && sign(at).is_some_and(char::is_whitespace) {
            at += 1;
        }
        at
    };
    let word = |at: usize| {
        let is_here = |word: &&&str| word.chars().enumerate().all(|(index, letter)| sign(at + index) == Some(letter));
        let one = |at: usize| sign(at).is_some_and(|sign| sign == '.' || is_odd(sign)).then_some(at + 1);
        DOTS.iter().find(is_here).map(|word| at + word.chars().count()).or(one(at))
    };
    let here = sign(at)?;
    if here == '.' && !sign(at + 1).is_some_and(char::is_whitespace) {
        return Some((at + 1, Dots::Plain));
    }
    let open = blanks(at);
    if matches!(sign(open), Some('[' | '(' | '{' | '<' | '【' | '「')) {
        let end = blanks(word(blanks(open + 1))?);
        let is_closed = matches!(sign(end), Some(']' | ')' | '}' | '>' | '】' | '」'));
        return is_closed.then(|| (blanks(end + 1), Dots::Plain));
    }
    // `example。com`, `example点com`; but no end of a sentence, and no word.
    if open == at {
        let is_latin = |at: Option<usize>| {
            at.and_then(sign).is_some_and(|sign| sign.is_alphanumeric() && !touches_words(sign) || sign == '-')
        };
        let is_between = is_latin(at.checked_sub(1)) && is_latin(Some(at + 1));
        let is_dot = is_odd(here) || matches!(here, '点' | '點') || (here == ',' && is_com(signs, at + 1));
        return (is_between && is_dot).then_some((at + 1, Dots::Odd));
    }
    // `example dot com`, `example . com`, `example .com`
    let end = word(open)?;
    let after = blanks(end);
    (after > end || sign(open) == Some('.')).then_some((after, Dots::Spaced))
}

/// Signs that look like a dot, or are one in another script.
const fn is_odd(sign: char) -> bool {
    matches!(sign, '。' | '•' | '・' | '·' | '･' | '●' | '∙' | '⋅' | '、' | '‧')
}

/// Whether exactly `com` follows. A comma is taken for a dot before it alone: other endings stand in lists of words.
fn is_com(signs: &[Sign], at: usize) -> bool {
    let letters = signs.get(at..at + 3).unwrap_or_default().iter().map(|sign| sign.character);
    letters.eq("com".chars()) && !signs.get(at + 3).is_some_and(|sign| sign.character.is_ascii_alphanumeric())
}
