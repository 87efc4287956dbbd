//! Other ways to spell a term.

/// Another way to spell a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) text: String,
    /// Its marks must not be missing in the text.
    pub(crate) marks_are_needed: bool,
    /// It only looks like the term, whose letters are still what is compared.
    pub(crate) letters_stay: bool,
}

impl Spelling {
    pub(super) const fn new(text: String) -> Self {
        Self { text, marks_are_needed: false, letters_stay: false }
    }
}
