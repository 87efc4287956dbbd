//! A text as the sequence of its glyphs, each with the place it came from.
//!
//! Most texts are plain ASCII, of which each byte is one glyph. Then a unit is a copy from the alphabet's table, and no
//! places are kept: the unit's number is its byte.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::alphabet::{Alphabet, NONE};
use crate::normalise::{Glyph, Kind, Letters, glyphs_within, plain, script_with_capitals};

/// One glyph of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) base: char,
    pub(crate) letters: Letters,
    /// Its class in the automaton's alphabet.
    pub(crate) code: u16,
    pub(crate) kind: Kind,
    /// Whether a text begins here.
    pub(crate) begins_text: bool,
}

impl Unit {
    fn mask(&mut self) {
        *self = Self { begins_text: self.begins_text, ..Self::MASK };
    }

    /// What stands where something was masked.
    const MASK: Self = Self { base: '*', letters: Letters::NONE, code: NONE, kind: Kind::Sign, begins_text: false };

    pub(crate) const fn new(glyph: Glyph, code: u16) -> Self {
        Self { base: glyph.base, letters: glyph.letters, code, kind: glyph.kind, begins_text: false }
    }
}

/// The bytes of a unit in the stream.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    end: u32,
}

/// One text, or several that a client shows one behind the other.
///
/// Offsets count the bytes of all its texts, as if they were one.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) units: Vec<Unit>,
    /// The place of each unit. None are kept as long as the units are the bytes.
    places: Vec<Place>,
    /// The texts, by the offset at which each begins.
    parts: Vec<(u32, usize)>,
    length: u32,
    /// Buffers for units and places, to be used again.
    spare: (Vec<Unit>, Vec<Place>),
}

/// Signs that together draw a letter.
const DRAWN: [(&str, u8); 8] =
    [("()", b'o'), ("[]", b'o'), ("/\\", b'a'), ("\\/", b'v'), ("|_|", b'u'), ("|)", b'd'), ("|<", b'k'), ("vv", b'w')];

/// Whether one of [`DRAWN`] ends with it.
const fn ends_drawing(base: char) -> bool {
    matches!(base, ')' | ']' | '\\' | '/' | '|' | '<' | 'v')
}

/// What keeps a text from being taken byte by byte: what is no character of its own, or may be one together with a
/// neighbour.
const FLAGS: [u8; 256] = flags();
const OTHER: u8 = 2;

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a bad index")]
const fn flags() -> [u8; 256] {
    let mut flags = [OTHER; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        flags[byte as usize] = match byte {
            b'(' | b')' | b'[' | b']' | b'/' | b'\\' | b'|' | b'_' | b'<' | b'v' | b'V' => 1,
            b'\t'..=b'\r' | b' '..=b'~' => 0,
            _ => OTHER,
        };
        byte += 1;
    }
    flags
}

/// Whether each byte of a text is one unit.
fn is_dense(text: &str) -> bool {
    let (mut all, mut before) = (0, 0);
    for byte in text.bytes() {
        let flags = FLAGS.get(usize::from(byte)).copied().unwrap_or(OTHER);
        // Two signs side by side may draw a letter.
        all |= flags | (flags & before) << 1;
        before = flags;
    }
    all & OTHER == 0
}

/// A part of a text that is to be masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Masked {
    /// The index of the text.
    pub(crate) text: usize,
    pub(crate) span: Range<usize>,
    /// Where it stands in the stream.
    pub(crate) bytes: Range<u32>,
    /// The units that it is in the stream, once it is masked.
    pub(crate) units: Range<usize>,
}

impl Stream {
    pub(crate) fn clear(&mut self) {
        self.units.clear();
        self.places.clear();
        self.parts.clear();
        self.length = 0;
    }

