//! The one thread that writes: it drains the queue, gives out places, writes one batch with one sync, and only then
//! shows it to readers and answers those who asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::oneshot;

use super::files::Witness;
use super::names::Names;
use super::queue::{Drained, Job};
use super::tables::Tables;
use super::{Shared, checkpoint};
use crate::id::QueueId;
use crate::store::directory::Staged;
use crate::store::view::{Sent, SentKey};
use crate::store::{Appended, ChangeError, Entry, Keep, NewEntry, StoreError};

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) tables: Tables,
    pub(super) witness: Witness,
    pub(super) last_revision: u64,
    /// Something was written that is not synced yet.
    pub(super) is_unsynced: bool,
    /// The disk had too little room when there was last something to write.
    pub(super) is_full: bool,
}

/// An answer that is sent when the batch is durable.
#[derive(Debug)]
pub(super) enum Reply {
    Append(oneshot::Sender<Result<Appended, StoreError>>, Result<Appended, StoreError>),
    Find(oneshot::Sender<Result<Option<Appended>, StoreError>>, Result<Option<Appended>, StoreError>),
    Change(oneshot::Sender<Result<(), ChangeError>>, Result<(), ChangeError>),
}

/// Everything of one batch, from the queue to the answers.
#[derive(Default)]
struct Staging {
    entries: Vec<Arc<Entry>>,
    records: Staged,
    replies: Vec<Reply>,
    must_sync: bool,
}

/// How long a change with `Keep::Soon` may stay unsynced.
const SOON: Duration = Duration::from_secs(1);

impl Writer {
    /// Writes until the queue ends or the disk fails.
    pub(super) fn run(mut self) -> Self {
        let mut took = None;
        loop {
            let drained = self.shared.queue.drain(took.take(), self.is_unsynced.then_some(SOON));
            self.shared.failure.batch_begins();
            let written = match drained {
                Drained::Jobs(jobs) => self.write(jobs),
                Drained::Idle => self.sync(),
                Drained::Ended if self.is_unsynced && self.shared.failure.reason().is_none() => self.sync(),
                Drained::Ended => break,
            };
            took = self.shared.failure.batch_ends();
            if let Err(error) = written {
                self.shared.fail(&format!("the log could not be written: {}", told(&error)));
            }
            checkpoint::consider(&self.shared, self.shared.head());
            if self.shared.failure.reason().is_some() {
                break;
            }
        }
        self.shared.failure.batch_ends();
        self
    }

    fn write(&mut self, jobs: Vec<Job>) -> fjall::Result<()> {
        if let Some(full) = self.disk_full() {
            jobs.into_iter().for_each(|job| job.refuse(full.clone()));
            return Ok(());
        }
        let mut staging = Staging::default();
        let mut revision = self.last_revision;
        let mut names = self.shared.names();
        for job in jobs {
            match job {
                Job::Append { new, key, reply } => {
                    let appended = self.stage_entry(&mut staging, &mut names, new, key);
                    staging.replies.push(Reply::Append(reply, appended));
                }
                Job::Find { key, reply } => {
                    let found = self.sent(&names, &key).map(|sent| sent.map(Sent::appended_before));
                    staging.replies.push(Reply::Find(reply, found));
                }
                Job::Change { changes, keep, reply } => {
                    let outcome = staging.records.stage(changes, &mut revision, |key| self.tables.record(key));
                    staging.must_sync |= outcome.is_ok() && keep == Keep::Durable;
                    staging.replies.push(Reply::Change(reply, outcome));
                }
            }
        }
        drop(names);
        self.commit(&mut staging, revision)?;
        self.last_revision = revision;
        self.show(staging);
        Ok(())
    }

    fn stage_entry(
        &self,
        staging: &mut Staging,
        names: &mut Names,
        new: NewEntry,
        key: SentKey,
    ) -> Result<Appended, StoreError> {
        if let Some(sent) = self.sent(names, &key)? {
            return Ok(sent.appended_before());
        }
        let last = staging.entries.last().map_or_else(|| self.shared.head(), |entry| entry.queue_id);
        let sent = Sent { queue_id: last.next(), sent_at_ms: new.sent_at_ms };
        let entry = Entry::new(sent.queue_id, new);
        names.insert(key, sent);
        staging.entries.push(Arc::new(entry));
        Ok(Appended { queue_id: sent.queue_id, sent_at_ms: sent.sent_at_ms, duplicate: false })
    }

