//! The matcher, as users of the crate see it.

use crate::dictionary::{Dictionary, TooManyTerms};
use crate::find::{self, Match, Segment};
use crate::serialize::LoadError;
use crate::term::Term;

/// Terms to be found in texts.
///
/// Built once, it can be shared by any number of threads, and be kept as [bytes](Self::to_bytes) that load in a fraction
/// of the time that it takes to build.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Matcher(Dictionary);

impl Matcher {
    /// Builds a matcher. A term without a character is never found.
    ///
    /// # Errors
    /// [`TooManyTerms`] if they have more than 65,533 different characters, or 2³² characters in all.
    pub fn new(terms: &[Term]) -> Result<Self, TooManyTerms> {
        Dictionary::new(terms).map(Self)
    }

    /// Every term in the segments, also those that overlap; in the order of the text, and of terms that begin and end
    /// at the same places in the order of the terms. A term that is split over segments is found in each of them.
    #[must_use]
    pub fn find(&self, segments: &[Segment<'_>]) -> Vec<Match> {
        find::find(&self.0, segments)
    }

    /// The letters of a term as it is matched, for reports: without case, style and accents, ideographs simplified, and
    /// without what divides its words. Empty if there is no such term.
    #[must_use]
    pub fn normalised(&self, term: usize) -> String {
        self.0.normalised(term)
    }

    /// The matcher as bytes, for [`Self::from_bytes`] of the same version of this crate.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// The matcher that was written as bytes.
    ///
    /// They need not be trusted: any bytes are either refused, or make a matcher that finds something else, and may
    /// name terms that do not exist. They do not tell which version wrote them, or whether they were damaged. A caller
    /// to whom that matters keeps it with them.
    ///
    /// # Errors
    /// [`LoadError`] if they are not tables that fit each other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        Dictionary::from_bytes(bytes).map(Self)
    }
}
