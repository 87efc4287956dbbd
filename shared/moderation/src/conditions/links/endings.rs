//! The last label of a domain: whether two words with a dot in between are a link because of it alone.
//!
//! Both lists are searched as text, by halving. So they cost a function nothing at its start.

use std::cmp::Ordering;

/// IANA's list. It has internationalised domains in ASCII.
const TOP_LEVEL_DOMAINS: &str = include_str!("top_level_domains.txt");
/// The ones that are also words or file extensions in chat. Internationalised domains are in their own script.
const WORDS: &str = include_str!("words.txt");

/// Endings that are neither words nor file extensions, and which everybody knows. They prove a host where the dot may be
/// something else, and they end one where more text follows.
const EVERYDAY: [&str; 4] = ["cn", "com", "net", "org"];
/// Words that are file extensions as well: the number behind one is that of a line.
const FILES: [&str; 9] = ["cab", "java", "md", "mov", "ps", "py", "rs", "sh", "zip"];

/// Whether there is such an ending, as in the DNS.
pub(super) fn is_known(ascii: &str) -> bool {
    lists(TOP_LEVEL_DOMAINS, ascii)
}

/// The same for an ending as it is written.
pub(super) fn is_known_as_written(written: &str) -> bool {
    super::ascii(written).is_some_and(|ascii| is_known(&ascii))
}

pub(super) fn is_everyday(ascii: &str) -> bool {
    EVERYDAY.contains(&ascii)
}

pub(super) fn is_of_file(ascii: &str) -> bool {
    FILES.contains(&ascii)
}

/// Whether an ending is a country's, and also a word with which a sentence goes on.
pub(super) fn is_short_word(ascii: &str) -> bool {
    ascii.len() == 2 && lists(WORDS, ascii) && !is_of_file(ascii)
}

/// Whether a domain with this ending is a link without further signs. `ascii` is the ending as in the DNS, `written` as
/// in the text, both in lower case.
pub(super) fn is_telling(written: &str, ascii: &str) -> bool {
    lists(TOP_LEVEL_DOMAINS, ascii) && !lists(WORDS, written)
}

/// Whether a line of `list` is `entry`, or begins with it and a blank. The lines are sorted. Comments come first, since
/// `#` sorts before everything that a label can begin with.
fn lists(list: &str, entry: &str) -> bool {
    let mut list = list.as_bytes();
    while !list.is_empty() {
        // The line in the middle. It is cut out of bytes, since the middle may be inside a character.
        let (before, behind) = list.split_at(list.len() / 2);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = behind.iter().position(|byte| *byte == b'\n').map_or(list.len(), |at| before.len() + at);
        let Some(line) = list.get(start..end) else { return false };
        let listed = line.split(|byte| *byte == b' ').next().unwrap_or_default();
        match listed.cmp(entry.as_bytes()) {
            Ordering::Equal => return true,
            Ordering::Less => list = list.get(end + 1..).unwrap_or_default(),
            Ordering::Greater => list = list.get(..start).unwrap_or_default(),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(list: &str) -> Vec<&str> {
        list.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').next().unwrap()).collect()
    }

    #[test]
    fn each_entry_is_found_and_nothing_else() {
        for list in [TOP_LEVEL_DOMAINS, WORDS] {
            let entries = entries(list);
            assert!(
                entries.len() > 400 && entries.is_sorted_by(|one, next| one < next),
                "they are looked for by halving"
            );
            for entry in &entries {
                assert!(lists(list, entry), "{entry}");
                let last = entry.char_indices().last().unwrap().0;
                for other in [&format!("{entry}-"), &format!("-{entry}"), &entry[..last]] {
                    assert_eq!(lists(list, other), entries.binary_search(&other).is_ok(), "{other}");
                }
            }
            for nothing in ["", "\n", " ", "~", "\u{10FFFF}"] {
                assert!(!lists(list, nothing), "{nothing:?}");
            }
        }
    }

    #[test]
    fn the_words_are_endings() {
        for word in entries(WORDS) {
            assert!(lists(TOP_LEVEL_DOMAINS, &idna::domain_to_ascii(word).unwrap()), "{word} is no ending any more");
        }
    }
}
