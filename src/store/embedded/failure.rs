//! The end that comes by itself: the engine has failed, for good, and says so to everybody.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::store::{Pending, StoreError};

#[derive(Debug, Default)]
pub(super) struct Failure {
    reason: OnceLock<Arc<str>>,
    watchers: Mutex<Vec<oneshot::Sender<StoreError>>>,
    /// Since when the writer has been at its batch.
    batch_since: Mutex<Option<Instant>>,
}

impl Failure {
    pub(super) fn reason(&self) -> Option<StoreError> {
        self.reason.get().cloned().map(StoreError::Stopped)
    }

    /// True for the first reason. Later ones are only its consequences.
    pub(super) fn set(&self, reason: &str) -> bool {
        let is_first = self.reason.set(reason.into()).is_ok();
        for watcher in self.watchers().drain(..) {
            // Who has gone away needs no answer.
            let _ = watcher.send(StoreError::Stopped(reason.into()));
        }
        is_first
    }

    pub(super) fn wait(&self) -> Pending<StoreError> {
        let mut watchers = self.watchers();
        if let Some(reason) = self.reason() {
            return Pending::ready(reason);
        }
        let (sender, receiver) = oneshot::channel();
        watchers.retain(|watcher| !watcher.is_closed());
        watchers.push(sender);
        Pending::waiting(receiver, super::closed)
    }

    pub(super) fn batch_begins(&self) {
        *self.batch() = Some(Instant::now());
    }

    /// How long the batch took.
    pub(super) fn batch_ends(&self) -> Option<Duration> {
        self.batch().take().map(|since| since.elapsed())
    }

    /// Whether the writer has been at one batch for longer than `limit`.
    pub(super) fn is_stalled(&self, limit: Duration) -> bool {
        self.batch().is_some_and(|since| since.elapsed() > limit)
    }

    fn watchers(&self) -> MutexGuard<'_, Vec<oneshot::Sender<StoreError>>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn batch(&self) -> MutexGuard<'_, Option<Instant>> {
        self.batch_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
