//! The store on a disk: fjall below, one thread that writes, and checkpoints that follow behind.
//!
//! What lies where: `DIR/log` is the database (see `tables`), `DIR/format`, `DIR/lock` and `DIR/head` are small files
//! beside it (see `files`). An append goes through `queue` to `writer`; a read merges `layers`.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use tokio::sync::oneshot;

use self::checkpoint::Checkpoints;
use self::disk::{Disk, RealDisk};
use self::failure::Failure;
use self::files::Lock;
use self::layers::{Layers, Reader};
use self::names::Names;
use self::queue::{Job, Queue};
use self::tables::Tables;
use self::writer::{Reply, Writer};
use super::tail::Ring;
use super::view::SentKey;
use super::{
    Amendments, Appended, Change, ChangeError, Directory, Entry, Keep, Log, Mailboxes, Membership, NewEntry, Page,
    PageBounds, Partition, Pending, Record, Roster, StoreError, Tail, Talk, Unread, read, talks,
};
use crate::id::{GroupId, Peer, QueueId, UserId};

mod checkpoint;
mod disk;
mod failure;
mod files;
mod layers;
mod names;
mod open;
mod queue;
mod repair;
mod salvage;
mod settings;
mod snapshot;
mod tables;
#[cfg(test)]
mod tests;
mod trim;
mod verify;
mod writer;

pub use repair::{Plan, Repair};
pub use settings::{OpenError, Settings};
pub use verify::{Export, ImportError, PROBLEMS_MAX, Report, verify, verify_telling};

/// A store in a folder.
pub struct Embedded {
    epoch: String,
    shared: Arc<Shared>,
    running: Mutex<Option<Running>>,
}

/// What ends with the store.
struct Running {
    writer: JoinHandle<Writer>,
    checkpoints: JoinHandle<()>,
    watchdog: JoinHandle<()>,
    lock: Lock,
}

/// What the threads and the readers have in common.
struct Shared {
    settings: Settings,
    disk: Box<dyn Disk>,
    queue: Queue,
    ring: Arc<Ring>,
    /// The last entry that is durable and readable.
    head: AtomicI64,
    layers: RwLock<Layers>,
    names: Mutex<Names>,
    /// `None` once closed. Reads hold it, so that a close waits for them.
    tables: RwLock<Option<Tables>>,
    /// The answers of the batch that is being written.
    in_flight: Mutex<Vec<Reply>>,
    /// One removes old entries at a time.
    trimming: Mutex<()>,
    /// Held by those who read rows and then the entries that they name, so that a removal waits for them. Always taken
    /// while `tables` is held.
    reading: RwLock<()>,
    checkpoints: Checkpoints,
    failure: Failure,
    watchdog_end: (Mutex<bool>, Condvar),
}

impl Embedded {
    /// Opens the store in a folder, or makes a new one there.
    pub fn open(dir: &Path, settings: Settings) -> Result<Self, OpenError> {
        open::open(dir, settings, Box::new(RealDisk::new(dir.to_owned())))
    }

    fn reader<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.shared.read(|tables| {
            let _reading = self.shared.reading.read().unwrap_or_else(PoisonError::into_inner);
            let (head, kept_from) = (self.shared.head(), tables.kept_from());
            read(&Reader { shared: &self.shared, tables, head, kept_from })
        })
    }
}

impl Shared {
    fn head(&self) -> QueueId {
        QueueId::cursor(self.head.load(Ordering::Acquire))
    }

    fn layers(&self) -> RwLockReadGuard<'_, Layers> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn layers_mut(&self) -> RwLockWriteGuard<'_, Layers> {
        self.layers.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_flight(&self) -> MutexGuard<'_, Vec<Reply>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Tables) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        read(tables.as_ref().ok_or_else(closed)?)
    }

    fn read_log(&self, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        let head = self.head();
        self.read(|tables| {
            let _reading = self.reading.read().unwrap_or_else(PoisonError::into_inner);
            let (mut last, mut entries, kept_from) = (after, Vec::new(), tables.kept_from());
            for (place, entry) in tables.entries(after).take_while(|(place, _)| *place <= head).take(limit) {
                if place != last.next() && place > kept_from {
                    break;
                }
                entries.push(entry?);
                last = place;
            }
            // What is missing may not pass for the end of what there is.
            if entries.len() < limit && last < head {
                return Err(StoreError::Damaged(format!("entry {} is missing", last.next()).into()));
            }
            Ok(entries)
        })
    }

    /// Stops everything for good. What waits and what is on its way is answered with the reason.
    fn fail(&self, reason: &str) {
        if self.failure.set(reason) {
            tracing::error!(reason, "the store has stopped");
        }
        let stopped = self.failure.reason().unwrap_or_else(closed);
        self.queue.end(stopped.clone());
        self.queue.clear().into_iter().for_each(|job| job.refuse(stopped.clone()));
        std::mem::take(&mut *self.in_flight()).into_iter().for_each(|reply| reply.refuse(stopped.clone()));
        self.checkpoints.end();
    }

