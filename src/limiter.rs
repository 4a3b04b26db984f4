//! Limiters: how often somebody may do something.
//!
//! A limiter keeps a token bucket for each key: it holds at most `burst` tokens and fills again at a steady rate. A
//! key that has not been seen has a full bucket, so a full bucket need not be kept; what is kept is bounded.

pub mod tries;

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::session::Moment;

/// How many full buckets are forgotten with each call: more than one, so that they go faster than they come.
const FORGOTTEN_AT_ONCE: usize = 2;

/// How much a limiter lets through, and for how many keys it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// So many tokens at once, after a pause. 0 lets nothing through.
    pub burst: u32,
    /// So many tokens come back ...
    pub tokens: u32,
    /// ... in so many milliseconds. With `tokens` or this at 0, none come back.
    pub per_ms: u64,
    /// At so many keys, the one whose bucket is fullest is forgotten, which gives it the least.
    pub keys_max: usize,
}

impl Settings {
    /// `count` a minute, all of them at once if need be.
    pub const fn per_minute(count: u32, keys_max: usize) -> Self {
        Self { burst: count, tokens: count, per_ms: 60_000, keys_max }
    }
}

/// Not now: the same may be tried again after so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many at once; the next is possible in {ms} ms")]
pub struct RetryAfter {
    /// `u64::MAX` for what never fits.
    pub ms: u64,
}

/// Token buckets by key.
#[derive(Debug)]
pub struct Limiter<K> {
    burst: u32,
    keys_max: usize,
    /// What one token takes to come back, rounded up so that the rate is never exceeded. `None`: it never does.
    token_ns: Option<u128>,
    buckets: Mutex<Buckets<K>>,
}

/// A bucket is one number: when it will be full. What is missing in it is the time until then.
#[derive(Debug)]
struct Buckets<K> {
    full_at_ns: HashMap<K, u128>,
    /// The same, fullest first.
    fullest: BTreeSet<(u128, K)>,
}

impl<K: Clone + Eq + Hash + Ord> Limiter<K> {
    pub fn new(settings: Settings) -> Self {
        let token_ns = match (settings.tokens, settings.per_ms) {
            (0, _) | (_, 0) => None,
            (tokens, per_ms) => Some((u128::from(per_ms) * 1_000_000).div_ceil(u128::from(tokens))),
        };
        Self {
            burst: settings.burst,
            // A limiter that remembers nobody would limit nobody.
            keys_max: settings.keys_max.max(1),
            token_ns,
            buckets: Mutex::new(Buckets { full_at_ns: HashMap::new(), fullest: BTreeSet::new() }),
        }
    }

    /// Takes `n` tokens of `key`, or none and says when there will be enough.
    pub fn try_take(&self, key: &K, now: Moment, n: u32) -> Result<(), RetryAfter> {
        if n > self.burst {
            return Err(RetryAfter { ms: u64::MAX });
        }
        // What never comes back is missing for longer than anybody waits.
        let token_ns = self.token_ns.unwrap_or(u128::from(u64::MAX) * 1_000_000);
        let now_ns = u128::from(now.0) * 1_000_000;
        let mut buckets = self.lock();
        buckets.forget_full(now_ns);
        let full_at_ns = buckets.full_at_ns.get(key).copied().unwrap_or(0).max(now_ns) + token_ns * u128::from(n);
        let allowed_until_ns = now_ns + token_ns * u128::from(self.burst);
        if full_at_ns > allowed_until_ns {
            let ms = (full_at_ns - allowed_until_ns).div_ceil(1_000_000);
            return Err(RetryAfter { ms: u64::try_from(ms).unwrap_or(u64::MAX) });
        }
        // A bucket that is full all the same is nothing to remember.
        if full_at_ns > now_ns {
            buckets.set(key, full_at_ns, self.keys_max);
        }
        Ok(())
    }

    /// Gives `key` a full bucket: for those who have shown that they mean well.
    pub fn forgive(&self, key: &K) {
        self.lock().remove(key);
    }

    /// For how many keys a bucket is kept now.
    pub fn keys(&self) -> usize {
        self.lock().full_at_ns.len()
    }

    fn lock(&self) -> MutexGuard<'_, Buckets<K>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash + Ord> Buckets<K> {
    fn set(&mut self, key: &K, full_at_ns: u128, keys_max: usize) {
        self.remove(key);
        while self.full_at_ns.len() >= keys_max {
            let Some((_, fullest)) = self.fullest.pop_first() else { break };
            self.full_at_ns.remove(&fullest);
        }
        self.full_at_ns.insert(key.clone(), full_at_ns);
        self.fullest.insert((full_at_ns, key.clone()));
    }

    fn remove(&mut self, key: &K) {
        if let Some((key, full_at_ns)) = self.full_at_ns.remove_entry(key) {
            self.fullest.remove(&(full_at_ns, key));
        }
    }

