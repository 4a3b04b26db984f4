//! Attempts at passwords, through whatever door: how many there may be for a name, and from an address.
//!
//! A wrong password makes the next attempt wait, longer each time. What is counted:
//!
//! - **For a name**, from anywhere, so that many addresses are no way round. It is counted by the name that was given,
//!   whether anybody has it or not: the delay tells nothing about names.
//! - **From an address**, for all names, so that one password for many names is no way round.
//!
//! Then whoever goes on with wrong passwords could lock a name's owner out. So a place from which the right password or
//! a token has come before, the same address or the same device, has a count of its own for that name, and others'
//! attempts do not delay it. Logging in with a token is not an attempt. Who comes from a new place during an attack may
//! have to wait; a token of the operator's lets them in.
//!
//! All of it is in memory and bounded. A restart forgets it: the delays, and the places that were known.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use super::{Chat, keys};
use crate::address::{Address, Network};
use crate::limiter::RetryAfter;
use crate::limiter::ranked::Ranked;
use crate::limiter::tries::{self, Begun, Tries};
use crate::metrics::Limit;
use crate::wire::{Code, Refused};

/// So many names, and so many addresses, are remembered with wrong passwords, at some 120 bytes each. Beyond it those
/// with the fewest are forgotten. To wash one out that is delayed, an attacker needs as many others that are delayed as
/// well, each of which costs more hashes than there are tries for free.
const KEYS_MAX: usize = 50_000;
/// Of so many names it is remembered where they logged in from, at some 250 bytes each. Beyond it those go that have
/// not logged in for longest.
const KNOWN_NAMES_MAX: usize = 50_000;
/// So many places of a name: a few devices, each at home and away. The oldest goes.
const PLACES_MAX: usize = 8;

/// How many wrong passwords cost nothing, and what they cost then.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// For one name.
    pub of_name: u32,
    /// From one address.
    pub of_address: u32,
    /// The longest delay.
    pub delay_ms_max: u64,
}

/// Where an attempt comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// Somebody who wants to log in.
    Outside { address: Address, device: &'a str },
    /// Somebody who is logged in and shows the password again.
    Inside,
}

/// An attempt that has begun. Dropped, it was wrong.
#[derive(Debug)]
#[must_use]
pub(super) struct Attempt {
    name: u64,
    places: Option<[u64; 2]>,
    counted: (u64, Begun),
    address: Option<(Network, Begun)>,
}

#[derive(Debug)]
pub(super) struct Attempts {
    /// Names are kept as a hash that nobody outside can work out, so that a long one takes no more room.
    hash: RandomState,
    of_names: Tries<u64>,
    of_addresses: Tries<Network>,
    known: Mutex<Known>,
}

/// Places from which names have logged in.
#[derive(Debug)]
struct Known {
    /// Ranked by when they logged in last.
    by_name: Ranked<u64, VecDeque<u64>>,
    next: u64,
}

impl Default for Known {
    fn default() -> Self {
        Self { by_name: Ranked::new(KNOWN_NAMES_MAX), next: 0 }
    }
}

impl Attempts {
    pub(super) fn new(settings: Settings) -> Self {
        let Settings { of_name, of_address, delay_ms_max } = settings;
        let tries =
            |free, forgotten_after_ms| tries::Settings { free, delay_ms_max, forgotten_after_ms, keys_max: KEYS_MAX };
        Self {
            hash: RandomState::new(),
            // So that one password each time that the longest delay is over keeps it there.
            of_names: Tries::new(tries(of_name, delay_ms_max)),
            // Behind an address are many who mistype now and then.
            of_addresses: Tries::new(tries(of_address, delay_ms_max / u64::from(of_address.max(1)))),
            known: Mutex::default(),
        }
    }

    fn name(&self, name: &str) -> u64 {
        self.hash.hash_one(keys::name(name))
    }

    /// What a place is known by: its address, and its device.
    fn places(&self, name: u64, place: Place<'_>) -> Option<[u64; 2]> {
        match place {
            Place::Outside { address, device } => {
                Some([self.hash.hash_one((name, "address", address.network())), self.hash.hash_one((name, device))])
            }
            Place::Inside => None,
        }
    }

