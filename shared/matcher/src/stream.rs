//! A text as the sequence of its glyphs, each with the place it came from.
//!
//! Most texts are plain ASCII, of which each byte is one glyph. Then a unit is a copy from a table, and no places are
//! kept: the unit's number is its byte.

use std::ops::Range;

use crate::candidates::Context;
use crate::classes::{Classes, Unit};
use crate::confusables;
use crate::glyph::Joined;
use crate::glyph::{Glyph, Kind};
use crate::glyphs::{glyphs_within, plain, plain_ideograph};
use crate::languages;
use crate::letters::Letters;
use crate::marks::Marks;
use crate::trie::Trie;

/// The place of a unit: its bytes.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    end: u32,
}

/// A segment, or several that a reader sees one behind the other.
///
/// Offsets count the bytes of all its segments, as if they were one text.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) units: Vec<Unit>,
    /// Whether any of them is an ideograph.
    pub(crate) has_ideographs: bool,
    /// The place of each unit; empty as long as each byte is one unit.
    places: Vec<Place>,
    /// The segments' indices, by the offset at which each begins.
    parts: Vec<(u32, usize)>,
    length: u32,
}

/// Signs that look like a letter together.
const DRAWN: [(&str, u8); 8] = [
    ("()", b'o'),
    ("[]", b'o'),
    ("/\\", b'a'),
    ("\\/", b'v'),
    ("|_|", b'u'),
    ("[_]", b'u'),
    ("|)", b'd'),
    ("|<", b'k'),
];

/// Whether one of [`DRAWN`] ends with it, or it is one of the two `v` of a `w`.
const fn ends_drawing(base: char) -> bool {
    matches!(base, ')' | ']' | '\\' | '/' | '|' | '<' | 'v')
}

/// What each byte says about a text: 0, it is one unit; 1, it may draw a letter together with a neighbour of this kind;
/// [`OTHER`], it is something else.
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

/// Whether a word that a unit is at the end of goes on with the one beside it. One that is drawn as a sign is taken for
/// a sign there, unless the word is written in such: `casino™`, `①casino`.
pub(crate) fn goes_on(own: &Unit, beside: &Unit) -> bool {
    beside.kind.is_word() && (beside.kind != Kind::Badge || own.kind == Kind::Badge)
}

impl Stream {
    pub(crate) fn clear(&mut self) {
        self.units.clear();
        self.has_ideographs = false;
        self.places.clear();
        self.parts.clear();
        self.length = 0;
    }

    /// Appends a segment. A stream ends at 4 GiB; what is beyond is not searched.
    pub(crate) fn push(&mut self, index: usize, text: &str, classes: &Classes) {
        self.parts.push((self.length, index));
        let Ok(bytes) = u32::try_from(text.len()) else { return };
        let Some(length) = self.length.checked_add(bytes) else { return };
        let is_dense_so_far = self.places.is_empty() && self.units.len() == self.length as usize;
        if is_dense_so_far && is_dense(text) {
            let first = self.units.len();
            self.units.extend(text.bytes().map(|byte| classes.ascii(byte)));
            if let Some(unit) = self.units.get_mut(first) {
                unit.begins_segment = true;
                unit.is_apart = true;
            }
        } else {
            self.keep_places();
            self.units.reserve(text.len() / 2);
            self.places.reserve(text.len() / 2);
            self.push_sparse(text, self.length, classes);
        }
        self.length = length;
    }

