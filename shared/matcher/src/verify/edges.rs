//! What is beside a candidate: whether its word goes on there.

use crate::classes::Unit;
use crate::dictionary::{Expected, Flags};
use crate::glyph::Kind;
use crate::stream::{Stream, goes_on};

/// A number beside a term of at least this length is no part of its word.
const LEAST_BESIDE_DIGITS: usize = 4;

/// What is beside the end of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// No word goes on, or it may.
    Free,
    /// A number, and no word goes on beyond it: `1av2`.
    Number,
    /// A number with more behind it: `viagra100mg`.
    Digits,
    /// The word goes on.
    Word,
}

pub(super) fn left_edge(stream: &Stream, expected: &Expected<'_>, first: usize) -> Edge {
    if !expected.flags.has(Flags::BEGINS_WORD) || stream.begins_word(first) {
        return Edge::Free;
    }
    let mut digits = first;
    while !stream.begins_word(digits) && stream.kind(digits - 1) == Some(Kind::Digit) {
        digits -= 1;
    }
    edge(stream.kind(first), first - digits, stream.begins_word(digits))
}

pub(super) fn right_edge(stream: &Stream, expected: &Expected<'_>, last: usize) -> Edge {
    if !expected.flags.has(Flags::ENDS_WORD) || stream.ends_word(last) {
        return Edge::Free;
    }
    let mut digits = last;
    while !stream.ends_word(digits) && stream.kind(digits + 1) == Some(Kind::Digit) {
        digits += 1;
    }
    edge(stream.kind(last), digits - last, stream.ends_word(digits))
}

/// What is beside a character with that many digits next to it, behind which a word ends or does not.
fn edge(own: Option<Kind>, digits: usize, ends: bool) -> Edge {
    match (own, digits) {
        (_, 0) | (Some(Kind::Digit) | None, _) => Edge::Word,
        _ if ends => Edge::Number,
        // A digit alone among letters is one of them: `m4ster`.
        (_, 1) => Edge::Word,
        _ => Edge::Digits,
    }
}

/// Whether a term may stand between such edges. A number beside it is no part of its word; beside a short one it may be
/// (`mp3`), unless there is one on either side.
pub(super) fn is_whole(expected: &Expected<'_>, left: Edge, right: Edge) -> bool {
    let is_long = expected.letters.len() >= LEAST_BESIDE_DIGITS;
    let is_end = |edge| edge == Edge::Free || (is_long && edge != Edge::Word);
    (is_end(left) && is_end(right)) || (left == Edge::Number && right == Edge::Number)
}

/// Whether a term may begin with a unit although one before it is of a word. The look at the whole candidate says
/// whether it does.
pub(crate) fn may_begin_behind(before: &Unit, unit: &Unit) -> bool {
    !goes_on(unit, before) || (before.kind == Kind::Digit && unit.kind != Kind::Digit)
}
