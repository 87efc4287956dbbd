//! Whether the letters of a candidate were divided to disguise a term, or stand in two words, clauses or quotations.

use std::ops::Range;

use crate::candidates::Candidate;
use crate::classes::Unit;
use crate::dictionary::{Expected, Flags};
use crate::glyph::Kind;
use crate::languages;
use crate::languages::division::{self, Division, places};
use crate::stream::Stream;

/// Whether enough places between the letters are divided for it to be on purpose: most of them, or half between
/// ideographs, which normally have nothing in between.
pub(super) fn is_divided_enough(stream: &Stream, expected: &Expected<'_>, candidate: &Candidate) -> bool {
    let gaps = candidate.gaps;
    if gaps == 0 {
        return true;
    }
    let units = stream.units.get(candidate.first..candidate.last).unwrap_or_default();
    let division = Division {
        gaps,
        has_space: units.iter().any(|unit| unit.kind == Kind::Space),
        has_stop: units.iter().any(ends_clause),
        are_words: stream.begins_word(candidate.first) && stream.ends_word(candidate.last),
    };
    if let Some(is_enough) = division::is_divided_enough(expected.letters, &division) {
        return is_enough;
    }
    let between = places(expected.letters);
    (expected.flags.has(Flags::IDEOGRAPHIC) && gaps * 2 >= between)
        // Two letters with something in between are two letters.
        || (between > 1 && gaps * 2 > between)
}

/// Whether punctuation is used in the ordinary way, to end or divide sentences. Between ideographs it is a disguise
/// only if it is between all of them, and they are more than two.
pub(super) const fn is_divided_by_chance(expected: &Expected<'_>, gaps: usize) -> bool {
    let between = expected.letters.len().saturating_sub(1);
    expected.flags.has(Flags::IDEOGRAPHIC) && !(between > 1 && gaps >= between)
}

/// Whether the units are one word in syllables with signs in it: `씨.발`.
pub(super) fn is_divided_word(stream: &Stream, expected: &Expected<'_>, units: Range<usize>) -> bool {
    let is_syllabic = expected.letters.first().is_some_and(|letter| languages::is_syllable(letter.base()));
    is_syllabic
        && stream.begins_word(units.start)
        && stream.ends_word(units.end - 1)
        && units.into_iter().all(|at| stream.kind(at) != Some(Kind::Space))
}

/// Whether a clause ends between two words of the term: `Gewinn, Spiel`, but not `Gewinn,Spiel`.
pub(super) fn is_in_two_clauses(stream: &Stream, expected: &Expected<'_>, units: Range<usize>) -> bool {
    let has_words = expected.letters.iter().skip(1).any(|letter| letter.begins_word());
    let is = |at: usize, what: fn(&Unit) -> bool| stream.units.get(at).is_some_and(what);
    has_words
        && units.into_iter().any(|at| {
            let is_stop = is(at, |unit| unit.kind == Kind::Stop)
                || (is(at, |unit| unit.base == '.') && !is(at.wrapping_sub(1), |unit| unit.base == '.'));
            is_stop && is(at + 1, |unit| unit.kind == Kind::Space)
        })
}

/// Whether a sign ends a clause or a line, between ideographs. An ellipsis has become full stops.
pub(super) const fn ends_clause(unit: &Unit) -> bool {
    matches!(unit.kind, Kind::Stop) || matches!(unit.base, '.' | '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether a sign is put around words that are quoted.
pub(super) const fn is_quote(sign: char) -> bool {
    matches!(
        sign,
        '"' | '\''
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '「'
            | '」'
            | '『'
            | '』'
            | '《'
            | '》'
            | '〈'
            | '〉'
    )
}