    /// Appends the units of a segment that begins at an offset.
    #[inline(never)]
    fn push_sparse(&mut self, text: &str, offset: u32, classes: &Classes) {
        let mut begins_segment = true;
        let mut is_turned = false;
        let first = self.units.len();
        let mut next = 0;
        while let Some(character) = text.get(next..).and_then(|rest| rest.chars().next()) {
            let span = next..next + character.len_utf8();
            next = span.end;
            // The caller makes sure that the stream's length fits a `u32`.
            #[allow(clippy::cast_possible_truncation, reason = "see above")]
            let place = Place { start: offset + span.start as u32, end: offset + span.end as u32 };
            let unit = match (u8::try_from(character), plain_ideograph(character)) {
                (_, Some(class)) => {
                    // Most of a Chinese text: it draws nothing, and neither joins nor parts words.
                    let unit = classes.ideograph(character, class);
                    self.units.push(Unit { begins_segment, is_apart: begins_segment, ..unit });
                    self.places.push(place);
                    self.has_ideographs = true;
                    begins_segment = false;
                    continue;
                }
                (Ok(ascii), _) if plain(character).is_some() => {
                    let before = self.units.last().filter(|_| !begins_segment).map_or('\0', |unit| unit.base);
                    if languages::joins_ascii(before) {
                        let run = self.push_ascii(text, span.start, offset, begins_segment, classes);
                        if run > 0 {
                            next = span.start + run;
                            begins_segment = false;
                            continue;
                        }
                    }
                    if languages::is_divider_within(before, character, text.get(span.end..)) {
                        Unit { kind: Kind::Sign, ..classes.ascii(ascii) }
                    } else {
                        classes.ascii(ascii)
                    }
                }
                _ => {
                    if !begins_segment && self.mark(character, classes) {
                        continue;
                    }
                    glyphs_within(text, &span, character, &mut |glyph| {
                        if begins_segment || !self.join(glyph, place, classes) {
                            self.push_unit(Unit { begins_segment, ..classes.unit(glyph) }, place, classes);
                        }
                        begins_segment = false;
                        is_turned |= !glyph.letters.is_empty() && confusables::is_turned(glyph.base);
                    });
                    continue;
                }
            };
            self.push_unit(Unit { begins_segment, ..unit }, place, classes);
            begins_segment = false;
        }
        if is_turned {
            self.turn(first, classes);
        }
    }

    /// Appends the ASCII characters from a byte of a segment on, up to the first that may draw a letter, and says how many
    /// they are. Each is one unit.
    #[inline]
    fn push_ascii(&mut self, text: &str, from: usize, offset: u32, begins_segment: bool, classes: &Classes) -> usize {
        let bytes = text.as_bytes().get(from..).unwrap_or_default();
        let is_one = |byte: &&u8| FLAGS.get(usize::from(**byte)).is_some_and(|flags| *flags == 0);
        let run = bytes.iter().take_while(is_one).count();
        let first = self.units.len();
        self.units.extend(bytes.iter().take(run).map(|byte| classes.ascii(*byte)));
        // The caller makes sure that the stream's length fits a `u32`.
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        let start = offset + from as u32;
        self.places.extend((start..).take(run).map(|start| Place { start, end: start + 1 }));
        if let Some(unit) = self.units.get_mut(first).filter(|_| begins_segment) {
            unit.begins_segment = true;
            unit.is_apart = true;
        }
        run
    }

    /// Lets the letters of words that are written upside down be what they are turned from, from a unit on.
    #[inline(never)]
    fn turn(&mut self, first: usize, classes: &Classes) {
        let units = self.units.get_mut(first..).unwrap_or_default();
        for word in units.split_mut(|unit| unit.letters.is_empty()) {
            if word.iter().any(|unit| confusables::is_turned(unit.base)) {
                for unit in word {
                    let letters = unit.letters.or(confusables::turned(unit.base));
                    let turned = classes.unit(Glyph { letters, ..unit.glyph() });
                    *unit = Unit { begins_segment: unit.begins_segment, is_apart: unit.is_apart, ..turned };
                }
            }
        }
    }

    /// Puts a mark on the last unit, if it is one that tells letters apart.
    fn mark(&mut self, mark: char, classes: &Classes) -> bool {
        let marked = self.units.last().and_then(|last| languages::marked(last.glyph(), mark));
        marked.inspect(|marked| self.replace_last(*marked, classes)).is_some()
    }

