//! Rows in memory, and what the reading code asks of any layer of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use rustc_hash::FxBuildHasher;

use super::view::{self, RowKey, Sent, SentKey, SentMap};
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

/// What a row says, which for most is nothing but that it is there: they are to be small.
type Value = Option<Box<Bytes>>;

static NOTHING: Bytes = Bytes::new();

/// Rows in memory: all there are, or those that are not on the disk yet.
#[derive(Debug, Default)]
pub(super) struct MemoryRows {
    /// By view, since there are far fewer of them than rows, and a view grows at its end. Its numbers are given out
    /// by us, so the hash has no adversary.
    views: HashMap<RowKey, Vec<(QueueId, Value)>, FxBuildHasher>,
    /// Those of them over which one scan may go, in order. Most are only ever read by themselves, and keeping these in
    /// order as well would be a good part of what the one writer does.
    order: BTreeSet<RowKey>,
    /// Who has `said` rows with whom. One may come twice: for each of the two directions.
    talks: HashMap<UserId, Vec<UserId>, FxBuildHasher>,
    sent: SentMap,
}

impl MemoryRows {
    pub(super) fn absorb(&mut self, entries: &[Arc<Entry>], sent: SentMap) {
        for entry in entries {
            self.insert(entry);
        }
        self.sent.extend(sent);
    }

    /// Adds the rows of an entry, but not its name.
    pub(super) fn insert(&mut self, entry: &Entry) {
        view::rows(entry, |key, value| {
            let (view, place) = (key.view(), key.place());
            let value = (!value.is_empty()).then(|| Box::new(value));
            let rows = self.views.entry(view).or_insert_with(|| {
                if view.is_read_across() {
                    self.order.insert(view);
                } else if let Some((from, to)) = view.said_between() {
                    self.talks.entry(from).or_default().push(to);
                    if from != to {
                        self.talks.entry(to).or_default().push(from);
                    }
                }
                Vec::new()
            });
            if rows.last().is_none_or(|(last, _)| *last < place) {
                rows.push((place, value));
                return;
            }
            // An entry that was taken before: its rows are the same each time.
            if let Err(gap) = rows.binary_search_by_key(&place, |row| row.0) {
                rows.insert(gap, (place, value));
            }
        });
    }

    /// Removes the rows of these entries, which are the first of those that may go.
    pub(super) fn remove(&mut self, entries: &[Arc<Entry>]) {
        let Some(last) = entries.last().map(|entry| entry.queue_id) else { return };
        let mut touched = BTreeSet::new();
        for entry in entries {
            view::rows(entry, |key, _| {
                touched.insert(key.view());
            });
        }
        for view in touched {
            let Some(rows) = self.views.get_mut(&view) else { continue };
            let removed = |place: QueueId| entries.binary_search_by_key(&place, |entry| entry.queue_id).is_ok();
            let old = rows.partition_point(|(place, _)| *place <= last);
            let mut kept = rows.split_off(old);
            rows.retain(|(place, _)| !removed(*place));
            rows.append(&mut kept);
            if rows.is_empty() {
                self.views.remove(&view);
                self.order.remove(&view);
            }
        }
    }

    /// How many entries these are the rows of.
    pub(super) fn entries(&self) -> usize {
        self.sent.len()
    }

    /// All rows, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (RowKey, &Bytes)> {
        let mut views: Vec<_> = self.views.iter().collect();
        views.sort_unstable_by_key(|(view, _)| **view);
        views.into_iter().flat_map(|(view, rows)| rows.iter().map(|(place, value)| (view.at(*place), said(value))))
    }

    /// With whom `user` has talked, by ascending number, and where last.
    pub(super) fn talks(&self, user: UserId) -> Vec<(UserId, QueueId)> {
        let mut others = self.talks.get(&user).cloned().unwrap_or_default();
        others.sort_unstable();
        others.dedup();
        let last =
            |from, to| self.views.get(&RowKey::said(from, Peer::User(to), QueueId::START))?.last().map(|row| row.0);
        let last = |other| last(user, other).max(last(other, user)).map(|place| (other, place));
        others.into_iter().filter_map(last).collect()
    }

    /// All `talk` rows, in order, with what they say.
    pub(super) fn talk_rows(&self) -> Vec<(RowKey, QueueId)> {
        let mut users: Vec<_> = self.talks.keys().copied().collect();
        users.sort_unstable();
        let rows = |user| self.talks(user).into_iter().map(move |(other, last)| (RowKey::talk(user, other), last));
        users.into_iter().flat_map(rows).collect()
    }

    pub(super) fn sorted_sent(&self) -> Vec<(&SentKey, &Sent)> {
        let mut sent: Vec<_> = self.sent.iter().collect();
        sent.sort_unstable_by_key(|(key, _)| *key);
        sent
    }

    pub(super) fn sent(&self, key: &SentKey) -> Option<Sent> {
        self.sent.get(key).copied()
    }

    pub(super) fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Vec<Row> {
        // An empty range is asked for by a cursor at the head; `BTreeSet` takes it for a mistake.
        if first > last {
            return Vec::new();
        }
        let (first_view, last_view) = (first.view(), last.view());
        let across = (first_view != last_view).then(|| self.order.range(first_view..=last_view));
        let alone = (first_view == last_view).then_some(&first_view);
        let views = across.into_iter().flatten().chain(alone).filter_map(|view| self.views.get_key_value(view));
        let range = views.flat_map(|(view, rows)| {
            let from = if *view == first_view { first.place() } else { QueueId::START };
            let to = if *view == last_view { last.place() } else { QueueId::END };
            let from = rows.partition_point(|(place, _)| *place < from);
            let to = rows.partition_point(|(place, _)| *place <= to);
            let part = rows.get(from..to).unwrap_or_default();
            part.iter().map(|(place, value)| (view.at(*place), said(value).clone()))
        });
        match order {
            Order::Ascending => range.take(limit).collect(),
            Order::Descending => range.rev().take(limit).collect(),
        }
    }
}

fn said(value: &Value) -> &Bytes {
    value.as_deref().unwrap_or(&NOTHING)
}
