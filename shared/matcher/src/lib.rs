//! Many terms, any text, in any disguise.
//!
//! To get a word past a filter, people write it so that it can still be read: `c@s1n0`, `c.a.s.i.n.o`, `саѕіnо` in
//! Cyrillic letters, `𝓬𝓪𝓼𝓲𝓷𝓸`, `cas*no`, `caaasino`, and all of these together. This crate finds the word in all of
//! them, and says where it is. It does not find it in `casinos` (unless asked to), `occasion` or `cas in one`.
//!
//! - A [`Matcher`] is built from [`Term`]s, of which there may be any number: a text is read once in any case. A term
//!   can be found under any disguise, or only as it is written ([`Form`]).
//! - A text is given in [`Segment`]s. Most are one; a message of several bubbles, or a row of table cells, may be read as
//!   one text by a person and is then several that join.
//! - A [`Match`] names the term, the segment and the bytes in it. They are whole characters as a person sees them, so
//!   they can be replaced or marked.
//! - [`Matcher::to_bytes`] and [`Matcher::from_bytes`] keep a matcher: one of 50,000 terms loads in two milliseconds.
//!   The bytes may come from anybody.
//!
//! Time is linear in the length of the text, whatever it holds. There is no I/O, no clock and no unsafe code.
//! `DESIGN.md` says how it works, and why it is so.
//!
//! What it knows about characters may be useful elsewhere: [`unicode`] tells their kinds, [`graphemes`] tells which of
//! them a person sees as one, and [`mod@fold`] removes letter case.
//!
//! # Finding terms
//!
//! ```
//! use chathook_matcher::{Form, Matcher, Segment, Term};
//!
//! let term = |text: &str| Term { text: text.to_owned(), form: Form::Evasive };
//! // A whole word; the beginning of one; words; ideographs, which are found anywhere.
//! let matcher = Matcher::new(&[term("casino"), term("bet*"), term("free money"), term("加微信")])?;
//!
//! let text = "FR€€ m0ney at the ｃａｓ*ｎｏ, no betting needed! 快加.微.信吧";
//! let found = matcher.find(&[Segment { text, joins: false }]);
//! let found: Vec<_> = found.into_iter().map(|found| (found.term, &text[found.span])).collect();
//! assert_eq!(found, [(2, "FR€€ m0ney"), (0, "ｃａｓ*ｎｏ"), (1, "betting"), (3, "加.微.信")]);
//!
//! assert_eq!(matcher.find(&[Segment { text: "on that occasion, a bit of a casinò-like place", joins: false }]).len(), 1);
//! # Ok::<(), chathook_matcher::TooManyTerms>(())
//! ```
//!
//! # Texts in several parts, and a matcher that is kept
//!
//! ```
//! use chathook_matcher::{Form, Matcher, Segment, Term};
//!
//! let terms = [Term { text: "casino".to_owned(), form: Form::Evasive }];
//! let bytes = Matcher::new(&terms)?.to_bytes();
//!
//! let matcher = Matcher::from_bytes(&bytes)?;
//! let found = matcher.find(&[
//!     Segment { text: "see you at the cas", joins: false },
//!     Segment { text: "ino tonight", joins: true },
//! ]);
//! let places: Vec<_> = found.into_iter().map(|found| (found.segment, found.span)).collect();
//! assert_eq!(places, [(0, 15..18), (1, 0..3)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod candidates;
mod classes;
mod confusables;
mod dictionary;
mod find;
pub mod fold;
mod glyph;
mod glyphs;
pub mod graphemes;
mod languages;
mod letters;
mod literal;
mod marks;
mod matcher;
mod numerals;
mod ordinary;
mod pattern;
mod pinyin;
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
