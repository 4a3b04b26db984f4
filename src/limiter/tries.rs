//! Tries: how soon somebody who was wrong may try again.
//!
//! The first few tries of a key are free. Each further one waits for twice as long as the one before, up to a bound, and
//! what was wrong is forgotten at a steady rate. What is kept is bounded, as in `Limiter`.

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::RetryAfter;
use super::ranked::Ranked;
use crate::session::Moment;

/// How many empty records are forgotten with each try: more than one, so that they go faster than they come.
const FORGOTTEN_AT_ONCE: usize = 2;
/// What the first try that is not free waits for, in milliseconds.
const FIRST_DELAY_MS: u64 = 1_000;

/// How many wrong tries there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// So many at once cost nothing. At least 1.
    pub free: u32,
    /// The longest that a try waits for, in milliseconds.
    pub delay_ms_max: u64,
    /// After so many milliseconds one wrong try is forgotten, and after twice as many the second.
    pub forgotten_after_ms: u64,
    /// At so many keys the one of which least is remembered is forgotten.
    pub keys_max: usize,
}

/// Wrong tries by key.
#[derive(Debug)]
pub struct Tries<K> {
    settings: Settings,
    /// Ranked by when they are empty: those of which least is remembered go first.
    records: Mutex<Ranked<K, Record>>,
}

/// A try that has begun. It counts as wrong until it is taken back, so that many at once are no way round.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    free_at_ms: u64,
    free_before_ms: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Record {
    /// When nothing will be remembered any more. The time until then is how many tries were wrong.
    empty_at_ms: u64,
    /// When the next try may begin.
    free_at_ms: u64,
}

impl<K: Clone + Eq + Hash + Ord> Tries<K> {
    pub fn new(settings: Settings) -> Self {
        let settings =
            Settings { free: settings.free.max(1), forgotten_after_ms: settings.forgotten_after_ms.max(1), ..settings };
        Self { settings, records: Mutex::new(Ranked::new(settings.keys_max)) }
    }

    /// Begins a try of `key`, or says when the next one may.
    pub fn begin(&self, key: &K, now: Moment) -> Result<Begun, RetryAfter> {
        let one_ms = self.settings.forgotten_after_ms;
        let mut records = self.lock();
        for _ in 0..FORGOTTEN_AT_ONCE {
            records.forget_first(now.0);
        }
        let record = records.get(key).copied().unwrap_or_default();
        if record.free_at_ms > now.0 {
            return Err(RetryAfter { ms: record.free_at_ms - now.0 });
        }
        let empty_at_ms = record.empty_at_ms.max(now.0).saturating_add(one_ms);
        let wrong = (empty_at_ms - now.0).div_ceil(one_ms);
        let free_at_ms = now.0.saturating_add(self.delay_ms(wrong));
        records.set(key, empty_at_ms, Record { empty_at_ms, free_at_ms });
        Ok(Begun { free_at_ms, free_before_ms: record.free_at_ms })
    }

    /// Takes a try back that was not wrong. What was wrong before it stays.
    pub fn take_back(&self, key: &K, begun: Begun) {
        let mut records = self.lock();
        let Some(mut record) = records.get(key).copied() else { return };
        record.empty_at_ms = record.empty_at_ms.saturating_sub(self.settings.forgotten_after_ms);
        // Another one may have begun since, and then it is its delay that counts.
        if record.free_at_ms == begun.free_at_ms {
            record.free_at_ms = begun.free_before_ms;
        }
        records.set(key, record.empty_at_ms, record);
    }

    /// Of how many keys something is remembered now.
    pub fn keys(&self) -> usize {
        self.lock().count()
    }

    /// What the next try waits for when so many were wrong.
    fn delay_ms(&self, wrong: u64) -> u64 {
        let Some(doublings) = wrong.checked_sub(u64::from(self.settings.free)) else { return 0 };
        let factor = u32::try_from(doublings).ok().and_then(|doublings| 1_u64.checked_shl(doublings));
        let delay_ms = factor.and_then(|factor| factor.checked_mul(FIRST_DELAY_MS));
        delay_ms.unwrap_or(u64::MAX).min(self.settings.delay_ms_max)
    }

