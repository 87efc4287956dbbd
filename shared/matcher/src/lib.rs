//! Many terms, any text, in any disguise: the spans where a person would read one of the terms.
//!
//! A [`Matcher`] is built from [`Term`]s once. It finds them in texts, given as [`Segment`]s, and says where each
//! [`Match`] is. It knows nothing of what the terms are for.
//!
//! Nothing here does I/O, reads a clock or knows where it runs.

mod alphabet;
mod confirm;
pub mod fold;
pub mod graphemes;
mod matcher;
mod normalise;
mod pack;
mod search;
mod stream;
mod term;
mod trie;

pub use matcher::{Match, Matcher, Segment, TooManyTerms};
pub use pack::LoadError;
pub use term::{Form, Term};
