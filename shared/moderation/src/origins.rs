//! Where the parts of a rewritten message come from, so that its hits can be reported at their places in the original.

use std::ops::Range;

use chathook_matcher::fold::fold;

use crate::conditions::{Finding, Part};
use crate::message::MessageTexts;

/// The origins of a rewritten message.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// Of each element, its index in the original.
    pub(crate) elements: Vec<usize>,
    /// Of each text. `None` if it is unknown, because the rewrite changed which texts there are.
    pub(crate) texts: Vec<Option<Origin>>,
}

impl Origins {
    /// A finding in the rewritten message, moved to its place in the original. What was recognised is still the
    /// rewritten text.
    pub(crate) fn original(&self, finding: Finding, rewritten: &MessageTexts<'_>) -> Finding {
        let part = match finding.part {
            Part::Element(element) => Part::Element(self.elements.get(element).copied().unwrap_or(element)),
            other => other,
        };
        let Some(index) = finding.text else { return Finding { part, ..finding } };
        let normalised = finding.normalised.or_else(|| {
            let text = rewritten.texts.get(index)?.value.get(finding.span.clone())?;
            Some(fold(text).into())
        });
        let (text, span) = match self.texts.get(index).and_then(Option::as_ref) {
            Some(origin) => (Some(origin.text), origin.spans.original(&finding.span)),
            None => (None, 0..0),
        };
        Finding { part, text, span, normalised, ..finding }
    }
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The index of the text in the original.
    pub(crate) text: usize,
    pub(crate) spans: SpanMap,
}

/// Which bytes of a text became which bytes of the rewritten one. The default is for a text that did not change.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct SpanMap {
    /// In order, without gaps. Empty if nothing changed.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// The bytes in the rewritten text.
    now: Range<usize>,
    /// The bytes in the original that they stand for.
    was: Range<usize>,
    /// Whether they are the same bytes.
    is_kept: bool,
}

impl SpanMap {
    /// For a text of which we only know that it took the place of these bytes.
    pub(crate) fn unknown(was: Range<usize>) -> Self {
        Self { pieces: vec![Piece { now: 0..usize::MAX, was, is_kept: false }] }
    }

    /// Says that the next bytes of the original stay.
    pub(crate) fn keep(&mut self, bytes: usize) {
        self.push(bytes, bytes, true);
    }

    /// Says that the next `was` bytes of the original become `now` other ones.
    pub(crate) fn replace(&mut self, was: usize, now: usize) {
        self.push(now, was, false);
    }

    fn push(&mut self, now: usize, was: usize, is_kept: bool) {
        let (now_start, was_start) = self.pieces.last().map_or((0, 0), |last| (last.now.end, last.was.end));
        match self.pieces.last_mut() {
            // Bytes that vanish belong to what replaced the bytes before them.
            Some(last) if last.is_kept == is_kept && (is_kept || now == 0) => {
                last.now.end += now;
                last.was.end += was;
            }
            _ => self.pieces.push(Piece { now: now_start..now_start + now, was: was_start..was_start + was, is_kept }),
        }
    }

    /// The bytes of the original that a span of the rewritten text stands for.
    pub(crate) fn original(&self, span: &Range<usize>) -> Range<usize> {
        let piece = |at: usize| self.pieces.get(self.pieces.partition_point(|piece| piece.now.end <= at));
        let Some((first, last)) = piece(span.start).zip(piece(span.end.saturating_sub(1).max(span.start))) else {
            return span.clone();
        };
        let start = if first.is_kept { first.was.start + (span.start - first.now.start) } else { first.was.start };
        let end = if last.is_kept { last.was.start + (span.end - last.now.start) } else { last.was.end };
        start..end
    }

    /// Joins two maps: from the text that `self` rewrote to, to the original of `before`.
    pub(crate) fn after(&self, before: &Self) -> Self {
        if self.pieces.is_empty() || before.pieces.is_empty() {
            return if self.pieces.is_empty() { before.clone() } else { self.clone() };
        }
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            if !piece.is_kept {
                pieces.push(Piece { was: before.original(&piece.was), ..piece.clone() });
                continue;
            }
            let first = before.pieces.partition_point(|earlier| earlier.now.end <= piece.was.start);
            let earlier = before.pieces.iter().skip(first).take_while(|earlier| earlier.now.start < piece.was.end);
            for earlier in earlier {
                let both = earlier.now.start.max(piece.was.start)..earlier.now.end.min(piece.was.end);
                if both.is_empty() {
                    continue;
                }
                let start = piece.now.start + (both.start - piece.was.start);
                pieces.push(Piece {
                    now: start..start + both.len(),
                    was: before.original(&both),
                    is_kept: earlier.is_kept,
                });
            }
        }
        Self { pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `one bad two` → `one ### two` → `one [-] two`
    #[test]
    fn spans_lead_back_to_the_original() {
        let mut masked = SpanMap::default();
        masked.keep(4);
        (0..3).for_each(|_| masked.replace(1, 1));
        masked.keep(4);
        assert_eq!(masked.original(&(2..5)), 2..5);
        assert_eq!(masked.original(&(5..6)), 5..6);

        let mut replaced = SpanMap::default();
        replaced.keep(4);
        replaced.replace(1, 8);
        replaced.replace(1, 0);
        replaced.replace(1, 0);
        replaced.keep(4);
        assert_eq!(replaced.original(&(0..3)), 0..3);
        assert_eq!(replaced.original(&(6..7)), 4..7, "any part of what was put there stands for all that it replaced");
        assert_eq!(replaced.original(&(3..12)), 3..7);
        assert_eq!(replaced.original(&(12..16)), 7..11);
        assert_eq!(replaced.original(&(12..12)), 7..7);

        let both = replaced.after(&masked);
        for span in [0..3, 6..7, 3..12, 12..16, 13..14] {
            assert_eq!(both.original(&span), replaced.original(&span), "{span:?}");
        }
        // What was replaced first and kept then still stands for what it replaced.
        let mut kept = SpanMap::default();
        kept.replace(1, 1);
        kept.keep(15);
        let both = kept.after(&replaced);
        assert_eq!(both.original(&(0..1)), 0..1);
        assert_eq!(both.original(&(6..7)), 4..7);
        assert_eq!(both.original(&(13..14)), 8..9);
        assert_eq!(SpanMap::default().after(&masked), masked);
        assert_eq!(masked.after(&SpanMap::default()), masked);
    }

    #[test]
    fn what_is_not_known_is_all_of_it() {
        assert_eq!(SpanMap::unknown(0..9).original(&(2..3)), 0..9);
    }
}
