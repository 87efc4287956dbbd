//! The characters of a text as a person sees them, and where words begin and end.
//!
//! All decisions about boundaries are made on whole grapheme clusters: an `e` with a combining accent is another letter
//! than `e`, and replacing half of it would leave the accent behind.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::unicode::is_spaceless;

/// The grapheme clusters of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graphemes {
    /// Where each begins; at the end, the length of the text.
    starts: Vec<usize>,
    /// Whether each holds a letter or digit of a script that puts spaces between words.
    in_words: Vec<bool>,
}

impl Graphemes {
    /// Takes a text apart.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (mut starts, mut in_words) = (Vec::new(), Vec::new());
        for (start, grapheme) in text.grapheme_indices(true) {
            starts.push(start);
            in_words.push(grapheme.chars().any(|character| character.is_alphanumeric() && !is_spaceless(character)));
        }
        starts.push(text.len());
        Self { starts, in_words }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.in_words.len()
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
        let left = self.is_in_word(first)
            && (self.start(first) != span.start || first.checked_sub(1).is_some_and(|before| self.is_in_word(before)));
        let right = self.is_in_word(last) && (self.start(last + 1) != span.end || self.is_in_word(last + 1));
        (left, right)
    }

    /// The words that the span is part of.
    pub(crate) fn word_around(&self, span: &Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = self.covering(span);
        while self.is_in_word(start) && start.checked_sub(1).is_some_and(|before| self.is_in_word(before)) {
            start -= 1;
        }
        while end > 0 && self.is_in_word(end - 1) && self.is_in_word(end) {
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

    fn is_in_word(&self, index: usize) -> bool {
        self.in_words.get(index).copied().unwrap_or_default()
    }
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
