//! All terms of all rules, looked for at once.
//!
//! One automaton walks over a text once, however many terms there are. What it finds is then confirmed against the
//! original text: a term must be a whole word there.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use crate::fold::fold;
use crate::graphemes::Graphemes;
use crate::text::Text;

/// The terms of all rules.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    /// Absent without terms.
    automaton: Option<AhoCorasick>,
    /// The rules that look for each pattern of the automaton.
    rules: Vec<Vec<usize>>,
}

/// A term found in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The index of the rule that looks for it.
    pub(crate) rule: usize,
    /// The index of the text.
    pub(crate) text: usize,
    /// The start in the text, bytes.
    pub(crate) start: usize,
    /// The end in the text, bytes.
    pub(crate) end: usize,
}

impl Found {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl Matcher {
    /// Builds the automaton from terms, each with the index of its rule.
    pub(crate) fn new<'t>(terms: impl Iterator<Item = (&'t str, usize)>) -> Result<Self, BuildError> {
        let mut patterns: Vec<String> = Vec::new();
        let mut rules: Vec<Vec<usize>> = Vec::new();
        let mut known = HashMap::new();
        for (term, rule) in terms {
            let folded = fold(term).text.into_owned();
            let pattern = *known.entry(folded).or_insert_with_key(|folded| {
                patterns.push(folded.clone());
                rules.push(Vec::new());
                rules.len() - 1
            });
            // The terms come rule by rule: a repeated one is the last of its list.
            if let Some(rules) = rules.get_mut(pattern).filter(|rules| rules.last() != Some(&rule)) {
                rules.push(rule);
            }
        }
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        // A DFA would be a little faster and take sixty times the memory: 433 MB for 50,000 Chinese terms.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .build(&patterns)?;
        Ok(Self { automaton: Some(automaton), rules })
    }

    /// Every term in the texts, also those that overlap; by rule, then in the order of the message.
    pub(crate) fn find(&self, texts: &[Text<'_>]) -> Vec<Found> {
        let mut found = Vec::new();
        let Some(automaton) = &self.automaton else { return found };
        for (index, text) in texts.iter().enumerate() {
            let folded = fold(&text.value);
            let graphemes = OnceCell::new();
            // Only an anchored search or another kind of automaton could be refused.
            let Ok(matches) = automaton.try_find_overlapping_iter(folded.text.as_ref()) else { continue };
            for found_term in matches {
                let (start, end) = (folded.original(found_term.start()), folded.original(found_term.end()));
                if !graphemes.get_or_init(|| Graphemes::of(&text.value)).is_whole_word(&(start..end)) {
                    continue;
                }
                let rules = self.rules.get(found_term.pattern().as_usize()).map(Vec::as_slice).unwrap_or_default();
                found.extend(rules.iter().map(|rule| Found { rule: *rule, text: index, start, end }));
            }
        }
        found.sort_unstable();
        found
    }
}
