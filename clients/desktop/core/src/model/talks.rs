//! All conversations, in the order of the list: the pinned ones first, then the latest. What changes one touches that one
//! alone, so that ten thousand of them cost hardly more than a few.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::order::{Key, Order};
use super::{Peer, Talk};

/// The list of conversations.
#[derive(Debug, Default)]
pub struct Talks {
    all: HashMap<Peer, Talk>,
    /// Those that are listed, as they are sorted.
    order: Order,
    unread: Unread,
    /// Changed since they were kept last.
    dirty: BTreeSet<Peer>,
    version: u64,
    /// The greatest place there is in any of them.
    pub(crate) latest: i64,
}

/// What is unread in all conversations that are not muted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    pub messages: u64,
    /// Muted ones counted too: a mention is shown in any case.
    pub mentions: u64,
    /// Conversations with something unread that are not muted.
    pub talks: u64,
}

impl Talks {
    pub fn get(&self, peer: Peer) -> Option<&Talk> {
        self.all.get(&peer)
    }

    /// How many are listed.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.len() == 0
    }

    /// The one at this line of the list.
    pub fn at(&self, line: usize) -> Option<&Talk> {
        self.from(line).next()
    }

    /// Those from this line of the list on, for a view that shows some of them.
    pub fn from(&self, line: usize) -> impl Iterator<Item = &Talk> {
        self.order.from(line).filter_map(|key| self.all.get(&key.2))
    }

    /// On which line it stands.
    pub fn line_of(&self, peer: Peer) -> Option<usize> {
        self.order.line_of(key(self.all.get(&peer)?))
    }

    /// In the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = &Talk> {
        self.from(0)
    }

    /// Grows with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn unread(&self) -> Unread {
        self.unread
    }

    /// Changes one, which is made if there is none, and puts it where it belongs.
    pub(crate) fn change<T>(&mut self, peer: Peer, change: impl FnOnce(&mut Talk) -> T) -> T {
        let talk = self.all.entry(peer).or_insert_with(|| Talk::new(peer));
        let (was, counted) = (listed(talk).then(|| key(talk)), count(talk));
        let result = change(talk);
        let (is, counts) = (listed(talk).then(|| key(talk)), count(talk));
        self.latest = self.latest.max(talk.rank);
        self.unread.messages = self.unread.messages - counted.messages + counts.messages;
        self.unread.mentions = self.unread.mentions - counted.mentions + counts.mentions;
        self.unread.talks = self.unread.talks - counted.talks + counts.talks;
        if was != is {
            if let Some(key) = was {
                self.order.remove(key);
            }
            if let Some(key) = is {
                self.order.insert(key);
            }
        }
        self.dirty.insert(peer);
        self.version += 1;
        result
    }

    /// As they were kept: they need not be kept again.
    pub(crate) fn open(&mut self, talks: Vec<Talk>) {
        self.clear();
        for talk in talks {
            let counts = count(&talk);
            self.unread.messages += counts.messages;
            self.unread.mentions += counts.mentions;
            self.unread.talks += counts.talks;
            self.latest = self.latest.max(talk.rank);
            self.all.insert(talk.peer, talk);
        }
        self.order = Order::of(self.all.values().filter(|talk| listed(talk)).map(key).collect());
    }

    /// How many steps it took so far to keep the order: what ten thousand conversations cost, for a test to bound.
    pub fn steps(&self) -> u64 {
        self.order.steps
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { version: self.version + 1, ..Self::default() };
    }

    /// Those that have changed since this was called last.
    pub(crate) fn take_dirty(&mut self) -> Vec<Talk> {
        let dirty = std::mem::take(&mut self.dirty);
        dirty.iter().filter_map(|peer| self.all.get(peer).cloned()).collect()
    }
}

fn key(talk: &Talk) -> Key {
    Key(Reverse(talk.is_pinned), Reverse(talk.rank), talk.peer)
}

/// One with nothing in it is not shown.
fn listed(talk: &Talk) -> bool {
    talk.rank > 0 || talk.is_pinned || talk.last.is_some() || !talk.draft.is_empty()
}

fn count(talk: &Talk) -> Unread {
    let messages = u64::from(talk.unread());
    let mentions = u64::from(talk.mentions());
    let heard = if talk.is_muted { 0 } else { messages };
    Unread { messages: heard, mentions, talks: u64::from(heard > 0) }
}

impl fmt::Display for Unread {
    /// As a title or a mark shows it: nothing, a number, or that there are very many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.messages {
            0 => Ok(()),
            few @ 1..=99 => few.fmt(f),
            _ => f.write_str("99+"),
        }
    }
}
