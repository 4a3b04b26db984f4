//! The bridge between the app, whose thread must never wait, and everything that does: links, disks, the keyring.
//!
//! One thread with a runtime on it (`current_thread`: what takes long, the disk, pictures and the keyring, has threads of its
//! own, so there is no work here for a second one), and one `engine` for each account that is open. What the app wishes
//! goes in by bounded queues; what it is told comes out by one. An app that takes nothing stops the engines from reading
//! their links: memory stays bounded, the server keeps the rest. Nothing wakes up while nothing happens, but for one look
//! in ten seconds at the clock and the machine's addresses (`alarm`).

mod alarm;
mod asking;
mod delivered;
mod desk;
mod downloads;
mod engine;
mod hand;
mod loading;
mod login;
mod opening;
mod preparing;
mod receiving;
mod seen;
mod sending;
mod uploading;
mod wishes;

pub use seen::{Form, LoginError, Seen, Showing};

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::mpsc;

use crate::accounts::{Account, AccountKey, Accounts, AppSettings, Folders};
use crate::model::Wish;
use crate::vault::Vault;
use desk::{Desk, Engines, Order};
use engine::Errand;

/// So much may wait for the app before the links are not read any more: with entries of the largest kind, 64 MiB.
const SEEN_MAX: usize = 128;
/// Logins and the like; a person does not do more at once.
const ORDERS_MAX: usize = 64;
/// How long closing may take: what was written is on the disk, and what is under way can be sent again.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The app's end. Dropped without [`Bridge::close`], everything ends as by a crash, which loses nothing.
pub struct Bridge {
    orders: mpsc::Sender<Order>,
    seen: mpsc::Receiver<Seen>,
    accounts: Arc<Mutex<Accounts>>,
    engines: Engines,
    thread: Option<JoinHandle<()>>,
}

impl Bridge {
    /// Reads which accounts there are, and begins. `wake` is called, from another thread, when there is something to
    /// take. Fails with a sentence for the person.
    pub fn start(folders: Folders, vault: Vault, wake: impl Fn() + Send + Sync + 'static) -> Result<Self, String> {
        let (accounts, problems) = Accounts::read(Arc::new(folders)).map_err(|error| error.to_string())?;
        let accounts = Arc::new(Mutex::new(accounts));
        let engines = Engines::default();
        let (orders, to_do) = mpsc::channel(ORDERS_MAX);
        let (tell, seen) = mpsc::channel(SEEN_MAX);
        for problem in problems {
            // There is room: they are two at most.
            let _ = tell.try_send(Seen::Problem(problem));
        }
        let desk = Desk::new(Arc::clone(&accounts), Arc::clone(&engines), vault, tell, Arc::new(wake));
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let work = move || {
            runtime.block_on(desk.run(to_do));
            // A keyring that asks the person for a password must not keep the app from ending.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("bridge".to_owned()).spawn(work).map_err(|error| error.to_string())?;
        Ok(Self { orders, seen, accounts, engines, thread: Some(thread) })
    }

    /// The accounts of this machine.
    pub fn accounts(&self) -> Vec<Account> {
        self.lock().all().to_vec()
    }

    /// How the person likes the app.
    pub fn settings(&self) -> AppSettings {
        self.lock().settings().clone()
    }

    /// Writes the settings down.
    pub fn keep_settings(&self, settings: AppSettings) {
        self.order(Order::KeepSettings(settings));
    }

    /// Reads what is kept of an account, and connects. Nothing if it is open already.
    pub fn open(&self, account: &AccountKey) {
        self.order(Order::Open(account.clone()));
    }

    /// Ends what [`Bridge::open`] began. The account stays logged in.
    pub fn shut(&self, account: &AccountKey) {
        self.order(Order::Shut(account.clone()));
    }

    /// Logs in. An account that is in the list already goes on under its new token.
    pub fn log_in(&self, form: Form) {
        self.order(Order::LogIn(form));
    }

    /// Makes an account, and logs in. `invitation` is empty where none is needed.
    pub fn register(&self, form: Form, invitation: String) {
        self.order(Order::Register(form, invitation));
    }

    /// Wishes something for an account that is open. An error gives the wish back: too much waits, or the account is not
    /// open; later it may be wished again.
    pub fn wish(&self, account: &AccountKey, wish: Wish) -> Result<(), Box<Wish>> {
        let errand = match self.send(account, Errand::Wish(Box::new(wish))) {
            Ok(()) => return Ok(()),
            Err(errand) => errand,
        };
        match errand {
            Errand::Wish(wish) => Err(wish),
            Errand::Show(_) => Ok(()),
        }
    }

    /// Wishes to see a picture: it is got, if it is not here, and decoded. False: too much waits; ask again later.
    pub fn show(&self, account: &AccountKey, showing: Showing) -> bool {
        self.send(account, Errand::Show(showing)).is_ok()
    }

    /// What happened next, if anything did.
    pub fn try_next(&mut self) -> Option<Seen> {
        self.seen.try_recv().ok()
    }

    /// The same, for who may wait.
    pub async fn next(&mut self) -> Option<Seen> {
        self.seen.recv().await
    }

    /// Ends everything, and waits for it, but not for long.
    pub fn close(mut self) {
        let (done, ended) = sync_channel(1);
        // What is told now is told to nobody, and must not hold up the end.
        self.seen.close();
        while self.seen.try_recv().is_ok() {}
        let is_asked = self.orders.try_send(Order::Close(done)).is_ok();
        if is_asked && ended.recv_timeout(CLOSE_TIMEOUT).is_ok() {
            // Nothing is left to do on it.
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }

    fn send(&self, account: &AccountKey, errand: Errand) -> Result<(), Errand> {
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(engine) = engines.get(account) else { return Err(errand) };
        engine.errands.try_send(errand).map_err(|error| match error {
            mpsc::error::TrySendError::Full(errand) | mpsc::error::TrySendError::Closed(errand) => errand,
        })
    }

    fn order(&self, order: Order) {
        // A full queue of logins is a program that went wrong; the app sees that nothing happens.
        if let Err(error) = self.orders.try_send(order) {
            tracing::warn!(%error, "too many orders");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
