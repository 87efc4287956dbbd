//! Terms that are looked for as they are written: letter case and compatibility forms count for nothing, unless the term
//! is to be found exactly; no other disguise is undone. So the text itself is read, not the stream.

use std::ops::Range;

use super::Flags;
use super::reports::Reports;
use super::run::{Buffers, Input};
use crate::graphemes::Graphemes;
use crate::normalise::fold;
use crate::trie::ROOT;

impl Buffers {
    /// Finds what is looked for as it is written.
    pub(super) fn written(&mut self, input: &Input<'_>, index: usize) {
        let matcher = input.matcher;
        let text = input.text(index);
        let mut parts: Vec<(u16, Range<usize>)> = Vec::with_capacity(text.len());
        for (start, character) in text.char_indices() {
            let span = start..start + character.len_utf8();
            fold(character, |part| parts.push((matcher.characters.code(part), span.clone())));
        }
        let mut graphemes = None;
        let mut word = 0..0;
        for (first, (_, begin)) in parts.iter().enumerate() {
            let mut node = ROOT;
            for (code, end) in parts.get(first..).unwrap_or_default() {
                let Some(next) = matcher.written.child(node, *code) else { break };
                node = next;
                for entry in matcher.written.ends(node) {
                    let span = begin.start..end.end;
                    let graphemes = graphemes.get_or_insert_with(|| Graphemes::of(text));
                    self.reports.check_written(input, *entry, index, span, graphemes, &mut word);
                }
            }
        }
    }
}

impl Reports {
    /// Looks closely at what reads like a term.
    fn check_written(
        &mut self,
        input: &Input<'_>,
        entry: u32,
        index: usize,
        mut span: Range<usize>,
        graphemes: &Graphemes,
        word: &mut Range<usize>,
    ) {
        let Some((flags, expected)) = input.matcher.entry(entry) else { return };
        let is_other = || {
            input
                .text(index)
                .get(span.clone())
                .is_none_or(|text| !text.chars().eq(expected.letters.iter().map(|letter| letter.base)))
        };
        if flags.has(Flags::EXACT) && is_other() {
            return;
        }
        let (goes_on_left, goes_on_right) = graphemes.goes_on(&span);
        if (goes_on_left && expected.begins_word) || (goes_on_right && expected.ends_word) {
            return;
        }
        if goes_on_left || goes_on_right {
            if !(word.start <= span.start && span.end <= word.end) {
                *word = graphemes.word_around(&span);
            }
            span = word.clone();
        }
        // A mask covers whole characters.
        self.report(input, entry, index, graphemes.bytes(&graphemes.covering(&span)));
    }
}
