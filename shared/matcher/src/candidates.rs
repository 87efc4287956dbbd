//! Candidates: stretches of a text that could be a term under some disguise.
//!
//! From each place where a term may begin, the text is read along the [`Trie`] of the terms, in every way that a
//! disguise allows: a letter is repeated, a divider is between two letters, one sign stands for a letter, a sign that
//! could be a letter is a divider after all. Nearly all readings end after two or three characters. Those that reach
//! the end of a term are candidates, which [`crate::verify`] then judges.

use crate::classes::{Classes, GAP, NONE, Unit};
use crate::glyph::{CROSS, Kind};
use crate::trie::{ROOT, Trie};

/// A stretch of a stream that leads to the end of a term: its first and its last unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// How many dividers are between letters, except where the term itself has a space.
    pub(crate) gaps: usize,
    /// The sign that stands for a letter.
    pub(crate) star: Option<usize>,
}

/// The state of one way of reading. It is small, since many may be on the stack.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// The next unit.
    at: u32,
    /// The sign that stands for a letter, or [`NO_STAR`].
    star: u32,
    node: u32,
    gaps: u16,
    /// The code of the last letter.
    code: u16,
    /// How many units of a divider it has crossed since the last letter.
    inside: u8,
    /// How many letters were repeated across dividers.
    repeats: u8,
    /// Whether the divider is a space of the term.
    is_space: bool,
}

const NO_STAR: u32 = u32::MAX;

/// How many units may be between two letters. Anything longer divides sentences, not letters.
const LONGEST_DIVIDER: u8 = 16;
/// How many times a letter may be repeated across dividers and segments. Without a divider, there is no limit.
const MOST_REPEATS: u8 = 8;
/// How many steps all ways from one beginning may take together. Only terms and texts that were made for it come near
/// this limit. It makes the time linear in the length of the text.
const MOST_STEPS: usize = 512;

/// A search, with buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The first code that is no mark attached to a letter.
    pub(crate) first_letter: u16,
    readings: Vec<Reading>,
    steps: usize,
}

/// What is read along what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) units: &'c [Unit],
    pub(crate) trie: &'c Trie,
    pub(crate) classes: &'c Classes,
    /// Whether there are ideographs among the units, between which a letter may be a [wedge](is_wedge).
    pub(crate) has_ideographs: bool,
}

impl Context<'_> {
    #[inline]
    fn is_wedge(&self, at: usize, unit: &Unit) -> bool {
        self.has_ideographs && is_wedge(self.units, at, unit)
    }

    /// Whether a term may begin at a unit with that code. Nearly none does, and mostly the second or third letter tells.
    #[inline]
    pub(crate) fn may_begin(&self, first: usize, code: u16) -> bool {
        let Some((second, next)) = self.letter(first + 1).filter(|(_, next)| next.code != code) else { return true };
        if second > first + 1 && self.trie.may_begin(code, GAP) {
            return true;
        }
        self.trie.may_begin(code, next.code)
            && self.letter(second + 1).is_none_or(|(third, after)| {
                after.code == next.code
                    || self.trie.may_go_on(code, next.code, after.code)
                    || (third > second + 1 && self.trie.may_go_on(code, next.code, GAP))
            })
    }

    /// The letter at `at`, or behind a divider there. `None` if it could be something else as well.
    #[inline]
    fn letter(&self, at: usize) -> Option<(usize, &Unit)> {
        let unit = self.units.get(at)?;
        // As nearly all are. A letter between ideographs may be something else.
        let is_one = unit.kind == Kind::Ideograph || (unit.kind == Kind::Letter && !self.has_ideographs);
        if is_one && !unit.is_open {
            return Some((at, unit));
        }
        self.letter_beyond(at, unit)
    }

    #[inline(never)]
    fn letter_beyond(&self, at: usize, unit: &Unit) -> Option<(usize, &Unit)> {
        if !unit.kind.is_divider() {
            let is_one = !self.is_wedge(at, unit) && (!unit.is_open || is_in_number(self.units, at, unit));
            return self.units.get(at).filter(|_| is_one).map(|unit| (at, unit));
        }
        let beyond = cross(self.units, at, true);
        self.units.get(beyond).filter(|unit| !unit.kind.is_divider() && !unit.is_open).map(|unit| (beyond, unit))
    }
}

