//! The secret as a file of the account's folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use longlink_client::Secret;

use super::VaultError;
use crate::accounts::write_private;

fn path(folder: &Path) -> PathBuf {
    folder.join("login.json")
}

pub(super) fn write(folder: &Path, text: &Secret) -> Result<(), VaultError> {
    let path = path(folder);
    write_private(&path, text.expose().as_bytes()).map_err(|why| VaultError::File { path, why })
}

pub(super) fn read(folder: &Path) -> Result<Option<Secret>, VaultError> {
    let path = path(folder);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(VaultError::File { path, why }),
    }
}

pub(super) fn forget(folder: &Path) -> Result<(), VaultError> {
    let path = path(folder);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(VaultError::File { path, why }),
        Ok(()) => Ok(()),
    }
}