    /// Joins a glyph with the last unit, if they are one letter or stand in the wrong order.
    fn join(&mut self, glyph: Glyph, place: Place, classes: &Classes) -> bool {
        match self.units.last().map_or(Joined::Apart, |last| languages::join(last.glyph(), glyph)) {
            Joined::Apart => return false,
            Joined::One(one) => {
                let is_badge = self.units.last().is_some_and(|unit| unit.kind == Kind::Badge);
                self.replace_last(Glyph { kind: if is_badge { Kind::Badge } else { one.kind }, ..one }, classes);
                if let Some(last) = self.places.last_mut() {
                    last.end = place.end;
                }
            }
            Joined::Swapped(first, second) => {
                self.replace_last(first, classes);
                self.push_unit(classes.unit(second), place, classes);
            }
        }
        true
    }

    fn replace_last(&mut self, glyph: Glyph, classes: &Classes) {
        if let Some(unit) = self.units.pop() {
            self.push_apart(Unit { begins_segment: unit.begins_segment, ..classes.unit(glyph) });
        }
    }

    /// Appends a unit, and says whether a word can go on there.
    #[inline]
    fn push_apart(&mut self, unit: Unit) {
        let before = self.units.last().map_or('\0', |before| before.base);
        self.has_ideographs |= unit.kind == Kind::Ideograph;
        self.units.push(Unit { is_apart: unit.begins_segment || languages::divides(before, unit.base), ..unit });
    }

    #[inline]
    fn push_unit(&mut self, unit: Unit, place: Place, classes: &Classes) {
        self.push_apart(unit);
        self.places.push(place);
        if ends_drawing(unit.base) {
            self.draw(classes);
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

    /// The marks of a unit.
    pub(crate) fn marks(&self, at: usize) -> Marks {
        self.units.get(at).map_or(Marks::NONE, |unit| unit.marks)
    }

    /// Makes the last units one letter, if they draw one.
    #[inline(never)]
    fn draw(&mut self, classes: &Classes) {
        if let [.., one, other] = self.units.as_mut_slice()
            && one.base == 'v'
            && other.base == 'v'
        {
            // Two `v` are a `w`, and stay what they are.
            one.letters = one.letters.or(Letters::of(b'w'));
            other.letters = one.letters;
            return;
        }
        for (signs, letter) in DRAWN {
            let Some(first) = self.units.len().checked_sub(signs.len()) else { continue };
            let Some(units) = self.units.get(first..) else { continue };
            let is_drawn = units.iter().map(|unit| unit.base).eq(signs.chars())
                && units.iter().skip(1).all(|unit| !unit.begins_segment);
            let Some(head) = units.first().copied().filter(|_| is_drawn) else { continue };
            let letters = Letters::of(letter);
            let code = letters.class().map_or(head.code, |class| classes.code(class));
            let end = self.places.last().map_or(0, |place| place.end);
            self.units.truncate(first + 1);
            self.places.truncate(first + 1);
            if let (Some(unit), Some(place)) = (self.units.last_mut(), self.places.last_mut()) {
                *unit = Unit { letters, code, is_open: false, has_others: false, ..head };
                place.end = end;
            }
            return;
        }
    }

    /// What is read along a trie.
    #[inline]
    pub(crate) fn context<'c>(&'c self, trie: &'c Trie, classes: &'c Classes) -> Context<'c> {
        Context { units: &self.units, trie, classes, has_ideographs: self.has_ideographs }
    }

    /// The kind of a unit.
    pub(crate) fn kind(&self, at: usize) -> Option<Kind> {
        self.units.get(at).map(|unit| unit.kind)
    }

    /// Whether no word continues to the left of a unit.
    pub(crate) fn begins_word(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.units.get(before));
        !self.units.get(at).zip(before).is_some_and(|(unit, before)| !unit.is_apart && goes_on(unit, before))
    }

    /// Whether no word continues to the right of a unit.
    pub(crate) fn ends_word(&self, at: usize) -> bool {
        let after = self.units.get(at + 1);
        !self.units.get(at).zip(after).is_some_and(|(unit, after)| !after.is_apart && goes_on(unit, after))
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

    /// Gives the parts of a range of units, each as the segment's index and the bytes in it.
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
