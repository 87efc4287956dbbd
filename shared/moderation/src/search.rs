//! Candidates: stretches of a text that could be a term under some disguise.
//!
//! From each place where a term may begin, the text is read along the [`Trie`] of the terms in all ways that the rules
//! of disguise allow: a letter may be repeated, a divider may stand between letters, one lone sign may stand for a
//! letter, and a sign that could be a letter may as well be a divider. Nearly all readings end after two or three
//! characters. Those that reach the end of a term are handed to [`crate::confirm`].

use crate::alphabet::{GAP, NONE};
use crate::normalise::Kind;
use crate::stream::{Stream, Unit};
use crate::trie::{ROOT, Trie};

/// A stretch of a stream that leads to the end of a term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// How many times letters are divided, other than where the term itself has a space.
    pub(crate) gaps: usize,
    /// The sign that stands for a letter.
    pub(crate) star: Option<usize>,
}

/// How far a reading has come.
#[derive(Clone, Copy)]
struct Reading {
    /// The next unit.
    at: usize,
    star: Option<usize>,
    gaps: usize,
    node: u32,
    /// The code of the last letter.
    code: u16,
    /// Units of the divider that it is in; 0 within a word.
    inside: u8,
    /// Letters repeated across dividers.
    repeats: u8,
    /// Whether that divider is a space of the term.
    is_space: bool,
}

/// Longer dividers divide sentences, not letters.
const LONGEST_DIVIDER: u8 = 16;
/// How many times a letter may be repeated across dividers and texts. Adjacent repeats are free.
const MOST_REPEATS: u8 = 8;
/// How many steps are taken from one beginning, all ways together. Only rules and texts made for each other come near;
/// it bounds the time for a message by its length.
const MOST_STEPS: usize = 512;

/// A search, with buffers that are used again.
#[derive(Default)]
pub(crate) struct Search {
    readings: Vec<Reading>,
    steps: usize,
}

/// Whether a search from a unit would lead anywhere: nearly all end at the second letter.
pub(crate) fn is_promising(stream: &Stream, trie: &Trie, first: usize, code: u16) -> bool {
    let Some(node) = trie.child(ROOT, code) else { return false };
    match stream.units.get(first + 1) {
        Some(next) if next.kind.is_divider() || next.code == code => true,
        Some(next) if trie.child(node, next.code).is_some() => true,
        _ => !trie.ends(node).is_empty(),
    }
}

impl Search {
    /// Gives all candidates that begin at a unit to `see`, each with what ends there.
    pub(crate) fn from(&mut self, stream: &Stream, trie: &Trie, first: usize, see: &mut impl FnMut(u32, Candidate)) {
        self.steps = 0;
        let mut reading =
            Reading { at: first, star: None, gaps: 0, node: ROOT, code: NONE, inside: 0, repeats: 0, is_space: false };
        loop {
            while let Some(unit) = stream.units.get(reading.at) {
                self.steps += 1;
                if self.steps > MOST_STEPS {
                    self.readings.clear();
                    return;
                }
                let divides = unit.kind.is_divider() && reading.node != ROOT;
                let Some(next) = reading.letter(unit, trie) else {
                    if divides {
                        self.divide(reading, unit, stream, trie);
                    }
                    break;
                };
                let is_first_here = next.node != reading.node;
                // A sign may as well divide. Where it only repeats a letter, both come to the same.
                if divides && is_first_here {
                    self.divide(reading, unit, stream, trie);
                }
                reading = next;
                if is_first_here || reading.is_last_of_run(stream, unit) {
                    let Reading { at, gaps, star, .. } = reading;
                    for end in trie.ends(reading.node) {
                        see(*end, Candidate { first, last: at - 1, gaps, star });
                    }
                }
            }
            let Some(next) = self.readings.pop() else { break };
            reading = next;
        }
    }

