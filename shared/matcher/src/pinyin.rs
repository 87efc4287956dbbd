//! Chinese terms of which characters are spelled in Latin letters, as they sound: `fa票`, `加wei信`, `xingfuwu`, `代理票j`.
//!
//! One character of a term may be spelled among ideographs, the last one of three or more also by its first letter. Of a
//! term of three or more, all may be: two syllables are too often a word of another language.
//!
//! `pinyin.txt` is written by `scripts/pinyin.py`: a syllable without its tone, and the characters that are read so.

use std::ops::Range;
use std::sync::LazyLock;

use crate::candidates::Context;
use crate::classes::{NONE, Unit};
use crate::glyph::Kind;
use crate::trie::ROOT;

/// The letters of the longest syllable.
const LONGEST_SYLLABLE: usize = 6;
/// A word with more letters is not looked at.
const LONGEST_WORD: usize = 32;
/// How many ideographs before and behind the letters may be of the term.
const MOST_AROUND: usize = 8;
/// A term of fewer characters is not found by its first letters, nor where all of it is spelled.
const LEAST_SPELLED: usize = 3;
/// How many characters are tried at one word. It makes the time linear in the length of the text.
const MOST_STEPS: usize = 1_024;

/// Syllables with their characters, in order.
static SYLLABLES: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| include_str!("pinyin.txt").lines().filter_map(|line| line.split_once(' ')).collect());

/// A term that is spelled throughout has at least this many letters.
const LEAST_LETTERS: usize = 6;

const ALL_LETTERS: u32 = (1 << 26) - 1;

/// For each letter those that may follow it, within a syllable or at the beginning of the next. An `r` ends one only in
/// `er`, which is left out here: nothing follows it.
static FOLLOWERS: LazyLock<[u32; 26]> = LazyLock::new(|| {
    let nth = |letter: u8| usize::from(letter.wrapping_sub(b'a'));
    let bytes = || SYLLABLES.iter().map(|(syllable, _)| syllable.as_bytes());
    let firsts = bytes().filter_map(<[u8]>::first).fold(0, |set, letter| set | 1_u32 << nth(*letter));
    let mut followers = [0; 26];
    for (one, next) in bytes().flat_map(|syllable| syllable.iter().zip(syllable.iter().skip(1))) {
        if let Some(set) = followers.get_mut(nth(*one)) {
            *set |= 1 << nth(*next);
        }
    }
    for last in bytes().filter_map(<[u8]>::last).filter(|last| **last != b'r') {
        if let Some(set) = followers.get_mut(nth(*last)) {
            *set |= firsts;
        }
    }
    followers
});

/// The characters that are read as a syllable.
fn characters(syllable: &str) -> Option<&'static str> {
    let at = SYLLABLES.binary_search_by(|(known, _)| known.cmp(&syllable)).ok()?;
    SYLLABLES.get(at).map(|(_, characters)| *characters)
}

/// The characters whose reading begins with a letter.
fn characters_with_initial(letter: &str) -> impl Iterator<Item = char> {
    let from = SYLLABLES.partition_point(|(syllable, _)| *syllable < letter);
    let rest = SYLLABLES.get(from..).unwrap_or_default().iter();
    let alike = rest.take_while(move |(syllable, _)| syllable.as_bytes().first() == letter.as_bytes().first());
    alike.flat_map(|(_, characters)| characters.chars())
}

/// Gives what is spelled by the Latin word that begins at a unit to `see`: the entry, its units, and how many letters the
/// term has to have.
pub(crate) fn find(context: Context<'_>, at: usize, see: &mut impl FnMut(u32, Range<usize>, usize)) {
    let units = context.units;
    let mut word = [0; LONGEST_WORD];
    let mut length = 0;
    let mut followers = ALL_LETTERS;
    for unit in units.get(at..).unwrap_or_default() {
        if unit.kind != Kind::Letter || !unit.base.is_ascii_lowercase() || (length > 0 && unit.begins_segment) {
            break;
        }
        let (Some(letter), Ok(byte)) = (word.get_mut(length), u8::try_from(unit.base)) else { return };
        // Nearly all words of other languages end here, after two or three letters.
        let nth = byte.wrapping_sub(b'a') & 31;
        if followers >> nth & 1 == 0 {
            return;
        }
        followers = FOLLOWERS.get(usize::from(nth)).copied().unwrap_or_default();
        *letter = byte;
        length += 1;
    }
    let end = at + length;
    let Some(word) = word.get(..length).and_then(|word| str::from_utf8(word).ok()) else { return };
    let before = at.checked_sub(1).and_then(|before| units.get(before)).filter(|_| !begins_segment(units, at));
    let after = units.get(end).filter(|after| !after.begins_segment);
    if before.is_some_and(|unit| unit.kind.is_word()) || after.is_some_and(|unit| unit.kind.is_word()) {
        return;
    }
    let is_beside = [before, after].into_iter().flatten().any(|unit| unit.kind == Kind::Ideograph);
    let mut search = Spelled { context, steps: 0, see };
    if is_beside && length <= LONGEST_SYLLABLE {
        search.among_ideographs(at..end, word);
    } else if !is_beside && length >= LEAST_LETTERS && is_spelling(word) {
        search.all(at..end, word, ROOT, 0, 0);
    }
}

fn begins_segment(units: &[Unit], at: usize) -> bool {
    units.get(at).is_some_and(|unit| unit.begins_segment)
}

