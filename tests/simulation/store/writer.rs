//! The one task that writes: drains the line, writes, syncs, and only then shows and answers. A process may die, and the
//! power go, wherever it waits.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use longlink::store::{Appended, ChangeError, Directory, Keep, Log, Memory, NewEntry, StoreError};
use tokio::time::{sleep, timeout};

use super::{Job, LOG, Simulated};
use crate::bug::{self, Bug};
use crate::disk::Written;

/// Changes that need no sync of their own stay without one no longer than this.
const SOON: Duration = Duration::from_secs(1);
/// A disk that does not come back within this has failed.
const STALLED: Duration = Duration::from_secs(5);

impl Simulated {
    pub(crate) async fn write(self: Arc<Self>) {
        while self.state().failed.is_none() {
            let jobs = self.next_batch().await;
            if let Err(why) = self.write_batch(jobs).await {
                self.scene.trace.note(format_args!("the store fails: {why}"));
                self.fail(&why);
            }
        }
    }

    /// Waits for work. None in time: what is unsynced is to be synced.
    async fn next_batch(&self) -> Vec<Job> {
        loop {
            let batch: Vec<Job> = {
                let mut state = self.state();
                let count = (state.dice.between(1..=16) as usize).min(state.line.len());
                state.line.drain(..count).collect()
            };
            if !batch.is_empty() {
                return batch;
            }
            let is_unsynced = {
                let disk = self.disk.lock();
                disk.written.len() > disk.synced
            };
            let came = self.came.notified();
            if !is_unsynced {
                came.await;
            } else if timeout(SOON, came).await.is_err() {
                return batch;
            }
        }
    }

    async fn write_batch(&self, mut jobs: Vec<Job>) -> Result<(), StoreError> {
        let mood = self.disk.lock().mood;
        if mood.is_full && !jobs.is_empty() {
            let full = StoreError::DiskFull { free_mb: 0, reserve_mb: 1 };
            jobs.into_iter().for_each(|job| self.refuse_full(job, &full));
            return Ok(());
        }
        if self.scene.bug == Some(Bug::TurnsBatches) {
            jobs.reverse();
        }
        jobs.iter_mut().for_each(|job| self.forget_name(job));
        let must_sync = jobs.is_empty() || jobs.iter().any(Job::needs_sync);
        self.disk.lock().written.extend(jobs.iter().filter_map(Job::written));
        if self.scene.bug == Some(Bug::AnswersBeforeSync) {
            self.show(std::mem::take(&mut jobs));
        }
        if must_sync {
            let took = self.state().dice.ms(0..=mood.sync_ms_max) + Duration::from_millis(mood.stall_ms);
            self.disk.lock().mood.stall_ms = 0;
            sleep(took.min(STALLED)).await;
            let failed = std::mem::take(&mut self.disk.lock().mood.fails) || took >= STALLED;
            if failed {
                let why = StoreError::Stopped("the disk has failed".into());
                jobs.into_iter().for_each(|job| self.refuse(job, &why));
                return Err(why);
            }
            let mut disk = self.disk.lock();
            disk.synced = disk.written.len();
        }
        self.show(jobs);
        Ok(())
    }

    /// Everything is as durable as it was to be: lets readers see it, and answers.
    fn show(&self, jobs: Vec<Job>) {
        let mut published = Vec::new();
        for job in jobs {
            // Who asked may be gone.
            match job {
                Job::Append(new, reply) => {
                    let outcome = append(&self.memory, new);
                    if let Ok(Appended { queue_id, duplicate: false, .. }) = outcome {
                        self.scene.trace.note(format_args!("entry {queue_id} is in the log"));
                        published.extend(self.memory.entry(LOG, queue_id).ok().flatten());
                    }
                    let _ = reply.send(outcome);
                }
                Job::Find(from, name, reply) => {
                    let found = self.memory.find(LOG, from, &name).now_or_never();
                    let _ = reply.send(found.expect("the memory engine is ready at once"));
                }
                Job::Change(changes, _, reply) => {
                    let _ = reply.send(change(&self.memory, changes));
                }
            }
        }
        if self.scene.bug == Some(Bug::LosesOnTail) && published.len() > 2 {
            published.pop();
        }
        self.ring.publish(bug::shown(published));
    }

    /// Carries out what is in line, now, and takes nothing more.
    pub(super) fn finish(&self) {
        let jobs: Vec<Job> = self.state().line.drain(..).collect();
        let mut disk = self.disk.lock();
        disk.written.extend(jobs.iter().filter_map(Job::written));
        disk.synced = disk.written.len();
        drop(disk);
        self.show(jobs);
        self.fail(&StoreError::Stopped("it was closed".into()));
    }

    fn refuse_full(&self, job: Job, full: &StoreError) {
        match job {
            Job::Append(_, reply) if self.scene.bug == Some(Bug::TakesWhatIsFull) => {
                let queue_id = self.memory.head(LOG);
                let _ = reply.send(Ok(Appended { queue_id, sent_at_ms: 0, duplicate: false }));
            }
            job @ (Job::Append(..) | Job::Find(..) | Job::Change(..)) => self.refuse(job, full),
        }
    }

    /// For the bug that takes a retry after a restart for another message.
    fn forget_name(&self, job: &mut Job) {
        let Job::Append(new, _) = job else { return };
        if self.scene.bug != Some(Bug::ForgetsNames) {
            return;
        }
        let known = self.memory.find(LOG, new.from, &new.client_msg_id).now_or_never();
        if known.and_then(Result::ok).flatten().is_some_and(|first| first.queue_id < self.began_at) {
            new.client_msg_id = bug::other_name(&new.client_msg_id);
        }
    }
}

impl Job {
    fn needs_sync(&self) -> bool {
        match self {
            Self::Append(..) => true,
            Self::Find(..) => false,
            Self::Change(_, keep, _) => *keep == Keep::Durable,
        }
    }

    fn written(&self) -> Option<Written> {
        match self {
            // On which link it came in is known in memory only.
            Self::Append(new, _) => Some(Written::Entry(NewEntry { origin: 0, ..new.clone() })),
            Self::Find(..) => None,
            Self::Change(changes, ..) => Some(Written::Changes(changes.clone())),
        }
    }
}

fn append(memory: &Memory, new: NewEntry) -> Result<Appended, StoreError> {
    memory.append(LOG, new).now_or_never().expect("the memory engine is ready at once")
}

fn change(memory: &Memory, changes: Vec<longlink::store::Change>) -> Result<(), ChangeError> {
    memory.change(changes, Keep::Soon).now_or_never().expect("the memory engine is ready at once")
}

/// What was written is carried out again by the next process, with the same outcome.
pub(super) fn carry_out(memory: &Memory, written: Written) {
    // What was refused then is refused now.
    match written {
        Written::Entry(new) => drop(append(memory, new)),
        Written::Changes(changes) => drop(change(memory, changes)),
    }
}
