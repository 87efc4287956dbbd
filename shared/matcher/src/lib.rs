//! Many terms, any text, in any disguise.

mod candidates;
mod classes;
mod confusables;
mod dictionary;
mod find;
pub mod fold;
mod glyphs;
pub mod graphemes;
mod letters;
mod literal;
mod matcher;
mod pattern;
mod serialize;
mod stream;
mod term;
mod traditional;
mod trie;
pub mod unicode;
mod verify;

pub use dictionary::TooManyTerms;
pub use find::{Match, Segment};
pub use matcher::Matcher;
pub use serialize::LoadError;
pub use term::{Form, Term};