impl Search {
    /// Gives all candidates that begin at a unit with that code to `see`, each with what ends there.
    ///
    /// It reads the letters up to the first divider. From there on, there is more than one way to read.
    #[inline(never)]
    pub(crate) fn from(
        &mut self,
        context: Context<'_>,
        first: usize,
        mut code: u16,
        see: &mut impl FnMut(u32, Candidate),
    ) {
        let Context { units, trie, .. } = context;
        let (mut at, mut node) = (first + 1, trie.root(code));
        if node == ROOT {
            return;
        }
        let mut see_ends = |node, at: usize| {
            for end in trie.ends(node) {
                see(*end, Candidate { first, last: at - 1, gaps: 0, star: None });
            }
        };
        see_ends(node, at);
        while let Some(unit) = units.get(at) {
            if unit.kind.is_divider() || unit.begins_segment || unit.is_open || context.is_wedge(at, unit) {
                self.steps = at - first;
                let Ok(at) = u32::try_from(at) else { break };
                let reading =
                    Reading { at, star: NO_STAR, node, gaps: 0, code, inside: 0, repeats: 0, is_space: false };
                return self.across(context, first, reading, see);
            }
            if at - first >= MOST_STEPS {
                break;
            }
            if unit.code == code {
                at += 1;
                if is_last_of_run(units, at, unit) {
                    see_ends(node, at);
                }
                continue;
            }
            let Some(next) = trie.child(node, unit.code) else { break };
            (node, code) = (next, unit.code);
            at += 1;
            see_ends(node, at);
        }
    }

    /// Reads on in all ways, from a divider or the beginning of another segment.
    #[inline(never)]
    fn across(
        &mut self,
        context: Context<'_>,
        first: usize,
        mut reading: Reading,
        see: &mut impl FnMut(u32, Candidate),
    ) {
        let Context { units, trie, .. } = context;
        loop {
            while let Some(unit) = units.get(reading.at as usize) {
                self.steps += 1;
                if self.steps > MOST_STEPS {
                    self.readings.clear();
                    return;
                }
                if unit.is_open {
                    self.branch(context, first, &reading, unit, see);
                }
                let divides = unit.kind.is_divider() || context.is_wedge(reading.at as usize, unit);
                let Some(node) = reading.step(unit, unit.code, trie) else {
                    if divides {
                        self.divide(context, &reading, unit);
                    }
                    break;
                };
                // A sign may also be a divider. If it only repeats a letter, both readings are the same.
                if divides && node != reading.node {
                    self.divide(context, &reading, unit);
                }
                reading.take(context, first, unit, unit.code, node, see);
            }
            let Some(next) = self.readings.pop() else { break };
            reading = next;
        }
    }

    /// Puts the ways that take a unit for another letter than it most likely is on the stack.
    fn branch(
        &mut self,
        context: Context<'_>,
        first: usize,
        reading: &Reading,
        unit: &Unit,
        see: &mut impl FnMut(u32, Candidate),
    ) {
        let at = reading.at as usize;
        if unit.kind == Kind::Drawn {
            self.readings.push(reading.without_drawn(context.units));
        }
        if is_in_number(context.units, at, unit) {
            return;
        }
        if unit.has_others {
            self.branch_to_others(context, first, reading, unit, see);
        }
        if reading.star == NO_STAR && is_cross(context.units, at, unit) {
            self.star(context, reading);
        }
    }

    /// Puts the ways that take a unit for one of the other letters that it may be on the stack.
    #[inline(never)]
    fn branch_to_others(
        &mut self,
        context: Context<'_>,
        first: usize,
        reading: &Reading,
        unit: &Unit,
        see: &mut impl FnMut(u32, Candidate),
    ) {
        for code in context.classes.others(unit) {
            self.steps += 1;
            if let Some(node) = reading.step(unit, code, context.trie) {
                let mut next = *reading;
                next.take(context, first, unit, code, node, see);
                self.readings.push(next);
            }
        }
    }