/// Whether a word can be divided into syllables.
fn is_spelling(word: &str) -> bool {
    let bytes = word.as_bytes();
    if !bytes.last().is_some_and(|last| b"aeiouvngr".contains(last)) {
        return false;
    }
    let known = &*KEYS;
    // One bit for each place that syllables lead to.
    let mut come_to = 1_u64;
    for from in 0..bytes.len() {
        if come_to >> from & 1 != 0 {
            let mut key = 0;
            for (to, letter) in (from + 1..).zip(bytes.iter().skip(from).take(LONGEST_SYLLABLE)) {
                key = key_with(key, *letter);
                match known.get(key) {
                    Key::Syllable => come_to |= 1 << to,
                    Key::Beginning => {}
                    Key::Nothing => break,
                }
            }
        }
        if come_to >> from <= 1 {
            return false;
        }
    }
    come_to >> bytes.len() & 1 != 0
}

/// What letters are, as a number of five bits for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Syllable,
    /// The beginning of a syllable.
    Beginning,
    Nothing,
}

/// What up to three letters are in a table, and longer syllables in order.
struct Keys {
    short: Vec<Key>,
    long: Vec<u32>,
}

/// Numbers below it are of up to three letters.
const LONG: usize = 1 << 15;

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut keys = Keys { short: vec![Key::Nothing; LONG], long: Vec::new() };
    for (syllable, _) in SYLLABLES.iter() {
        let mut key = 0;
        for (length, letter) in (1..).zip(syllable.bytes()) {
            key = key_with(key, letter);
            let is_whole = length == syllable.len();
            match keys.short.get_mut(key as usize) {
                Some(short) if is_whole => *short = Key::Syllable,
                Some(short) if *short == Key::Nothing => *short = Key::Beginning,
                None if is_whole => keys.long.push(key),
                _ => {}
            }
        }
    }
    keys.long.sort_unstable();
    keys
});

impl Keys {
    fn get(&self, key: u32) -> Key {
        let long = || if self.long.binary_search(&key).is_ok() { Key::Syllable } else { Key::Beginning };
        self.short.get(key as usize).copied().unwrap_or_else(long)
    }
}

const fn key_with(key: u32, letter: u8) -> u32 {
    key << 5 | (letter & 31) as u32
}

/// A search around one word.
struct Spelled<'c, See> {
    context: Context<'c>,
    steps: usize,
    see: See,
}

impl<See: FnMut(u32, Range<usize>, usize)> Spelled<'_, See> {
    /// The node that a character leads to.
    fn step(&mut self, node: u32, character: char) -> Option<u32> {
        self.steps += 1;
        let code = self.context.classes.code(character);
        if code == NONE || self.steps > MOST_STEPS {
            return None;
        }
        self.context.trie.child(node, code)
    }

    fn ends(&mut self, node: u32, units: Range<usize>, letters: usize) {
        for entry in self.context.trie.ends(node) {
            (self.see)(*entry, units.clone(), letters);
        }
    }

    /// The node that an ideograph of the text leads to.
    fn read(&self, node: u32, at: usize) -> Option<u32> {
        let unit = self.context.units.get(at).filter(|unit| unit.kind == Kind::Ideograph && unit.code != NONE)?;
        self.context.trie.child(node, unit.code)
    }

    /// Finds terms with one character spelled.
    fn among_ideographs(&mut self, word: Range<usize>, spelling: &str) {
        for start in (word.start.saturating_sub(MOST_AROUND)..=word.start).rev() {
            if start < word.start && self.context.units.get(start).is_none_or(|unit| unit.kind != Kind::Ideograph) {
                break;
            }
            let Some(node) = (start..word.start).try_fold(ROOT, |node, at| self.read(node, at)) else { continue };
            let before = word.start - start;
            if let Some(characters) = characters(spelling) {
                for character in characters.chars() {
                    if let Some(node) = self.step(node, character) {
                        self.behind(node, start, &word, before);
                    }
                }
            }
            if spelling.len() == 1 && before + 1 >= LEAST_SPELLED {
                for character in characters_with_initial(spelling) {
                    if let Some(node) = self.step(node, character) {
                        self.ends(node, start..word.end, before + 1);
                    }
                }
            }
        }
    }

    /// Reads on behind a spelled character.
    fn behind(&mut self, mut node: u32, start: usize, word: &Range<usize>, before: usize) {
        if before > 0 {
            self.ends(node, start..word.end, before + 1);
        }
        for at in word.end..word.end + MOST_AROUND {
            let Some(next) = self.read(node, at) else { return };
            node = next;
            self.ends(node, start..at + 1, before + 1 + at + 1 - word.end);
        }
    }

    /// Finds terms that are spelled throughout, from a place in the word and a node on.
    fn all(&mut self, word: Range<usize>, spelling: &str, node: u32, from: usize, letters: usize) {
        if from == spelling.len() && letters >= LEAST_SPELLED {
            self.ends(node, word.clone(), letters);
        }
        let mut key = 0;
        for (to, letter) in (from + 1..).zip(spelling.bytes().skip(from).take(LONGEST_SYLLABLE)) {
            key = key_with(key, letter);
            match KEYS.get(key) {
                Key::Syllable => {}
                Key::Beginning => continue,
                Key::Nothing => break,
            }
            for character in spelling.get(from..to).and_then(characters).unwrap_or_default().chars() {
                if let Some(node) = self.step(node, character) {
                    self.all(word.clone(), spelling, node, to, letters + 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spellings_if_syllables_make_them_up() {
        for (word, expected) in
            [("xingfuwu", true), ("yindangmeinv", true), ("morning", false), ("fa", true), ("strength", false)]
        {
            assert_eq!(is_spelling(word), expected, "{word}");
        }
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(SYLLABLES.is_sorted());
        assert!(characters("fa").is_some_and(|characters| characters.contains('发')));
        assert!(characters_with_initial("j").any(|character| character == '据'));
    }
}
