//! Limiters: how often somebody may do something.
//!
//! A limiter keeps a token bucket for each key: it holds at most `burst` tokens and fills again at a steady rate. A
//! key that has not been seen has a full bucket, so a full bucket need not be kept; what is kept is bounded. One that
//! limits several things of a key, as in a second and in a day, keeps a bucket for each, and is asked once for all.

pub mod ranked;
pub mod tries;

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::session::Moment;

/// How many full buckets are forgotten with each new one: more than one, so that they go faster than they come.
const FORGOTTEN_AT_ONCE: usize = 2;
/// They are forgotten with one call in so many as well, so that they go where nobody new comes. With each call it would
/// be most of what a call costs.
const FORGOTTEN_EVERY: u32 = 16;

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

/// How much of one thing a limiter of several lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub burst: u64,
    /// So many tokens come back ...
    pub tokens: u64,
    /// ... in so many milliseconds.
    pub per_ms: u64,
}

/// Token buckets by key.
#[derive(Debug)]
pub struct Limiter<K, const N: usize = 1> {
    rates: [Bucket; N],
    keys_max: usize,
    buckets: Mutex<Buckets<K, N>>,
}

/// A rate as it is counted with.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    burst: u64,
    /// What one token takes to come back, rounded up so that the rate is never exceeded.
    token_ns: u128,
}

/// A bucket is one number: when it will be full. What is missing in it is the time until then.
#[derive(Debug)]
struct Buckets<K, const N: usize> {
    by_key: HashMap<K, Kept<N>>,
    /// Fullest first, by what was true when they were put here: buckets only get emptier, so that nobody is fuller than
    /// where they stand. They are put right when they come to the front, and not with each token.
    fullest: BTreeSet<(u128, K)>,
    calls: u32,
}

#[derive(Clone, Copy, Debug)]
struct Kept<const N: usize> {
    full_at_ns: [u128; N],
    /// Where it stands among the fullest.
    stands_at_ns: u128,
}

impl<K: Clone + Eq + Hash + Ord> Limiter<K> {
    pub fn new(settings: Settings) -> Self {
        let Settings { burst, tokens, per_ms, keys_max } = settings;
        Self::several([Rate { burst: burst.into(), tokens: tokens.into(), per_ms }], keys_max)
    }

    /// Takes `n` tokens of `key`, or none and says when there will be enough.
    pub fn try_take(&self, key: &K, now: Moment, n: u32) -> Result<(), RetryAfter> {
        self.try_take_all(key, now, [n.into()]).map_err(|(_, later)| later)
    }
}

impl<K: Clone + Eq + Hash + Ord, const N: usize> Limiter<K, N> {
    /// One of several rates for each key.
    pub fn several(rates: [Rate; N], keys_max: usize) -> Self {
        let bucket = |rate: Rate| Bucket {
            burst: rate.burst,
            token_ns: match (rate.tokens, rate.per_ms) {
                // What never comes back is missing for longer than anybody waits.
                (0, _) | (_, 0) => u128::from(u64::MAX) * 1_000_000,
                (tokens, per_ms) => (u128::from(per_ms) * 1_000_000).div_ceil(u128::from(tokens)),
            },
        };
        Self {
            rates: rates.map(bucket),
            // A limiter that remembers nobody would limit nobody.
            keys_max: keys_max.max(1),
            buckets: Mutex::new(Buckets { by_key: HashMap::new(), fullest: BTreeSet::new(), calls: 0 }),
        }
    }

    /// Takes so many tokens of each of a key's buckets, or none at all, and says which has too few and until when.
    pub fn try_take_all(&self, key: &K, now: Moment, wanted: [u64; N]) -> Result<(), (usize, RetryAfter)> {
        let now_ns = u128::from(now.0) * 1_000_000;
        let mut buckets = self.lock();
        buckets.calls = buckets.calls.wrapping_add(1);
        if buckets.calls.is_multiple_of(FORGOTTEN_EVERY) {
            buckets.forget_full(now_ns);
        }
        if let Some(kept) = buckets.by_key.get_mut(key) {
            kept.full_at_ns = self.after(kept.full_at_ns, now_ns, wanted)?;
            return Ok(());
        }
        let full_at_ns = self.after([0; N], now_ns, wanted)?;
        // Buckets that are full all the same are nothing to remember.
        if full_at_ns.iter().any(|full_at_ns| *full_at_ns > now_ns) {
            buckets.forget_full(now_ns);
            buckets.add(key, full_at_ns, self.keys_max);
        }
        Ok(())
    }

    /// When a key's buckets will be full if so many tokens are taken now.
    fn after(&self, full_at_ns: [u128; N], now_ns: u128, wanted: [u64; N]) -> Result<[u128; N], (usize, RetryAfter)> {
        let mut after_ns = full_at_ns;
        for (place, ((full_at_ns, rate), n)) in after_ns.iter_mut().zip(&self.rates).zip(wanted).enumerate() {
            if n > rate.burst {
                return Err((place, RetryAfter { ms: u64::MAX }));
            }
            *full_at_ns = (*full_at_ns).max(now_ns) + rate.token_ns * u128::from(n);
            let allowed_until_ns = now_ns + rate.token_ns * u128::from(rate.burst);
            if *full_at_ns > allowed_until_ns {
                let ms = (*full_at_ns - allowed_until_ns).div_ceil(1_000_000);
                return Err((place, RetryAfter { ms: u64::try_from(ms).unwrap_or(u64::MAX) }));
            }
        }
        Ok(after_ns)
    }

