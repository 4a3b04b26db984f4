//! Every link of this process: how many there may be, who is overdue, and telling all of them to end.
//!
//! An idle link has no timer of its own, which would cost it 120 bytes: it writes down its deadline, and one task
//! looks through them every few seconds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;

use crate::address::{Address, Network};
use crate::id::LinkId;
use crate::outbox::Outbox;
use crate::session::Moment;
use crate::wire::CloseReason;

/// How many links there may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub links_max: usize,
    /// Links that are not logged in. At the bound the one that has been silent for longest makes room.
    pub strangers_max: usize,
    pub links_per_address_max: usize,
    /// See `Outbox::new`.
    pub outbox_bytes_max: u32,
}

#[derive(Debug)]
pub struct Links {
    bounds: Bounds,
    next: AtomicU64,
    // Links are counted by us: their hash has no adversary.
    all: DashMap<LinkId, Arc<Outbox>, FxBuildHasher>,
    strangers: DashMap<LinkId, Arc<Outbox>, FxBuildHasher>,
    strangers_count: AtomicUsize,
    per_address: Mutex<HashMap<Network, usize>>,
}

/// Why a connection gets no link. It is closed without a word: no frame was heard that an answer could fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    #[error("there are as many links as there may be")]
    Links,
    #[error("the address has as many links as it may have")]
    Address,
}

impl Full {
    /// What an operator may raise.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Links => "link.links_max, and ulimit -n",
            Self::Address => "link.links_per_address_max",
        }
    }
}

impl Links {
    pub fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            next: AtomicU64::new(1),
            all: DashMap::default(),
            strangers: DashMap::default(),
            strangers_count: AtomicUsize::new(0),
            per_address: Mutex::default(),
        })
    }

    /// Takes a place for a new link, as a stranger.
    pub fn open(self: &Arc<Self>, address: Address) -> Result<Place, Full> {
        if self.is_full() {
            return Err(Full::Links);
        }
        {
            let mut per_address = self.per_address.lock().unwrap_or_else(PoisonError::into_inner);
            let count = per_address.entry(address.network()).or_default();
            if *count >= self.bounds.links_per_address_max {
                return Err(Full::Address);
            }
            *count += 1;
        }
        let link = self.number();
        let outbox = Outbox::new(link, self.bounds.outbox_bytes_max);
        self.all.insert(link, Arc::clone(&outbox));
        self.strangers.insert(link, Arc::clone(&outbox));
        if self.strangers_count.fetch_add(1, Ordering::Relaxed) >= self.bounds.strangers_max {
            self.make_room();
        }
        Ok(Place { links: Arc::clone(self), address, outbox, is_stranger: true })
    }

    /// A number that no link has had, also for a reader that is none.
    pub fn number(&self) -> LinkId {
        LinkId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends the strangers that have been silent for longest: one in a hundred, so that the search for them is paid
    /// by as many newcomers.
    fn make_room(&self) {
        let mut strangers: Vec<(Moment, Arc<Outbox>)> =
            self.strangers.iter().map(|stranger| (stranger.deadline(), Arc::clone(&stranger))).collect();
        let count = (strangers.len() / 100).max(1);
        if strangers.len() > count {
            strangers.select_nth_unstable_by_key(count - 1, |(deadline, _)| *deadline);
        }
        for (_, outbox) in strangers.into_iter().take(count) {
            outbox.close(CloseReason::Crowded);
            self.no_longer_stranger(outbox.link());
        }
    }

    fn no_longer_stranger(&self, link: LinkId) {
        if self.strangers.remove(&link).is_some() {
            self.strangers_count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Wakes every link whose deadline has passed.
    pub fn wake_overdue(&self, now: Moment) {
        for outbox in &self.all {
            outbox.wake_if_overdue(now);
        }
    }

    /// All links that are open now, for telling them something one by one.
    pub fn snapshot(&self) -> Vec<Arc<Outbox>> {
        self.all.iter().map(|outbox| Arc::clone(&outbox)).collect()
    }

    /// Shows every link that is not logged in. `show` must be quick.
    pub fn each_stranger(&self, show: impl Fn(&Outbox)) {
        for outbox in &self.strangers {
            show(&outbox);
        }
    }

    /// Whether the next connection would get no place, wherever it is from.
    pub fn is_full(&self) -> bool {
        self.all.len() >= self.bounds.links_max
    }

    pub fn count(&self) -> usize {
        self.all.len()
    }

    pub fn strangers(&self) -> usize {
        self.strangers_count.load(Ordering::Relaxed)
    }
}

/// A link's place among all links; dropping it frees it.
#[derive(Debug)]
pub struct Place {
    links: Arc<Links>,
    address: Address,
    outbox: Arc<Outbox>,
    is_stranger: bool,
}

impl Place {
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    pub fn address(&self) -> Address {
        self.address
    }

    /// The link has logged in: it no longer counts as a stranger.
    pub fn is_known(&mut self) {
        self.is_stranger = false;
        self.links.no_longer_stranger(self.outbox.link());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.links.all.remove(&self.outbox.link());
        if self.is_stranger {
            self.links.no_longer_stranger(self.outbox.link());
        }
        let network = self.address.network();
        let mut per_address = self.links.per_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = per_address.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                per_address.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::task::{Context, Waker};

    use super::*;

    fn at(address: Ipv4Addr) -> Address {
        Address::new(IpAddr::V4(address))
    }

    const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

    fn links(links_max: usize, strangers_max: usize, links_per_address_max: usize) -> Arc<Links> {
        Links::new(Bounds { links_max, strangers_max, links_per_address_max, outbox_bytes_max: 100 })
    }

    fn told(place: &Place) -> Option<CloseReason> {
        place.outbox().look(&Context::from_waker(Waker::noop()), false, &mut Vec::new()).close
    }

    #[test]
    fn at_the_bound_the_stranger_that_was_silent_for_longest_makes_room() {
        let links = links(99, 2, 99);
        let mut friend = links.open(at(HERE)).unwrap();
        friend.outbox().set_deadline(Moment(1));
        friend.is_known();
        let young = links.open(at(HERE)).unwrap();
        young.outbox().set_deadline(Moment(20));
        let old = links.open(at(HERE)).unwrap();
        old.outbox().set_deadline(Moment(10));
        assert_eq!((told(&young), told(&old)), (None, None));
        let newcomer = links.open(at(HERE)).unwrap();
        assert_eq!(told(&old), Some(CloseReason::Crowded));
        assert_eq!((told(&friend), told(&young), told(&newcomer)), (None, None, None));
        assert_eq!(links.strangers(), 2);
        drop((old, young, newcomer));
        assert_eq!((links.strangers(), links.count()), (0, 1));
    }

    #[test]
    fn no_link_beyond_the_bounds_and_a_closed_one_frees_its_place() {
        let links = links(2, 99, 1);
        let first = links.open(at(HERE)).unwrap();
        assert_eq!(links.open(at(HERE)).unwrap_err(), Full::Address);
        let second = links.open(at(Ipv4Addr::BROADCAST)).unwrap();
        assert_eq!(links.open(at(Ipv4Addr::UNSPECIFIED)).unwrap_err(), Full::Links);
        drop((first, second));
        assert!(links.open(at(HERE)).is_ok());
    }
}
