//! The system's keyring. It may ask the person for a password and wait for it, so it is asked on threads of its own, and
//! not for ever.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};
use longlink_client::Secret;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::VaultError;
use crate::accounts::AccountKey;

/// How long a person may take to unlock it.
const PATIENCE: Duration = Duration::from_secs(60);
const SERVICE: &str = "longlink";

#[derive(Debug)]
pub(super) struct Keyring {
    /// A call never came back: no other is made, since each would hold one more thread.
    is_stuck: AtomicBool,
}

impl Keyring {
    pub(super) fn new() -> Self {
        Self { is_stuck: AtomicBool::new(false) }
    }

    pub(super) async fn set(&self, key: &AccountKey, text: Secret) -> Result<(), VaultError> {
        self.ask(key, move |entry| entry.set_password(text.expose())).await
    }

    /// Where there is no keyring, nothing is in it.
    pub(super) async fn get(&self, key: &AccountKey) -> Result<Option<Secret>, VaultError> {
        let got = self.ask(key, |entry| match entry.get_password() {
            Ok(text) => Ok(Some(text.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        or_none(got.await)
    }

    pub(super) async fn delete(&self, key: &AccountKey) -> Result<(), VaultError> {
        let deleted = self.ask(key, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        });
        or_none(deleted.await)
    }

    async fn ask<T: Send + 'static>(
        &self,
        key: &AccountKey,
        ask: impl FnOnce(Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, VaultError> {
        if self.is_stuck.load(Ordering::Relaxed) {
            return Err(VaultError::Keyring("it did not answer before".to_owned()));
        }
        let (answer, answered) = oneshot::channel();
        let user = key.as_str().to_owned();
        let asking = move || {
            let result = Entry::new(SERVICE, &user).and_then(ask);
            // Whoever asked may have given up.
            let _ = answer.send(result);
        };
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(asking)
            .map_err(|error| VaultError::Keyring(error.to_string()))?;
        match timeout(PATIENCE, answered).await {
            Ok(Ok(result)) => result.map_err(|error| VaultError::Keyring(error.to_string())),
            Ok(Err(_)) => Err(VaultError::Keyring("it failed".to_owned())),
            Err(_) => {
                self.is_stuck.store(true, Ordering::Relaxed);
                Err(VaultError::Keyring(format!("no answer in {} s", PATIENCE.as_secs())))
            }
        }
    }
}

/// Where there is no keyring, nothing was ever put into it. Asked only behind a call, since the first look takes its time.
fn or_none<T: Default>(result: Result<T, VaultError>) -> Result<T, VaultError> {
    match result {
        Err(VaultError::Keyring(_)) if Entry::store_status().is_err() => Ok(T::default()),
        other => other,
    }
}
