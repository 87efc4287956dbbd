//! Ways to reach somebody elsewhere: phone numbers, mail addresses, long runs of digits.
//!
//! - [`numbers`] finds the digits that belong together, and passes over dates, addresses and sizes.
//! - [`emails`] finds mail addresses.

mod emails;
mod numbers;

use std::ops::Range;

use super::signs::Sign;

/// Which contacts to look for.
#[derive(Debug)]
pub(crate) struct Contacts {
    pub(crate) phone: bool,
    pub(crate) email: bool,
    /// Numbers of at least this many digits.
    pub(crate) digits: Option<usize>,
}

/// A contact, and what it is without disguise.
type Found = (Range<usize>, Option<Box<str>>);

impl Contacts {
    pub(super) fn find(&self, signs: &[Sign]) -> Vec<Found> {
        let mut found = Vec::new();
        if self.phone || self.digits.is_some() {
            for number in numbers::numbers(signs) {
                let is_long = self.digits.is_some_and(|least| number.is_of_digits && number.digits.len() >= least);
                if is_long || (self.phone && number.is_phone()) {
                    found.push((number.span, Some(number.digits.into())));
                }
            }
        }
        if self.email {
            emails::emails(signs, &mut found);
        }
        found
    }
}
