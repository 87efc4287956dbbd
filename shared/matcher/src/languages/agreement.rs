//! Whether letters that have the base of a term's letters, but other marks, are the term's. It is asked once a term was
//! read.

use std::ops::Range;

use super::{accents, devanagari, kana, thai};
use crate::dictionary::Expected;
use crate::glyph::Kind;
use crate::marks::{Difference, MOST_LETTERS, Marks, Reading};
use crate::stream::Stream;
use crate::verify::alignment::reads;

/// Whether the marks of what was read as a term are those of the term, or differ from them as they do in a disguise.
pub(crate) fn agree(stream: &Stream, expected: &Expected<'_>, star: Option<usize>, units: &Range<usize>) -> bool {
    let letters = expected.letters;
    let is_plain =
        letters.iter().all(|letter| letter.marks().is_none()) && units.clone().all(|at| stream.marks(at).is_none());
    if is_plain || letters.len() > MOST_LETTERS {
        return true;
    }
    let mut read = Reading::default();
    let mut forms = kana::Forms::default();
    let mut come_to: Option<usize> = None;
    for at in units.clone() {
        let next = come_to.map_or(0, |nth| nth + 1);
        if star == Some(at) {
            come_to = Some(next);
            continue;
        }
        let Some(unit) = stream.units.get(at) else { return true };
        let is = |nth: usize| letters.get(nth).filter(|letter| reads(unit, **letter)).map(|letter| (nth, letter));
        let Some((nth, letter)) = is(next).or_else(|| come_to.and_then(is)) else { continue };
        come_to = Some(nth);
        let marks = stream.marks(at);
        let bit = 1 << nth;
        if kana::is_kana(letter.base()) {
            forms.see(letter.base(), letter.marks(), marks);
            continue;
        }
        let difference = if letter.base().is_ascii() {
            letter.marks().compare(marks)
        } else if letter.marks() == marks {
            Difference::None
        } else {
            Difference::Added
        };
        match difference {
            Difference::None => read.same |= bit,
            Difference::Missing if letter.marks().is_needed() => return false,
            Difference::Missing => read.missing |= bit,
            Difference::Added if letter.base() == 'n' && marks == Marks::TILDE => return false,
            Difference::Added => read.added |= bit,
            Difference::Other => return false,
        }
    }
    let kind = |at: usize| {
        let unit = stream.units.get(at).filter(|unit| kana::is_kana(unit.base) && unit.kind != Kind::Drawn);
        unit.map(|_| stream.marks(at))
    };
    if !forms.are_a_disguise(letters.len(), [units.start.checked_sub(1).and_then(kind), kind(units.end)]) {
        return false;
    }
    // A repeated letter need not repeat its marks.
    read.missing &= !read.same;
    read.added &= !read.same;
    if read.missing | read.added == 0 {
        return true;
    }
    let is_devanagari = letters.first().is_some_and(|letter| devanagari::is_devanagari(letter.base()));
    if is_devanagari {
        letters.len() >= devanagari::LEAST_CONFUSED
    } else {
        accents::agree(stream, expected, read, units)
    }
}

/// Whether a stretch of units neither begins nor ends within what a reader sees as one letter.
pub(crate) fn is_whole_letters(stream: &Stream, first: usize, last: usize) -> bool {
    let base = |at: usize| stream.units.get(at).map_or('\0', |unit| unit.base);
    let (before, after) = (base(first.wrapping_sub(1)), base(last + 1));
    let goes_on = || {
        let is_drawn = stream.units.get(last + 1).is_some_and(|unit| unit.kind == Kind::Drawn);
        !is_drawn && kana::goes_on(after, stream.marks(last + 1))
    };
    // Most texts are in no script in which this could be.
    (before < '\u{E00}' || !thai::leads(before)) && (after < '\u{E00}' || !(thai::is_mark(after) || goes_on()))
}
