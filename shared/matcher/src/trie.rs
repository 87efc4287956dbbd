//! A trie of terms: from its root, one step for each letter.
//!
//! Nodes are numbered level by level. So the children of a node are side by side and need no pointers: a node has 10
//! bytes, the trie is built in one pass over the sorted terms, and it is loaded by copying. There are no failure links:
//! nearly all searches begin at the beginning of a word and end after two or three steps, and one search has to try
//! several ways.

use std::ops::Range;

use crate::classes::NONE;

/// The trie.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Trie {
    /// For each code the child of the root, or 0.
    pub(crate) roots: Vec<u32>,
    /// For each node the code that leads to it.
    pub(crate) labels: Vec<u16>,
    /// Each node, and one more behind the last.
    pub(crate) nodes: Vec<Node>,
    /// What to report where terms end, for all nodes in a row.
    pub(crate) ends: Vec<u32>,
    /// One bit for each step from a node with many children, at a place that is a hash of the step. Nearly all steps that
    /// are asked for do not exist, and nearly all of those find their bit unset.
    filter: Vec<u64>,
    /// The same for the first two and three letters of terms.
    openings: Vec<u64>,
}

/// Where the children and reports of a node begin. They end where those of the next node begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its first child.
    pub(crate) children: u32,
    /// What is first reported here.
    pub(crate) outputs: u32,
}

/// Up to this many children are compared one by one, which is faster than a search.
const FEW: usize = 8;

/// The root's number. No step leads to it.
pub(crate) const ROOT: u32 = 0;

impl Trie {
    /// Builds the trie from terms, each with what to report for it. `None` if it has more nodes than can be numbered.
    pub(crate) fn of(mut terms: Vec<(Vec<u16>, u32)>) -> Option<Self> {
        if terms.is_empty() {
            return Some(Self::new(Vec::new(), Vec::new(), Vec::new(), Vec::new()));
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
                trie.nodes.push(trie.next_node()?);
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
        trie.nodes.push(trie.next_node()?);
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

    /// The next node, whose children and reports are still to come.
    fn next_node(&self) -> Option<Node> {
        Some(Node { children: u32::try_from(self.labels.len()).ok()?, outputs: u32::try_from(self.ends.len()).ok()? })
    }

    /// A trie of these tables.
    pub(crate) fn new(roots: Vec<u32>, labels: Vec<u16>, nodes: Vec<Node>, ends: Vec<u32>) -> Self {
        let mut trie = Self { roots, labels, nodes, ends, ..Self::default() };
        trie.fill_filter();
        trie
    }

    /// Fills the filters. They have about twelve bits for each step, so that few places are taken twice.
    fn fill_filter(&mut self) {
        let mut filter = vec![0_u64; (self.labels.len() / 5).next_power_of_two()];
        for (node, _) in (0..).zip(&self.labels).skip(1) {
            let labels = self.labels.get(self.children_of(node)).unwrap_or_default();
            if labels.len() > FEW {
                for label in labels {
                    set(&mut filter, node, *label);
                }
            }
        }
        self.filter = filter;

        // The letters that begin terms, each with the second ones, each with the third.
        let below = |node: u32| self.children_of(node).filter_map(|at| Some((self.label(at), u32::try_from(at).ok()?)));
        let seconds = || below(ROOT).flat_map(|(code, node)| below(node).map(move |(next, node)| (code, next, node)));
        let count: usize = seconds().map(|(.., node)| 2 + self.children_of(node).len()).sum();
        let mut openings = vec![0_u64; (count / 4).next_power_of_two()];
        for (code, node) in below(ROOT) {
            // The letter may be repeated.
            set(&mut openings, u32::from(code), code);
            if !self.ends(node).is_empty() {
                set(&mut openings, u32::from(code), NONE);
            }
        }
        for (code, next, node) in seconds() {
            set(&mut openings, u32::from(code), next);
            let both = two(code, next);
            if !self.ends(node).is_empty() {
                set(&mut openings, both, NONE);
            }
            below(node).for_each(|(after, _)| set(&mut openings, both, after));
        }
        self.openings = openings;
    }

    /// Whether a term may begin with these two letters, or with the first one repeated, or be the first one alone. A filter:
    /// `true` may be wrong.
    #[inline]
    pub(crate) fn may_begin(&self, code: u16, next: u16) -> bool {
        has(&self.openings, u32::from(code), next) || has(&self.openings, u32::from(code), NONE)
    }

    /// Whether a term that begins with the first two of three different letters may go on with the third, or end before
    /// it. A filter: `true` may be wrong.
    #[inline]
    pub(crate) fn may_go_on(&self, code: u16, next: u16, after: u16) -> bool {
        let both = two(code, next);
        has(&self.openings, both, after)
            || has(&self.openings, both, NONE)
            || has(&self.openings, u32::from(code), NONE)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// The node that a step leads to.
    #[inline]
    pub(crate) fn child(&self, node: u32, code: u16) -> Option<u32> {
        if node == ROOT {
            return Some(self.root(code)).filter(|node| *node != ROOT);
        }
        let children = self.children_of(node);
        let labels = self.labels.get(children.clone())?;
        let nth = if labels.len() <= FEW {
            labels.iter().position(|label| *label == code)?
        } else if has(&self.filter, node, code) {
            labels.binary_search(&code).ok()?
        } else {
            return None;
        };
        u32::try_from(children.start + nth).ok()
    }

    /// The node that a first letter leads to, or [`ROOT`].
    #[inline]
    pub(crate) fn root(&self, code: u16) -> u32 {
        self.roots.get(usize::from(code)).copied().unwrap_or(ROOT)
    }

    /// The nodes below one.
    #[inline]
    pub(crate) fn children_of(&self, node: u32) -> Range<usize> {
        self.pair(node).map_or(0..0, |[node, next]| node.children as usize..next.children as usize)
    }

    #[inline]
    fn pair(&self, node: u32) -> Option<&[Node; 2]> {
        self.nodes.get(node as usize..).and_then(<[_]>::first_chunk)
    }

    /// The code that leads to a node.
    pub(crate) fn label(&self, node: usize) -> u16 {
        self.labels.get(node).copied().unwrap_or_default()
    }

    /// What ends at a node.
    #[inline]
    pub(crate) fn ends(&self, node: u32) -> &[u32] {
        let outputs = self.pair(node).map(|[node, next]| node.outputs as usize..next.outputs as usize);
        outputs.and_then(|outputs| self.ends.get(outputs)).unwrap_or_default()
    }
}

/// The word and the bit of a step in a filter. `words` is how many words it has, a power of two.
const fn place(node: u32, code: u16, words: usize) -> (usize, u64) {
    let hash = ((node as u64) << 16 | code as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // The upper bits are the well mixed ones.
    ((hash >> 32) as usize & words.wrapping_sub(1), 1 << (hash >> 26 & 63))
}

/// Two letters as one number, larger than that of any single letter.
const fn two(code: u16, next: u16) -> u32 {
    ((code as u32) << 16 | next as u32).wrapping_add(1 << 16)
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
