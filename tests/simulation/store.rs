//! A simulated engine: the memory engine as what a process knows, and a `Disk` below it. One task writes, as the embedded
//! engine's thread does: it drains the line, writes, syncs, and only then shows and answers.

mod views;
pub(crate) mod writer;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use longlink::id::{QueueId, UserId};
use longlink::store::tail::Ring;
use longlink::store::{
    Appended, Change, ChangeError, Entry, Keep, Log, Memory, NewEntry, Partition, Pending, StoreError, Tail,
};
use tokio::sync::{Notify, oneshot};

use crate::bug;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::scene::Scene;

/// So many jobs wait at most; one more is refused.
pub(crate) const LINE_MAX: usize = 48;
/// Few, so that who follows the log has to read it now and then.
const RING_ENTRIES: usize = 24;

pub(crate) const LOG: Partition = Partition(0);

/// The engine, as one process has it.
pub(crate) struct Simulated {
    pub(crate) memory: Arc<Memory>,
    pub(crate) ring: Arc<Ring>,
    epoch: String,
    disk: Disk,
    state: Mutex<State>,
    came: Notify,
    scene: Scene,
    /// Entries before it were there when the process began.
    began_at: QueueId,
}

struct State {
    line: VecDeque<Job>,
    dice: Dice,
    failed: Option<StoreError>,
    watchers: Vec<oneshot::Sender<StoreError>>,
    longest: usize,
}

/// What the writer is asked for.
enum Job {
    Append(NewEntry, oneshot::Sender<Result<Appended, StoreError>>),
    Find(UserId, String, oneshot::Sender<Result<Option<Appended>, StoreError>>),
    Change(Vec<Change>, Keep, oneshot::Sender<Result<(), ChangeError>>),
}

impl Simulated {
    /// Opens what is on the disk.
    pub(crate) fn open(disk: &Disk, dice: Dice, scene: &Scene) -> Arc<Self> {
        let memory = Memory::new();
        let (epoch, written) = {
            let on_disk = disk.lock();
            (on_disk.epoch.clone(), on_disk.written.clone())
        };
        for written in written {
            writer::carry_out(&memory, written);
        }
        let head = memory.head(LOG);
        scene.trace.note(format_args!("store opened, head {head}"));
        let state = State { line: VecDeque::new(), dice, failed: None, watchers: Vec::new(), longest: 0 };
        Arc::new(Self {
            memory: Arc::new(memory),
            ring: Ring::new(head, RING_ENTRIES, 1 << 20),
            epoch,
            disk: disk.clone(),
            state: Mutex::new(state),
            came: Notify::new(),
            scene: scene.clone(),
            began_at: head.next(),
        })
    }

    /// How long the line has been at most.
    pub(crate) fn longest_line(&self) -> usize {
        self.state().longest
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn put_in_line(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.state();
        if let Some(failed) = &state.failed {
            return Err(failed.clone());
        }
        if state.line.len() >= LINE_MAX {
            return Err(StoreError::Overloaded);
        }
        state.line.push_back(job);
        state.longest = state.longest.max(state.line.len());
        drop(state);
        self.came.notify_one();
        Ok(())
    }

    /// Ends the engine for good: who waits is told, and who watches.
    fn fail(&self, why: &StoreError) {
        let mut state = self.state();
        state.failed.get_or_insert(why.clone());
        let (jobs, watchers): (Vec<Job>, Vec<_>) = (state.line.drain(..).collect(), state.watchers.drain(..).collect());
        drop(state);
        jobs.into_iter().for_each(|job| self.refuse(job, why));
        for watcher in watchers {
            // Who watched may be gone.
            let _ = watcher.send(why.clone());
        }
    }

    fn refuse(&self, job: Job, why: &StoreError) {
        // Who asked may be gone.
        match job {
            Job::Append(new, reply) => {
                self.scene.put_off(new.from.get(), &new.client_msg_id);
                drop(reply.send(Err(why.clone())));
            }
            Job::Find(_, _, reply) => drop(reply.send(Err(why.clone()))),
            Job::Change(_, _, reply) => drop(reply.send(Err(why.clone().into()))),
        }
    }
}

impl Log for Simulated {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn append(&self, _: Partition, new: NewEntry) -> Pending<Result<Appended, StoreError>> {
        let (reply, receiver) = oneshot::channel();
        let (from, name) = (new.from.get(), new.client_msg_id.clone());
        match self.put_in_line(Job::Append(new, reply)) {
            Ok(()) => Pending::waiting(receiver, || Err(stopped())),
            Err(refused) => {
                self.scene.put_off(from, &name);
                Pending::ready(Err(refused))
            }
        }
    }

    fn find(&self, _: Partition, from: UserId, name: &str) -> Pending<Result<Option<Appended>, StoreError>> {
        // It is asked for before a send is refused, as to a group that its writer is not in: it may be repeated once they are.
        self.scene.put_off(from.get(), name);
        let (reply, receiver) = oneshot::channel();
        match self.put_in_line(Job::Find(from, name.to_owned(), reply)) {
            Ok(()) => Pending::waiting(receiver, || Err(stopped())),
            Err(refused) => Pending::ready(Err(refused)),
        }
    }

    fn head(&self, log: Partition) -> QueueId {
        self.memory.head(log)
    }

    fn kept_from(&self, log: Partition) -> QueueId {
        self.memory.kept_from(log)
    }

    fn log_bytes(&self, log: Partition) -> u64 {
        self.memory.log_bytes(log)
    }

    fn trim(&self, log: Partition, _: QueueId) -> Result<QueueId, StoreError> {
        // Nothing in a simulated world is old enough.
        Ok(self.memory.kept_from(log))
    }

    fn read_log(&self, log: Partition, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        Ok(bug::shown(self.memory.read_log(log, after, limit)?))
    }

    fn entry(&self, log: Partition, place: QueueId) -> Result<Option<Arc<Entry>>, StoreError> {
        Ok(self.memory.entry(log, place)?.map(bug::as_sent))
    }

    fn tail(&self, _: Partition, after: QueueId) -> Tail {
        let memory = Arc::clone(&self.memory);
        let read_log = move |after, limit| Ok(bug::shown(memory.read_log(LOG, after, limit)?));
        Tail::new(Arc::clone(&self.ring), after, Arc::new(read_log))
    }

    fn failed(&self) -> Pending<StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.state().watchers.push(sender);
        Pending::waiting(receiver, stopped)
    }

    fn close(&self) {
        self.finish();
    }
}

fn stopped() -> StoreError {
    StoreError::Stopped("the simulated store has stopped".into())
}
