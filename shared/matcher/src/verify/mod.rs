//! Decides whether a candidate is the term, as a person would who reads the original text.
//!
//! The trie takes any `0` for an `o`, and joins letters across any divider. This module looks at the whole stretch. Do
//! its characters stand for the term's letters, one by one? Is it a word of its own? Is it a disguise, or does ordinary
//! writing look like that? The constants say what is uncommon in ordinary writing, and so counts as a disguise.

pub(crate) mod alignment;
mod division;
pub(crate) mod edges;
mod traits;

use std::ops::Range;

use alignment::{MOST_ATTACHED, beginning, reads};
use division::{is_divided_enough, is_in_two_clauses};
use edges::{Edge, is_whole, left_edge, right_edge};
use traits::{DRAWN_OUT, Traits};

use crate::candidates::Candidate;
use crate::classes::Unit;
use crate::dictionary::{Expected, Flags};
use crate::languages::agreement::{agree, is_whole_letters};
use crate::ordinary::{self, LONGEST_WORD};
use crate::pattern::Letter;
use crate::stream::Stream;

/// Of shorter terms an `l` for an `i` or a `v` for a `u` makes other words and abbreviations: `DVD`.
const LEAST_LOOSE: usize = 4;
/// Of shorter terms too little is left when a sign stands for one of the letters. Of those of just this length, only
/// ideographs may be replaced by any sign, letters only by the sign of old: `s*x`.
const LEAST_STARRED: usize = 3;
const STAR: char = '*';

/// Verifies a candidate. Gives the units of the match.
pub(crate) fn verify(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> Option<Range<usize>> {
    // Most false candidates are found out before the text is read. Each letter takes at least one unit, but for those
    // that a sign stands for.
    let units = candidate.last - candidate.first + 1 + if candidate.star.is_some() { MOST_ATTACHED } else { 0 };
    let right = right_edge(stream, expected, candidate.last);
    if units < expected.letters.len()
        || !(is_divided_enough(stream, expected, candidate)
            && candidate.star.is_none_or(|star| may_be_starred(stream, expected, star)))
        || right == Edge::Word
    {
        return None;
    }
    // And most terms are written as they are.
    let first = if is_undisguised(stream, expected, candidate, right) {
        candidate.first
    } else {
        let is_strict = |unit: &Unit, letter| reads(unit, letter);
        let is_loose = |unit: &Unit, letter: Letter| reads(unit, letter) || unit.letters.swapped().meet(letter.letters);
        // One unit for each letter: `flick` is no drawn-out `fick`.
        let letters = stream.units.get(candidate.first..=candidate.last)?.iter();
        let letters = letters.filter(|unit| !unit.kind.is_divider() || !unit.letters.is_empty()).count();
        let may_be_loose = expected.letters.len() >= LEAST_LOOSE && letters == expected.letters.len();
        let first = beginning(stream, expected, candidate, right, is_strict)
            .or_else(|| may_be_loose.then(|| beginning(stream, expected, candidate, right, is_loose)).flatten())?;
        let units = stream.units.get(first..=candidate.last)?;
        let has_signs = expected.signs.iter().all(|sign| units.iter().any(|unit| unit.base == *sign));
        let traits = Traits::of(stream, units, expected, candidate, first);
        if !has_signs
            || !traits.are_plausible(stream, expected, candidate, first)
            || spells_another_word(units, expected.letters, candidate.gaps)
            || (candidate.gaps == 0 && is_in_two_clauses(stream, expected, first..candidate.last))
            || !agree(stream, expected, candidate.star, &(first..candidate.last + 1))
        {
            return None;
        }
        first
    };
    if !is_whole_letters(stream, first, candidate.last) {
        return None;
    }
    Some(drawn_out(stream, expected, first, candidate.last))
}

/// Whether the units are the letters of the term and nothing else, and it may stand here. This is plausible if they are
/// not all signs.
fn is_undisguised(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate, right: Edge) -> bool {
    let units = stream.units.get(candidate.first..=candidate.last).unwrap_or_default();
    let letters = expected.letters.iter().map(|letter| (letter.base(), letter.marks()));
    candidate.star.is_none()
        && candidate.gaps == 0
        && expected.signs.is_empty()
        && units.iter().map(|unit| (unit.base, unit.marks)).eq(letters)
        && units.iter().all(|unit| !unit.kind.is_divider())
        && is_whole(expected, left_edge(stream, expected, candidate.first), right)
}

/// The match with all repeats of its first and last character, which would otherwise be left around it.
fn drawn_out(stream: &Stream, expected: &Expected<'_>, mut first: usize, mut last: usize) -> Range<usize> {
    let head = expected.letters.first();
    // For a term that repeats a single letter, every run is one match.
    let is_one_letter = || expected.letters.iter().all(|letter| Some(letter) == head);
    if !expected.flags.has(Flags::IDEOGRAPHIC) || is_one_letter() {
        let base = |at: usize| stream.units.get(at).map(|unit| unit.base);
        let begins = |at: usize| stream.units.get(at).is_some_and(|unit| unit.begins_segment);
        while first > 0 && !begins(first) && base(first - 1) == base(first) {
            first -= 1;
        }
        while !begins(last + 1) && base(last + 1).is_some() && base(last + 1) == base(last) {
            last += 1;
        }
    }
    first..last + 1
}

/// Whether the letters of the units, read as they are, are a word that is only near to the term: `good`, `sill`, `boxer`.
fn spells_another_word(units: &[Unit], letters: &[Letter], gaps: usize) -> bool {
    let mut word = [0; LONGEST_WORD];
    let mut length = 0;
    let mut is_term = true;
    let (mut run, mut last) = (0, '\0');
    // Without gaps, a sign is read as a letter.
    for unit in units.iter().filter(|unit| gaps == 0 || !unit.kind.is_divider()) {
        let (Some(byte), true) = (word.get_mut(length), unit.base.is_ascii_lowercase()) else { return false };
        *byte = u8::try_from(unit.base).unwrap_or_default();
        run = if last == unit.base { run + 1 } else { 1 };
        last = unit.base;
        if run == DRAWN_OUT {
            return false;
        }
        is_term &= letters.get(length).is_some_and(|letter| letter.base() == unit.base);
        length += 1;
    }
    !is_term && word.get(..length).is_some_and(ordinary::contains)
}

/// Whether enough of the term is left beside the sign that stands for one of its letters.
fn may_be_starred(stream: &Stream, expected: &Expected<'_>, star: usize) -> bool {
    let length = expected.letters.len();
    let is_star = || stream.units.get(star).is_some_and(|unit| unit.base == STAR);
    length > LEAST_STARRED || (length == LEAST_STARRED && (expected.flags.has(Flags::IDEOGRAPHIC) || is_star()))
}
