//! The store in memory: for tests, and for measuring everything but the disk. Nothing outlives it.
//!
//! An append is done where it is called and is ready at once: no other thread takes part, so it works under a clock
//! that stands still.

mod sent;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::directory::Staged;
use super::rows::{MemoryRows, Order, Row, Rows};
use super::tail::Ring;
use super::view::{self, RowKey, Sent};
use super::{
    Amendments, Appended, Change, ChangeError, Directory, Entry, Keep, Log, Mailboxes, Membership, NewEntry, Page,
    PageBounds, Partition, Pending, Record, Roster, StoreError, Tail, Talk, Unread, read, talks,
};
use crate::id::{GroupId, Peer, QueueId, UserId};
use sent::{NameHash, SentPlaces};

/// How much followers find without reading the log, which costs them a hop to another thread. No more than that, since
/// an entry that leaves the ring is touched once more, and should still be in the processor's cache.
const RING_ENTRIES: usize = 4 * 1024;
const RING_BYTES: usize = 16 << 20;

/// A store without a disk.
pub struct Memory {
    epoch: String,
    kept: Arc<RwLock<Kept>>,
    ring: Arc<Ring>,
    /// It cannot fail, so this keeps those who ask waiting.
    watchers: Mutex<Vec<oneshot::Sender<StoreError>>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The entry at place `n` has index `n - 1 - removed`.
    entries: VecDeque<Arc<Entry>>,
    /// So many places have left `entries`.
    removed: usize,
    /// What stays of them.
    events: BTreeMap<QueueId, Arc<Entry>>,
    /// What `entries` take.
    bytes: u64,
    rows: MemoryRows,
    sent: SentPlaces,
    records: BTreeMap<Vec<u8>, Record>,
    last_revision: u64,
    is_closed: bool,
}

impl Memory {
    pub fn new() -> Self {
        Self::with_ring(RING_ENTRIES, RING_BYTES)
    }

    fn with_ring(entries: usize, bytes: usize) -> Self {
        Self {
            epoch: format!("{:016x}", rand::random::<u64>()),
            kept: Arc::default(),
            ring: Ring::new(QueueId::START, entries, bytes),
            watchers: Mutex::default(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Log for Memory {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn append(&self, _: Partition, new: NewEntry) -> Pending<Result<Appended, StoreError>> {
        let mut kept = self.write();
        if kept.is_closed {
            return Pending::ready(Err(closed()));
        }
        Pending::ready(kept.append(new, &self.ring))
    }

    fn find(&self, _: Partition, from: UserId, client_msg_id: &str) -> Pending<Result<Option<Appended>, StoreError>> {
        let kept = self.read();
        let found = kept.find(kept.sent.hash(from, client_msg_id), from, client_msg_id);
        Pending::ready(if kept.is_closed { Err(closed()) } else { found })
    }

    fn head(&self, _: Partition) -> QueueId {
        self.read().head()
    }

    fn read_log(&self, _: Partition, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        Ok(self.read().behind(after, limit))
    }

    fn entry(&self, _: Partition, place: QueueId) -> Result<Option<Arc<Entry>>, StoreError> {
        Ok(self.read().find_at(place))
    }

    fn kept_from(&self, _: Partition) -> QueueId {
        self.read().kept_from()
    }

    fn log_bytes(&self, _: Partition) -> u64 {
        self.read().bytes
    }

    fn trim(&self, _: Partition, before: QueueId) -> Result<QueueId, StoreError> {
        let mut kept = self.write();
        kept.trim(before)?;
        self.ring.forget(kept.kept_from());
        Ok(kept.kept_from())
    }

    fn tail(&self, _: Partition, after: QueueId) -> Tail {
        let kept = Arc::clone(&self.kept);
        let read_log = move |after, limit| Ok(kept.read().unwrap_or_else(PoisonError::into_inner).behind(after, limit));
        Tail::new(Arc::clone(&self.ring), after, Arc::new(read_log))
    }

    fn failed(&self) -> Pending<StoreError> {
        let (sender, receiver) = oneshot::channel();
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|watcher| !watcher.is_closed());
        watchers.push(sender);
        Pending::waiting(receiver, closed)
    }

    fn close(&self) {
        self.write().is_closed = true;
    }
}

impl Mailboxes for Memory {
    fn read_inbox(&self, user: UserId, after: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        read::inbox(&*self.read(), user, after, bounds)
    }

    fn read_history(&self, user: UserId, peer: Peer, before: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        read::history(&*self.read(), user, peer, before, bounds)
    }

    fn conversations(&self, user: UserId) -> Result<Vec<Talk>, StoreError> {
        talks::conversations(&*self.read(), user)
    }

    fn unread(&self, user: UserId, peer: Peer, after: QueueId) -> Result<Unread, StoreError> {
        talks::unread(&*self.read(), user, peer, after)
    }

    fn amendments(&self, peer: Peer, changed: QueueId) -> Result<Amendments, StoreError> {
        talks::amendments(&*self.read(), peer, changed)
    }

    fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        read::memberships(&*self.read(), user)
    }

    fn roster(&self, group: GroupId, at: QueueId) -> Result<Option<Roster>, StoreError> {
        read::roster(&*self.read(), group, at)
    }
}

impl Directory for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Record>, StoreError> {
        Ok(self.read().records.get(key).cloned())
    }

    fn list(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Record)>, StoreError> {
        let first = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            Some(_) | None => Bound::Included(prefix),
        };
        let kept = self.read();
        let found = kept.records.range::<[u8], _>((first, Bound::Unbounded));
        Ok(found
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(key, record)| (Bytes::copy_from_slice(key), record.clone()))
            .collect())
    }

    fn change(&self, changes: Vec<Change>, _: Keep) -> Pending<Result<(), ChangeError>> {
        let mut kept = self.write();
        if kept.is_closed {
            return Pending::ready(Err(closed().into()));
        }
        let (mut staged, mut revision) = (Staged::default(), kept.last_revision);
        let outcome = staged.stage(changes, &mut revision, |key| Ok(kept.records.get(key).cloned()));
        kept.last_revision = revision;
        for (key, record) in staged.records {
            match record {
                Some(record) => drop(kept.records.insert(key, record)),
                None => drop(kept.records.remove(&key)),
            }
        }
        Pending::ready(outcome)
    }
}

