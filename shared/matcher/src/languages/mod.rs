//! What the matcher knows about single languages and scripts.
//!
//! Everything else treats all writing alike. What holds for some writing only is here, in one file for each script:
//!
//! | file | folds | divides | may repeat | may be missing |
//! |---|---|---|---|---|
//! | [`latin`] | ligatures, `ß`, the two `i` of Turkish | | | accents, unless that makes another word |
//!
//! A character first becomes glyphs ([`glyphs`]). A mark or a glyph that follows may change the one before ([`marked`],
//! [`join`]). Whether letters of the same base, but with other [`Marks`], are the term's is asked once a term was read
//! ([`agree`]).

mod latin;
mod marks;
mod vietnamese;

pub(crate) use latin::agree;
pub(crate) use marks::Marks;

use crate::glyphs::Glyph;

/// What becomes of a glyph behind another.
pub(crate) enum Joined {
    /// It is a letter of its own.
    Apart,
    /// Both are one letter.
    One(Glyph),
    /// They are marks of one letter, in an order that is not the usual one.
    Swapped(Glyph, Glyph),
}

/// Gives the glyphs of a character to `see`, if its script knows better than its compatibility decomposition what they
/// are.
pub(crate) fn glyphs(character: char, see: &mut impl FnMut(Glyph)) -> bool {
    match character {
        '\u{80}'..='\u{24F}' | '\u{1E9E}' => latin::glyphs(character, see),
        _ => false,
    }
}

/// The other ways to spell a term, each with whether its marks must not be missing in the text.
pub(crate) fn respelled(term: &str) -> Vec<(String, bool)> {
    latin::respelled(term)
}

/// A glyph with a mark that follows it. `None` if the mark does not tell letters of its script apart.
pub(crate) fn marked(glyph: Glyph, mark: char) -> Option<Glyph> {
    match mark {
        // They have a dot anyway.
        '\u{307}' if matches!(glyph.base, 'i' | 'j') => Some(glyph),
        '\u{300}'..='\u{36F}' if glyph.base.is_ascii_lowercase() => Some(glyph.with(glyph.marks.with(mark))),
        _ => None,
    }
}

/// What becomes of a glyph behind another.
pub(crate) fn join(_before: Glyph, _glyph: Glyph) -> Joined {
    Joined::Apart
}
