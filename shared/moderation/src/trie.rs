//! A tree of terms: from its root, one step for each character.
//!
//! Nodes are numbered level by level, so that the children of a node stand side by side and need no pointers: 10 bytes
//! a node, built in one pass over the sorted terms, and loaded by copying. There are no failure links, since nearly all
//! searches begin at the beginning of a word and end after two or three steps; they also have to try several ways.

use std::ops::Range;

use crate::alphabet::NONE;

/// The tree.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Trie {
    /// For each code the child of the root; 0: none.
    pub(crate) roots: Vec<u32>,
    /// For each node the code that leads to it.
    pub(crate) labels: Vec<u16>,
    /// For each node its first child; the one behind its last is the next node's first.
    pub(crate) children: Vec<u32>,
    /// For each node its first output, likewise.
    pub(crate) outputs: Vec<u32>,
    /// What terms end here.
    pub(crate) ends: Vec<u32>,
    /// One bit for each step from a node with many children, at a place that the step decides. Nearly all steps that
    /// are asked for do not exist, and nearly all of those find their bit unset.
    filter: Vec<u64>,
    /// One bit for each two letters that a term begins with, likewise.
    pairs: Vec<u64>,
    /// Whether any term ends after its first letter.
    has_single: bool,
}

/// Of more children than these a step is not looked for one by one.
const FEW: usize = 8;

/// The root's number. No step leads to it.
pub(crate) const ROOT: u32 = 0;

impl Trie {
    /// Builds the tree from terms, each with what to report for it. `None` if it would be too large to number.
    pub(crate) fn of(mut terms: Vec<(Vec<u16>, u32)>) -> Option<Self> {
        if terms.is_empty() {
            return Some(Self::new(Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new()));
        }
        terms.sort_unstable();
        let mut trie = Self::default();
        trie.labels.push(0);
        // The terms that pass through each node of a level, as a range.
        let mut level = Vec::from([std::ops::Range { start: 0, end: terms.len() }]);
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for range in level {
                trie.children.push(u32::try_from(trie.labels.len()).ok()?);
                trie.outputs.push(u32::try_from(trie.ends.len()).ok()?);
                let mut at = range.start;
                while at < range.end {
                    let (codes, end) = terms.get(at)?;
                    let Some(code) = codes.get(depth).copied() else {
                        trie.ends.push(*end);
                        at += 1;
                        continue;
                    };
                    let rest = terms.get(at..range.end)?;
                    let count = rest.partition_point(|(codes, _)| codes.get(depth) == Some(&code));
                    trie.labels.push(code);
                    next.push(at..at + count);
                    at += count;
                }
            }
            level = next;
            depth += 1;
        }
        trie.children.push(u32::try_from(trie.labels.len()).ok()?);
        trie.outputs.push(u32::try_from(trie.ends.len()).ok()?);
        let top = trie.children_of(ROOT);
        for node in top {
            let code = usize::from(trie.labels.get(node).copied()?);
            if trie.roots.len() <= code {
                trie.roots.resize(code + 1, 0);
            }
            *trie.roots.get_mut(code)? = u32::try_from(node).ok()?;
        }
        trie.fill_filter();
        Some(trie)
    }

    /// A tree of these tables.
    pub(crate) fn new(
        roots: Vec<u32>,
        labels: Vec<u16>,
        children: Vec<u32>,
        outputs: Vec<u32>,
        ends: Vec<u32>,
    ) -> Self {
        let mut trie = Self { roots, labels, children, outputs, ends, ..Self::default() };
        trie.fill_filter();
        trie
    }

    /// Sets the bits of all steps, in tables with about twelve bits for each.
    fn fill_filter(&mut self) {
        let mut filter = vec![0_u64; (self.labels.len() / 5).next_power_of_two()];
        for (node, (pair, _)) in (0..).zip(self.children.windows(2).zip(&self.labels)).skip(1) {
            let &[start, end] = pair else { continue };
            let labels = self.labels.get(start as usize..end as usize).unwrap_or_default();
            if labels.len() > FEW {
                for label in labels {
                    set(&mut filter, node, *label);
                }
            }
        }
        self.filter = filter;

        let tops = || self.children_of(ROOT).filter_map(|node| Some((self.label(node), u32::try_from(node).ok()?)));
        let count: usize = tops().map(|(_, node)| 2 + self.children_of(node).len()).sum();
        let mut has_single = false;
        let mut pairs = vec![0_u64; (count / 5).next_power_of_two()];
        for (code, node) in tops() {
            // The letter may be repeated.
            set(&mut pairs, u32::from(code), code);
            for child in self.children_of(node) {
                set(&mut pairs, u32::from(code), self.label(child));
            }
            if !self.ends(node).is_empty() {
                set(&mut pairs, u32::from(code), NONE);
                has_single = true;
            }
        }
        (self.pairs, self.has_single) = (pairs, has_single);
    }

    /// Whether a term may begin with these two letters, or with the first one again and again, or be nothing but the
    /// first. Some that do not are not told apart.
    pub(crate) fn may_begin(&self, code: u16, next: u16) -> bool {
        has(&self.pairs, u32::from(code), next) || (self.has_single && has(&self.pairs, u32::from(code), NONE))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// The node that a step leads to.
    pub(crate) fn child(&self, node: u32, code: u16) -> Option<u32> {
        if node == ROOT {
            return Some(self.root(code)).filter(|node| *node != ROOT);
        }
        let Some(&[start, end]) = self.children.get(node as usize..).and_then(<[u32]>::first_chunk) else {
            return None;
        };
        let labels = self.labels.get(start as usize..end as usize)?;
        if labels.len() <= FEW {
            (start..).zip(labels).find(|(_, label)| **label == code).map(|(node, _)| node)
        } else if has(&self.filter, node, code) {
            start.checked_add(u32::try_from(labels.binary_search(&code).ok()?).ok()?)
        } else {
            None
        }
    }

    /// The node that a first letter leads to, or [`ROOT`].
    pub(crate) fn root(&self, code: u16) -> u32 {
        self.roots.get(usize::from(code)).copied().unwrap_or(ROOT)
    }

    /// The nodes below one.
    pub(crate) fn children_of(&self, node: u32) -> Range<usize> {
        range(&self.children, node)
    }

    /// The code that leads to a node.
    pub(crate) fn label(&self, node: usize) -> u16 {
        self.labels.get(node).copied().unwrap_or_default()
    }

    /// What ends at a node.
    pub(crate) fn ends(&self, node: u32) -> &[u32] {
        self.ends.get(range(&self.outputs, node)).unwrap_or_default()
    }
}

