//! The rules that an operator writes: reading, checking, compiling and packing them.

mod checked_terms;
mod compiled;
mod error;
mod names;
mod pack;
mod read;
mod rule;
#[cfg(feature = "schema")]
mod schema;
mod source;
mod warnings;

pub use checked_terms::{CheckedTerm, CheckedTerms, Flaw};
pub use compiled::{Edition, Rules};
pub use error::{Problem, RulesError};
pub use names::{Mistake, NameKind};
pub use pack::seal;
pub(crate) use rule::{Action, Addition, Change, Keep, Mask, Reject, Rule};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use source::RulesSource;
pub use warnings::Warning;