    /// Fails the engine when a batch takes too long: a disk that hangs must not look like a slow one.
    fn watch(&self) {
        let (end, told) = &self.watchdog_end;
        let limit = self.settings.stall_limit;
        let mut is_ended = end.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_ended {
            if self.failure.is_stalled(limit) {
                self.fail(&format!("a batch took longer than {} ms", limit.as_millis()));
                return;
            }
            let waited = told.wait_timeout(is_ended, limit / 5);
            is_ended = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Log for Embedded {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn append(&self, _: Partition, new: NewEntry) -> Pending<Result<Appended, StoreError>> {
        let (reply, receiver) = oneshot::channel();
        // Here, since the writer is one for all and has enough to do.
        let key = SentKey::new(new.from, &new.client_msg_id);
        match self.shared.queue.push(Job::Append { new, key, reply }) {
            Ok(()) => Pending::waiting(receiver, || Err(closed())),
            Err(refused) => Pending::ready(Err(refused)),
        }
    }

    fn find(&self, _: Partition, from: UserId, client_msg_id: &str) -> Pending<Result<Option<Appended>, StoreError>> {
        let (reply, receiver) = oneshot::channel();
        // By the writer, which comes to it when all is decided that was in line before.
        match self.shared.queue.push(Job::Find { key: SentKey::new(from, client_msg_id), reply }) {
            Ok(()) => Pending::waiting(receiver, || Err(closed())),
            Err(refused) => Pending::ready(Err(refused)),
        }
    }

    fn head(&self, _: Partition) -> QueueId {
        self.shared.head()
    }

    fn read_log(&self, _: Partition, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        self.shared.read_log(after, limit)
    }

    fn entry(&self, _: Partition, place: QueueId) -> Result<Option<Arc<Entry>>, StoreError> {
        // Behind the head may lie what is not durable yet.
        if place == QueueId::START || place > self.shared.head() {
            return Ok(None);
        }
        self.shared.read(|tables| match self.shared.ring.get(place).filter(|_| place >= tables.kept_from()) {
            Some(entry) => Ok(Some(entry)),
            None => tables.entry_at(place),
        })
    }

    fn kept_from(&self, _: Partition) -> QueueId {
        self.shared.read(|tables| Ok(tables.kept_from())).unwrap_or(QueueId::START.next())
    }

    fn log_bytes(&self, _: Partition) -> u64 {
        self.shared.read(|tables| Ok(tables.log_bytes())).unwrap_or(0)
    }

    fn trim(&self, _: Partition, before: QueueId) -> Result<QueueId, StoreError> {
        trim::trim(&self.shared, before)
    }

    fn tail(&self, _: Partition, after: QueueId) -> Tail {
        let shared = Arc::clone(&self.shared);
        Tail::new(Arc::clone(&self.shared.ring), after, Arc::new(move |after, limit| shared.read_log(after, limit)))
    }

    fn failed(&self) -> Pending<StoreError> {
        self.shared.failure.wait()
    }

    fn close(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            self.shared.queue.end(closed());
            running.end(&self.shared);
        }
    }
}

impl Running {
    fn end(self, shared: &Shared) {
        if shared.failure.is_stalled(shared.settings.stall_limit) {
            // The writer hangs in the disk, and to wait for it could take for ever. It may still write, so nobody
            // else may have the store before this process ends.
            std::mem::forget(self.lock);
            return;
        }
        let writer = self.writer.join();
        shared.checkpoints.end();
        let checkpoints = self.checkpoints.join();
        if let Ok(writer) = writer
            && checkpoints.is_ok()
            && shared.failure.reason().is_none()
            && let Err(error) = checkpoint::finish(shared, &writer.tables, writer.head())
        {
            // Nothing is lost by it: the next open makes the rows anew from the log.
            tracing::warn!(%error, "the last checkpoint could not be made");
        }
        *shared.watchdog_end.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        shared.watchdog_end.1.notify_all();
        if self.watchdog.join().is_err() {
            tracing::error!("the watchdog panicked");
        }
        // The database first, then the lock: the next to open may be waiting for it.
        drop(shared.tables.write().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.lock);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.close();
    }
}

impl Mailboxes for Embedded {
    fn read_inbox(&self, user: UserId, after: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        self.reader(|rows| read::inbox(rows, user, after, bounds))
    }

    fn read_history(&self, user: UserId, peer: Peer, before: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        self.reader(|rows| read::history(rows, user, peer, before, bounds))
    }

    fn conversations(&self, user: UserId) -> Result<Vec<Talk>, StoreError> {
        self.reader(|rows| talks::conversations(rows, user))
    }

    fn unread(&self, user: UserId, peer: Peer, after: QueueId) -> Result<Unread, StoreError> {
        self.reader(|rows| talks::unread(rows, user, peer, after))
    }

    fn amendments(&self, peer: Peer, changed: QueueId) -> Result<Amendments, StoreError> {
        self.reader(|rows| talks::amendments(rows, peer, changed))
    }

    fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        self.reader(|rows| read::memberships(rows, user))
    }

    fn roster(&self, group: GroupId, at: QueueId) -> Result<Option<Roster>, StoreError> {
        self.reader(|rows| read::roster(rows, group, at))
    }
}

impl Directory for Embedded {
    fn get(&self, key: &[u8]) -> Result<Option<Record>, StoreError> {
        self.shared.read(|tables| tables.record(key))
    }

    fn list(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Record)>, StoreError> {
        self.shared.read(|tables| tables.records(prefix, after, limit))
    }

    fn change(&self, changes: Vec<Change>, keep: Keep) -> Pending<Result<(), ChangeError>> {
        let (reply, receiver) = oneshot::channel();
        match self.shared.queue.push(Job::Change { changes, keep, reply }) {
            Ok(()) => Pending::waiting(receiver, || Err(closed().into())),
            Err(refused) => Pending::ready(Err(refused.into())),
        }
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Embedded").field("head", &self.shared.head()).finish_non_exhaustive()
    }
}

fn closed() -> StoreError {
    StoreError::Stopped("it was closed".into())
}

fn spawn<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> std::io::Result<JoinHandle<T>> {
    thread::Builder::new().name(name.into()).spawn(body)
}