    /// What was sent under a name, if anything: in this batch, or before.
    fn sent(&self, names: &Names, key: &SentKey) -> Result<Option<Sent>, StoreError> {
        match names.get(key) {
            Some(sent) => Ok(Some(sent)),
            None => self.tables.sent(key),
        }
    }

    fn commit(&mut self, staging: &mut Staging, revision: u64) -> fjall::Result<()> {
        let mut batch = self.tables.batch(staging.entries.len() + staging.records.records.len() + 1);
        for entry in &staging.entries {
            batch.put_entry(entry);
        }
        for (key, record) in &staging.records.records {
            batch.put_record(key, record.as_ref());
        }
        if revision != self.last_revision {
            batch.put_revision(revision);
        }
        // The watchdog answers them if the commit does not come back.
        *self.shared.in_flight() = std::mem::take(&mut staging.replies);
        if batch.is_empty() {
            return Ok(());
        }
        let sync = staging.must_sync || !staging.entries.is_empty();
        let mut batch = Some(batch);
        self.shared.disk.commit(&mut || batch.take().map_or(Ok(()), |batch| batch.commit(sync)))?;
        self.is_unsynced = !sync;
        Ok(())
    }

    /// Everything is durable: lets readers see it, then followers, and answers.
    fn show(&self, staging: Staging) {
        let replies = std::mem::take(&mut *self.shared.in_flight());
        if let Some(stopped) = self.shared.failure.reason() {
            // The watchdog came first and has said that the store stopped.
            replies.into_iter().for_each(|reply| reply.refuse(stopped.clone()));
            return;
        }
        if let Some(last) = staging.entries.last() {
            let head = last.queue_id;
            self.shared.layers_mut().add(&staging.entries);
            self.shared.head.store(head.get(), Ordering::Release);
            if let Err(error) = self.witness.write(head) {
                tracing::warn!(%error, "the witness could not be written; a loss at the log's end may go unnoticed");
            }
            self.shared.ring.publish(staging.entries);
        }
        replies.into_iter().for_each(Reply::send);
    }

    fn sync(&mut self) -> fjall::Result<()> {
        let Self { shared, tables, .. } = self;
        shared.disk.commit(&mut || tables.sync())?;
        self.is_unsynced = false;
        Ok(())
    }

    fn disk_full(&mut self) -> Option<StoreError> {
        let free = self.shared.disk.free_bytes()?;
        let reserve = self.shared.settings.disk_reserve_bytes;
        let (was_full, free_mb, reserve_mb) = (self.is_full, free >> 20, reserve >> 20);
        self.is_full = free < reserve;
        match (was_full, self.is_full) {
            // Once, and not with each send that is refused.
            (false, true) => {
                tracing::error!(free_mb, reserve_mb, "the disk is full: nothing is stored until it has room")
            }
            (true, false) => tracing::info!(free_mb, reserve_mb, "the disk has room again"),
            (true, true) | (false, false) => {}
        }
        self.is_full.then_some(StoreError::DiskFull { free_mb, reserve_mb })
    }

    /// The last place that was acknowledged.
    pub(super) fn head(&self) -> QueueId {
        self.shared.head()
    }
}

/// The database says only that it has failed before when one of its own threads did, and that one says why in the log.
fn told(error: &fjall::Error) -> String {
    if matches!(error, fjall::Error::Poisoned) {
        return "the database has failed, with the reason that it logged just before".into();
    }
    error.to_string()
}

impl Reply {
    /// Who asked may be gone; then nobody needs the answer.
    fn send(self) {
        match self {
            Self::Append(reply, outcome) => drop(reply.send(outcome)),
            Self::Find(reply, outcome) => drop(reply.send(outcome)),
            Self::Change(reply, outcome) => drop(reply.send(outcome)),
        }
    }

    pub(super) fn refuse(self, why: StoreError) {
        match self {
            Self::Append(reply, _) => drop(reply.send(Err(why))),
            Self::Find(reply, _) => drop(reply.send(Err(why))),
            Self::Change(reply, _) => drop(reply.send(Err(why.into()))),
        }
    }
}