    /// Puts the ways that lead across a divider on the stack.
    fn divide(&mut self, context: Context<'_>, reading: &Reading, unit: &Unit) {
        let Context { units, trie, .. } = context;
        if reading.inside >= LONGEST_DIVIDER {
            return;
        }
        // A longer divider is crossed at once, up to where there is a choice again.
        let from = reading.at as usize + 1;
        let at = cross(units, from, reading.star == NO_STAR);
        let inside = usize::from(reading.inside) + 1 + at - from;
        let is_short = inside <= usize::from(LONGEST_DIVIDER);
        let inside = u8::try_from(inside).unwrap_or(u8::MAX);
        let Ok(next_at) = u32::try_from(at) else { return };
        let next = Reading { at: next_at, inside, ..*reading };
        // Most ways end at the next letter. These need not be put on the stack.
        let after = units.get(at).filter(|_| is_short);
        let leads_on = |node: u32, code: u16| {
            after.is_some_and(|after| {
                after.kind.is_divider() || after.is_open || after.code == code || trie.child(node, after.code).is_some()
            })
        };
        if leads_on(next.node, next.code) {
            self.readings.push(next);
        }
        if reading.inside == 0
            && let Some(node) = trie.child(reading.node, GAP)
            && leads_on(node, GAP)
        {
            self.readings.push(Reading { node, code: GAP, is_space: true, ..next });
        }
        if reading.star == NO_STAR && is_star(units, reading.at as usize, unit) {
            self.star(context, reading);
        }
    }

    /// Puts the ways that take a sign for a letter of a term on the stack.
    fn star(&mut self, context: Context<'_>, reading: &Reading) {
        let Context { units, trie, classes, .. } = context;
        let at = reading.at as usize;
        let rest = units.get(at + 1..).unwrap_or_default();
        // The next letter; if that could be a divider as well, also the one behind it.
        let mut after = rest.iter().take(usize::from(LONGEST_DIVIDER)).filter(|unit| unit.code != NONE);
        let Some(first) = after.next() else { return };
        let second = if first.kind.is_divider() { after.find(|unit| !unit.kind.is_divider()) } else { None };
        let second = second.unwrap_or(first);
        let gaps = reading.gaps + reading.new_gap();
        let next = Reading { at: reading.at + 1, gaps, inside: 0, is_space: false, star: reading.at, ..*reading };
        // A letter that is doubled in the term.
        self.readings.push(next);
        let may_be_others = first.has_others || second.has_others;
        // Codes between that of the gap and the first letter's.
        let has_marks = self.first_letter > GAP + 1;
        let children = trie.children_of(reading.node);
        self.steps += children.len() / 2;
        for child in children {
            let (code, Ok(node)) = (trie.label(child), u32::try_from(child)) else { continue };
            let goes_on = |after| code == after || trie.child(node, after).is_some();
            if code != GAP
                && (goes_on(first.code)
                    || (second.code != first.code && goes_on(second.code))
                    || (may_be_others && [first, second].iter().any(|unit| classes.others(unit).any(goes_on))))
            {
                self.readings.push(Reading { node, code, ..next });
            }
            if has_marks {
                self.star_with_mark(trie, Reading { node, code, ..next }, first);
            }
        }
    }

    /// Puts the ways that take a sign for a letter and the mark on it on the stack: `चू*या`.
    #[inline(never)]
    fn star_with_mark(&mut self, trie: &Trie, letter: Reading, after: &Unit) {
        let marks = trie.children_of(letter.node).take_while(|mark| trie.label(*mark) < self.first_letter);
        for mark in marks.filter(|mark| trie.label(*mark) != GAP) {
            let Ok(node) = u32::try_from(mark) else { continue };
            if trie.child(node, after.code).is_some() {
                self.steps += 1;
                self.readings.push(Reading { node, code: trie.label(mark), ..letter });
            }
        }
    }
}

impl Reading {
    /// The node that a unit leads to, taken for a letter with that code.
    #[inline]
    fn step(&self, unit: &Unit, code: u16, trie: &Trie) -> Option<u32> {
        if code == NONE {
            return None;
        }
        if code != self.code {
            return trie.child(self.node, code);
        }
        (self.repeats < MOST_REPEATS || !self.is_far_repeat(unit)).then_some(self.node)
    }

    /// Passes over all that only draws out a vowel.
    fn without_drawn(&self, units: &[Unit]) -> Self {
        let rest = units.get(self.at as usize..).unwrap_or_default().iter();
        let drawn =
            (1..=u32::MAX).zip(rest.take_while(|unit| unit.kind == Kind::Drawn)).last().map_or(1, |(nth, _)| nth);
        Self { at: self.at.saturating_add(drawn), ..*self }
    }

    /// Takes the step that a unit leads to, and gives what ends there to `see`.
    #[inline]
    fn take(
        &mut self,
        context: Context<'_>,
        first: usize,
        unit: &Unit,
        code: u16,
        node: u32,
        see: &mut impl FnMut(u32, Candidate),
    ) {
        let is_first_here = node != self.node;
        if code == self.code && self.is_far_repeat(unit) {
            self.repeats += 1;
        }
        self.gaps += self.new_gap();
        (self.node, self.code, self.inside, self.is_space) = (node, code, 0, false);
        self.at += 1;
        if is_first_here || is_last_of_run(context.units, self.at as usize, unit) {
            let star = (self.star != NO_STAR).then_some(self.star as usize);
            let candidate = Candidate { first, last: self.at as usize - 1, gaps: usize::from(self.gaps), star };
            for end in context.trie.ends(node) {
                see(*end, candidate);
            }
        }
    }

