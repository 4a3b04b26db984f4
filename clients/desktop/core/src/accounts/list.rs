//! The list of accounts and the settings, as they lie in the app's folder.

use std::fs;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::folders::make_private;
use super::{Account, AccountKey, AppSettings, Folders, json};

/// All accounts of this machine. Every change is on the disk when the call returns.
#[derive(Debug)]
pub struct Accounts {
    folders: Arc<Folders>,
    kept: Kept,
    settings: AppSettings,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Kept {
    accounts: Vec<Account>,
}

const ACCOUNTS: &str = "accounts.json";
const SETTINGS: &str = "settings.json";

impl Accounts {
    /// Reads them. What could not be read was set aside, and the sentences say so to the person.
    pub fn read(folders: Arc<Folders>) -> io::Result<(Self, Vec<String>)> {
        let (mut kept, no_accounts) = json::read::<Kept>(&folders.root().join(ACCOUNTS))?;
        let (settings, no_settings) = json::read::<AppSettings>(&folders.root().join(SETTINGS))?;
        kept.accounts.retain(|account| account.key.is_plain());
        let problems = no_accounts.into_iter().chain(no_settings).collect();
        Ok((Self { folders, kept, settings }, problems))
    }

    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    pub fn all(&self) -> &[Account] {
        &self.kept.accounts
    }

    pub fn get(&self, key: &AccountKey) -> Option<&Account> {
        self.kept.accounts.iter().find(|account| account.key == *key)
    }

    /// The account of this user on that server, if it was here before.
    pub fn find(&self, host: &str, link_port: u16, user_name: &str) -> Option<&Account> {
        self.kept.accounts.iter().find(|account| account.is(host, link_port, user_name))
    }

    /// Adds an account, or writes down what is different.
    pub fn put(&mut self, account: Account) -> io::Result<()> {
        let mut kept = self.kept.clone();
        make_private(&self.folders.of(&account.key))?;
        match kept.accounts.iter_mut().find(|known| known.key == account.key) {
            Some(known) => *known = account,
            None => kept.accounts.push(account),
        }
        self.write(kept)
    }

    /// Takes it off the list, and throws away its folder.
    pub fn remove(&mut self, key: &AccountKey) -> io::Result<()> {
        let mut kept = self.kept.clone();
        kept.accounts.retain(|account| account.key != *key);
        self.write(kept)?;
        match fs::remove_dir_all(self.folders.of(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub fn settings(&self) -> &AppSettings {
        &self.settings
    }

    pub fn keep_settings(&mut self, settings: AppSettings) -> io::Result<()> {
        if settings == self.settings {
            return Ok(());
        }
        json::write(&self.folders.root().join(SETTINGS), &settings)?;
        self.settings = settings;
        Ok(())
    }

    fn write(&mut self, kept: Kept) -> io::Result<()> {
        json::write(&self.folders.root().join(ACCOUNTS), &kept)?;
        self.kept = kept;
        Ok(())
    }
}
