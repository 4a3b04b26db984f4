//! Logging in and registering: one question to the server on a link of its own, and then the account is written down.

use std::sync::{Arc, Mutex};

use longlink_client::{Secret, ask_once_with, fresh_id, pb};
use tokio::sync::mpsc;

use super::desk::with_accounts;
use super::seen::{Form, LoginError, Seen};
use crate::accounts::{Account, AccountKey, Accounts};
use crate::vault::{self, Vault, VaultKind};

pub(super) struct Login {
    pub(super) accounts: Arc<Mutex<Accounts>>,
    pub(super) vault: Vault,
    pub(super) tell: mpsc::Sender<Seen>,
    pub(super) wake: Arc<dyn Fn() + Send + Sync>,
    pub(super) logged_in: mpsc::Sender<Account>,
}

/// What the server sees of the app in its log.
pub(super) const CLIENT: &str = concat!("longlink-desktop/", env!("CARGO_PKG_VERSION"));

impl Login {
    /// With an invitation, perhaps an empty one: an account is made first.
    pub(super) async fn run(self, form: Form, invitation: Option<String>) {
        let seen = match self.try_login(form, invitation).await {
            Ok((account, vault)) => {
                let opened = account.clone();
                let seen = Seen::LoggedIn { account, vault };
                // Told before the account itself tells anything.
                let _ = self.tell.send(seen).await;
                (self.wake)();
                let _ = self.logged_in.send(opened).await;
                return;
            }
            Err(error) => Seen::LoginFailed(error),
        };
        // An app that has gone is told nothing.
        let _ = self.tell.send(seen).await;
        (self.wake)();
    }

    async fn try_login(&self, form: Form, invitation: Option<String>) -> Result<(Account, VaultKind), LoginError> {
        let name = form.name.clone();
        let (host, link_port) = (form.host.clone(), form.link_port);
        let known = with_accounts(&self.accounts, move |accounts| accounts.find(&host, link_port, &name).cloned());
        let known = known.await.flatten();
        let mut account = Account {
            key: known.as_ref().map_or_else(AccountKey::fresh, |known| known.key.clone()),
            device_id: known.map_or_else(fresh_id, |known| known.device_id),
            host: form.host,
            link_port: form.link_port,
            http_port: form.http_port,
            protection: form.protection,
            user_name: form.name.clone(),
            user_id: 0,
        };
        let server = account.link_server().map_err(|error| LoginError::Protection(error.to_string()))?;
        if let Some(invitation) = invitation {
            let password = form.password.expose().to_owned();
            let request = pb::RegisterRequest { name: form.name.clone(), password, invitation };
            ask_once_with(server.clone(), request).await?;
        }
        let reply = ask_once_with(server, hello(&account, &form.password)).await?;
        account.user_id = reply.user_id;
        account.user_name = reply.user_name;
        let login = if reply.token.is_empty() {
            vault::Login::Password { name: form.name, password: form.password }
        } else {
            vault::Login::Token(reply.token.into())
        };
        self.keep(account, &login).await
    }

    async fn keep(&self, account: Account, login: &vault::Login) -> Result<(Account, VaultKind), LoginError> {
        let put = account.clone();
        let kept = with_accounts(&self.accounts, move |accounts| {
            accounts.put(put.clone())?;
            Ok::<_, std::io::Error>(accounts.folders().of(&put.key))
        });
        let folder = match kept.await {
            Some(Ok(folder)) => folder,
            Some(Err(error)) => return Err(LoginError::NotKept(error.to_string())),
            None => return Err(LoginError::NotKept("the list of accounts failed".to_owned())),
        };
        let vault = self.vault.keep(&folder, &account.key, login).await;
        let vault = vault.map_err(|error| LoginError::NotKept(error.to_string()))?;
        Ok((account, vault))
    }
}

fn hello(account: &Account, password: &Secret) -> pb::HelloRequest {
    let password = pb::PasswordCredential { name: account.user_name.clone(), password: password.expose().to_owned() };
    pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Password(password)),
        device_id: account.device_id.clone(),
        resume: None,
        client: CLIENT.to_owned(),
    }
}
