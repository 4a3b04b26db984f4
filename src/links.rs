//! Every link of this process: how many there may be, who is overdue, and telling all of them to end.
//!
//! An idle link has no timer of its own, which would cost it 120 bytes: it writes down its deadline, and one task
//! looks through them every few seconds.

mod addresses;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;

use crate::address::{Address, Network};
use crate::id::LinkId;
use crate::outbox::Outbox;
use crate::session::Moment;
use crate::wire::CloseReason;
use addresses::Addresses;

/// How many links there may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub links_max: usize,
    /// Links that are not logged in. At the bound the one that has been silent for longest makes room.
    pub strangers_max: usize,
    pub links_per_address_max: usize,
    /// The same bounds on the links of one address.
    pub strangers_per_address_max: usize,
    /// HTTP connections of one address.
    pub web_per_address_max: usize,
    /// New connections of one address, after as many at once as it may have links.
    pub connects_per_address_per_s: u32,
    /// See `Outbox::new`.
    pub outbox_bytes_max: u32,
}

#[derive(Debug)]
pub struct Links {
    bounds: Bounds,
    next: AtomicU64,
    // Links are counted by us: their hash has no adversary.
    all: DashMap<LinkId, Arc<Outbox>, FxBuildHasher>,
    strangers: DashMap<LinkId, Stranger, FxBuildHasher>,
    strangers_count: AtomicUsize,
    addresses: Addresses,
}

#[derive(Debug)]
struct Stranger {
    outbox: Arc<Outbox>,
    network: Network,
}

/// Why a connection gets no link. It is closed without a word: no frame was heard that an answer could fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    #[error("there are as many links as there may be")]
    Links,
    #[error("the address has as many links as it may have")]
    Address,
    #[error("the address has as many HTTP connections as it may have")]
    Web,
    #[error("connections come from the address faster than they may")]
    Rate,
}