/// The place of a step's bit in a filter of `words` words, a power of two.
const fn place(node: u32, code: u16, words: usize) -> (usize, u64) {
    let hash = ((node as u64) << 16 | code as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // The upper bits are the well mixed ones.
    ((hash >> 32) as usize & words.wrapping_sub(1), 1 << (hash >> 26 & 63))
}

fn set(filter: &mut [u64], node: u32, code: u16) {
    let (word, bit) = place(node, code, filter.len());
    if let Some(word) = filter.get_mut(word) {
        *word |= bit;
    }
}

fn has(filter: &[u64], node: u32, code: u16) -> bool {
    let (word, bit) = place(node, code, filter.len());
    filter.get(word).is_some_and(|word| word & bit != 0)
}

fn range(starts: &[u32], node: u32) -> Range<usize> {
    match starts.get(node as usize..).and_then(<[u32]>::first_chunk) {
        Some([start, end]) => *start as usize..*end as usize,
        None => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_ends_where_its_steps_lead() {
        let terms = [&[2, 3][..], &[2], &[2, 3, 4], &[5, 5], &[2, 3]];
        let trie = Trie::of(terms.iter().map(|codes| codes.to_vec()).zip(0..).collect()).unwrap();
        let ends = |codes: &[u16]| {
            let node = codes.iter().try_fold(ROOT, |node, code| trie.child(node, *code));
            node.map(|node| trie.ends(node).to_vec()).unwrap_or_default()
        };
        assert_eq!(ends(&[2]), [1]);
        assert_eq!(ends(&[2, 3]), [0, 4]);
        assert_eq!(ends(&[2, 3, 4]), [2]);
        assert_eq!(ends(&[5, 5]), [3]);
        assert!(ends(&[5]).is_empty());
        assert!(ends(&[9]).is_empty());
    }
}
