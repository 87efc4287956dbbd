//! The engine by itself, for benchmarks and fuzzing. No part of the interface.

use crate::matcher::Matcher;
use crate::term::{Form, Term};

/// Terms to be found in texts.
#[derive(Debug, PartialEq, Eq)]
pub struct Engine(Matcher);

impl Engine {
    /// Builds an engine for terms of one rule, in their default form. `None` if they are too many.
    #[must_use]
    pub fn new<'t>(terms: impl Iterator<Item = &'t str>) -> Option<Self> {
        let terms: Vec<_> = terms.map(|text| Term { text: text.to_owned(), rule: 0, form: Form::default() }).collect();
        Matcher::new(&terms, &[]).ok().map(Self)
    }

    /// The bytes of each hit.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<(usize, usize)> {
        self.0.find_in(text).into_iter().map(|found| (found.start, found.end)).collect()
    }

    /// The engine as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// The engine that was packed. `None` if these are no such bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Matcher::from_bytes(bytes).ok().map(Self)
    }
}