impl Full {
    /// What an operator may raise.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Links => "link.links_max, and ulimit -n",
            Self::Address => "link.links_per_address_max",
            Self::Web => "http.connections_per_address_max",
            Self::Rate => "link.connects_per_address_per_s",
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
            addresses: Addresses::new(bounds),
        })
    }

    /// Takes a place for a new link, as a stranger.
    pub fn open(self: &Arc<Self>, address: Address, now: Moment) -> Result<Place, Full> {
        if self.is_full() {
            return Err(Full::Links);
        }
        let network = address.network();
        self.addresses.connect(network, now)?;
        let of_address = self.addresses.add_link(network)?;
        let link = self.number();
        let outbox = Outbox::new(link, self.bounds.outbox_bytes_max);
        self.all.insert(link, Arc::clone(&outbox));
        self.strangers.insert(link, Stranger { outbox: Arc::clone(&outbox), network });
        let strangers = self.strangers_count.fetch_add(1, Ordering::Relaxed);
        if of_address > self.bounds.strangers_per_address_max {
            self.make_room(Some(network));
        } else if strangers >= self.bounds.strangers_max {
            self.make_room(None);
        }
        Ok(Place { links: Arc::clone(self), address, outbox, is_stranger: true })
    }

    /// Takes a place for a connection that is none of the links, at its address alone.
    pub fn visit(self: &Arc<Self>, address: Address, now: Moment) -> Result<Visit, Full> {
        let network = address.network();
        self.addresses.connect(network, now)?;
        self.addresses.add_web(network)?;
        Ok(Visit { links: Arc::clone(self), network })
    }

    /// A number that no link has had, also for a reader that is none.
    pub fn number(&self) -> LinkId {
        LinkId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends the strangers that have been silent for longest, of one address or of all: one in a hundred, so that the
    /// search for them is paid by as many newcomers.
    fn make_room(&self, of: Option<Network>) {
        let among = self.strangers.iter().filter(|stranger| of.is_none_or(|network| network == stranger.network));
        let mut strangers: Vec<(Moment, Arc<Outbox>)> =
            among.map(|stranger| (stranger.outbox.deadline(), Arc::clone(&stranger.outbox))).collect();
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
        if let Some((_, stranger)) = self.strangers.remove(&link) {
            self.strangers_count.fetch_sub(1, Ordering::Relaxed);
            self.addresses.less_stranger(stranger.network);
        }
    }

    /// Wakes every link whose deadline has passed. Called every few seconds.
    pub fn wake_overdue(&self, now: Moment) {
        for outbox in &self.all {
            outbox.wake_if_overdue(now);
        }
        let_room_go(&self.all);
        // When everybody comes at once, everybody is a stranger for a moment.
        let_room_go(&self.strangers);
    }

    /// All links that are open now, for telling them something one by one.
    pub fn snapshot(&self) -> Vec<Arc<Outbox>> {
        self.all.iter().map(|outbox| Arc::clone(&outbox)).collect()
    }

    /// Shows every link that is not logged in. `show` must be quick.
    pub fn each_stranger(&self, show: impl Fn(&Outbox)) {
        for stranger in &self.strangers {
            show(&stranger.outbox);
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

/// Gives back the room of those who have gone, where it is most of a map's.
fn let_room_go<V>(map: &DashMap<LinkId, V, FxBuildHasher>) {
    if map.capacity() > ROOM_KEPT.max(4 * map.len()) {
        map.shrink_to_fit();
    }
}

/// So little room is not worth the trouble.
const ROOM_KEPT: usize = 1024;

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
        self.links.addresses.less_link(self.address.network());
    }
}

/// The place of a connection that is no link; dropping it frees it.
#[derive(Debug)]
pub struct Visit {
    links: Arc<Links>,
    network: Network,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.links.addresses.less_web(self.network);
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
        Links::new(Bounds {
            links_max,
            strangers_max,
            links_per_address_max,
            strangers_per_address_max: 9_999,
            web_per_address_max: 99,
            connects_per_address_per_s: 99,
            outbox_bytes_max: 100,
        })
    }

    fn told(place: &Place) -> Option<CloseReason> {
        place.outbox().look(&Context::from_waker(Waker::noop()), false, &mut Vec::new()).close
    }

    #[test]
    fn the_room_of_those_who_have_logged_in_or_gone_is_given_back() {
        let links = links(9_999, 9_999, 9_999);
        let mut places: Vec<_> = (0..5_000).map(|_| links.open(at(HERE), Moment(0)).unwrap()).collect();
        links.wake_overdue(Moment(0));
        assert!(links.strangers.capacity() >= 5_000 && links.all.capacity() >= 5_000);
        places.iter_mut().for_each(Place::is_known);
        links.wake_overdue(Moment(0));
        assert!(links.strangers.capacity() < ROOM_KEPT && links.all.capacity() >= 5_000);
        drop(places);
        links.wake_overdue(Moment(0));
        assert!(links.all.capacity() < ROOM_KEPT);
    }

    #[test]
    fn at_the_bound_the_stranger_that_was_silent_for_longest_makes_room() {
        let links = links(99, 2, 99);
        let mut friend = links.open(at(HERE), Moment(0)).unwrap();
        friend.outbox().set_deadline(Moment(1));
        friend.is_known();
        let young = links.open(at(HERE), Moment(0)).unwrap();
        young.outbox().set_deadline(Moment(20));
        let old = links.open(at(HERE), Moment(0)).unwrap();
        old.outbox().set_deadline(Moment(10));
        assert_eq!((told(&young), told(&old)), (None, None));
        let newcomer = links.open(at(HERE), Moment(0)).unwrap();
        assert_eq!(told(&old), Some(CloseReason::Crowded));
        assert_eq!((told(&friend), told(&young), told(&newcomer)), (None, None, None));
        assert_eq!(links.strangers(), 2);
        drop((old, young, newcomer));
        assert_eq!((links.strangers(), links.count()), (0, 1));
    }

    #[test]
    fn no_link_beyond_the_bounds_and_a_closed_one_frees_its_place() {
        let links = links(2, 99, 1);
        let first = links.open(at(HERE), Moment(0)).unwrap();
        assert_eq!(links.open(at(HERE), Moment(0)).unwrap_err(), Full::Address);
        let second = links.open(at(Ipv4Addr::BROADCAST), Moment(0)).unwrap();
        assert_eq!(links.open(at(Ipv4Addr::UNSPECIFIED), Moment(0)).unwrap_err(), Full::Links);
        drop((first, second));
        assert!(links.open(at(HERE), Moment(0)).is_ok());
    }
}
