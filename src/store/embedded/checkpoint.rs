//! Takes the rows of the views to the disk, in bulk, behind the log.
//!
//! A checkpoint first has the database put the log into tables, then writes the rows, and with them, in one step,
//! the mark. So what is at or before the mark needs no journal, and an open looks only at what is behind it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Shared;
use super::tables::Tables;
use crate::id::QueueId;
use crate::store::rows::MemoryRows;
use crate::store::view::SentMap;

/// Between the writer, which asks for a checkpoint, and the thread that makes it.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Wanted {
    work: Option<Work>,
    is_ended: bool,
    /// However few entries there are.
    is_asked: bool,
    /// When there was last something to do.
    begun: Option<Instant>,
}

/// Everything made from the log that is not on the disk, up to the head.
#[derive(Debug)]
struct Work {
    rows: Arc<MemoryRows>,
    names: Arc<SentMap>,
    head: QueueId,
}

/// Each checkpoint makes tables, and every few tables are merged with all that overlap them: four times as large ones are a
/// quarter of the work. So those that would follow one another this closely, in a storm of appends, are this many times as
/// large.
const CLOSE: Duration = Duration::from_secs(3);
const LARGER: usize = 4;
/// With so many times `checkpoint_entries` in memory, the writer waits for the disk.
const BEHIND_MAX: usize = 8;
/// It waits for so many times `stall_limit`: to merge tables takes longer than to write a batch.
const STALLS_MAX: u32 = 12;

impl Checkpoints {
    pub(super) fn end(&self) {
        self.lock().is_ended = true;
        self.changed.notify_all();
    }

    /// Has the writer take the next one at once, however few entries it is of. False if somebody has asked already.
    pub(super) fn ask(&self) -> bool {
        !std::mem::replace(&mut self.lock().is_asked, true)
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for a checkpoint if there is enough for one. Called by the writer alone, between two batches.
pub(super) fn consider(shared: &Shared, head: QueueId) {
    let enough = shared.settings.checkpoint_entries.max(1);
    let mut wanted = shared.checkpoints.lock();
    loop {
        let mut layers = shared.layers_mut();
        let active = layers.active_entries();
        if !is_due(active, enough, wanted.begun) && !wanted.is_asked {
            return;
        }
        if let Some(rows) = layers.freeze() {
            wanted.is_asked = false;
            wanted.begun = Some(Instant::now());
            wanted.work = Some(Work { rows, names: shared.names().freeze(), head });
            shared.checkpoints.changed.notify_all();
            return;
        }
        if active < enough.saturating_mul(BEHIND_MAX) || shared.failure.reason().is_some() {
            return;
        }
        drop(layers);
        // Meanwhile the queue fills, and refuses what it cannot hold. That is right while the disk is slow, but not
        // for ever.
        let limit = shared.settings.stall_limit.saturating_mul(STALLS_MAX);
        let waited = shared.checkpoints.changed.wait_timeout(wanted, limit);
        let (guard, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        wanted = guard;
        if waited.timed_out() {
            drop(wanted);
            shared.fail(&format!("rows of the views could not be written for {} s", limit.as_secs()));
            return;
        }
    }
}

/// Whether there is enough for a checkpoint, with the last one begun then.
fn is_due(active: usize, enough: usize, last: Option<Instant>) -> bool {
    let is_close = || last.is_some_and(|begun| begun.elapsed() < CLOSE);
    active >= enough && (active >= enough.saturating_mul(LARGER) || !is_close())
}

/// The thread that makes checkpoints, until it is told to end.
pub(super) fn run(shared: &Shared, tables: &Tables) {
    loop {
        let mut wanted = shared.checkpoints.lock();
        let work = loop {
            if let Some(work) = wanted.work.take() {
                break work;
            }
            if wanted.is_ended {
                return;
            }
            wanted = shared.checkpoints.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        };
        drop(wanted);
        if let Err(error) = write(shared, tables, &work) {
            shared.fail(&format!("rows of the views could not be written: {error}"));
        }
        // Under the lock that `consider` holds from its look to its wait, or it could miss this.
        let _wanted = shared.checkpoints.lock();
        shared.checkpoints.changed.notify_all();
        if shared.failure.reason().is_some() {
            return;
        }
    }
}

#[cfg(test)]
impl Shared {
    /// Until nothing is on its way to the disk.
    pub(super) fn wait_for_checkpoints(&self) {
        let mut wanted = self.checkpoints.lock();
        while self.layers().is_freezing() {
            wanted = self.checkpoints.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The last checkpoint, when nothing is appended any more: the next open finds everything in tables.
pub(super) fn finish(shared: &Shared, tables: &Tables, head: QueueId) -> fjall::Result<()> {
    let Some(rows) = shared.layers_mut().freeze() else { return Ok(()) };
    // Its lock ends here: `write` takes it as well.
    let names = shared.names().freeze();
    write(shared, tables, &Work { rows, names, head })
}

fn write(shared: &Shared, tables: &Tables, work: &Work) -> fjall::Result<()> {
    let give_up = || shared.failure.reason().is_some();
    tables.flush(give_up)?;
    if give_up() {
        return Ok(());
    }
    tables.write_rows(&work.rows, &work.names, work.head, give_up)?;
    // The names first: with the rows thawed, the writer may freeze the next ones, and these would be let go instead.
    shared.names().thaw();
    shared.layers_mut().thaw(work.head);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_that_would_follow_closely_are_larger() {
        let now = Instant::now();
        let before = now.checked_sub(CLOSE);
        assert!(!is_due(9, 10, None) && is_due(10, 10, None));
        assert!(before.is_some() && is_due(10, 10, before) && !is_due(9, 10, before));
        assert!(!is_due(39, 10, Some(now)) && is_due(40, 10, Some(now)));
    }
}
