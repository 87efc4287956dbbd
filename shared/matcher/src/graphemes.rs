//! The characters of a text as a person sees them, and where words begin and end.
//!
//! All decisions about boundaries are made on whole grapheme clusters: an `e` with a combining accent is another letter
//! than `e`, and replacing half of it would leave the accent behind.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::unicode::{is_sign, is_spaceless};

/// The grapheme clusters of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graphemes {
    /// Where each begins; at the end, the length of the text.
    starts: Vec<usize>,
    /// What each does in words.
    parts: Vec<Part>,
}

/// What a character does in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It is no part of one, or of a script that puts no spaces between them.
    None,
    /// A letter or digit.
    Word,
    /// A letter or digit that is drawn as a sign (`Ⓐ`, `²`): of one word with its like.
    Badge,
}

impl Part {
    fn of(grapheme: &str) -> Self {
        let is_word = |character: &char| character.is_alphanumeric() && !is_spaceless(*character);
        match grapheme.chars().find(is_word) {
            Some(character) if !character.is_ascii() && is_sign(character) => Self::Badge,
            Some(_) => Self::Word,
            None => Self::None,
        }
    }

    /// Whether a word that ends with it goes on with the one beside it.
    fn goes_on(self, beside: Self) -> bool {
        match beside {
            Self::None => false,
            Self::Word => self != Self::None,
            Self::Badge => self == Self::Badge,
        }
    }
}

impl Graphemes {
    /// Takes a text apart.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (mut starts, mut parts) = (Vec::new(), Vec::new());
        for (start, grapheme) in text.grapheme_indices(true) {
            starts.push(start);
            parts.push(Part::of(grapheme));
            // A skin tone behind a letter is a square of its own.
            let tone = grapheme.find(is_skin_tone).filter(|tone| *tone > 0 && parts.last() != Some(&Part::None));
            if let Some(tone) = tone {
                starts.push(start + tone);
                parts.push(Part::None);
            }
        }
        starts.push(text.len());
        Self { starts, parts }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// The byte range of one. It is empty behind the last.
    #[must_use]
    pub fn span(&self, index: usize) -> Range<usize> {
        self.start(index)..self.start(index + 1)
    }

    /// The graphemes that a span of bytes covers, in whole or in part.
    #[must_use]
    pub fn covering(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        let end = self.starts.partition_point(|start| *start < span.end);
        first..end
    }

    /// Whether a word goes on beyond the ends of the span, left and right. At an end without a letter, and in scripts
    /// that put no spaces between words, none does.
    pub(crate) fn goes_on(&self, span: &Range<usize>) -> (bool, bool) {
        let graphemes = self.covering(span);
        let (first, last) = (graphemes.start, graphemes.end.saturating_sub(1));
        let cuts = |at: usize, begin: usize, end: usize| self.part(at) != Part::None && self.start(begin) != end;
        let left = cuts(first, first, span.start) || self.goes_on_left(first);
        let right = cuts(last, last + 1, span.end) || self.part(last).goes_on(self.part(last + 1));
        (left, right)
    }

    /// The words that the span is part of.
    pub(crate) fn word_around(&self, span: &Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = self.covering(span);
        while self.goes_on_left(start) {
            start -= 1;
        }
        while end > 0 && self.part(end - 1).goes_on(self.part(end)) {
            end += 1;
        }
        self.bytes(&(start..end))
    }

    /// The bytes of a range of graphemes.
    pub(crate) fn bytes(&self, graphemes: &Range<usize>) -> Range<usize> {
        self.start(graphemes.start)..self.start(graphemes.end)
    }

    fn start(&self, index: usize) -> usize {
        self.starts.get(index).or(self.starts.last()).copied().unwrap_or_default()
    }

    fn part(&self, index: usize) -> Part {
        self.parts.get(index).copied().unwrap_or(Part::None)
    }

    fn goes_on_left(&self, index: usize) -> bool {
        index.checked_sub(1).is_some_and(|before| self.part(index).goes_on(self.part(before)))
    }
}

const fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_a_whole_word() {
        let cases = [
            ("casino", "casino", true),
            ("the casino.", "casino", true),
            ("_casino-2", "casino", true),
            ("casinos", "casino", false),
            ("2casino", "casino", false),
            ("éasino", "asino", false),
            ("casinoй", "casino", false),
            ("①casino™", "casino", true),
            ("ⓒⓐⓢⓘⓝⓞⓢ", "ⓒⓐⓢⓘⓝⓞ", false),
            ("去casino玩", "casino", true),
            ("快加微信吧", "加微信", true),
            ("x加微信y", "加微信", true),
            ("オンラインカジノへ", "カジノ", true),
            ("x加v信", "加v信", true),
            ("x加v", "加v", true),
            ("加vx", "加v", false),
            ("+v信x", "+v信", true),
            // The letter is é, not e: as in the precomposed spelling.
            ("cafe\u{301}", "cafe", false),
            ("a cafe \u{301}", "cafe", true),
            ("e\u{301}bar", "bar", false),
            // One Devanagari conjunct is one character.
            ("क्ष", "क", false),
            // A variation selector is not a letter.
            ("葛\u{E0100}", "葛", true),
        ];
        for (text, term, whole) in cases {
            let start = text.find(term).unwrap_or_else(|| panic!("{term} is not in {text}"));
            let goes_on = Graphemes::of(text).goes_on(&(start..start + term.len()));
            assert_eq!(goes_on == (false, false), whole, "{term} in {text}");
        }
    }

    #[test]
    fn a_span_covers_every_grapheme_it_touches() {
        let graphemes = Graphemes::of("ae\u{301}👨‍👩‍👧b");
        assert_eq!(graphemes.count(), 4);
        assert_eq!(graphemes.covering(&(0..1)), 0..1);
        assert_eq!(graphemes.covering(&(1..2)), 1..2);
        assert_eq!(graphemes.covering(&(2..5)), 1..3);
        assert_eq!(graphemes.span(1), 1..4);
    }
}
