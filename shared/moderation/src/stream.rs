//! A text as the sequence of its glyphs, each with the place it came from.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::alphabet::{Alphabet, NONE};
use crate::normalise::{ASCII, Glyph, Kind, Letters, text_glyphs};

/// One glyph of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    pub(crate) base: char,
    pub(crate) letters: Letters,
    /// Its class in the automaton's alphabet.
    pub(crate) code: u16,
    pub(crate) kind: Kind,
    /// Whether a text begins here.
    pub(crate) begins_text: bool,
    /// Its bytes in the stream.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One text, or several that a client shows one behind the other.
///
/// Offsets count the bytes of all its texts, as if they were one.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) units: Vec<Unit>,
    /// The texts, by the offset at which each begins.
    parts: Vec<(u32, usize)>,
    length: u32,
}

/// Signs that together draw a letter.
const DRAWN: [(&str, u8); 8] =
    [("()", b'o'), ("[]", b'o'), ("/\\", b'a'), ("\\/", b'v'), ("|_|", b'u'), ("|)", b'd'), ("|<", b'k'), ("vv", b'w')];

/// Whether one of [`DRAWN`] ends with it.
const fn ends_drawing(base: char) -> bool {
    matches!(base, ')' | ']' | '\\' | '/' | '|' | '<' | 'v')
}

impl Stream {
    pub(crate) fn clear(&mut self) {
        self.units.clear();
        self.parts.clear();
        self.length = 0;
    }

    /// Appends a text. A stream ends at 4 GiB, far above what any message can be.
    pub(crate) fn push(&mut self, index: usize, text: &str, alphabet: &Alphabet) {
        self.parts.push((self.length, index));
        let Ok(bytes) = u32::try_from(text.len()) else { return };
        let Some(length) = self.length.checked_add(bytes) else { return };
        self.units.reserve(if text.is_ascii() { text.len() } else { text.len() / 2 });
        self.push_part(text, self.length, true, alphabet);
        self.length = length;
    }

    /// Appends a text as it is when everything within the spans is masked, one sign for each character. The spans are
    /// in order.
    pub(crate) fn push_masked(&mut self, index: usize, text: &str, spans: &[Range<usize>], alphabet: &Alphabet) {
        self.parts.push((self.length, index));
        let Ok(bytes) = u32::try_from(text.len()) else { return };
        let Some(length) = self.length.checked_add(bytes) else { return };
        let begin = self.length;
        let mut spans = spans.iter().peekable();
        let mut covered_to = 0;
        let mut kept_from = 0;
        let mut begins_text = true;
        for (at, grapheme) in text.grapheme_indices(true) {
            let end = at + grapheme.len();
            while let Some(span) = spans.next_if(|span| span.start < end) {
                covered_to = covered_to.max(span.end);
            }
            if covered_to <= at {
                continue;
            }
            let (Ok(kept), Ok(start), Ok(bytes)) =
                (u32::try_from(kept_from), u32::try_from(at), u32::try_from(grapheme.len()))
            else {
                return;
            };
            begins_text =
                self.push_part(text.get(kept_from..at).unwrap_or_default(), begin + kept, begins_text, alphabet);
            self.units.push(Unit {
                base: '*',
                letters: Letters::NONE,
                code: NONE,
                kind: Kind::Sign,
                begins_text,
                start: begin + start,
                end: begin + start + bytes,
            });
            begins_text = false;
            kept_from = end;
        }
        if let Ok(kept) = u32::try_from(kept_from) {
            self.push_part(text.get(kept_from..).unwrap_or_default(), begin + kept, begins_text, alphabet);
        }
        self.length = length;
    }

    /// Masks a part of a text in place, if its characters are simple enough to be told apart without a closer look.
    pub(crate) fn mask(&mut self, index: usize, span: &Range<usize>) -> bool {
        let part =
            self.parts.binary_search_by_key(&index, |(_, text)| *text).ok().and_then(|part| self.parts.get(part));
        let Some((begin, _)) = part else { return false };
        let (Ok(start), Ok(end)) = (u32::try_from(span.start), u32::try_from(span.end)) else { return false };
        let (start, end) = (begin + start, begin + end);
        let first = self.units.partition_point(|unit| unit.start < start);
        let after = self.units.partition_point(|unit| unit.start < end);
        let Some(units) = self.units.get_mut(first..after) else { return false };
        let mut at = start;
        let is_simple = units.iter().all(|unit| {
            let is_next = unit.start == std::mem::replace(&mut at, unit.end);
            let is_one = match unit.base {
                '\n' | '\r' => false,
                // Masked before.
                '*' => true,
                '\0'..='\x7F' | '\u{4E00}'..='\u{9FFF}' => unit.base.len_utf8() == (unit.end - unit.start) as usize,
                _ => false,
            };
            is_next && is_one
        });
        if !is_simple || at != end {
            return false;
        }
        for unit in units {
            *unit = Unit { base: '*', letters: Letters::NONE, code: NONE, kind: Kind::Sign, ..*unit };
        }
        true
    }