    /// Whether a divider or the beginning of a segment is between a letter and the one before it.
    const fn is_far_repeat(&self, unit: &Unit) -> bool {
        self.inside > 0 || unit.begins_segment
    }

    /// 1 if the next letter would end a divider that is not a space of the term.
    const fn new_gap(&self) -> u16 {
        (self.inside > 0 && !self.is_space) as u16
    }
}

/// Whether a unit is a digit beside another one.
pub(crate) fn is_in_number(units: &[Unit], at: usize, unit: &Unit) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| units.get(at)).is_some_and(|unit| unit.kind == Kind::Digit);
    unit.kind == Kind::Digit && (is_digit(at.checked_sub(1)) || is_digit(Some(at + 1)))
}

/// Whether a unit is a letter or digit that stands alone between two ideographs.
#[inline]
pub(crate) fn is_wedge(units: &[Unit], at: usize, unit: &Unit) -> bool {
    let is_ideograph = |at: usize| units.get(at).is_some_and(|unit| unit.kind == Kind::Ideograph);
    matches!(unit.kind, Kind::Letter | Kind::Digit)
        && at.checked_sub(1).is_some_and(is_ideograph)
        && is_ideograph(at + 1)
}

/// Whether a unit may stand for any letter although it is no sign: a digit or an `x` between two letters.
fn is_cross(units: &[Unit], at: usize, unit: &Unit) -> bool {
    let is_letter = |at: usize| units.get(at).is_some_and(|unit| unit.kind == Kind::Letter);
    (unit.kind == Kind::Digit || unit.base == CROSS) && at.checked_sub(1).is_some_and(is_letter) && is_letter(at + 1)
}

/// The first unit from `at` on that is more than a divider: a letter, or a sign that may stand for one. It looks no
/// further than a divider may reach.
fn cross(units: &[Unit], at: usize, may_star: bool) -> usize {
    let end = at + usize::from(LONGEST_DIVIDER);
    let rest = units.get(at..).unwrap_or_default().iter();
    let mut from_here = (at..end).zip(rest);
    let is_more = |(at, unit): &(usize, &Unit)| {
        !unit.kind.is_divider() || unit.code != NONE || (may_star && is_star(units, *at, unit))
    };
    from_here.find(is_more).map_or(end, |(at, _)| at)
}

/// Whether the same letter does not follow directly. What may be a sign beside the word, or of another word, is not the
/// same letter for certain.
fn is_last_of_run(units: &[Unit], next: usize, unit: &Unit) -> bool {
    units.get(next).is_none_or(|next| {
        next.code != unit.code || next.begins_segment || (next.kind != unit.kind && next.kind != Kind::Letter)
    })
}

/// Whether a sign may stand for a letter: one that people use so, alone between two letters, or between two dividers
/// where all letters are divided.
fn is_star(units: &[Unit], at: usize, unit: &Unit) -> bool {
    if !stands_for_letters(unit.base) {
        return false;
    }
    let before = at.checked_sub(1).and_then(|before| units.get(before));
    let (Some(before), Some(after)) = (before, units.get(at + 1)) else { return false };
    let divides = |unit: &Unit| unit.kind.is_divider() && unit.code == NONE;
    let is_between_alike = divides(before) == divides(after) || (before.kind.is_divider() && after.kind.is_divider());
    before.base != unit.base && after.base != unit.base && is_between_alike
}

/// The signs that people write in place of a letter.
const fn stands_for_letters(sign: char) -> bool {
    matches!(
        sign,
        '*' | '#' | '_' | '-' | '?' | '%' | '&' | '~' | '=' | '^' | '‐'
            ..='―'
                | '×'
                | '•'
                | '·'
                | '∙'
                | '◦'
                | '●'
                | '○'
                | '◯'
                | '█'
                | '▓'
                | '■'
                | '□'
                | '★'
                | '☆'
                | '✱'
                | '✶'
                | '✻'
                | '❋'
                | '※'
                | '✕'
                | '✖'
                | '♥'
                | '♡'
                | '❤'
    )
}
