//! The one task that starts and ends engines.

use std::collections::HashMap;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::alarm::{Alarm, TICK};
use super::engine::{self, Engine, Errand};
use super::hand::Teller;
use super::login;
use super::seen::{Form, Seen};
use crate::accounts::{Account, AccountKey, Accounts, AppSettings};
use crate::vault::Vault;

/// What the app may ask of one account before some of it is done.
const ERRANDS_MAX: usize = 1024;
/// How long an engine may take to end before it is left behind.
const END_TIMEOUT: Duration = Duration::from_secs(4);

/// What the app asks that is not one account's.
pub(super) enum Order {
    LogIn(Form),
    Register(Form, String),
    Open(AccountKey),
    Shut(AccountKey),
    KeepSettings(AppSettings),
    Close(SyncSender<()>),
}

/// Where the errands of the open accounts go.
pub(super) type Engines = Arc<Mutex<HashMap<AccountKey, Running>>>;

#[derive(Debug)]
pub(super) struct Running {
    pub(super) errands: mpsc::Sender<Errand>,
    end: CancellationToken,
    task: JoinHandle<()>,
}

pub(super) struct Desk {
    accounts: Arc<Mutex<Accounts>>,
    engines: Engines,
    vault: Vault,
    tell: mpsc::Sender<Seen>,
    wake: Arc<dyn Fn() + Send + Sync>,
    tasks: TaskTracker,
    /// Changes when every engine should look whether its link is still there.
    alarm: watch::Sender<()>,
    /// Logins that went well.
    logged_in: (mpsc::Sender<Account>, mpsc::Receiver<Account>),
}

impl Desk {
    pub(super) fn new(
        accounts: Arc<Mutex<Accounts>>,
        engines: Engines,
        vault: Vault,
        tell: mpsc::Sender<Seen>,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let alarm = watch::Sender::new(());
        Self { accounts, engines, vault, tell, wake, tasks: TaskTracker::new(), alarm, logged_in: mpsc::channel(1) }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut alarm = Alarm::default();
        loop {
            let is_idle = self.lock().is_empty();
            // Orders first: closing must not wait for anything.
            select! {
                biased;
                order = orders.recv() => match order {
                    Some(Order::Close(done)) => {
                        self.end_all().await;
                        // The app may have gone on without us.
                        let _ = done.try_send(());
                        return;
                    }
                    Some(order) => self.obey(order).await,
                    None => return self.end_all().await,
                },
                Some(account) = self.logged_in.1.recv() => {
                    self.shut(&account.key).await;
                    self.open(account);
                }
                // Nobody is here to be woken up: then nobody is asked.
                () = sleep(TICK), if !is_idle => if alarm.rings() {
                    self.alarm.send_replace(());
                },
            }
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::LogIn(form) => self.log_in(form, None),
            Order::Register(form, invitation) => self.log_in(form, Some(invitation)),
            Order::Open(key) => {
                let found = self.with_accounts(move |accounts| accounts.get(&key).cloned()).await;
                if let Some(account) = found.flatten() {
                    self.open(account);
                }
            }
            Order::Shut(key) => self.shut(&key).await,
            Order::KeepSettings(settings) => {
                let kept = self.with_accounts(move |accounts| accounts.keep_settings(settings)).await;
                if let Some(Err(error)) = kept {
                    self.tell(Seen::Problem(format!("cannot keep the settings: {error}"))).await;
                }
            }
            // Taken by whoever calls this.
            Order::Close(_) => {}
        }
    }

    fn log_in(&self, form: Form, invitation: Option<String>) {
        let login = login::Login {
            accounts: Arc::clone(&self.accounts),
            vault: self.vault.clone(),
            tell: self.tell.clone(),
            wake: Arc::clone(&self.wake),
            logged_in: self.logged_in.0.clone(),
        };
        self.tasks.spawn(login.run(form, invitation));
    }

    fn open(&mut self, account: Account) {
        let mut engines = self.lock();
        if engines.get(&account.key).is_some_and(|running| !running.errands.is_closed()) {
            return;
        }
        let (errands, to_do) = mpsc::channel(ERRANDS_MAX);
        let end = CancellationToken::new();
        let key = account.key.clone();
        let engine = Engine {
            teller: Teller::new(key.clone(), self.tell.clone(), Arc::clone(&self.wake)),
            account,
            accounts: Arc::clone(&self.accounts),
            vault: self.vault.clone(),
            end: end.clone(),
            alarm: self.alarm.subscribe(),
        };
        let task = self.tasks.spawn(engine::run(engine, to_do));
        engines.insert(key, Running { errands, end, task });
    }

    async fn shut(&mut self, key: &AccountKey) {
        let running = self.lock().remove(key);
        if let Some(Running { end, task, .. }) = running {
            end.cancel();
            if timeout(END_TIMEOUT, task).await.is_err() {
                tracing::warn!("an account did not end in time");
            }
        }
    }

    async fn end_all(&mut self) {
        let all: Vec<Running> = self.lock().drain().map(|(_, running)| running).collect();
        for running in &all {
            running.end.cancel();
        }
        let ended = async {
            for running in all {
                // How it ended is its own business.
                let _ = running.task.await;
            }
        };
        if timeout(END_TIMEOUT, ended).await.is_err() {
            tracing::warn!("not all accounts ended in time");
        }
    }

    async fn tell(&self, seen: Seen) {
        // An app that has gone is told nothing.
        let _ = self.tell.send(seen).await;
        (self.wake)();
    }

    /// Reads or changes the list, which may touch the disk.
    async fn with_accounts<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Accounts) -> T + Send + 'static,
    ) -> Option<T> {
        with_accounts(&self.accounts, work).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AccountKey, Running>> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads or changes the list on a thread that may wait for the disk. Nothing comes of it only if that panicked.
pub(super) async fn with_accounts<T: Send + 'static>(
    accounts: &Arc<Mutex<Accounts>>,
    work: impl FnOnce(&mut Accounts) -> T + Send + 'static,
) -> Option<T> {
    let accounts = Arc::clone(accounts);
    spawn_blocking(move || work(&mut accounts.lock().unwrap_or_else(PoisonError::into_inner))).await.ok()
}
