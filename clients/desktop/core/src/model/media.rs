//! Files and avatars that come from the server, by their hash (D4, D5, D9).

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;

use super::Progress;

/// What lies here, and what is coming.
#[derive(Debug, Default)]
pub struct Media {
    states: HashMap<String, Download>,
    version: u64,
    saved: VecDeque<Saved>,
}

/// How saving a file went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub hash: String,
    /// Where it is now.
    pub outcome: Result<PathBuf, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Download {
    Loading(Progress),
    /// It is kept on this machine: it can be shown or saved.
    Here,
    /// `is_gone`: the server has it no more, so that trying again is no use.
    Failed {
        is_gone: bool,
    },
}

/// So many are told of.
const SAVED_MAX: usize = 16;
/// So many are told apart. Of more, those that failed and those that lie here are forgotten: to ask again costs little.
const STATES_MAX: usize = 20_000;

impl Media {
    /// Nothing when it was not asked for.
    pub fn of(&self, hash: &str) -> Option<&Download> {
        self.states.get(hash)
    }

    /// Grows when one comes or fails.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How saving went, of those of which nobody has asked yet, the earliest first.
    pub fn take_saved(&mut self) -> Option<Saved> {
        self.saved.pop_front()
    }

    /// Whether [`Media::take_saved`] has something to tell.
    pub fn has_saved(&self) -> bool {
        !self.saved.is_empty()
    }

    pub(crate) fn saved(&mut self, saved: Saved) {
        if self.saved.len() >= SAVED_MAX {
            self.saved.pop_front();
        }
        self.saved.push_back(saved);
    }

    /// True when it is to be got: it does not lie here, and is not coming. `again`: also after it failed.
    pub(crate) fn want(&mut self, hash: &str, again: bool) -> bool {
        let is_wanted = match self.of(hash) {
            None => true,
            Some(Download::Failed { is_gone }) => again && !is_gone,
            Some(Download::Loading(_) | Download::Here) => false,
        };
        if is_wanted {
            self.set(hash, Download::Loading(Progress::default()));
        }
        is_wanted
    }

    pub(crate) fn set(&mut self, hash: &str, state: Download) {
        if self.states.len() >= STATES_MAX {
            self.states.retain(|_, state| matches!(state, Download::Loading(_)));
        }
        self.states.insert(hash.to_owned(), state);
        self.version += 1;
    }

    /// Only while it is still coming: it may have been called off.
    pub(crate) fn progress(&mut self, hash: &str, progress: Progress) {
        if let Some(Download::Loading(before)) = self.states.get_mut(hash) {
            *before = progress;
            self.version += 1;
        }
    }

    /// True when it was coming.
    pub(crate) fn call_off(&mut self, hash: &str) -> bool {
        let is_coming = matches!(self.of(hash), Some(Download::Loading(_)));
        if is_coming {
            self.states.remove(hash);
            self.version += 1;
        }
        is_coming
    }

    /// Nothing is known to lie here, and nothing is coming.
    pub(crate) fn forget_all(&mut self) {
        self.states.clear();
        self.version += 1;
    }

    /// What failed for want of a link may be tried again.
    pub(crate) fn forget_failed(&mut self) {
        self.states.retain(|_, state| !matches!(state, Download::Failed { is_gone: false }));
        self.version += 1;
    }
}
