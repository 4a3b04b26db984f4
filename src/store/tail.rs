//! Following the log: the latest entries from memory, older ones from the log itself.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{Entry, StoreError};
use crate::blocking::spawn_blocking;
use crate::id::QueueId;

/// How many entries are taken at once by a follower.
const BATCH_ENTRIES: usize = 1024;
/// So many of the latest entries are looked at one by one before a search through all of them.
const NEAR_ENTRIES: usize = 64;

/// The latest entries, shared by an engine and those who follow it.
#[derive(Debug)]
pub struct Ring {
    latest: Mutex<Latest>,
    entries_max: usize,
    bytes_max: usize,
    published: Notify,
}

#[derive(Debug)]
struct Latest {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    /// The greatest place that is no longer in the ring: from here on it has everything.
    gone: QueueId,
}

impl Ring {
    /// An empty ring for a log whose last entry is at `head`. At the bounds the oldest entries leave it.
    pub fn new(head: QueueId, entries_max: usize, bytes_max: usize) -> Arc<Self> {
        let latest = Latest { entries: VecDeque::new(), bytes: 0, gone: head };
        Arc::new(Self { latest: Mutex::new(latest), entries_max, bytes_max, published: Notify::new() })
    }

    /// Adds entries that are durable and readable now, in the order of the log.
    pub fn publish(&self, entries: impl IntoIterator<Item = Arc<Entry>>) {
        let mut latest = self.lock();
        for entry in entries {
            latest.bytes += entry.encoded.len();
            latest.entries.push_back(entry);
        }
        while latest.entries.len() > self.entries_max || latest.bytes > self.bytes_max {
            let Some(oldest) = latest.entries.pop_front() else { break };
            latest.bytes -= oldest.encoded.len();
            latest.gone = oldest.queue_id;
        }
        drop(latest);
        self.published.notify_waiters();
    }

    /// Lets entries before a place go, which are removed from the log.
    pub(super) fn forget(&self, before: QueueId) {
        let mut latest = self.lock();
        while latest.entries.front().is_some_and(|oldest| oldest.queue_id < before) {
            let Some(oldest) = latest.entries.pop_front() else { break };
            latest.bytes -= oldest.encoded.len();
            latest.gone = oldest.queue_id;
        }
    }

    /// The entry at a place, if it is one of the latest.
    pub(super) fn get(&self, place: QueueId) -> Option<Arc<Entry>> {
        let latest = self.lock();
        if place <= latest.gone {
            return None;
        }
        let index = latest.entries.binary_search_by_key(&place, |entry| entry.queue_id).ok()?;
        latest.entries.get(index).cloned()
    }

    /// What lies behind `after`; `None` if part of it has left the ring.
    fn behind(&self, after: QueueId) -> Option<Vec<Arc<Entry>>> {
        let latest = self.lock();
        if after < latest.gone {
            return None;
        }
        // Who follows closely finds the place a few steps before the end, in memory that is still warm.
        let near = latest.entries.iter().rev().take(NEAR_ENTRIES).take_while(|entry| entry.queue_id > after).count();
        let from = match near {
            NEAR_ENTRIES => latest.entries.partition_point(|entry| entry.queue_id <= after),
            near => latest.entries.len() - near,
        };
        Some(latest.entries.range(from..).take(BATCH_ENTRIES).cloned().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a batch of the log behind a place, blocking.
pub type ReadLog = Arc<dyn Fn(QueueId, usize) -> Result<Vec<Arc<Entry>>, StoreError> + Send + Sync>;

/// One follower of the log.
pub struct Tail {
    ring: Arc<Ring>,
    read_log: ReadLog,
    after: QueueId,
}

impl Tail {
    pub fn new(ring: Arc<Ring>, after: QueueId, read_log: ReadLog) -> Self {
        Self { ring, read_log, after }
    }

    /// Up to here it has given everything.
    pub fn after(&self) -> QueueId {
        self.after
    }

    /// The next entries, ascending and without gaps; waits until there is one. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Vec<Arc<Entry>>, StoreError> {
        let ring = Arc::clone(&self.ring);
        loop {
            // Registered before looking, so that what is published in between wakes us.
            let published = ring.published.notified();
            let entries = match ring.behind(self.after) {
                Some(entries) => entries,
                None => self.read().await?,
            };
            if let Some(last) = entries.last() {
                self.after = last.queue_id;
                return Ok(entries);
            }
            published.await;
        }
    }

    async fn read(&self) -> Result<Vec<Arc<Entry>>, StoreError> {
        let (read_log, after) = (Arc::clone(&self.read_log), self.after);
        match spawn_blocking(move || read_log(after, BATCH_ENTRIES)).await {
            Ok(read) => read,
            Err(error) => Err(StoreError::Stopped(format!("reading the log: {error}").into())),
        }
    }
}

impl fmt::Debug for Tail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tail").field("after", &self.after).finish_non_exhaustive()
    }
}