    /// Gives `key` full buckets: for those who have shown that they mean well.
    pub fn forgive(&self, key: &K) {
        self.lock().remove(key);
    }

    /// For how many keys buckets are kept now.
    pub fn keys(&self) -> usize {
        self.lock().by_key.len()
    }

    fn lock(&self) -> MutexGuard<'_, Buckets<K, N>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash + Ord, const N: usize> Buckets<K, N> {
    fn add(&mut self, key: &K, full_at_ns: [u128; N], keys_max: usize) {
        while self.by_key.len() >= keys_max && self.take_fullest(None) {}
        let stands_at_ns = last(&full_at_ns);
        self.by_key.insert(key.clone(), Kept { full_at_ns, stands_at_ns });
        self.fullest.insert((stands_at_ns, key.clone()));
    }

    fn remove(&mut self, key: &K) {
        if let Some((key, kept)) = self.by_key.remove_entry(key) {
            self.fullest.remove(&(kept.stands_at_ns, key));
        }
    }

    fn forget_full(&mut self, now_ns: u128) {
        for _ in 0..FORGOTTEN_AT_ONCE {
            if !self.take_fullest(Some(now_ns)) {
                break;
            }
        }
    }

    /// Looks at who stands first: forgets them if they stand where they belong, and otherwise puts them there. With a
    /// `now`, only who stands before it. Whether there was somebody.
    fn take_fullest(&mut self, now_ns: Option<u128>) -> bool {
        match self.fullest.first() {
            Some((stands_at_ns, _)) if now_ns.is_none_or(|now_ns| *stands_at_ns <= now_ns) => {}
            Some(_) | None => return false,
        }
        let Some((stands_at_ns, key)) = self.fullest.pop_first() else { return false };
        let Some(kept) = self.by_key.get_mut(&key) else { return true };
        let belongs_at_ns = last(&kept.full_at_ns);
        if belongs_at_ns > stands_at_ns {
            kept.stands_at_ns = belongs_at_ns;
            self.fullest.insert((belongs_at_ns, key));
        } else {
            self.by_key.remove(&key);
        }
        true
    }
}

/// When all of them will be full.
fn last(full_at_ns: &[u128]) -> u128 {
    full_at_ns.iter().copied().max().unwrap_or_default()
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
    fn what_has_several_rates_takes_of_all_or_of_none() {
        // Two at once and one a second, and five in an hour.
        let rates = [Rate { burst: 2, tokens: 1, per_ms: 1_000 }, Rate { burst: 5, tokens: 5, per_ms: 3_600_000 }];
        let limiter = Limiter::several(rates, 9);
        for second in 0..2 {
            assert_eq!(limiter.try_take_all(&"a", Moment(2_000 * second), [2, 2]), Ok(()));
            let now = Moment(2_000 * second);
            assert_eq!(limiter.try_take_all(&"a", now, [1, 1]), Err((0, RetryAfter { ms: 1_000 })));
        }
        assert_eq!(limiter.try_take_all(&"a", Moment(4_000), [2, 2]), Err((1, RetryAfter { ms: 716_000 })));
        assert_eq!(limiter.try_take_all(&"a", Moment(4_000), [2, 1]), Ok(()), "who was refused has lost nothing");
        assert_eq!(limiter.try_take_all(&"a", Moment(5_000), [1, 6]), Err((1, RetryAfter { ms: u64::MAX })));
        assert_eq!(limiter.try_take_all(&"b", Moment(5_000), [2, 5]), Ok(()));
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
        for _ in 0..100 * FORGOTTEN_EVERY {
            assert_eq!(limiter.try_take(&1_000, Moment(1_000_000), 0), Ok(()));
        }
        assert_eq!(limiter.keys(), 0);
    }

    #[test]
    fn full_buckets_are_forgotten_faster_than_new_ones_come() {
        let limiter = Limiter::new(Settings { keys_max: 1_000, ..THREE });
        for key in 0..100 {
            assert_eq!(limiter.try_take(&key, Moment(0), 1), Ok(()));
        }
        for key in 100..200 {
            assert_eq!(limiter.try_take(&key, Moment(1_000_000), 1), Ok(()));
        }
        assert_eq!(limiter.keys(), 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whoever is forgotten at the bound is the fullest, though not everybody stands where they belong.
        #[test]
        fn it_forgets_as_if_all_stood_in_their_order(
            asked in prop::collection::vec((0u64..400, 0u8..6, 1u32..4), 1..300),
        ) {
            let limiter = Limiter::new(Settings { burst: 6, tokens: 1, per_ms: 100, keys_max: 3 });
            let mut model: std::collections::BTreeMap<u8, u64> = Default::default();
            let mut now = 0;
            for (pause, key, n) in asked {
                now += pause;
                let full_at = model.get(&key).copied().unwrap_or(0).max(now) + 100 * u64::from(n);
                let expected = full_at <= now + 600;
                if expected && !model.contains_key(&key) {
                    model.retain(|_, full_at| *full_at > now);
                    if model.len() == 3 {
                        let fullest = model.iter().map(|(key, full_at)| (*full_at, *key)).min().unwrap();
                        model.remove(&fullest.1);
                    }
                }
                if expected {
                    model.insert(key, full_at);
                }
                prop_assert_eq!(limiter.try_take(&key, Moment(now), n).is_ok(), expected, "{} at {}", key, now);
                prop_assert!(limiter.keys() <= 3);
            }
        }

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