    fn forget_full(&mut self, now_ns: u128) {
        for _ in 0..FORGOTTEN_AT_ONCE {
            match self.fullest.first() {
                Some((full_at_ns, _)) if *full_at_ns <= now_ns => {}
                Some(_) | None => break,
            }
            if let Some((_, key)) = self.fullest.pop_first() {
                self.full_at_ns.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Three at once, then one in two seconds.
    const THREE: Settings = Settings { burst: 3, tokens: 1, per_ms: 2_000, keys_max: 2 };

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let limiter = Limiter::new(THREE);
        for _ in 0..3 {
            assert_eq!(limiter.try_take(&"a", Moment(0), 1), Ok(()));
        }
        assert_eq!(limiter.try_take(&"a", Moment(0), 1), Err(RetryAfter { ms: 2_000 }));
        assert_eq!(limiter.try_take(&"a", Moment(500), 2), Err(RetryAfter { ms: 3_500 }));
        assert_eq!(limiter.try_take(&"b", Moment(500), 3), Ok(()), "another key has a bucket of its own");
        assert_eq!(limiter.try_take(&"a", Moment(1_999), 1), Err(RetryAfter { ms: 1 }));
        assert_eq!(limiter.try_take(&"a", Moment(2_000), 1), Ok(()));
        assert_eq!(limiter.try_take(&"a", Moment(2_000), 1), Err(RetryAfter { ms: 2_000 }));
    }

    #[test]
    fn more_than_a_burst_never_fits_and_takes_nothing() {
        let limiter = Limiter::new(THREE);
        assert_eq!(limiter.try_take(&"a", Moment(0), 4), Err(RetryAfter { ms: u64::MAX }));
        assert_eq!(limiter.try_take(&"a", Moment(0), 3), Ok(()));
    }

    #[test]
    fn nothing_comes_back_at_no_rate_until_forgiven() {
        let limiter = Limiter::new(Settings { burst: 1, tokens: 0, per_ms: 1_000, keys_max: 9 });
        assert_eq!(limiter.try_take(&"a", Moment(0), 1), Ok(()));
        assert!(limiter.try_take(&"a", Moment(u64::MAX / 2), 1).is_err());
        limiter.forgive(&"a");
        assert_eq!(limiter.try_take(&"a", Moment(u64::MAX / 2), 1), Ok(()));
    }

    #[test]
    fn at_the_bound_the_fullest_bucket_is_forgotten() {
        let limiter = Limiter::new(THREE);
        assert_eq!(limiter.try_take(&"spent", Moment(0), 3), Ok(()));
        for key in ["b", "c", "d", "e"] {
            assert_eq!(limiter.try_take(&key, Moment(0), 1), Ok(()));
            assert_eq!(limiter.keys(), 2);
        }
        assert!(limiter.try_take(&"spent", Moment(0), 1).is_err(), "many new keys do not wash an empty bucket away");
        assert_eq!(limiter.try_take(&"b", Moment(0), 3), Ok(()), "the fuller one was forgotten");
    }

    #[test]
    fn full_buckets_are_forgotten_as_time_goes_by() {
        let limiter = Limiter::new(Settings { keys_max: 100, ..THREE });
        for key in 0..100 {
            assert_eq!(limiter.try_take(&key, Moment(0), 1), Ok(()));
        }
        for _ in 0..100 {
            assert_eq!(limiter.try_take(&1_000, Moment(1_000_000), 0), Ok(()));
        }
        assert!(limiter.keys() <= 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is asked and whenever, and even if time stands still or the caller is late with it.
        #[test]
        fn never_more_than_the_burst_and_the_rate(
            burst in 1u32..20, tokens in 0u32..50, per_ms in 0u64..5_000,
            asked in prop::collection::vec((0u64..500, 0u32..5), 1..300),
        ) {
            let limiter = Limiter::new(Settings { burst, tokens, per_ms, keys_max: 8 });
            let (mut now, mut taken) = (0, 0);
            for (pause, n) in asked {
                now += pause;
                match limiter.try_take(&(), Moment(now), n) {
                    Ok(()) => taken += u64::from(n),
                    Err(RetryAfter { ms }) => {
                        prop_assert!(ms > 0);
                        if ms < 1_000_000 {
                            // What it promises, it keeps; and not a millisecond earlier.
                            prop_assert!(limiter.try_take(&(), Moment(now + ms - 1), n).is_err());
                            prop_assert_eq!(limiter.try_take(&(), Moment(now + ms), n), Ok(()));
                            now += ms;
                            taken += u64::from(n);
                        }
                    }
                }
                let back = (now * u64::from(tokens)).checked_div(per_ms).unwrap_or(0);
                prop_assert!(taken <= u64::from(burst) + back, "{taken} taken after {now} ms");
            }
        }
    }
}