    /// Puts the ways on across a divider on the stack.
    fn divide(&mut self, reading: Reading, unit: &Unit, stream: &Stream, trie: &Trie) {
        if reading.inside >= LONGEST_DIVIDER {
            return;
        }
        let inside = reading.inside + 1;
        let next = Reading { at: reading.at + 1, inside, ..reading };
        self.readings.push(next);
        if inside == 1
            && let Some(node) = trie.child(reading.node, GAP)
        {
            self.readings.push(Reading { node, code: GAP, is_space: true, ..next });
        }
        if reading.star.is_none() && is_star(stream, reading.at, unit) {
            self.star(reading, stream, trie);
        }
    }

    /// Puts the ways on with any letter in place of a sign on the stack.
    fn star(&mut self, reading: Reading, stream: &Stream, trie: &Trie) {
        let rest = stream.units.get(reading.at + 1..).unwrap_or_default();
        // The next letter; if that could be a divider as well, also the one behind it.
        let mut after = rest.iter().take(usize::from(LONGEST_DIVIDER)).filter(|unit| unit.code != NONE);
        let Some(first) = after.next() else { return };
        let second = if first.kind.is_divider() { after.find(|unit| !unit.kind.is_divider()) } else { None };
        let second = second.unwrap_or(first).code;
        let gaps = reading.gaps + usize::from(reading.inside > 0 && !reading.is_space);
        let next = Reading { at: reading.at + 1, gaps, inside: 0, is_space: false, star: Some(reading.at), ..reading };
        // A letter that is doubled in the term.
        self.readings.push(next);
        let children = trie.children_of(reading.node);
        self.steps += children.len() / 2;
        for child in children {
            let (code, Ok(node)) = (trie.label(child), u32::try_from(child)) else { continue };
            let goes_on = |after| code == after || trie.child(node, after).is_some();
            if code != GAP && (goes_on(first.code) || (second != first.code && goes_on(second))) {
                self.readings.push(Reading { node, code, ..next });
            }
        }
    }
}

impl Reading {
    /// One letter on.
    fn letter(mut self, unit: &Unit, trie: &Trie) -> Option<Self> {
        if unit.code == NONE {
            return None;
        }
        if unit.code == self.code {
            if self.inside > 0 || unit.begins_text {
                self.repeats += 1;
                if self.repeats > MOST_REPEATS {
                    return None;
                }
            }
        } else {
            self.node = trie.child(self.node, unit.code)?;
            self.code = unit.code;
        }
        self.gaps += usize::from(self.inside > 0 && !self.is_space);
        (self.inside, self.is_space) = (0, false);
        self.at += 1;
        Some(self)
    }

    /// Whether no more of the same letter follows at once.
    fn is_last_of_run(&self, stream: &Stream, unit: &Unit) -> bool {
        stream.units.get(self.at).is_none_or(|next| next.code != unit.code)
    }
}

/// Whether a sign may stand for a letter: one that people use so, alone between two letters, or between two dividers
/// where all letters are divided.
fn is_star(stream: &Stream, at: usize, unit: &Unit) -> bool {
    if unit.kind != Kind::Sign && unit.base != '?' {
        return false;
    }
    let is_known =
        matches!(unit.base, '*' | '#' | '_' | '-' | '?' | '%' | '&' | '~' | '=' | '^' | '•' | '·' | '∙' | '◦')
            || matches!(
                unit.base,
                '█' | '▓' | '■' | '□' | '●' | '★' | '☆' | '✱' | '✶' | '✻' | '❋' | '※' | '×' | '✕' | '✖'
            )
            || matches!(unit.base, '‐'..='―' | '○' | '◯' | '♥' | '♡' | '❤');
    if !is_known {
        return false;
    }
    let before = at.checked_sub(1).and_then(|before| stream.units.get(before));
    let (Some(before), Some(after)) = (before, stream.units.get(at + 1)) else { return false };
    let divides = |unit: &Unit| unit.kind.is_divider() && unit.code == NONE;
    let is_between_alike = divides(before) == divides(after) || (before.kind.is_divider() && after.kind.is_divider());
    before.base != unit.base && after.base != unit.base && is_between_alike
}
