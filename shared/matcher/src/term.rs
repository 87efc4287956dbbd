//! The terms that a matcher is built from.

/// What to look for.
///
/// `cat` is a whole word, `cat*` the beginning of one, `*cat` its end, `*cat*` any part. With a wildcard the match is the
/// whole word. Ideographs, and letters of other scripts that are written without spaces, are found anywhere.
///
/// A space in a term may be any divider in the text, or nothing. A hyphen or apostrophe likewise. Other punctuation within
/// a term, as in `t.me`, must be in the text as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it is written, with wildcards at its ends. White space around it does not count.
    pub text: String,
    /// How closely a text must match it.
    pub form: Form,
}

/// How closely a text must match a term.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Character by character.
    Exact,
    /// Ignoring letter case, width and style: `ＣＡＳＩＮＯ` and `𝓬𝓪𝓼𝓲𝓷𝓸` are `casino`.
    Folded,
    /// Under any disguise. A term with a sign that disguises are made of (`c#`, an emoji) is looked for as if it were
    /// [`Self::Folded`].
    #[default]
    Evasive,
}
