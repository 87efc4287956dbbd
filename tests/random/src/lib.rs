//! Pseudo-random numbers for tests. A failed test prints the seed with which it fails again.
//!
//! It is a crate of its own, without dependencies, so that the pure crates can use it in their tests too.

#![allow(clippy::expect_used, reason = "a test that cannot be set up fails by panicking")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A sequence of numbers: splitmix64.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of that seed. It is the same in every run.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Seeded by `CHATHOOK_SEED`, else by the clock. Prints the seed, which a failed test shows.
    ///
    /// # Panics
    /// If `CHATHOOK_SEED` is no number.
    #[must_use]
    pub fn from_environment() -> Self {
        let given = std::env::var("CHATHOOK_SEED").ok().map(|seed| seed.parse().expect("CHATHOOK_SEED is a number"));
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let seed = given.unwrap_or_else(clock);
        println!("to repeat it: CHATHOOK_SEED={seed}");
        Self::new(seed)
    }

    /// A second sequence for something that runs beside this one, so that neither changes the other.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.below(u64::MAX))
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// An index of a list of `len` items, at least 1.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or_default()
    }

    /// An item of a list, which is not empty.
    ///
    /// # Panics
    /// If the list is empty.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.index(list.len())]
    }

    /// A time shorter than `end`.
    pub fn duration(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).unwrap_or(u64::MAX).max(1)))
    }
}
