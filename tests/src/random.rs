//! Moments for things to go wrong at, chosen anew each time, and again when a failure is to be looked at.

use std::time::Duration;

/// Numbers that look random: splitmix64.
pub struct Random(u64);

impl Random {
    /// Seeded by `CHATHOOK_SEED`, or by the clock; prints the seed, which a failed test shows.
    ///
    /// # Panics
    /// If `CHATHOOK_SEED` is no number.
    #[must_use]
    pub fn new() -> Self {
        let given = std::env::var("CHATHOOK_SEED").ok().map(|seed| seed.parse().expect("CHATHOOK_SEED is a number"));
        let seed = given.unwrap_or_else(crate::now);
        println!("to repeat it: CHATHOOK_SEED={seed}");
        Self(seed)
    }

    /// Another one for somebody who works beside this one: neither changes what the other gets.
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

    /// A time shorter than `end`.
    pub fn moment(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).unwrap_or(u64::MAX).max(1)))
    }
}

impl Default for Random {
    fn default() -> Self {
        Self::new()
    }
}
