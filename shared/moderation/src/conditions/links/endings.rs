//! The last label of a domain: whether it makes two words with a dot in between a link, although nothing else says so.
//!
//! Both lists are searched as they are, by halving: a function pays nothing for them at its start.

use std::cmp::Ordering;

/// IANA's list. Internationalised ones are in ASCII there.
const TOP_LEVEL_DOMAINS: &str = include_str!("top_level_domains.txt");
/// Those that are words or file extensions in chat. Internationalised ones are as they are read.
const WORDS: &str = include_str!("words.txt");

/// Whether a domain that ends so needs nothing else to be a link. `ascii` is the ending as the DNS has it, `written` as
/// it stands in the text; both in lower case.
pub(super) fn is_telling(written: &str, ascii: &str) -> bool {
    lists(TOP_LEVEL_DOMAINS, ascii) && !lists(WORDS, written)
}

/// Whether one of the lines of `list` begins with `entry` and a blank, or is it. The lines are sorted; comments come
/// first, since `#` sorts before all that a label begins with.
fn lists(list: &str, entry: &str) -> bool {
    let mut list = list.as_bytes();
    while !list.is_empty() {
        // The line in the middle. Its ends are looked for in bytes, since the middle may be within a character.
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
