//! Rows in memory, and what the reading code asks of any layer of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::view::{self, RowKey, Sent, SentKey};
use super::{Entry, StoreError};
use crate::id::QueueId;

/// From which end a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// The rows of the views with the entries they point to: all that reading needs.
pub(super) trait Rows {
    /// Every row of an entry up to here is there. What is behind may be there in part, and must not be read.
    fn head(&self) -> QueueId;

    /// At most `limit` rows from `first` to `last`, both included, from the end that `order` begins with.
    fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// The entry that a row points to; an error if there is none.
    fn entry(&self, place: QueueId) -> Result<Arc<Entry>, StoreError>;
}

pub(super) type Row = (RowKey, Bytes);

/// Rows in memory: all there are, or those that are not on the disk yet.
#[derive(Debug, Default)]
pub(super) struct MemoryRows {
    rows: BTreeMap<RowKey, Bytes>,
    sent: HashMap<SentKey, Sent>,
}

impl MemoryRows {
    pub(super) fn insert(&mut self, entry: &Entry, sent_key: SentKey, sent_at_ms: i64) {
        view::rows(entry, |key, value| {
            self.rows.insert(key, value);
        });
        self.sent.insert(sent_key, Sent { queue_id: entry.queue_id, sent_at_ms });
    }

    pub(super) fn sent(&self, key: &SentKey) -> Option<Sent> {
        self.sent.get(key).copied()
    }

    pub(super) fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Vec<Row> {
        // An empty range is asked for by a cursor at the head; `BTreeMap` takes it for a mistake.
        if first > last {
            return Vec::new();
        }
        let range = self.rows.range(first..=last).map(|(key, value)| (*key, value.clone()));
        match order {
            Order::Ascending => range.take(limit).collect(),
            Order::Descending => range.rev().take(limit).collect(),
        }
    }
}
