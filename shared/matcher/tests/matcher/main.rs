//! The matcher from the outside: what is found, what is not, and how much of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod carriers;
#[path = "../../corpora/mod.rs"]
#[allow(dead_code, reason = "the benches use other parts of it")]
mod corpora;
mod corpus;
mod disguise;
mod harmless;
mod hostile;
mod plain;
mod readings;
mod recall;
mod spans;

use std::ops::Range;

use chathook_matcher::{Form, Match, Matcher, Segment, Term};

/// A matcher that knows its terms.
pub(crate) struct Terms<'t> {
    terms: Vec<&'t str>,
    matcher: Matcher,
}

impl<'t> Terms<'t> {
    /// Terms that are found under any disguise.
    pub(crate) fn evasive(terms: &[&'t str]) -> Self {
        let evasive = |text: &&str| Term { text: (*text).to_owned(), form: Form::Evasive };
        let matcher = Matcher::new(&terms.iter().map(evasive).collect::<Vec<_>>()).expect("few terms");
        Self { terms: terms.to_vec(), matcher }
    }

    /// The matches in texts that a reader sees one behind the other, as (term, text, span).
    pub(crate) fn hits_in(&self, texts: &[&str]) -> Vec<(&'t str, usize, Range<usize>)> {
        let segments: Vec<_> = (0..).zip(texts).map(|(at, text)| Segment { text, joins: at > 0 }).collect();
        let found = self.matcher.find(&segments).into_iter();
        found.map(|Match { term, segment, span }| (self.terms[term], segment, span)).collect()
    }

    /// The matches in a text, as (term, the characters matched).
    pub(crate) fn hits<'a>(&self, text: &'a str) -> Vec<(&'t str, &'a str)> {
        self.hits_in(&[text]).into_iter().map(|(term, _, span)| (term, &text[span])).collect()
    }
}
