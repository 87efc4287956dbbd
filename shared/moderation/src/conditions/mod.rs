//! What a rule can look for.
//!
//! A condition is asked about each element of a message, and about `CloudCustomData` if the rule reads it. All
//! conditions of a `when` are about the same element. The answer is a list of findings: the places that show that the
//! condition holds. `not` has no place to show. A condition on the whole message (its platform, how many elements it
//! has) holds for every element or for none.
//!
//! [`Subject`] is the message that all rules look at. [`View`] is the part of it that one rule may see.

mod condition;
mod contacts;
mod counts;
mod density;
mod file_names;
mod finding;
mod links;
mod signs;
mod subject;

pub(crate) use condition::Condition;
pub(crate) use contacts::Contacts;
pub(crate) use counts::Bounds;
pub(crate) use density::Density;
pub(crate) use finding::{Finding, Part};
pub(crate) use links::{Links, Site};
pub(crate) use subject::{Subject, View};
