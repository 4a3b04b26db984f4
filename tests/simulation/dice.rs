//! Seeded chance. Everybody in a world has dice of their own, made from the seed and their name: so what one of them
//! does depends on the seed and on what happens to them, and not on how often others have thrown.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

#[derive(Debug)]
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn of(seed: u64, whose: &str) -> Self {
        // FNV-1a: the same on every machine, which the standard library's hash does not promise.
        let mut mixed = 0xcbf2_9ce4_8422_2325 ^ seed;
        for byte in whose.bytes() {
            mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(StdRng::seed_from_u64(mixed))
    }

    /// Dice for something that begins now.
    pub(crate) fn fork(&mut self) -> Self {
        Self(StdRng::seed_from_u64(self.between(0..=u64::MAX)))
    }

    pub(crate) fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        self.0.random_range(range)
    }

    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.between(1..=count) == 1
    }

    pub(crate) fn ms(&mut self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.between(range))
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let last = from.len().checked_sub(1)?;
        from.get(self.between(0..=last as u64) as usize)
    }
}
