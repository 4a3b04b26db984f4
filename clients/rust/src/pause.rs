//! How long to wait before trying again.

use std::time::Duration;

/// Pauses that grow: the n-th is a random part of `min * 2^n`, which stops growing at `max`. The whole of it is random
/// ("full jitter"), since clients that lost the same server at the same moment must not come back in step.
#[derive(Clone, Debug)]
pub(crate) struct Pause {
    min: Duration,
    max: Duration,
    doublings: u32,
}

impl Pause {
    pub(crate) fn new(min: Duration, max: Duration) -> Self {
        Self { min, max, doublings: 0 }
    }

    /// The next pause.
    pub(crate) fn grow(&mut self) -> Duration {
        let longest = self.min.saturating_mul(1 << self.doublings.min(DOUBLINGS_MAX)).min(self.max);
        self.doublings = self.doublings.saturating_add(1);
        longest.mul_f64(rand::random_range(0.0..=1.0))
    }

    pub(crate) fn reset(&mut self) {
        self.doublings = 0;
    }
}

/// Beyond this every pause is the longest one: 2^20 times the shortest useful pause of 1 ms is a quarter of an hour.
const DOUBLINGS_MAX: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_start_again_after_a_reset() {
        let (min, max) = (Duration::from_millis(100), Duration::from_secs(5));
        let mut pause = Pause::new(min, max);
        for n in 0..40 {
            let bound = (min * 2u32.pow(n.min(10))).min(max);
            assert!(pause.grow() <= bound, "pause {n}");
        }
        let longest = (0..200).map(|_| pause.grow()).max().unwrap();
        assert!(longest > max / 2, "200 pauses, the longest {longest:?}");
        pause.reset();
        assert!(pause.grow() <= min);
    }
}
