//! Which accounts there are on this machine, and how the person likes the app: small files of JSON.
//!
//! Not here: passwords and tokens (`vault`), and what was said (`store`).

mod account;
mod folders;
mod json;
mod list;
mod settings;

pub use account::{Account, AccountKey, PLAIN_PORTS, Shield, TLS_PORTS};
pub use folders::Folders;
pub use list::Accounts;
pub use settings::{AppSettings, Theme};

pub(crate) use json::{set_aside, sync_folder, write_bytes as write_private};

/// Why a file of the app's could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("this system names no folder for what an app keeps: name one")]
    NoFolder,
    #[error("cannot use {path}: {why}")]
    Unusable { path: std::path::PathBuf, why: std::io::Error },
    #[error("{0} is in use by another program of this kind: close it first, or name another folder")]
    InUse(std::path::PathBuf),
}
