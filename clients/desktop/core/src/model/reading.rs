//! How far the person has read, until the server was told: merged, at most once a second.

use std::collections::{BTreeMap, HashMap};

use super::{Peer, TimeMs, UserId};

/// What the server is to be told.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Up to where, and not told yet.
    pending: BTreeMap<Peer, i64>,
    /// Up to where it was told, or knows by itself.
    told: HashMap<Peer, i64>,
    said_at_ms: Option<TimeMs>,
}

/// Who has read a message of a group, as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readers {
    pub group: Peer,
    pub queue_id: i64,
    /// By ascending number.
    pub users: Vec<UserId>,
    pub read: u32,
    pub members: u32,
    pub has_more: bool,
    pub is_asking: bool,
}

/// What is read within this time is told of together.
pub(crate) const GATHER_MS: TimeMs = 1_000;
/// So many conversations are told of at once.
const AT_ONCE: usize = 8;

impl Reading {
    /// True when it is to be told.
    pub(crate) fn read(&mut self, peer: Peer, up_to: i64) -> bool {
        if self.told(peer) >= up_to {
            return false;
        }
        let mark = self.pending.entry(peer).or_default();
        *mark = (*mark).max(up_to);
        true
    }

    /// The server knows that already.
    pub(crate) fn is_told(&mut self, peer: Peer, up_to: i64) {
        let told = self.told.entry(peer).or_default();
        *told = (*told).max(up_to);
        if self.pending.get(&peer).is_some_and(|mark| *mark <= up_to) {
            self.pending.remove(&peer);
        }
    }

    /// It was not told after all: it is told again.
    pub(crate) fn failed(&mut self, peer: Peer, up_to: i64) {
        if self.told(peer) == up_to {
            self.told.remove(&peer);
        }
        self.read(peer, up_to);
    }

    fn told(&self, peer: Peer) -> i64 {
        self.told.get(&peer).copied().unwrap_or_default()
    }

    pub(crate) fn next_at_ms(&self, now_ms: TimeMs) -> Option<TimeMs> {
        let at = self.said_at_ms.map_or(now_ms, |said| said.saturating_add(GATHER_MS));
        (!self.pending.is_empty()).then_some(at)
    }

    /// What is to be told now.
    pub(crate) fn take(&mut self, now_ms: TimeMs) -> Vec<(Peer, i64)> {
        if self.next_at_ms(now_ms).is_none_or(|at| at > now_ms) {
            return Vec::new();
        }
        self.said_at_ms = Some(now_ms);
        let peers: Vec<_> = self.pending.keys().copied().take(AT_ONCE).collect();
        let marks: Vec<_> = peers.into_iter().filter_map(|peer| self.pending.remove_entry(&peer)).collect();
        self.told.extend(marks.iter().copied());
        marks
    }

    /// There is another link: nothing has to wait for what was said on the one before.
    pub(crate) fn linked(&mut self) {
        self.said_at_ms = None;
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