    /// Under what an attempt is counted.
    fn counted(&self, name: u64, places: Option<[u64; 2]>) -> u64 {
        match places {
            Some(places) => self.known().place(name, &places).unwrap_or(name),
            None => self.hash.hash_one((name, "inside")),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn place(&self, name: u64, places: &[u64]) -> Option<u64> {
        let known = self.by_name.get(&name)?;
        places.iter().copied().find(|place| known.contains(place))
    }

    fn add(&mut self, name: u64, places: &[u64]) {
        let mut known = self.by_name.take(&name).unwrap_or_default();
        for place in places {
            known.retain(|other| other != place);
            known.push_back(*place);
        }
        while known.len() > PLACES_MAX {
            known.pop_front();
        }
        self.by_name.set(&name, self.next, known);
        self.next += 1;
    }
}

impl Chat {
    /// Begins an attempt at the password of `name`, or refuses it. The words are the same whether there is such a name.
    pub(super) fn begin_attempt(&self, name: &str, place: Place<'_>) -> Result<Attempt, Refused> {
        let (attempts, now) = (&self.attempts, self.now());
        let refused = |later: RetryAfter| {
            Refused::new(
                Code::RateLimited,
                format!("too many wrong passwords; the next may be tried in {} ms", later.ms),
            )
        };
        let address = match place {
            Place::Outside { address, .. } => {
                let network = address.network();
                let begun = attempts.of_addresses.begin(&network, now).map_err(|later| {
                    self.metrics.limited(Limit::WrongPasswordsOfAddress);
                    refused(later)
                })?;
                Some((network, begun))
            }
            Place::Inside => None,
        };
        let name = attempts.name(name);
        let places = attempts.places(name, place);
        let counted = attempts.counted(name, places);
        match attempts.of_names.begin(&counted, now) {
            Ok(begun) => Ok(Attempt { name, places, counted: (counted, begun), address }),
            Err(later) => {
                if let Some((network, begun)) = address {
                    attempts.of_addresses.take_back(&network, begun);
                }
                self.metrics.limited(Limit::WrongPasswordsOfName);
                Err(refused(later))
            }
        }
    }

    /// The attempt came to no verdict.
    pub(super) fn undecided(&self, attempt: &Attempt) {
        let (counted, begun) = attempt.counted;
        self.attempts.of_names.take_back(&counted, begun);
        if let Some((network, begun)) = attempt.address {
            self.attempts.of_addresses.take_back(&network, begun);
        }
    }

    /// The attempt was right, and its place is known from now on. What was wrong before stays counted where it was, or
    /// whoever has one account of their own could try others' for ever.
    pub(super) fn was_right(&self, attempt: &Attempt) {
        self.undecided(attempt);
        if let Some(places) = attempt.places {
            self.attempts.known().add(attempt.name, &places);
        }
    }

    /// The name has logged in from there without a password.
    pub(super) fn was_there(&self, name: &str, address: Address, device: &str) {
        let attempts = &self.attempts;
        let name = attempts.name(name);
        if let Some(places) = attempts.places(name, Place::Outside { address, device }) {
            attempts.known().add(name, &places);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_places_of_a_name_are_known() {
        let mut known = Known::default();
        for place in 0..20 {
            known.add(1, &[place]);
        }
        assert_eq!((known.place(1, &[11]), known.place(1, &[12]), known.place(2, &[12])), (None, Some(12), None));
        known.add(1, &[12]);
        known.add(1, &[20]);
        assert_eq!((known.place(1, &[13]), known.place(1, &[12])), (None, Some(12)), "the one used last stays");
    }

    #[test]
    fn the_names_that_have_not_logged_in_for_longest_are_forgotten() {
        let mut known = Known::default();
        for name in 0..KNOWN_NAMES_MAX as u64 {
            known.add(name, &[7]);
        }
        known.add(0, &[7]);
        known.add(u64::MAX, &[7]);
        assert_eq!(known.by_name.count(), KNOWN_NAMES_MAX);
        assert_eq!((known.place(0, &[7]), known.place(1, &[7])), (Some(7), None));
    }
}
