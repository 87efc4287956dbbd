//! What a matcher is built from.

/// How closely a text must match a term.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Character by character.
    Exact,
    /// But for letter case, width and style.
    Folded,
    /// Under any disguise.
    #[default]
    Evasive,
}

/// What to look for. `cat` is a whole word, `cat*` the beginning of one, `*cat` its end, `*cat*` any part. Ideographs are
/// found anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it is written, wildcards at its ends included.
    pub text: String,
    /// How closely a text must match it.
    pub form: Form,
}
