//! Terms that are looked for as they are written. Letter case and compatibility forms do not matter, unless the term
//! shall be found exactly. No other disguise is undone, so the text itself is read, not its glyphs.

use std::ops::Range;

use crate::dictionary::{Dictionary, Flags};
use crate::glyphs::fold_compatible;
use crate::graphemes::Graphemes;
use crate::trie::ROOT;

/// Gives the entries that are found in a text to `see`, each with its bytes.
pub(crate) fn find(dictionary: &Dictionary, text: &str, mut see: impl FnMut(u32, Range<usize>)) {
    let mut parts: Vec<(u16, Range<usize>)> = Vec::with_capacity(text.len());
    for (start, character) in text.char_indices() {
        let span = start..start + character.len_utf8();
        fold_compatible(character, |part| parts.push((dictionary.characters.code(part), span.clone())));
    }
    let mut close = Close { text, graphemes: None, word: 0..0 };
    for (first, (_, begin)) in parts.iter().enumerate() {
        let mut node = ROOT;
        for (code, end) in parts.get(first..).unwrap_or_default() {
            let Some(next) = dictionary.literal.child(node, *code) else { break };
            node = next;
            for entry in dictionary.literal.ends(node) {
                if let Some(span) = close.look(dictionary, *entry, begin.start..end.end) {
                    see(*entry, span);
                }
            }
        }
    }
}

/// A close look at places in a text.
struct Close<'t> {
    text: &'t str,
    /// Its characters, once they are needed.
    graphemes: Option<Graphemes>,
    /// The word that was last looked up.
    word: Range<usize>,
}

impl Close<'_> {
    /// The bytes of the match, if what reads like a term is one.
    fn look(&mut self, dictionary: &Dictionary, entry: u32, mut span: Range<usize>) -> Option<Range<usize>> {
        let expected = dictionary.entry(entry)?;
        let letters = expected.letters.iter().map(|letter| letter.base());
        if expected.flags.has(Flags::EXACT) && !self.text.get(span.clone())?.chars().eq(letters) {
            return None;
        }
        let graphemes = self.graphemes.get_or_insert_with(|| Graphemes::of(self.text));
        let (goes_on_left, goes_on_right) = graphemes.goes_on(&span);
        let has = |flag| expected.flags.has(flag);
        if (goes_on_left && has(Flags::BEGINS_WORD)) || (goes_on_right && has(Flags::ENDS_WORD)) {
            return None;
        }
        if goes_on_left || goes_on_right {
            if !(self.word.start <= span.start && span.end <= self.word.end) {
                self.word = graphemes.word_around(&span);
            }
            span = self.word.clone();
        }
        Some(graphemes.bytes(&graphemes.covering(&span)))
    }
}
