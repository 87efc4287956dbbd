//! A [`Dictionary`] as bytes, to be built once and loaded in milliseconds.
//!
//! All tables are written as they are, little-endian, each behind its length. There is no version and no checksum:
//! these are up to the caller, who keeps other data with the bytes. Loading checks that the tables fit each other, so
//! that no bytes can lead a search astray: all look-ups are checked, and all ranges are within their tables.

use crate::classes::Classes;
use crate::dictionary::{Dictionary, Entry, Flags};
use crate::pattern::Letter;
use crate::trie::{Node, Trie};

/// The bytes are not a matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no matcher, or one of another version; build it again from its terms")]
pub struct LoadError;

impl Dictionary {
    /// All tables as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(Vec::new());
        for classes in [&self.classes, &self.characters] {
            writer.u16s(&classes.pages);
            writer.u16s(&classes.codes);
        }
        for trie in [&self.words, &self.anywhere, &self.literal] {
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
        writer.u32s(self.letters.iter().flat_map(|letter| [letter.packed(), letter.letters.bits()]));
        writer.u32s(self.signs.iter().map(|sign| *sign as u32));
        writer.0
    }

    /// The tables that [`Self::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::read(&mut Reader(bytes)).ok_or(LoadError)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut classes = || Some(Classes::new(reader.u16s()?, reader.u16s()?));
        let (classes, characters) = (classes()?, classes()?);
        let (words, anywhere, literal) = (reader.trie()?, reader.trie()?, reader.trie()?);
        let entries = reader.u32s()?;
        let letters = reader.u32s()?;
        let signs = reader.u32s()?.into_iter().map(char::from_u32).collect::<Option<Vec<_>>>()?;
        let letters: Vec<Letter> = letters
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[packed, letters]| Letter::from_packed(*packed, *letters))
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
        let mut before = 0;
        let have_letters =
            entries.iter().all(|entry| std::mem::replace(&mut before, entry.letters_end) < entry.letters_end);
        let is_whole = reader.0.is_empty()
            && have_letters
            && before as usize <= letters.len()
            && ascends(entries.iter().map(|entry| entry.signs_end), signs.len());
        is_whole.then_some(Self { classes, words, anywhere, characters, literal, entries, letters, signs })
    }
}

/// Whether the numbers never fall, and none is beyond the end of the table that they point into.
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
    use crate::find::{Segment, find};
    use crate::term::{Form, Term};

    fn dictionary() -> Dictionary {
        let term = |text: &str, form| Term { text: text.to_owned(), form };
        let terms = [
            term("casino royale", Form::Evasive),
            term("加微信", Form::Evasive),
            term("*cat*", Form::Evasive),
            term("t.me", Form::Evasive),
            term("Exact", Form::Exact),
            term("c#", Form::Folded),
        ];
        Dictionary::new(&terms).unwrap()
    }

    #[test]
    fn what_is_packed_is_what_is_loaded() {
        for dictionary in [dictionary(), Dictionary::new(&[]).unwrap()] {
            assert_eq!(Dictionary::from_bytes(&dictionary.to_bytes()), Ok(dictionary));
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = dictionary().to_bytes();
        assert_eq!(Dictionary::from_bytes(b""), Err(LoadError));
        assert_eq!(Dictionary::from_bytes(b"schema = 1"), Err(LoadError));
        for at in 0..bytes.len() {
            assert!(Dictionary::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
        let more = [&bytes[..], b"\0"].concat();
        assert!(Dictionary::from_bytes(&more).is_err());
    }

    #[test]
    fn terms_without_letters_are_refused() {
        let dictionary = dictionary();
        for index in 0..dictionary.entries.len() {
            let mut forged = dictionary.clone();
            forged.entries[index].letters_end =
                index.checked_sub(1).map_or(0, |before| dictionary.entries[before].letters_end);
            assert_eq!(Dictionary::from_bytes(&forged.to_bytes()), Err(LoadError), "entry {index}");
        }
    }

    /// Wrong tables are refused, or searched without harm.
    #[test]
    fn forged_bytes_do_no_harm() {
        let bytes = dictionary().to_bytes();
        let text = "casino royale c#sino Exact 加微信 concatenate t.me c*sino";
        for at in (0..bytes.len()).step_by(5) {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut forged = bytes.clone();
                forged[at] = value;
                if let Ok(dictionary) = Dictionary::from_bytes(&forged) {
                    let _ = find(&dictionary, &[Segment { text, joins: false }]);
                    let _ = dictionary.normalised(1);
                }
            }
        }
    }
}
