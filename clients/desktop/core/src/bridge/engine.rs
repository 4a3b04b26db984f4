//! One account that is open: from reading what is kept to the end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longlink_client::Secret;
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::desk::with_accounts;
use super::hand::{Hand, Teller};
use super::opening::{Kept, Opening, open};
use super::seen::{Seen, Showing};
use super::sending::Outbox;
use super::{receiving, sending, wishes};
use crate::accounts::{Account, Accounts};
use crate::model::{Told, Wish};
use crate::store::{Keeper, Store, StoreError};
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
    /// What is kept was found to be damaged.
    Broken,
    LoggedOut {
        forget: bool,
    },
}

/// How long the tasks of an account may take to end.
const TASKS_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn run(mut engine: Engine, mut errands: mpsc::Receiver<Errand>) {
    let folder = engine.accounts.lock().unwrap_or_else(PoisonError::into_inner).folders().of(&engine.account.key);
    let mut passphrase = Secret::from("");
    loop {
        let end = engine.end.clone();
        let opening = open(&folder, passphrase, &engine.teller, &mut errands);
        let kept = match end.run_until_cancelled(opening).await {
            Some(Opening::Open(kept)) => *kept,
            Some(Opening::LoggedOut { forget }) => {
                if let Err(error) = engine.vault.forget(&folder, &engine.account.key).await {
                    tracing::warn!(%error, "cannot forget a token");
                }
                return engine.logged_out(forget).await;
            }
            Some(Opening::Shut) | None => return,
        };
        passphrase = kept.passphrase.clone();
        match serve(&mut engine, kept, &mut errands).await {
            End::Shut => return,
            End::Broken => {
                // Nothing is thrown away: what can be read of it may still be read by other means.
                let Err(error) = Store::set_aside(&folder) else { continue };
                engine.teller.tell(Told::StoreFailed(error.to_string())).await;
                return;
            }
            End::LoggedOut { forget } => return engine.logged_out(forget).await,
        }
    }
}

async fn serve(engine: &mut Engine, kept: Kept, errands: &mut mpsc::Receiver<Errand>) -> End {
    let Kept { store, opened, outbox, .. } = kept;
    let folder = engine.accounts.lock().unwrap_or_else(PoisonError::into_inner).folders().of(&engine.account.key);
    let keeper = match Keeper::start(store) {
        Ok(keeper) => keeper,
        Err(error) => {
            engine.teller.tell(Told::StoreFailed(error.to_string())).await;
            return End::Shut;
        }
    };
    engine.teller.tell(Told::Opened(Box::new(opened))).await;
    let end = engine.end.child_token();
    let (hand, mut faults) = Hand::new(
        engine.account.clone(),
        (folder, engine.vault.clone()),
        keeper.clone(),
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
            () = end.cancelled() => break End::Shut,
            Some(StoreError::Broken(why)) = faults.recv() => {
                tracing::error!(why, "what is kept is damaged");
                break End::Broken;
            }
            // Nothing is left to log out of.
            () = hand.erased.notified() => break End::LoggedOut { forget: true },
            Ok(()) = engine.alarm.changed() => hand.hurry().await,
            errand = errands.recv() => match errand {
                Some(Errand::Wish(wish)) => if let Some(forget) = wishes::carry_out(&hand, *wish).await {
                    break End::LoggedOut { forget };
                },
                Some(Errand::Show(showing)) => hand.show(showing),
                None => break End::Shut,
            },
        }
    };
    if let End::LoggedOut { .. } = how {
        hand.log_out().await;
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
    how
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
