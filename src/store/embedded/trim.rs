//! Removing the oldest entries, a piece of the log at a time.
//!
//! A piece is removed by moving `kept_from` behind it, in one durable step that also copies aside what is to stay of it:
//! what happened to groups. From then on nobody reads the rest, and the work is to give its room back: the rows of the
//! views, and whole tables of the log. A crash in between leaves rows that nobody sees, and the next time goes on there.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use tokio::sync::oneshot;

use super::queue::Job;
use super::tables::{Batch, Tables, read_failed};
use super::{ImportError, Shared, closed};
use crate::id::{QueueId, UserId};
use crate::store::view::{self, Sent, SentKey};
use crate::store::{Entry, NewEntry, StoreError};

/// So many entries are removed in one step: some ten MB of memory, and a pause of some ten milliseconds for those who
/// begin to read just then.
const PIECE_ENTRIES: i64 = 8 * 1024;
const IMPORTED_AT_ONCE: usize = 1024;

pub(super) fn trim(shared: &Shared, before: QueueId) -> Result<QueueId, StoreError> {
    let _turn = shared.trimming.lock().unwrap_or_else(PoisonError::into_inner);
    shared.read(|tables| finish(shared, tables))?;
    // What is not on the disk yet has rows in memory, and the last entry says where the log goes on.
    let on_disk = shared.layers().on_disk();
    let before = before.min(shared.head());
    if before > on_disk.next() {
        ask_for_checkpoint(shared);
    }
    let before = before.min(on_disk.next());
    let mut kept_from = shared.read(|tables| Ok(tables.kept_from()))?;
    let begun_at = kept_from;
    while kept_from < before {
        let end = before.min(QueueId::cursor(kept_from.get().saturating_add(PIECE_ENTRIES)));
        // Held for a piece only, so that a close need not wait for all.
        shared.read(|tables| remove(shared, tables, kept_from, end))?;
        kept_from = end;
    }
    if kept_from > begun_at {
        shared.read(|tables| tables.drop_removed().map_err(read_failed))?;
    }
    Ok(kept_from)
}

fn remove(shared: &Shared, tables: &Tables, first: QueueId, end: QueueId) -> Result<(), StoreError> {
    let mut removed = Vec::new();
    let mut batch = tables.batch(2);
    for (place, entry) in tables.lying(first, end) {
        match entry {
            Ok(entry) if view::stays(&entry) => batch.put_kept(&entry),
            Ok(entry) => removed.push(entry),
            // Its rows are not known, and stay: nobody sees them.
            Err(error) => tracing::warn!(%place, %error, "a damaged entry is removed"),
        }
    }
    batch.put_kept_from(end);
    commit(shared, batch, true)?;
    {
        // Who began to read before has read to the end, and whoever comes sees the new bound.
        let _nobody_reads = shared.reading.write().unwrap_or_else(PoisonError::into_inner);
        tables.set_kept_from(end);
        shared.ring.forget(end);
    }
    remove_rows(shared, tables, &removed, end)
}

/// Puts what is left of a log before `kept_from` into an empty store, which goes on from there. How many entries.
pub(super) fn import_old(
    shared: &Shared,
    kept_from: QueueId,
    old: impl Iterator<Item = (QueueId, NewEntry)>,
) -> Result<u64, ImportError> {
    let (mut last, mut count, mut old) = (QueueId::START, 0, old.peekable());
    let import = |tables: &Tables| {
        while old.peek().is_some() {
            let mut batch = tables.batch(1);
            let mut entries = Vec::new();
            for (place, new) in old.by_ref().take(IMPORTED_AT_ONCE) {
                let sent = Sent { queue_id: place, sent_at_ms: new.sent_at_ms };
                let name = SentKey::new(new.from, &new.client_msg_id);
                let entry = Entry::new(place, new);
                if place <= last {
                    return Ok(Err(ImportError::OutOfOrder { expected: last.next(), found: place }));
                }
                if !view::stays(&entry) {
                    return Ok(Err(ImportError::NotKept { place, kept_from }));
                }
                batch.put_kept(&entry);
                shared.names().insert(name, sent);
                entries.push(Arc::new(entry));
                (last, count) = (place, count + 1);
            }
            commit(shared, batch, true)?;
            shared.layers_mut().add(&entries);
        }
        let mut batch = tables.batch(2);
        batch.put_kept_from(kept_from);
        batch.put_trimmed(kept_from);
        commit(shared, batch, true)?;
        tables.set_kept_from(kept_from);
        shared.head.store(kept_from.get() - 1, Ordering::Release);
        Ok(Ok(()))
    };
    shared.read(import)??;
    Ok(count)
}

/// Goes on where a crash has ended it.
fn finish(shared: &Shared, tables: &Tables) -> Result<(), StoreError> {
    let kept_from = tables.kept_from();
    let mut trimmed = tables.trimmed()?;
    while trimmed < kept_from {
        let end = kept_from.min(QueueId::cursor(trimmed.get().saturating_add(PIECE_ENTRIES)));
        let there = tables.lying(trimmed, end).filter_map(|(_, entry)| entry.ok());
        let removed: Vec<Arc<Entry>> = there.filter(|entry| !view::stays(entry)).collect();
        remove_rows(shared, tables, &removed, end)?;
        trimmed = end;
    }
    Ok(())
}

fn remove_rows(shared: &Shared, tables: &Tables, removed: &[Arc<Entry>], end: QueueId) -> Result<(), StoreError> {
    tables.remove_rows(removed, || shared.failure.reason().is_some())?;
    let mut batch = tables.batch(1);
    batch.put_trimmed(end);
    // If it is lost, the same rows are removed once more.
    commit(shared, batch, false)
}

fn commit(shared: &Shared, batch: Batch<'_>, sync: bool) -> Result<(), StoreError> {
    if let Some(stopped) = shared.failure.reason() {
        return Err(stopped);
    }
    let mut batch = Some(batch);
    let committed = shared.disk.commit(&mut || batch.take().map_or(Ok(()), |batch| batch.commit(sync)));
    // As with any other write: a second try may succeed without having written anything.
    committed.map_err(|error| {
        shared.fail(&format!("old entries could not be removed: {error}"));
        shared.failure.reason().unwrap_or_else(closed)
    })
}

/// Has the writer take a checkpoint of what there is. It comes to it with the next job, and this is one.
fn ask_for_checkpoint(shared: &Shared) {
    let Some(nobody) = UserId::parse(1).filter(|_| shared.checkpoints.ask()) else { return };
    let (reply, _) = oneshot::channel();
    // If the queue is full, something else comes.
    let _ = shared.queue.push(Job::Find { key: SentKey::new(nobody, ""), reply });
}
