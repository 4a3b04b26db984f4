//! A simulated disk: what was written in order, how much of it is on stable storage, and how it behaves now. It outlives
//! the processes that use it.

use std::sync::{Arc, Mutex, MutexGuard};

use longlink::store::{Change, NewEntry};

use crate::dice::Dice;

/// One thing that was written. Each is on the disk whole or not at all.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    Entry(NewEntry),
    Changes(Vec<Change>),
}

#[derive(Clone)]
pub(crate) struct Disk(Arc<Mutex<State>>);

pub(crate) struct State {
    pub(crate) epoch: String,
    pub(crate) written: Vec<Written>,
    /// So many of those a power cut cannot take.
    pub(crate) synced: usize,
    pub(crate) mood: Mood,
}

/// How the disk behaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mood {
    /// A sync takes up to so long.
    pub(crate) sync_ms_max: u64,
    /// The next sync takes so long on top of that.
    pub(crate) stall_ms: u64,
    pub(crate) is_full: bool,
    /// The next sync fails.
    pub(crate) fails: bool,
}

impl Disk {
    pub(crate) fn new(seed: u64) -> Self {
        let mood = Mood::default();
        Self(Arc::new(Mutex::new(State { epoch: format!("{seed:016x}"), written: Vec::new(), synced: 0, mood })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The power goes: what was synced stays, and of the rest as much from its front as happened to be out.
    /// How much was lost.
    pub(crate) fn cut_power(&self, dice: &mut Dice) -> usize {
        let mut state = self.lock();
        let tail = state.written.len() - state.synced;
        let kept = dice.between(0..=tail as u64) as usize;
        let stays = state.synced + kept;
        state.written.truncate(stays);
        state.synced = stays;
        tail - kept
    }

    /// The process dies: what it has given to the kernel reaches the disk.
    pub(crate) fn outlive_process(&self) {
        let mut state = self.lock();
        state.synced = state.written.len();
    }
}
