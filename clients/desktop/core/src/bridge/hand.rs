//! What the tasks of one account share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use longlink_client::{Client, Secret};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::downloads::Downloads;
use super::seen::Seen;
use super::sending::Outbox;
use crate::accounts::{Account, AccountKey};
use crate::files::Web;
use crate::model::Told;
use crate::store::{Keeper, Store, StoreError};
use crate::vault::Vault;

/// So many questions to the server, and readings of conversations, are under way at once; the next one waits.
const ASKS_MAX: usize = 64;
const LOADS_MAX: usize = 16;

/// Tells the app about one account.
#[derive(Clone)]
pub(super) struct Teller {
    key: AccountKey,
    tell: mpsc::Sender<Seen>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// A link, and the way to files that goes with it.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) client: Client,
    pub(super) web: Arc<Web>,
}

pub(super) struct Hand {
    pub(super) account: Account,
    pub(super) folder: PathBuf,
    pub(super) vault: Vault,
    pub(super) keeper: Keeper,
    pub(super) teller: Teller,
    pub(super) tasks: TaskTracker,
    /// The account is being closed.
    pub(super) end: CancellationToken,
    /// Nothing while nobody is logged in.
    pub(super) line: watch::Sender<Option<Line>>,
    pub(super) outbox: Outbox,
    pub(super) downloads: Downloads,
    pub(super) asks: Arc<Semaphore>,
    /// Readings of conversations: most need the disk alone, and do not wait behind questions.
    pub(super) loads: Arc<Semaphore>,
    /// What was looked for last: an older search need not go on.
    pub(super) search: Arc<Mutex<String>>,
    /// Something that waits for the network need not wait longer.
    pub(super) online: Notify,
    /// The log that what is kept here comes from.
    pub(super) epoch: Mutex<Option<String>>,
    /// What must be on the disk before the account is closed.
    pub(super) writing: TaskTracker,
    /// With which what is kept can be opened again, if it must be.
    pub(super) passphrase: Mutex<Secret>,
    /// A person wishes to come back where that is not done by itself.
    pub(super) again: Notify,
    /// The account is no more on the server.
    pub(super) erased: Notify,
    /// Told that the disk cannot be written.
    is_failing: AtomicBool,
    faults: mpsc::Sender<StoreError>,
}

impl Teller {
    pub(super) fn new(key: AccountKey, tell: mpsc::Sender<Seen>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { key, tell, wake }
    }

    /// Waits while the app has too much to take already.
    pub(super) async fn tell(&self, told: Told) {
        self.see(Seen::Told(self.key.clone(), told)).await;
    }

    pub(super) async fn see(&self, seen: Seen) {
        // An app that has gone is told nothing.
        if self.tell.send(seen).await.is_ok() {
            (self.wake)();
        }
    }

    pub(super) fn key(&self) -> &AccountKey {
        &self.key
    }
}

impl Hand {
    /// With where it is told that the store has failed.
    pub(super) fn new(
        account: Account,
        (folder, vault): (PathBuf, Vault),
        (keeper, passphrase): (Keeper, Secret),
        teller: Teller,
        outbox: Outbox,
        end: CancellationToken,
    ) -> (Arc<Self>, mpsc::Receiver<StoreError>) {
        let (faults, told) = mpsc::channel(1);
        let hand = Self {
            account,
            folder,
            vault,
            keeper,
            teller,
            tasks: TaskTracker::new(),
            end,
            line: watch::Sender::new(None),
            outbox,
            downloads: Downloads::default(),
            asks: Arc::new(Semaphore::new(ASKS_MAX)),
            loads: Arc::new(Semaphore::new(LOADS_MAX)),
            search: Arc::default(),
            online: Notify::new(),
            epoch: Mutex::default(),
            writing: TaskTracker::new(),
            passphrase: Mutex::new(passphrase),
            again: Notify::new(),
            erased: Notify::new(),
            is_failing: AtomicBool::new(false),
            faults,
        };
        (Arc::new(hand), told)
    }

    pub(super) async fn tell(&self, told: Told) {
        self.teller.tell(told).await;
    }

    pub(super) fn client(&self) -> Option<Client> {
        self.line.borrow().as_ref().map(|line| line.client.clone())
    }

    pub(super) fn web(&self) -> Option<Arc<Web>> {
        self.line.borrow().as_ref().map(|line| Arc::clone(&line.web))
    }

    /// Begins something that ends with the account.
    pub(super) fn spawn(self: &Arc<Self>, task: impl Future<Output = ()> + Send + 'static) {
        let end = self.end.clone();
        self.tasks.spawn(async move {
            end.run_until_cancelled(task).await;
        });
    }

    /// Does something with the store that has nobody to answer to: if it fails, the person is told that it does.
    pub(super) async fn keep(&self, ask: impl FnOnce(&mut Store) -> Result<(), StoreError> + Send + 'static) -> bool {
        let done = self.keeper.ask(ask).await;
        self.noted(done).await.is_some()
    }

    /// The same, without waiting: the next thing that is asked comes behind it.
    pub(super) async fn later(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Store) -> Result<(), StoreError> + Send + 'static,
    ) {
        let hand = Arc::clone(self);
        let runtime = Handle::current();
        let failed = move |error| {
            let noting = Arc::clone(&hand);
            // On the store's thread, which knows no runtime.
            hand.tasks.spawn_on(
                async move {
                    noting.noted::<()>(Err(error)).await;
                },
                &runtime,
            );
        };
        self.keeper.tell(work, failed).await;
    }

    /// Takes what came from the store. A failure is told once, and again only when it had worked between.
    pub(super) async fn noted<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        match result {
            Ok(done) => {
                self.is_failing.store(false, Ordering::Relaxed);
                Some(done)
            }
            Err(StoreError::Closed) => None,
            Err(error) => {
                if error.is_broken() {
                    // One is enough, and there may be one already.
                    let _ = self.faults.try_send(error);
                } else if !self.is_failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "cannot keep");
                    self.tell(Told::StoreFailed(error.to_string())).await;
                }
                None
            }
        }
    }

    pub(super) fn epoch(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn searched(&self) -> std::sync::MutexGuard<'_, String> {
        self.search.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
