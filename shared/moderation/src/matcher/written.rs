//! Terms that are looked for as they are written: letter case and compatibility forms count for nothing, unless the term
//! is to be found exactly; no other disguise is undone. So the text itself is read, not the stream.

use std::ops::Range;

use super::Flags;
use super::reports::{Reports, stands_alone};
use super::run::{Buffers, Input, Run, spans};
use crate::alphabet::NONE;
use crate::graphemes::Graphemes;
use crate::normalise::fold;
use crate::trie::ROOT;

impl Run<'_> {
    /// Finds what is looked for as it is written, where what was masked in this round has cut words short. `first` is
    /// the first of the hits that are masked by now.
    pub(super) fn written_beside(&mut self, first: usize) {
        let Buffers { stream, masked, .. } = &mut *self.buffers;
        let mut texts: Vec<_> = masked
            .iter()
            .filter(|masked| may_cut_a_word(self.input.text(masked.text), &masked.span))
            .map(|masked| masked.text)
            .collect();
        texts.dedup();
        if texts.is_empty() {
            return;
        }
        let mut masked = Vec::new();
        spans(self.found.get(first..).unwrap_or_default(), stream, &mut masked);
        for index in texts {
            let of_text = masked.iter().filter(|masked| masked.text == index);
            let of_text: Vec<_> = of_text.map(|masked| masked.span.clone()).collect();
            self.written(index, &of_text);
        }
    }

    /// Finds what is looked for as it is written, when everything within the spans is masked. They are in order.
    pub(super) fn written(&mut self, index: usize, masked: &[Range<usize>]) {
        let matcher = self.input.matcher;
        let text = self.input.text(index);
        let mut parts: Vec<(u16, Range<usize>)> = Vec::with_capacity(text.len());
        for (start, character) in text.char_indices() {
            let span = start..start + character.len_utf8();
            fold(character, |part| parts.push((matcher.characters.code(part), span.clone())));
        }
        let mut graphemes = (!masked.is_empty()).then(|| Graphemes::of(text));
        let mut hidden_to = 0;
        for span in masked {
            let hidden = graphemes.as_mut().map_or(0..0, |graphemes: &mut Graphemes| graphemes.mask(span));
            // One character may hold any number of hits.
            let from = parts.partition_point(|(_, part)| part.start < hidden.start.max(hidden_to));
            let rest = parts.get_mut(from..).unwrap_or_default().iter_mut();
            rest.take_while(|(_, part)| part.start < hidden.end).for_each(|(code, _)| *code = NONE);
            hidden_to = hidden.end;
        }
        let mut word = 0..0;
        for (first, (_, begin)) in parts.iter().enumerate() {
            let mut node = ROOT;
            for (code, end) in parts.get(first..).unwrap_or_default() {
                let Some(next) = matcher.written.child(node, *code) else { break };
                node = next;
                for entry in matcher.written.ends(node) {
                    let span = begin.start..end.end;
                    let graphemes = graphemes.get_or_insert_with(|| Graphemes::of(text));
                    self.buffers.reports.check_written(self.input, *entry, index, span, graphemes, &mut word);
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

/// Whether a word may go on beyond an end of what is masked, so that only a part of it is left. Some spans that do not
/// cut a word are not told apart.
fn may_cut_a_word(text: &str, span: &Range<usize>) -> bool {
    let may_be_in_word = |character: Option<char>| {
        character.is_some_and(|character| character.is_ascii_alphanumeric() || !stands_alone(character))
    };
    let (Some(before), Some(hit), Some(after)) = (text.get(..span.start), text.get(span.clone()), text.get(span.end..))
    else {
        return true;
    };
    (may_be_in_word(before.chars().next_back()) && may_be_in_word(hit.chars().next()))
        || (may_be_in_word(hit.chars().next_back()) && may_be_in_word(after.chars().next()))
}