    fn lock(&self) -> MutexGuard<'_, Ranked<K, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Settings = Settings { free: 5, delay_ms_max: 60_000, forgotten_after_ms: 600_000, keys_max: 3 };

    /// Begins so many tries, each as soon as it may, and gives what each waited for.
    fn waits(tries: &Tries<&str>, key: &'static str, now: &mut u64, count: usize) -> Vec<u64> {
        let mut waits = Vec::new();
        while waits.len() < count {
            let waited = match tries.begin(&key, Moment(*now)) {
                Ok(_) => 0,
                Err(RetryAfter { ms }) => {
                    assert!(tries.begin(&key, Moment(*now + ms - 1)).is_err(), "not a millisecond earlier");
                    *now += ms;
                    assert!(tries.begin(&key, Moment(*now)).is_ok(), "what it promises, it keeps");
                    ms
                }
            };
            waits.push(waited);
        }
        waits
    }

    #[test]
    fn the_first_tries_are_free_and_each_further_one_waits_twice_as_long() {
        let tries = Tries::new(FIVE);
        let mut now = 1_000;
        let expected = [0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
        assert_eq!(waits(&tries, "a", &mut now, 13), expected);
        assert_eq!(waits(&tries, "b", &mut now, 5), [0; 5], "another key has tries of its own");
    }

    #[test]
    fn what_was_wrong_is_forgotten_at_a_steady_rate() {
        let tries = Tries::new(FIVE);
        let mut now = 0;
        waits(&tries, "a", &mut now, 7);
        now += 600_000;
        // One is forgotten: the next one waits as the seventh did.
        assert!(tries.begin(&"a", Moment(now)).is_ok());
        assert_eq!(tries.begin(&"a", Moment(now)).unwrap_err(), RetryAfter { ms: 4_000 });
        now += 9 * 600_000;
        assert_eq!(waits(&tries, "a", &mut now, 6), [0, 0, 0, 0, 0, 1_000]);
    }

    #[test]
    fn a_right_try_is_taken_back_and_makes_no_wrong_one_good() {
        let tries = Tries::new(FIVE);
        for _ in 0..20 {
            let right = tries.begin(&"a", Moment(0)).unwrap();
            tries.take_back(&"a", right);
        }
        let mut now = 0;
        waits(&tries, "a", &mut now, 5);
        now += 1_000;
        let right = tries.begin(&"a", Moment(now)).unwrap();
        assert!(tries.begin(&"a", Moment(now)).is_err(), "many at once are no way round");
        tries.take_back(&"a", right);
        assert_eq!(waits(&tries, "a", &mut now, 2), [0, 2_000], "as if the right one had not been");
    }

    #[test]
    fn many_keys_do_not_wash_away_one_that_was_wrong_more_often() {
        let tries = Tries::new(FIVE);
        let mut now = 0;
        waits(&tries, "victim", &mut now, 6);
        for key in ["b", "c", "d", "e", "f"] {
            assert!(tries.begin(&key, Moment(now)).is_ok());
            assert!(tries.keys() <= 3);
        }
        assert!(tries.begin(&"victim", Moment(now)).is_err());
        for _ in 0..5 {
            let _ = tries.begin(&"b", Moment(now + 100 * 600_000));
        }
        assert_eq!(tries.keys(), 1, "what is empty goes by itself");
    }

    #[test]
    fn the_end_of_time_is_no_way_round_either() {
        let tries = Tries::new(Settings { delay_ms_max: u64::MAX, forgotten_after_ms: u64::MAX, ..FIVE });
        for _ in 0..9 {
            let _ = tries.begin(&"a", Moment(u64::MAX - 1));
        }
        let tries = Tries::new(Settings { delay_ms_max: u64::MAX, forgotten_after_ms: 1_000_000, ..FIVE });
        let mut now = 0;
        // What is forgotten meanwhile holds it there.
        assert_eq!(waits(&tries, "a", &mut now, 30).last(), Some(&1_024_000));
    }
}
