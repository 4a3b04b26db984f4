//! What waits for the writer. Bounded in number, in bytes and in time; what would go over a bound is refused at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Settings;
use crate::store::view::SentKey;
use crate::store::{Appended, Change, ChangeError, Keep, NewEntry, StoreError};

/// What the writer is asked for.
#[derive(Debug)]
pub(super) enum Job {
    Append { new: NewEntry, key: SentKey, reply: oneshot::Sender<Result<Appended, StoreError>> },
    Find { key: SentKey, reply: oneshot::Sender<Result<Option<Appended>, StoreError>> },
    Change { changes: Vec<Change>, keep: Keep, reply: oneshot::Sender<Result<(), ChangeError>> },
}

/// What the writer is given to do.
#[derive(Debug)]
pub(super) enum Drained {
    Jobs(Vec<Job>),
    /// Nothing came for as long as the writer wanted to wait.
    Idle,
    /// The queue has ended and is empty.
    Ended,
}

#[derive(Debug)]
pub(super) struct Queue {
    line: Mutex<Line>,
    came: Condvar,
    entries_max: usize,
    bytes_max: usize,
    batch_entries: usize,
    batch_bytes: usize,
}

#[derive(Debug, Default)]
struct Line {
    jobs: VecDeque<Job>,
    bytes: usize,
    ended: Option<StoreError>,
    writer_waits: bool,
    /// How long a batch took of late.
    batch_seconds: f64,
}

/// What a job takes beside its content.
const JOB_BYTES: usize = 256;

/// More work than this is not taken on: who waits longer asks again anyhow.
const WAIT_SECONDS_MAX: f64 = 1.0;

impl Queue {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            line: Mutex::default(),
            came: Condvar::new(),
            entries_max: settings.queue_entries,
            bytes_max: settings.queue_bytes,
            batch_entries: settings.batch_entries.max(1),
            batch_bytes: settings.batch_bytes,
        }
    }

    pub(super) fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut line = self.lock();
        if let Some(ended) = &line.ended {
            return Err(ended.clone());
        }
        // What is smaller than a bound but finds the line empty is always taken, so that a bound can be any number.
        let wait_seconds = line.jobs.len() as f64 / self.batch_entries as f64 * line.batch_seconds;
        let is_full = line.jobs.len() >= self.entries_max || line.bytes + job.bytes() > self.bytes_max;
        if !line.jobs.is_empty() && (is_full || wait_seconds > WAIT_SECONDS_MAX) {
            return Err(StoreError::Overloaded);
        }
        line.bytes += job.bytes();
        line.jobs.push_back(job);
        if line.writer_waits {
            line.writer_waits = false;
            self.came.notify_one();
        }
        Ok(())
    }

    /// Waits for work, but with `idle_after` no longer than that. `took` is how long the last batch did.
    pub(super) fn drain(&self, took: Option<Duration>, idle_after: Option<Duration>) -> Drained {
        let mut line = self.lock();
        if let Some(took) = took {
            line.batch_seconds += (took.as_secs_f64() - line.batch_seconds) / 8.0;
        }
        while line.jobs.is_empty() {
            if line.ended.is_some() {
                return Drained::Ended;
            }
            line.writer_waits = true;
            line = match idle_after {
                None => self.came.wait(line).unwrap_or_else(PoisonError::into_inner),
                Some(limit) => {
                    let (line, waited) = self.came.wait_timeout(line, limit).unwrap_or_else(PoisonError::into_inner);
                    if waited.timed_out() && line.jobs.is_empty() && line.ended.is_none() {
                        return Drained::Idle;
                    }
                    line
                }
            };
        }
        let mut batch = Vec::with_capacity(line.jobs.len().min(self.batch_entries));
        let mut bytes = 0;
        while batch.len() < self.batch_entries && bytes < self.batch_bytes {
            let Some(job) = line.jobs.pop_front() else { break };
            bytes += job.bytes();
            batch.push(job);
        }
        line.bytes -= bytes;
        Drained::Jobs(batch)
    }

    /// From now on everything is refused with `why`. What waits already stays, for the writer to do.
    pub(super) fn end(&self, why: StoreError) {
        let mut line = self.lock();
        line.ended.get_or_insert(why);
        self.came.notify_all();
    }

    /// Takes out everything that waits, to be answered otherwise.
    pub(super) fn clear(&self) -> Vec<Job> {
        let mut line = self.lock();
        line.bytes = 0;
        line.jobs.drain(..).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    fn bytes(&self) -> usize {
        match self {
            Self::Append { new, .. } => JOB_BYTES + new.content.len(),
            Self::Find { key, .. } => JOB_BYTES + key.as_bytes().len(),
            Self::Change { changes, .. } => {
                let sizes = changes.iter().map(|change| change.key.len() + change.value.as_ref().map_or(0, Vec::len));
                JOB_BYTES + sizes.sum::<usize>()
            }
        }
    }

    /// Answers that it was not done. Who asked may be gone; then nobody needs the answer.
    pub(super) fn refuse(self, why: StoreError) {
        match self {
            Self::Append { reply, .. } => drop(reply.send(Err(why))),
            Self::Find { reply, .. } => drop(reply.send(Err(why))),
            Self::Change { reply, .. } => drop(reply.send(Err(why.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(bytes: usize) -> Job {
        let change = Change { key: Vec::new(), value: Some(vec![0; bytes]), expect: crate::store::Expect::Anything };
        Job::Change { changes: vec![change], keep: Keep::Soon, reply: oneshot::channel().0 }
    }

    fn queue(entries: usize, bytes: usize) -> Queue {
        Queue::new(&Settings { queue_entries: entries, queue_bytes: bytes, batch_entries: 2, ..Settings::default() })
    }

    fn drained(queue: &Queue, took: Option<Duration>) -> usize {
        match queue.drain(took, Some(Duration::ZERO)) {
            Drained::Jobs(jobs) => jobs.len(),
            Drained::Idle | Drained::Ended => 0,
        }
    }

    #[test]
    fn a_full_queue_refuses_by_number_and_by_bytes_until_it_is_drained() {
        let queue = queue(3, 4 * JOB_BYTES);
        assert_eq!((0..4).map(|_| queue.push(job(0)).is_ok()).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!((drained(&queue, None), drained(&queue, None), drained(&queue, None)), (2, 1, 0));
        queue.push(job(4 * JOB_BYTES)).unwrap();
        assert_eq!(queue.push(job(0)), Err(StoreError::Overloaded));
        assert_eq!(drained(&queue, None), 1);
        queue.push(job(0)).unwrap();
    }

    #[test]
    fn more_than_a_second_of_work_is_refused() {
        let queue = queue(1000, usize::MAX);
        // Batches of two, each of half a second: the sixth job would wait for longer than a second.
        for _ in 0..40 {
            queue.push(job(0)).unwrap();
            assert_eq!(drained(&queue, Some(Duration::from_millis(500))), 1);
        }
        assert_eq!((0..9).filter(|_| queue.push(job(0)).is_ok()).count(), 5);
    }

    #[test]
    fn an_ended_queue_refuses_and_gives_out_what_it_had() {
        let queue = queue(10, usize::MAX);
        queue.push(job(0)).unwrap();
        queue.end(StoreError::Stopped("it was closed".into()));
        assert_eq!(queue.push(job(0)), Err(StoreError::Stopped("it was closed".into())));
        assert_eq!(drained(&queue, None), 1);
        assert!(matches!(queue.drain(None, None), Drained::Ended));
    }
}