    /// Appends the units of a part of a text that begins at an offset. Whether the text's first unit is still to come.
    fn push_part(&mut self, text: &str, offset: u32, mut begins_text: bool, alphabet: &Alphabet) -> bool {
        if text.is_ascii() {
            for (start, byte) in (offset..).zip(text.bytes()) {
                let Some(Some(glyph)) = ASCII.get(usize::from(byte)) else { continue };
                let Glyph { base, letters, kind } = *glyph;
                let code = alphabet.ascii(byte);
                self.units.push(Unit { base, letters, code, kind, begins_text, start, end: start + 1 });
                begins_text = false;
                if ends_drawing(base) {
                    self.draw(alphabet);
                }
            }
            return begins_text;
        }
        text_glyphs(text, |span, glyph| {
            let code = glyph.class().map_or(NONE, |class| alphabet.code(class));
            let (base, letters, kind) = (glyph.base, glyph.letters, glyph.kind);
            // The caller has seen to it that the stream's length is a `u32`.
            #[allow(clippy::cast_possible_truncation, reason = "see above")]
            let (start, end) = (offset + span.start as u32, offset + span.end as u32);
            self.units.push(Unit { base, letters, code, kind, begins_text, start, end });
            begins_text = false;
            if ends_drawing(base) {
                self.draw(alphabet);
            }
        });
        begins_text
    }

    /// Joins the last units to one letter, if they draw one.
    fn draw(&mut self, alphabet: &Alphabet) {
        for (signs, letter) in DRAWN {
            let Some(first) = self.units.len().checked_sub(signs.len()) else { continue };
            let Some(units) = self.units.get(first..) else { continue };
            let is_drawn = units.iter().map(|unit| unit.base).eq(signs.chars())
                && units.iter().skip(1).all(|unit| !unit.begins_text);
            let before = first.checked_sub(1).and_then(|before| self.units.get(before)).map(|unit| unit.base);
            let (Some(head), Some(tail)) = (units.first().copied(), units.last().copied()) else { continue };
            if !is_drawn {
                continue;
            }
            // Two `v` are a `w`, more of them a drawn-out `v`.
            let own = if letter == b'w' { Letters::of(b'v') } else { Letters::NONE };
            if letter == b'w' && before == Some('v') {
                continue;
            }
            let letters = Letters::from_bits(Letters::of(letter).bits() | own.bits());
            let code = letters.class().map_or(NONE, |class| alphabet.code(class));
            self.units.truncate(first);
            self.units.push(Unit { letters, code, end: tail.end, ..head });
            return;
        }
    }

    /// Whether no word goes on to the left of a unit.
    pub(crate) fn begins_word(&self, at: usize) -> bool {
        self.units.get(at).is_some_and(|unit| unit.begins_text)
            || !at.checked_sub(1).and_then(|before| self.units.get(before)).is_some_and(|unit| unit.kind.is_word())
    }

    /// Whether no word goes on to the right of a unit.
    pub(crate) fn ends_word(&self, at: usize) -> bool {
        !self.units.get(at + 1).is_some_and(|unit| unit.kind.is_word() && !unit.begins_text)
    }

    /// The units of the words that a range of units is part of.
    pub(crate) fn word_around(&self, units: &Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (units.start, units.end);
        while !self.begins_word(start) {
            start -= 1;
        }
        while !self.ends_word(end.saturating_sub(1)) {
            end += 1;
        }
        start..end
    }

    /// Gives the parts of a range of units, each as the text's index and the bytes in it.
    pub(crate) fn places(&self, units: &Range<usize>, mut see: impl FnMut(usize, Range<usize>)) {
        let (Some(first), Some(last)) = (self.units.get(units.start), self.units.get(units.end.saturating_sub(1)))
        else {
            return;
        };
        let (start, end) = (first.start, last.end);
        let mut part = self.parts.partition_point(|(begin, _)| *begin <= start).saturating_sub(1);
        while let Some((begin, index)) = self.parts.get(part).copied().filter(|(begin, _)| *begin < end) {
            let until = self.parts.get(part + 1).map_or(self.length, |(begin, _)| *begin);
            let from = start.max(begin);
            if from < end.min(until) {
                see(index, (from - begin) as usize..(end.min(until) - begin) as usize);
            }
            part += 1;
        }
    }
}
