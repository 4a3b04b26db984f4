//! What comes from one address: how many links, strangers among them and HTTP connections it has, and how fast new ones
//! come. An address is counted as a `Network`, so that all of one subscriber's count as one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Bounds, Full};
use crate::address::Network;
use crate::limiter::{Limiter, Settings};
use crate::session::Moment;

/// For so many addresses it is remembered how fast connections come from them, at some 150 bytes each. Beyond it those
/// with the fewest are forgotten.
const REMEMBERED_MAX: usize = 50_000;

#[derive(Debug)]
pub(super) struct Addresses {
    links_max: usize,
    web_max: usize,
    connects: Limiter<Network>,
    counts: Mutex<HashMap<Network, Count>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    links: usize,
    /// Those of them that are not logged in.
    strangers: usize,
    web: usize,
}

impl Addresses {
    pub(super) fn new(bounds: Bounds) -> Self {
        let rate = bounds.connects_per_address_per_s;
        Self {
            links_max: bounds.links_per_address_max,
            web_max: bounds.web_per_address_max,
            connects: Limiter::new(Settings {
                // As many as there may be come at once when their network or this server was away.
                burst: u32::try_from(bounds.links_per_address_max).unwrap_or(u32::MAX).max(rate),
                tokens: rate,
                per_ms: 1_000,
                keys_max: REMEMBERED_MAX,
            }),
            counts: Mutex::default(),
        }
    }

    /// One more connection comes.
    pub(super) fn connect(&self, network: Network, now: Moment) -> Result<(), Full> {
        self.connects.try_take(&network, now, 1).map_err(|_| Full::Rate)
    }

    /// One more link, a stranger as all are at first. Gives how many strangers the address has with it.
    pub(super) fn add_link(&self, network: Network) -> Result<usize, Full> {
        let mut counts = self.lock();
        let count = counts.entry(network).or_default();
        if count.links >= self.links_max {
            return Err(Full::Address);
        }
        count.links += 1;
        count.strangers += 1;
        Ok(count.strangers)
    }

    pub(super) fn add_web(&self, network: Network) -> Result<(), Full> {
        let mut counts = self.lock();
        let count = counts.entry(network).or_default();
        if count.web >= self.web_max {
            return Err(Full::Web);
        }
        count.web += 1;
        Ok(())
    }

    pub(super) fn less_link(&self, network: Network) {
        self.less(network, |count| count.links = count.links.saturating_sub(1));
    }

    pub(super) fn less_stranger(&self, network: Network) {
        self.less(network, |count| count.strangers = count.strangers.saturating_sub(1));
    }

    pub(super) fn less_web(&self, network: Network) {
        self.less(network, |count| count.web = count.web.saturating_sub(1));
    }

    fn less(&self, network: Network, change: impl FnOnce(&mut Count)) {
        let mut counts = self.lock();
        if let Some(count) = counts.get_mut(&network) {
            change(count);
            if (count.links, count.strangers, count.web) == (0, 0, 0) {
                counts.remove(&network);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Network, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
