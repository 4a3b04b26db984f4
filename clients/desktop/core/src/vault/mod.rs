//! Where passwords and tokens lie: in the system's keyring where there is one, else in a file of the account's folder.
//!
//! The keyring is the Secret Service (D-Bus) on Linux, the Credential Manager on Windows, the Keychain on macOS. The file
//! can be read by the person's own account alone: by its mode (0600) on Unix, by the rights of the profile that it lies in
//! on Windows. It is not encrypted. Which of both it is, the person is told.

mod file;
mod keyring;

use std::path::Path;
use std::sync::Arc;

use longlink_client::{Credential, Secret};
use serde::{Deserialize, Serialize};

use crate::accounts::AccountKey;
use keyring::Keyring;

/// Where a secret lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    Keyring,
    File,
}

/// Keeps one secret for each account.
#[derive(Clone, Debug)]
pub struct Vault {
    keyring: Option<Arc<Keyring>>,
}

/// What logs an account in. Never shown, and written nowhere but here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// The server gave it; it is worth nothing anywhere else.
    Token(Secret),
    /// Kept only where the server gave no token.
    Password { name: String, password: Secret },
}

/// Why a secret could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("cannot use {path}: {why}")]
    File { path: std::path::PathBuf, why: std::io::Error },
    #[error("the system's keyring: {0}")]
    Keyring(String),
    #[error("what the vault has cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Vault {
    /// The system's keyring, and files where that does not work.
    pub fn system() -> Self {
        Self { keyring: Some(Arc::new(Keyring::new())) }
    }

    /// Files alone: for machines on which nobody is asked anything, such as those of tests.
    pub fn files() -> Self {
        Self { keyring: None }
    }

    /// Keeps it in the place of what was kept before, and says where.
    pub async fn keep(&self, folder: &Path, key: &AccountKey, login: &Login) -> Result<VaultKind, VaultError> {
        let text = Secret::from(serde_json::to_string(&Written::from(login))?);
        if let Some(keyring) = &self.keyring {
            match keyring.set(key, text.clone()).await {
                Ok(()) => {
                    // Found first, so an old one must not stay.
                    file::forget(folder)?;
                    return Ok(VaultKind::Keyring);
                }
                Err(error) => tracing::debug!(%error, "no keyring, so a file"),
            }
        }
        file::write(folder, &text)?;
        Ok(VaultKind::File)
    }

    /// What was kept, and where it was.
    pub async fn find(&self, folder: &Path, key: &AccountKey) -> Result<Option<(Login, VaultKind)>, VaultError> {
        if let Some(text) = file::read(folder)? {
            return Ok(Some((read(&text)?, VaultKind::File)));
        }
        let Some(keyring) = &self.keyring else { return Ok(None) };
        match keyring.get(key).await? {
            Some(text) => Ok(Some((read(&text)?, VaultKind::Keyring))),
            None => Ok(None),
        }
    }

    /// Forgets it, wherever it was.
    pub async fn forget(&self, folder: &Path, key: &AccountKey) -> Result<(), VaultError> {
        file::forget(folder)?;
        match &self.keyring {
            Some(keyring) => keyring.delete(key).await,
            None => Ok(()),
        }
    }
}

impl Login {
    /// What the link's client takes.
    pub fn credential(&self) -> Credential {
        match self {
            Self::Token(token) => Credential::Token(token.clone()),
            Self::Password { name, password } => {
                Credential::Password { name: name.clone(), password: password.clone() }
            }
        }
    }
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Token(String),
    Password { name: String, password: String },
}

impl From<&Login> for Written {
    fn from(login: &Login) -> Self {
        match login {
            Login::Token(token) => Self::Token(token.expose().to_owned()),
            Login::Password { name, password } => {
                Self::Password { name: name.clone(), password: password.expose().to_owned() }
            }
        }
    }
}

fn read(text: &Secret) -> Result<Login, VaultError> {
    Ok(match serde_json::from_str(text.expose())? {
        Written::Token(token) => Login::Token(token.into()),
        Written::Password { name, password } => Login::Password { name, password: password.into() },
    })
}
