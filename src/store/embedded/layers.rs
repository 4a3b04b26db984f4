//! The rows of the views in three layers: in memory, on their way to the disk, and on the disk.
//!
//! An entry's row in the log is all that is written when it is appended. Its rows in the views are kept in memory
//! and go to the disk in bulk, since one by one they cost ten times as much as the entry; after a crash they are made
//! anew from the log. See `checkpoint`.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Shared;
use super::tables::Tables;
use crate::id::{QueueId, UserId};
use crate::store::rows::{MemoryRows, Order, Row, Rows};
use crate::store::view::RowKey;
use crate::store::{Entry, StoreError};

#[derive(Debug, Default)]
pub(super) struct Layers {
    /// Takes the rows of new entries.
    active: MemoryRows,
    /// What is being written to the disk.
    frozen: Option<Arc<MemoryRows>>,
    /// The rows of entries up to here are on the disk.
    on_disk: QueueId,
}

impl Layers {
    pub(super) fn new(on_disk: QueueId) -> Self {
        Self { on_disk, ..Self::default() }
    }

    pub(super) fn add(&mut self, entries: &[Arc<Entry>]) {
        entries.iter().for_each(|entry| self.active.insert(entry));
    }

    pub(super) fn active_entries(&self) -> usize {
        self.active.entries()
    }

    /// The rows of entries up to here are on the disk.
    pub(super) fn on_disk(&self) -> QueueId {
        self.on_disk
    }

    #[cfg(test)]
    pub(super) fn is_freezing(&self) -> bool {
        self.frozen.is_some()
    }

    /// Begins a new layer, unless the last one is still on its way.
    pub(super) fn freeze(&mut self) -> Option<Arc<MemoryRows>> {
        if self.frozen.is_some() || self.active.entries() == 0 {
            return None;
        }
        let frozen = Arc::new(std::mem::take(&mut self.active));
        self.frozen = Some(Arc::clone(&frozen));
        Some(frozen)
    }

    /// What was frozen can be read from the disk now.
    pub(super) fn thaw(&mut self, on_disk: QueueId) {
        self.frozen = None;
        self.on_disk = on_disk;
    }
}

/// All layers as one, up to the head at the time of reading.
pub(super) struct Reader<'a> {
    pub(super) shared: &'a Shared,
    pub(super) tables: &'a Tables,
    pub(super) head: QueueId,
    pub(super) kept_from: QueueId,
}

impl Rows for Reader<'_> {
    fn head(&self) -> QueueId {
        self.head
    }

    fn kept_from(&self) -> QueueId {
        self.kept_from
    }

    fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        // Memory before the disk: a layer that moves in between is then seen twice, not missed.
        let layers = self.shared.layers();
        let mut rows = layers.active.scan(first, last, order, limit);
        if let Some(frozen) = &layers.frozen {
            rows.extend(frozen.scan(first, last, order, limit));
        }
        // Most readers are near the head, and the disk has nothing for them.
        let is_in_memory = first.is_same_range(&last) && first.place() > layers.on_disk;
        drop(layers);
        if !is_in_memory {
            rows.extend(self.tables.scan(first, last, order, limit)?);
        }
        match order {
            Order::Ascending => rows.sort_unstable_by_key(|row| row.0),
            Order::Descending => rows.sort_unstable_by_key(|row| Reverse(row.0)),
        }
        // A key has one value for ever, so it does not matter which of two copies stays.
        rows.dedup_by(|one, other| one.0 == other.0);
        rows.truncate(limit);
        Ok(rows)
    }

    fn talks(&self, user: UserId) -> Result<Vec<(UserId, QueueId)>, StoreError> {
        // In this order for the reason that `scan` has.
        let layers = self.shared.layers();
        let mut talks = layers.active.talks(user);
        if let Some(frozen) = &layers.frozen {
            talks.extend(frozen.talks(user));
        }
        drop(layers);
        talks.extend(self.tables.talks(user)?);
        talks.sort_unstable_by_key(|(other, last)| (*other, Reverse(*last)));
        talks.dedup_by_key(|(other, _)| *other);
        Ok(talks)
    }

    fn entry(&self, place: QueueId) -> Result<Arc<Entry>, StoreError> {
        match self.shared.ring.get(place) {
            Some(entry) => Ok(entry),
            None => self.tables.entry(place),
        }
    }
}
