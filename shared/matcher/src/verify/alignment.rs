//! Whether the units of a candidate stand for the letters of the term, one by one and in order.

use super::edges::{Edge, is_whole, left_edge};
use crate::candidates::{Candidate, is_wedge};
use crate::classes::{NONE, Unit};
use crate::dictionary::{Expected, Flags};
use crate::glyph::Kind;
use crate::pattern::Letter;
use crate::stream::Stream;
use crate::{languages, numerals, traditional};

/// The most letters that a sign stands for beside the first, which are one syllable with it.
pub(super) const MOST_ATTACHED: usize = 3;

/// The most letters that can be tried in all ways at once: one bit for each.
const MOST_AT_ONCE: usize = 127;

/// Whether a unit may stand for a letter.
#[inline]
pub(crate) fn reads(unit: &Unit, letter: Letter) -> bool {
    is_same(unit.base, letter.base())
        || (unit.letters.meet(letter.letters) && !languages::are_of_one_script(unit.base, letter.base()))
}

/// Whether two characters are the same letter, variants of an ideograph, or a numeral and its digit.
#[inline]
pub(super) fn is_same(one: char, other: char) -> bool {
    // Numerals and ideographs are beyond all alphabets.
    one == other || (one.max(other) > '\u{3000}' && are_variants(one, other))
}

#[inline(never)]
fn are_variants(one: char, other: char) -> bool {
    traditional::are_same(one, other) || numerals::are_same(one, other)
}

/// Where the match begins: with as few repeated characters as possible. The units stand for the letters, all of them in
/// order, each once or more.
pub(super) fn beginning(
    stream: &Stream,
    expected: &Expected<'_>,
    candidate: &Candidate,
    right: Edge,
    reads: impl Fn(&Unit, Letter) -> bool + Copy,
) -> Option<usize> {
    let Candidate { first, last, star, .. } = *candidate;
    let units = stream.units.get(first..=last)?;
    let code = units.first()?.code;
    let last_letter = expected.letters.len().checked_sub(1)?;
    let run = units.iter().take_while(|unit| unit.code == code).count();
    let may_begin = |at: usize| is_whole(expected, left_edge(stream, expected, at), right);
    if expected.letters.len() > MOST_AT_ONCE {
        return (may_begin(first) && aligns_long(units, expected.letters, star, first, reads)).then_some(first);
    }
    // The letters that are one sound or one syllable with the next one, so that a sign stands for both: `schei*e`.
    let letters = expected.letters.iter().map(|letter| letter.base());
    let pairs = || (0..).zip(letters.clone().zip(letters.clone().skip(1)));
    let is_closed = |(before, letter): (char, char)| before == letter || languages::is_attached(before, letter);
    let closed = star
        .map_or(0, |_| pairs().filter(|(_, pair)| is_closed(*pair)).fold(0, |bits: u128, (nth, _)| bits | 1 << nth));
    // Each bit is a letter with which the units from here on may begin.
    let mut come_to: u128 = 0;
    for at in (first..=last).rev() {
        let unit = stream.units.get(at)?;
        let reach = if at == last { 1 << last_letter } else { come_to | come_to >> 1 };
        let mut read = 0;
        if star == Some(at) {
            read = (0..MOST_ATTACHED).fold(reach, |read, _| read | (read >> 1) & closed);
        } else if unit.code != NONE {
            let mut rest: u128 = reach;
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest ^= bit;
                let letter = expected.letters.get(bit.trailing_zeros() as usize).copied();
                if letter.is_some_and(|letter| reads(unit, letter)) {
                    read |= bit;
                }
            }
        }
        if read & 1 != 0 && at < first + run && may_begin(at) {
            return Some(at);
        }
        come_to = if divides(stream, expected, at, unit) { come_to | read } else { read };
        if come_to == 0 {
            return None;
        }
    }
    None
}

/// Whether a unit may be what stands between two letters of the term.
fn divides(stream: &Stream, expected: &Expected<'_>, at: usize, unit: &Unit) -> bool {
    unit.kind.is_divider()
        || unit.kind == Kind::Drawn
        || (expected.flags.has(Flags::IDEOGRAPHIC) && is_wedge(&stream.units, at, unit))
}

/// Whether the units stand for the letters of a term of more than [`MOST_AT_ONCE`]: each unit is taken as the next letter
/// if it can be. `offset` is the first unit's place, as `star` counts.
fn aligns_long(
    units: &[Unit],
    letters: &[Letter],
    star: Option<usize>,
    offset: usize,
    reads: impl Fn(&Unit, Letter) -> bool,
) -> bool {
    let mut come_to = 0;
    for (at, unit) in units.iter().enumerate() {
        let is_star = star == Some(offset + at);
        let is_read = |nth: usize| letters.get(nth).is_some_and(|letter| is_star || reads(unit, *letter));
        if is_read(come_to) {
            come_to += 1;
        } else if !unit.kind.is_divider() && unit.kind != Kind::Drawn && !come_to.checked_sub(1).is_some_and(is_read) {
            return false;
        }
    }
    come_to == letters.len()
}
