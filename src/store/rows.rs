//! Rows in memory, and what the reading code asks of any layer of them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use rustc_hash::FxBuildHasher;

use super::places::{List, Places};
use super::view::{self, RowKey, View};
use super::{Entry, StoreError};
use crate::id::{Peer, QueueId, UserId};

/// From which end a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

impl Order {
    /// Whether `one` comes before `other`.
    pub(super) fn is_before(self, one: QueueId, other: QueueId) -> bool {
        match self {
            Self::Ascending => one < other,
            Self::Descending => one > other,
        }
    }
}

/// The rows of the views with the entries they point to: all that reading needs.
pub(super) trait Rows {
    /// Every row of an entry up to here is there. What is behind may be there in part, and must not be read.
    fn head(&self) -> QueueId;

    /// What lies before this was removed, but for what happened to groups. Rows of it may still be there.
    fn kept_from(&self) -> QueueId;

    /// At most `limit` rows from `first` to `last`, both included, from the end that `order` begins with.
    fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// With whom `user` has talked, each once, and the last place where one of the two said something. It may be behind
    /// the head: an entry of which this tells is durable, and can be read.
    fn talks(&self, user: UserId) -> Result<Vec<(UserId, QueueId)>, StoreError>;

    /// The entry that a row points to; an error if there is none.
    fn entry(&self, place: QueueId) -> Result<Arc<Entry>, StoreError>;
}

pub(super) type Row = (RowKey, Bytes);

/// Rows in memory: all there are, or those that are not on the disk yet.
#[derive(Debug, Default)]
pub(super) struct MemoryRows {
    /// By view, since there are far fewer of them than rows, and a view grows at its end. Its numbers are given out
    /// by us, so the hash has no adversary.
    views: HashMap<View, List, FxBuildHasher>,
    places: Places,
    /// What rows say, of the few that say more than that they are there.
    values: HashMap<RowKey, Bytes, FxBuildHasher>,
    /// Those views over which one scan may go, in order. Most are only ever read by themselves, and keeping these in
    /// order as well would be a good part of what the one writer does.
    order: BTreeSet<View>,
    /// Who has `said` rows with whom. One may come twice: for each of the two directions.
    talks: HashMap<UserId, List, FxBuildHasher>,
    entries: usize,
}

impl MemoryRows {
    /// Adds the rows of an entry. Entries come in the order of the log.
    pub(super) fn insert(&mut self, entry: &Entry) {
        self.entries += 1;
        view::rows(entry, |key, value| {
            let view = key.view();
            let list = self.views.entry(view).or_insert_with(|| {
                if view.is_read_across() {
                    self.order.insert(view);
                } else if let Some((from, to)) = view.said_between() {
                    self.places.add(self.talks.entry(from).or_default(), to.get().cast_unsigned());
                    if from != to {
                        self.places.add(self.talks.entry(to).or_default(), from.get().cast_unsigned());
                    }
                }
                List::default()
            });
            self.places.push(list, key.place());
            if !value.is_empty() {
                self.values.insert(key, value);
            }
        });
    }

    /// Removes the rows of these entries, which are the first of those that may go. Goes over all rows, since lists only
    /// grow: what is left is put into new ones.
    pub(super) fn remove(&mut self, entries: &[Arc<Entry>]) {
        let mut removed = HashSet::new();
        for entry in entries {
            view::rows(entry, |key, _| {
                removed.insert(key);
            });
        }
        let old = std::mem::take(&mut self.places);
        let places = &mut self.places;
        let order = &mut self.order;
        self.views.retain(|view, list| {
            let all = old.range(*list, QueueId::START, QueueId::END);
            *list = List::default();
            all.filter(|place| !removed.contains(&view.at(*place))).for_each(|place| places.push(list, place));
            let is_left = *list != List::default();
            if !is_left {
                order.remove(view);
            }
            is_left
        });
        for list in self.talks.values_mut() {
            let others = old.numbers(*list);
            *list = List::default();
            others.into_iter().for_each(|other| places.add(list, other));
        }
        self.values.retain(|key, _| !removed.contains(key));
    }

    /// How many entries these are the rows of.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// All rows, in order, but for the `talk` rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        let mut views: Vec<_> = self.views.iter().map(|(view, list)| (*view, *list)).collect();
        views.sort_unstable_by_key(|(view, _)| *view);
        views.into_iter().flat_map(|(view, list)| self.range(view, list, QueueId::START, QueueId::END))
    }

    /// With whom `user` has talked, by ascending number, and where last.
    pub(super) fn talks(&self, user: UserId) -> Vec<(UserId, QueueId)> {
        let others = self.talks.get(&user).map(|list| self.places.numbers(*list)).unwrap_or_default();
        let mut others: Vec<_> = others.into_iter().filter_map(|other| UserId::parse(other.cast_signed())).collect();
        others.sort_unstable();
        others.dedup();
        let last = |from, to| {
            let list = self.views.get(&RowKey::said(from, Peer::User(to), QueueId::START).view())?;
            self.places.last(*list)
        };
        let last = |other| last(user, other).max(last(other, user)).map(|place| (other, place));
        others.into_iter().filter_map(last).collect()
    }

    /// All `talk` rows, in order, with what they say.
    pub(super) fn talk_rows(&self) -> Vec<(RowKey, QueueId)> {
        let both = |(view, list): (&View, &List)| {
            let ((one, other), last) = (view.said_between()?, self.places.last(*list)?);
            Some([(RowKey::talk(one, other), Reverse(last)), (RowKey::talk(other, one), Reverse(last))])
        };
        let mut rows: Vec<_> = self.views.iter().filter_map(both).flatten().collect();
        rows.sort_unstable();
        // Of the two directions the later one.
        rows.dedup_by_key(|(key, _)| *key);
        rows.into_iter().map(|(key, Reverse(last))| (key, last)).collect()
    }

    pub(super) fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Vec<Row> {
        // An empty range is asked for by a cursor at the head; `BTreeSet` takes it for a mistake.
        if first > last {
            return Vec::new();
        }
        let (first_view, last_view) = (first.view(), last.view());
        let across = (first_view != last_view).then(|| self.order.range(first_view..=last_view));
        let alone = (first_view == last_view).then_some(&first_view);
        let views = across.into_iter().flatten().chain(alone);
        let range = views.filter_map(|view| Some((*view, *self.views.get(view)?))).flat_map(|(view, list)| {
            let from = if view == first_view { first.place() } else { QueueId::START };
            let to = if view == last_view { last.place() } else { QueueId::END };
            self.range(view, list, from, to)
        });
        match order {
            Order::Ascending => range.take(limit).collect(),
            Order::Descending => range.rev().take(limit).collect(),
        }
    }

    fn range(
        &self,
        view: View,
        list: List,
        from: QueueId,
        to: QueueId,
    ) -> impl DoubleEndedIterator<Item = Row> + use<'_> {
        let value = |key| if self.values.is_empty() { None } else { self.values.get(&key).cloned() };
        self.places.range(list, from, to).map(move |place| (view.at(place), value(view.at(place)).unwrap_or_default()))
    }
}
