//! The thread on which a store lives, since it blocks. It costs nothing while nothing is asked.

use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::{Store, StoreError};

enum Job {
    Do(Box<dyn FnOnce(&mut Store) + Send>),
    /// Told when the file is closed.
    Close(oneshot::Sender<()>),
}

/// So many jobs wait at most; whoever brings one more waits for room.
const JOBS_MAX: usize = 64;

/// A handle to a store. When the last one is dropped, the store is closed.
#[derive(Clone)]
pub struct Keeper {
    jobs: mpsc::Sender<Job>,
}

impl Keeper {
    /// Gives the store its thread.
    pub fn start(mut store: Store) -> Result<Self, StoreError> {
        let (jobs, mut to_do) = mpsc::channel::<Job>(JOBS_MAX);
        let work = move || {
            loop {
                match to_do.blocking_recv() {
                    Some(Job::Do(work)) => work(&mut store),
                    Some(Job::Close(done)) => {
                        drop(store);
                        // Whoever waited may have gone on.
                        let _ = done.send(());
                        return;
                    }
                    None => return,
                }
            }
        };
        thread::Builder::new().name("store".to_owned()).spawn(work)?;
        Ok(Self { jobs })
    }

    /// Does something with the store, behind what was asked before, and waits for what came of it. It is done even if
    /// nobody waits any more.
    pub async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = move |store: &mut Store| {
            // Nobody waits: then nobody is told.
            let _ = answer.send(ask(store));
        };
        self.jobs.send(Job::Do(Box::new(job))).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Does something with the store, behind what was asked before, and does not wait for it; `failed` is called on the
    /// store's thread with what went wrong.
    pub async fn tell(
        &self,
        work: impl FnOnce(&mut Store) -> Result<(), StoreError> + Send + 'static,
        failed: impl FnOnce(StoreError) + Send + 'static,
    ) {
        let job = move |store: &mut Store| {
            if let Err(error) = work(store) {
                failed(error);
            }
        };
        // Closed: there is nobody to keep it.
        let _ = self.jobs.send(Job::Do(Box::new(job))).await;
    }

    /// Waits until everything that was asked before is done, and the file is closed. Nothing is done from then on.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(done)).await.is_ok() {
            // It ends without a word only if it panicked.
            let _ = closed.await;
        }
    }
}