impl Kept {
    /// Appends and publishes: still under the lock, so that two appenders cannot publish in the wrong order.
    fn append(&mut self, new: NewEntry, ring: &Ring) -> Result<Appended, StoreError> {
        let hash = self.sent.hash(new.from, &new.client_msg_id);
        if let Some(first) = self.find(hash, new.from, &new.client_msg_id)? {
            return Ok(first);
        }
        let sent_at_ms = new.sent_at_ms;
        let entry = Arc::new(Entry::new(self.head().next(), new));
        self.sent.insert(hash, &entry)?;
        self.rows.insert(&entry);
        self.bytes += entry.encoded.len() as u64;
        self.entries.push_back(Arc::clone(&entry));
        let appended = Appended { queue_id: entry.queue_id, sent_at_ms, duplicate: false };
        ring.publish([entry]);
        Ok(appended)
    }

    fn find(&self, hash: NameHash, from: UserId, client_msg_id: &str) -> Result<Option<Appended>, StoreError> {
        let sent = self.sent.get(hash, from, client_msg_id, |place| self.entry(place))?;
        Ok(sent.map(Sent::appended_before))
    }

    fn behind(&self, after: QueueId, limit: usize) -> Vec<Arc<Entry>> {
        let events = self.events.range((Bound::Excluded(after), Bound::Unbounded)).map(|(_, entry)| entry);
        let from = usize::try_from(after.get()).unwrap_or(usize::MAX).saturating_sub(self.removed);
        events.chain(self.entries.iter().skip(from)).take(limit).cloned().collect()
    }

    fn find_at(&self, place: QueueId) -> Option<Arc<Entry>> {
        let index = usize::try_from(place.get()).ok()?.checked_sub(1)?;
        match index.checked_sub(self.removed) {
            Some(index) => self.entries.get(index).cloned(),
            None => self.events.get(&place).cloned(),
        }
    }

    fn trim(&mut self, before: QueueId) -> Result<(), StoreError> {
        let mut removed = Vec::new();
        while self.entries.len() > 1 && self.kept_from() < before {
            let Some(entry) = self.entries.pop_front() else { break };
            self.removed += 1;
            self.bytes -= entry.encoded.len() as u64;
            if view::stays(&entry) {
                self.events.insert(entry.queue_id, entry);
            } else {
                self.sent.remove(&entry)?;
                removed.push(entry);
            }
        }
        self.rows.remove(&removed);
        Ok(())
    }
}

impl Rows for Kept {
    fn head(&self) -> QueueId {
        self.entries.back().map_or(QueueId::START, |entry| entry.queue_id)
    }

    fn kept_from(&self) -> QueueId {
        QueueId::cursor(i64::try_from(self.removed).unwrap_or(i64::MAX)).next()
    }

    fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        Ok(self.rows.scan(first, last, order, limit))
    }

    fn talks(&self, user: UserId) -> Result<Vec<(UserId, QueueId)>, StoreError> {
        Ok(self.rows.talks(user))
    }

    fn entry(&self, place: QueueId) -> Result<Arc<Entry>, StoreError> {
        self.find_at(place).ok_or_else(|| StoreError::Damaged(format!("entry {place} is missing").into()))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Memory").field("head", &self.read().head()).finish_non_exhaustive()
    }
}

fn closed() -> StoreError {
    StoreError::Stopped("it was closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{Subject, conformance};

    struct InMemory;

    impl Subject for InMemory {
        type Store = Memory;
        const WALKS: u32 = 256;
        const KEEPS: bool = false;

        fn new() -> Self {
            Self
        }

        fn open(&mut self) -> Memory {
            Memory::with_ring(64, RING_BYTES)
        }
    }

    conformance!(InMemory);
}
