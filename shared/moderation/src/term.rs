//! What the matcher looks for.

/// How far a text may stray from a term and still be it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// Not at all.
    Exact,
    /// In letter case and in the shape of its characters.
    Folded,
    /// In every way that does not keep people from reading it.
    #[default]
    Evasive,
}

/// A term to look for.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    /// As the operator wrote it: `cat` is a whole word, `cat*`, `*cat` and `*cat*` go on beyond it.
    pub(crate) text: String,
    /// The list that it belongs to. A rule may have several: what is found is told by list.
    pub(crate) rule: usize,
    pub(crate) form: Form,
}

/// A phrase that is allowed: what one list finds within it does not count.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    pub(crate) text: String,
    /// The list that it is for.
    pub(crate) rule: usize,
}