    /// Appends a text. A stream ends at 4 GiB, far above what any message can be.
    pub(crate) fn push(&mut self, index: usize, text: &str, alphabet: &Alphabet) {
        self.parts.push((self.length, index));
        let Ok(bytes) = u32::try_from(text.len()) else { return };
        let Some(length) = self.length.checked_add(bytes) else { return };
        let is_dense_so_far = self.places.is_empty() && self.units.len() == self.length as usize;
        if is_dense_so_far && is_dense(text) {
            let first = self.units.len();
            self.units.extend(text.bytes().map(|byte| alphabet.ascii(byte)));
            if let Some(unit) = self.units.get_mut(first) {
                unit.begins_text = true;
            }
        } else {
            self.keep_places();
            self.units.reserve(text.len() / 2);
            self.places.reserve(text.len() / 2);
            self.push_part(text, self.length, true, alphabet);
        }
        self.length = length;
    }

    /// Appends a text as it is when everything within the spans is masked, one sign for each character. The spans are
    /// in order.
    pub(crate) fn push_masked(&mut self, index: usize, text: &str, spans: &[Range<usize>], alphabet: &Alphabet) {
        self.parts.push((self.length, index));
        let Ok(bytes) = u32::try_from(text.len()) else { return };
        let Some(length) = self.length.checked_add(bytes) else { return };
        self.keep_places();
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
            self.units.push(Unit { begins_text, ..Unit::MASK });
            self.places.push(Place { start: begin + start, end: begin + start + bytes });
            begins_text = false;
            kept_from = end;
        }
        if let Ok(kept) = u32::try_from(kept_from) {
            self.push_part(text.get(kept_from..).unwrap_or_default(), begin + kept, begins_text, alphabet);
        }
        self.length = length;
    }

    /// Masks parts of the texts, which `text` gives, in order and without overlap. All other units stay as they are.
    ///
    /// `false` where that could not be seen without a closer look; then the stream is to be filled anew.
    pub(crate) fn mask<'t>(&mut self, masked: &mut [Masked], text: impl Fn(usize) -> &'t str) -> bool {
        let is_dense = self.places.is_empty();
        if !is_dense && self.mask_in_place(masked, &text) {
            return true;
        }
        let (mut units, mut places) = std::mem::take(&mut self.spare);
        units.clear();
        places.clear();
        let mut done = 0;
        let is_done = masked.iter_mut().all(|masked| {
            let text = text(masked.text);
            let bytes = masked.bytes.clone();
            let Some(value) = text.get(masked.span.clone()) else { return false };
            if is_dense {
                masked.units = bytes.start as usize..bytes.end as usize;
                let units = self.units.get_mut(masked.units.clone()).unwrap_or_default();
                units.iter_mut().for_each(Unit::mask);
                return !has_line_break(value);
            }
            let first = self.unit_at(bytes.start);
            let rest = self.places.get(first..).unwrap_or_default();
            let after = first + rest.iter().take_while(|place| place.start < bytes.end).count();
            let kept = std::mem::replace(&mut done, after)..first;
            if !self.can_mask(text, &masked.span, &bytes, first..after) || !self.keep(kept, &mut units, &mut places) {
                return false;
            }
            let begin = units.len();
            let is_done = self.push_masks(value, bytes.start, first, &mut units, &mut places);
            masked.units = begin..units.len();
            is_done
        });
        if !is_dense && is_done {
            self.keep(done..self.units.len(), &mut units, &mut places);
            std::mem::swap(&mut self.units, &mut units);
            std::mem::swap(&mut self.places, &mut places);
        }
        self.spare = (units, places);
        is_done
    }

    /// Masks the parts if each of their characters is one unit, as in most texts. Else some of them may be masked, and
    /// the rest is still to be done.
    fn mask_in_place<'t>(&mut self, masked: &mut [Masked], text: &impl Fn(usize) -> &'t str) -> bool {
        masked.iter_mut().all(|masked| {
            let text = text(masked.text);
            let Some(value) = text.get(masked.span.clone()) else { return false };
            let first = self.unit_at(masked.bytes.start);
            let mut start = masked.bytes.start;
            let mut units = first..first;
            for character in value.chars() {
                let Some(place) = self.places.get(units.end).copied() else { return false };
                let is_one = place.start == start && (place.end - place.start) as usize == character.len_utf8();
                if !is_one || !stands_alone(character) || matches!(character, '\r' | '\n') {
                    return false;
                }
                start = place.end;
                units.end += 1;
            }
            if !self.can_mask(text, &masked.span, &masked.bytes, units.clone()) {
                return false;
            }
            self.units.get_mut(units.clone()).unwrap_or_default().iter_mut().for_each(Unit::mask);
            masked.units = units;
            true
        })
    }

    /// Whether a part can be masked without any other unit becoming another.
    fn can_mask(&self, text: &str, span: &Range<usize>, bytes: &Range<u32>, units: Range<usize>) -> bool {
        // Characters that join their neighbours, or look otherwise beside others.
        let stays = |character: Option<char>| {
            character.is_none_or(|character| stands_alone(character) && script_with_capitals(character).is_none())
        };
        let end = |unit: Option<usize>| unit.and_then(|unit| self.places.get(unit)).map_or(0, |place| place.end);
        !units.is_empty()
            && end(units.start.checked_sub(1)) <= bytes.start
            && end(units.end.checked_sub(1)) <= bytes.end
            && stays(text.get(..span.start).and_then(|text| text.chars().next_back()))
            && stays(text.get(span.end..).and_then(|text| text.chars().next()))
    }

    /// Copies units as they are.
    fn keep(&self, kept: Range<usize>, units: &mut Vec<Unit>, places: &mut Vec<Place>) -> bool {
        let (Some(kept), Some(kept_places)) = (self.units.get(kept.clone()), self.places.get(kept)) else {
            return false;
        };
        units.extend_from_slice(kept);
        places.extend_from_slice(kept_places);
        true
    }

    /// Appends masks for the characters of a text, of which `head` is the first unit.
    fn push_masks(
        &self,
        text: &str,
        mut start: u32,
        head: usize,
        units: &mut Vec<Unit>,
        places: &mut Vec<Place>,
    ) -> bool {
        if has_line_break(text) {
            return false;
        }
        let mut begins_text = self.units.get(head).is_some_and(|unit| unit.begins_text);
        let mut mask = |length: usize| {
            // The caller has seen to it that the stream's length is a `u32`.
            #[allow(clippy::cast_possible_truncation, reason = "see above")]
            let end = start + length as u32;
            units.push(Unit { begins_text, ..Unit::MASK });
            places.push(Place { start, end });
            (begins_text, start) = (false, end);
        };
        if text.chars().all(stands_alone) {
            text.chars().for_each(|character| mask(character.len_utf8()));
        } else {
            text.graphemes(true).for_each(|character| mask(character.len()));
        }
        true
    }

    /// Appends the units of a part of a text that begins at an offset. Whether the text's first unit is still to come.
    fn push_part(&mut self, text: &str, offset: u32, mut begins_text: bool, alphabet: &Alphabet) -> bool {
        for (start, character) in text.char_indices() {
            let span = start..start + character.len_utf8();
            // The caller has seen to it that the stream's length is a `u32`.
            #[allow(clippy::cast_possible_truncation, reason = "see above")]
            let place = Place { start: offset + span.start as u32, end: offset + span.end as u32 };
            let unit = match (plain(character), u8::try_from(character)) {
                (Some(_), Ok(ascii)) => alphabet.ascii(ascii),
                (Some(glyph), Err(_)) => Unit::new(glyph, alphabet.code(glyph.base)),
                (None, _) => {
                    glyphs_within(text, &span, character, &mut |glyph| {
                        let code = glyph.class().map_or(NONE, |class| alphabet.code(class));
                        self.push_unit(Unit { begins_text, ..Unit::new(glyph, code) }, place, alphabet);
                        begins_text = false;
                    });
                    continue;
                }
            };
            self.push_unit(Unit { begins_text, ..unit }, place, alphabet);
            begins_text = false;
        }
        begins_text
    }

    #[inline]
    fn push_unit(&mut self, unit: Unit, place: Place, alphabet: &Alphabet) {
        self.units.push(unit);
        self.places.push(place);
        if ends_drawing(unit.base) {
            self.draw(alphabet);
        }
    }

    /// Keeps places from here on.
    fn keep_places(&mut self) {
        if self.places.is_empty() {
            self.places.extend((0..).take(self.units.len()).map(|start| Place { start, end: start + 1 }));
        }
    }

    /// The bytes of a unit in the stream.
    fn place(&self, at: usize) -> Range<u32> {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        self.places.get(at).map_or(start..start.saturating_add(1), |place| place.start..place.end)
    }

    /// The offset at which a unit begins; the end of the stream behind the last.
    pub(crate) fn offset(&self, at: usize) -> u32 {
        if at < self.units.len() { self.place(at).start } else { self.length }
    }

    /// The offset at which a unit ends, or the end of the stream.
    pub(crate) fn end(&self, at: usize) -> u32 {
        if at < self.units.len() { self.place(at).end } else { self.length }
    }

    /// The first unit that begins at an offset or behind it.
    pub(crate) fn unit_at(&self, offset: u32) -> usize {
        if self.places.is_empty() {
            self.units.len().min(offset as usize)
        } else {
            self.places.partition_point(|place| place.start < offset)
        }
    }

    /// Where a span of a text stands in the stream.
    pub(crate) fn bytes(&self, text: usize, span: &Range<usize>) -> Option<Range<u32>> {
        let part = self.parts.binary_search_by_key(&text, |(_, text)| *text).ok()?;
        let (begin, _) = self.parts.get(part)?;
        Some(begin.checked_add(u32::try_from(span.start).ok()?)?..begin.checked_add(u32::try_from(span.end).ok()?)?)
    }

    /// Joins the last units to one letter, if they draw one.
    #[inline(never)]
    fn draw(&mut self, alphabet: &Alphabet) {
        for (signs, letter) in DRAWN {
            let Some(first) = self.units.len().checked_sub(signs.len()) else { continue };
            let Some(units) = self.units.get(first..) else { continue };
            let is_drawn = units.iter().map(|unit| unit.base).eq(signs.chars())
                && units.iter().skip(1).all(|unit| !unit.begins_text);
            let Some(head) = units.first().copied().filter(|_| is_drawn) else { continue };
            let before = first.checked_sub(1).and_then(|before| self.units.get(before)).map(|unit| unit.base);
            // Two `v` are a `w`, more of them a drawn-out `v`.
            let own = if letter == b'w' { Letters::of(b'v') } else { Letters::NONE };
            if letter == b'w' && before == Some('v') && !head.begins_text {
                continue;
            }
            let letters = Letters::from_bits(Letters::of(letter).bits() | own.bits());
            let code = letters.class().map_or(NONE, |class| alphabet.code(class));
            let end = self.places.last().map_or(0, |place| place.end);
            self.units.truncate(first + 1);
            self.places.truncate(first + 1);
            if let (Some(unit), Some(place)) = (self.units.last_mut(), self.places.last_mut()) {
                *unit = Unit { letters, code, ..head };
                place.end = end;
            }
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
        let Some(last) = units.end.checked_sub(1).filter(|last| *last < self.units.len()) else { return };
        let (start, end) = (self.place(units.start).start, self.place(last).end);
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

/// Whether a text may hold two line breaks that are one character.
fn has_line_break(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'\r' | b'\n'))
}

/// Whether a character is one that a person sees as such, and nothing beside it makes it another: letters of common
/// scripts, ASCII, and what takes no place. Two line breaks are the exception.
const fn stands_alone(character: char) -> bool {
    matches!(character,
        '\0'..='\x7F'
        | '\u{A0}'..='\u{A8}' | '\u{AA}'..='\u{AD}' | '\u{AF}'..='\u{2FF}' // Latin
        | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{556}' // Greek, Cyrillic, Armenian
        | '\u{200B}' | '\u{2010}'..='\u{2027}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'
        | '\u{3000}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FF}' // kana
        | '\u{4E00}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF5E}')
}
