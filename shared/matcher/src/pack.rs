//! A [`Matcher`] as bytes, to be built once and loaded in milliseconds.
//!
//! All tables are written as they stand, little-endian, each behind its length. There is no version and no checksum: who
//! keeps the bytes keeps more beside them, and marks and checks it all. Loading checks that the tables fit each other, so
//! that no bytes whatever can make a search run astray: all look-ups are checked, and all ranges lie within their tables.

use std::fmt;

use crate::alphabet::Alphabet;
use crate::matcher::{Entry, Flags, Matcher};
use crate::normalise::Letters;
use crate::term::Letter;
use crate::trie::{Node, Trie};

/// Bytes that are no matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadError;

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("these bytes are no matcher, or one of another version; make them anew")
    }
}

impl std::error::Error for LoadError {}

impl Matcher {
    /// The matcher as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(Vec::new());
        for alphabet in [&self.classes, &self.characters] {
            writer.u16s(&alphabet.pages);
            writer.u16s(&alphabet.codes);
        }
        for trie in [&self.words, &self.anywhere, &self.written] {
            writer.u32s(trie.roots.iter().copied());
            writer.u16s(&trie.labels);
            writer.u32s(trie.nodes.iter().map(|node| node.children));
            writer.u32s(trie.nodes.iter().map(|node| node.outputs));
            writer.u32s(trie.ends.iter().copied());
        }
        writer.u32s(
            self.entries
                .iter()
                .flat_map(|entry| [entry.term, entry.letters_end, entry.signs_end, u32::from(entry.flags.0)]),
        );
        writer.u32s(self.letters.iter().flat_map(|letter| [letter.base as u32, letter.letters.bits()]));
        writer.u32s(self.signs.iter().map(|sign| *sign as u32));
        writer.0
    }

    /// The matcher that [`Self::to_bytes`] of the same version wrote. Nobody has to vouch for the bytes: any others are
    /// refused, or make a matcher that finds something else.
    ///
    /// # Errors
    /// [`LoadError`] if the tables do not fit each other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::read(&mut Reader(bytes)).ok_or(LoadError)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut alphabet = || Some(Alphabet::new(reader.u16s()?, reader.u16s()?));
        let (classes, characters) = (alphabet()?, alphabet()?);
        let (words, anywhere, written) = (reader.trie()?, reader.trie()?, reader.trie()?);
        let entries = reader.u32s()?;
        let letters = reader.u32s()?;
        let signs = reader.u32s()?.into_iter().map(char::from_u32).collect::<Option<Vec<_>>>()?;
        let letters: Vec<Letter> = letters
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[base, letters]| Some(Letter { base: char::from_u32(*base)?, letters: Letters::from_bits(*letters) }))
            .collect::<Option<_>>()?;
        let entries: Vec<Entry> = entries
            .as_chunks::<4>()
            .0
            .iter()
            .map(|[term, letters_end, signs_end, flags]| {
                let flags = Flags(u8::try_from(*flags).ok()?);
                let (term, letters_end, signs_end) = (*term, *letters_end, *signs_end);
                Some(Entry { term, letters_end, signs_end, flags })
            })
            .collect::<Option<_>>()?;
        let is_whole = reader.0.is_empty()
            && ascends(entries.iter().map(|entry| entry.letters_end), letters.len())
            && ascends(entries.iter().map(|entry| entry.signs_end), signs.len());
        is_whole.then_some(Self { classes, words, anywhere, characters, written, entries, letters, signs })
    }
}

/// Whether the numbers never fall, and none lies behind the end of the table that they point into.
fn ascends(mut numbers: impl Iterator<Item = u32>, end: usize) -> bool {
    let mut before = 0;
    numbers.all(|number| number >= std::mem::replace(&mut before, number) && number as usize <= end)
}

struct Writer(Vec<u8>);

impl Writer {
    /// A table's length. Those of a matcher are counted in `u32`s.
    fn length(&mut self, length: usize) {
        self.0.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn u16s(&mut self, numbers: &[u16]) {
        self.length(numbers.len());
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn u32s(&mut self, numbers: impl Iterator<Item = u32> + Clone) {
        self.length(numbers.clone().count());
        self.0.extend(numbers.flat_map(u32::to_le_bytes));
    }
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    /// The bytes of a table whose entries have that many bytes.
    fn table(&mut self, size: usize) -> Option<&[u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (table, rest) = rest.split_at_checked((u32::from_le_bytes(*length) as usize).checked_mul(size)?)?;
        self.0 = rest;
        Some(table)
    }

    fn u16s(&mut self) -> Option<Vec<u16>> {
        Some(self.table(2)?.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect())
    }

    fn u32s(&mut self) -> Option<Vec<u32>> {
        Some(self.table(4)?.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    fn trie(&mut self) -> Option<Trie> {
        let (roots, labels) = (self.u32s()?, self.u16s()?);
        let (children, outputs, ends) = (self.u32s()?, self.u32s()?, self.u32s()?);
        let is_sound = ascends(children.iter().copied(), labels.len())
            && ascends(outputs.iter().copied(), ends.len())
            && children.len() == outputs.len()
            // For each node one, and one behind the last.
            && children.len() == if labels.is_empty() { 0 } else { labels.len() + 1 };
        let nodes = children.into_iter().zip(outputs).map(|(children, outputs)| Node { children, outputs });
        is_sound.then(|| Trie::new(roots, labels, nodes.collect(), ends))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Segment, Term};

    fn matcher() -> Matcher {
        let term = |text: &str, form| Term { text: text.to_owned(), form };
        let terms = [
            term("casino royale", Form::Evasive),
            term("加微信", Form::Evasive),
            term("*cat*", Form::Evasive),
            term("t.me", Form::Evasive),
            term("Exact", Form::Exact),
            term("c#", Form::Folded),
        ];
        Matcher::new(&terms).unwrap()
    }

    #[test]
    fn what_is_packed_is_what_is_loaded() {
        for matcher in [matcher(), Matcher::new(&[]).unwrap()] {
            assert_eq!(Matcher::from_bytes(&matcher.to_bytes()), Ok(matcher));
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = matcher().to_bytes();
        assert_eq!(Matcher::from_bytes(b""), Err(LoadError));
        assert_eq!(Matcher::from_bytes(b"schema = 1"), Err(LoadError));
        for at in 0..bytes.len() {
            assert!(Matcher::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
        let more = [&bytes[..], b"\0"].concat();
        assert!(Matcher::from_bytes(&more).is_err());
    }

    /// Wrong tables are refused, or searched without harm.
    #[test]
    fn forged_bytes_do_no_harm() {
        let bytes = matcher().to_bytes();
        let text = "casino royale c#sino Exact 加微信 concatenate t.me c*sino";
        for at in (0..bytes.len()).step_by(5) {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut forged = bytes.clone();
                forged[at] = value;
                if let Ok(matcher) = Matcher::from_bytes(&forged) {
                    let _ = matcher.find(&[Segment { text, joins: false }]);
                    let _ = matcher.normalised(1);
                }
            }
        }
    }
}
