//! One account that is open: from reading what is kept to the end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longlink_client::Secret;
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::desk::with_accounts;
use super::hand::{Hand, Teller};
use super::opening::{Kept, Opening, open};
use super::seen::{Seen, Showing};
use super::sending::{Outbox, Parcel};
use super::{receiving, sending, wishes};
use crate::accounts::{Account, Accounts};
use crate::model::{Told, Wish};
use crate::store::{Keeper, Own, Store, StoreError};
use crate::vault::Vault;

/// What is to be done for one account.
#[derive(Debug)]
pub(super) enum Errand {
    Wish(Box<Wish>),
    Show(Showing),
}

/// What an engine is made of.
pub(super) struct Engine {
    pub(super) account: Account,
    pub(super) accounts: Arc<Mutex<Accounts>>,
    pub(super) vault: Vault,
    pub(super) teller: Teller,
    pub(super) end: CancellationToken,
    pub(super) alarm: watch::Receiver<()>,
}

/// How it goes on.
enum End {
    /// The app wants no more of it.
    Shut,
    /// What is kept was found to be damaged. What was on its way is still known.
    Broken(Vec<Parcel>),
    LoggedOut {
        forget: bool,
    },
}

/// So much is under way at most before more is taken from the app; and how long to wait then.
const TASKS_MAX: usize = 2048;
const BREATH: Duration = Duration::from_millis(50);
/// How long the tasks of an account may take to end.
const TASKS_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn run(mut engine: Engine, mut errands: mpsc::Receiver<Errand>) {
    let folder = engine.accounts.lock().unwrap_or_else(PoisonError::into_inner).folders().of(&engine.account.key);
    let mut passphrase = Secret::from("");
    let own = Own { user_id: engine.account.user_id, user_name: engine.account.user_name.clone() };
    let mut on_their_way = Vec::new();
    let mut set_aside = None;
    loop {
        let end = engine.end.clone();
        let opening = open((&folder, &own), passphrase, set_aside.take(), &engine.teller, &mut errands);
        let kept = match end.run_until_cancelled(opening).await {
            Some(Opening::Open(kept)) => kept.with(std::mem::take(&mut on_their_way)),
            Some(Opening::LoggedOut { forget }) => {
                if let Err(error) = engine.vault.forget(&folder, &engine.account.key).await {
                    tracing::warn!(%error, "cannot forget a token");
                }
                return engine.logged_out(forget).await;
            }
            Some(Opening::Shut) | None => return,
        };
        let (how, opened_by) = serve(&mut engine, kept, &mut errands).await;
        passphrase = opened_by;
        match how {
            End::Shut => return,
            End::Broken(parcels) => {
                on_their_way = parcels;
                // Nothing is thrown away: what can be read of it may still be read by other means.
                match Store::set_aside(&folder) {
                    Ok(path) => set_aside = path,
                    Err(error) => return engine.teller.tell(Told::StoreFailed(error.to_string())).await,
                }
            }
            End::LoggedOut { forget } => return engine.logged_out(forget).await,
        }
    }
}

async fn serve(engine: &mut Engine, kept: Kept, errands: &mut mpsc::Receiver<Errand>) -> (End, Secret) {
    let Kept { store, opened, outbox, passphrase } = kept;
    let folder = engine.accounts.lock().unwrap_or_else(PoisonError::into_inner).folders().of(&engine.account.key);
    let keeper = match Keeper::start(store) {
        Ok(keeper) => keeper,
        Err(error) => {
            engine.teller.tell(Told::StoreFailed(error.to_string())).await;
            return (End::Shut, passphrase);
        }
    };
    engine.teller.tell(Told::Opened(Box::new(opened))).await;
    // Its own, since what was wished before the end is still written down.
    let end = CancellationToken::new();
    let (hand, mut faults) = Hand::new(
        engine.account.clone(),
        (folder, engine.vault.clone()),
        (keeper.clone(), passphrase),
        engine.teller.clone(),
        Outbox::new(outbox),
        end.clone(),
    );
    hand.spawn(receiving::run(Arc::clone(&hand)));
    hand.spawn(sending::online(Arc::clone(&hand)));
    let how = loop {
        // The end first, then what is wrong: wishes may be many.
        select! {
            biased;
            () = engine.end.cancelled() => break End::Shut,
            Some(StoreError::Broken(why)) = faults.recv() => {
                tracing::error!(why, "what is kept is damaged");
                break End::Broken(std::mem::take(&mut hand.outbox.lock().items));
            }
            // Nothing is left to log out of.
            () = hand.erased.notified() => break End::LoggedOut { forget: true },
            Ok(()) = engine.alarm.changed() => hand.hurry().await,
            // Then the app is told that too much waits.
            () = sleep(BREATH), if hand.tasks.len() >= TASKS_MAX => {}
            errand = errands.recv(), if hand.tasks.len() < TASKS_MAX => match errand {
                Some(Errand::Wish(wish)) => if let Some(forget) = wishes::carry_out(&hand, *wish).await {
                    break End::LoggedOut { forget };
                },
                Some(Errand::Show(showing)) => hand.show(showing),
                None => break End::Shut,
            },
        }
    };
    match how {
        End::LoggedOut { .. } => hand.log_out().await,
        End::Shut => finish(&hand, errands).await,
        End::Broken(_) => {}
    }
    if let Some(client) = hand.client() {
        client.close().await;
    }
    hand.line.send_replace(None);
    end.cancel();
    hand.tasks.close();
    if timeout(TASKS_TIMEOUT, hand.tasks.wait()).await.is_err() {
        tracing::debug!("some tasks did not end in time");
    }
    keeper.close().await;
    let passphrase = hand.passphrase.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (how, passphrase)
}

/// What was wished before the end is on the disk when this returns, unless that takes too long.
async fn finish(hand: &Arc<Hand>, errands: &mut mpsc::Receiver<Errand>) {
    let finishing = async {
        while let Ok(errand) = errands.try_recv() {
            if let Errand::Wish(wish) = errand {
                // To be logged out is wished anew at the next start.
                let _ = wishes::carry_out(hand, *wish).await;
            }
        }
        hand.writing.close();
        hand.writing.wait().await;
    };
    if timeout(TASKS_TIMEOUT, finishing).await.is_err() {
        tracing::warn!("not all that was wished is on the disk");
    }
}

impl Engine {
    async fn logged_out(self, forget: bool) {
        let key = self.account.key;
        if forget {
            let forgotten = key.clone();
            let removed = with_accounts(&self.accounts, move |accounts| accounts.remove(&forgotten)).await;
            if let Some(Err(error)) = removed {
                let problem = format!("cannot remove all that was kept of an account: {error}");
                self.teller.see(Seen::Problem(problem)).await;
            }
        }
        self.teller.see(Seen::LoggedOut { account: key, forgotten: forget }).await;
    }
}

impl Hand {
    /// There may be another network, or none that was there before.
    pub(super) async fn hurry(&self) {
        self.online.notify_waiters();
        if let Some(client) = self.client() {
            client.reconnect_now().await;
        }
    }
}
