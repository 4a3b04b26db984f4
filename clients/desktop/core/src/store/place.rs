//! Which file it is. Encrypting writes another file, the next in number, and only then is the one before thrown away: the
//! greatest number counts, its name says whether it is encrypted, and a crash between any two steps leaves one that is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::accounts::set_aside;

const PREFIX: &str = "history-";
const OPEN: &str = ".db";
const ENCRYPTED: &str = ".encrypted.db";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    folder: PathBuf,
    number: u64,
    is_encrypted: bool,
}

impl Place {
    pub(super) fn first(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), number: 1, is_encrypted: false }
    }

    /// The one that counts.
    pub(super) fn find(folder: &Path) -> Result<Option<Self>, StoreError> {
        Ok(Self::all(folder)?.into_iter().max_by_key(|place| place.number))
    }

    fn all(folder: &Path) -> io::Result<Vec<Self>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            all.extend(name.to_str().and_then(|name| Self::named(folder, name)));
        }
        Ok(all)
    }

    fn named(folder: &Path, name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        let (number, is_encrypted) = match rest.strip_suffix(ENCRYPTED) {
            Some(number) => (number, true),
            None => (rest.strip_suffix(OPEN)?, false),
        };
        Some(Self { folder: folder.to_owned(), number: number.parse().ok()?, is_encrypted })
    }

    /// The one that is to take its place.
    pub(super) fn next(&self, is_encrypted: bool) -> Self {
        Self { folder: self.folder.clone(), number: self.number + 1, is_encrypted }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self) -> PathBuf {
        let suffix = if self.is_encrypted { ENCRYPTED } else { OPEN };
        self.folder.join(format!("{PREFIX}{}{suffix}", self.number))
    }

    /// Where it is written before it counts.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}.unfinished", self.number))
    }

    /// Throws away those that count no more, and what was not finished. Whatever cannot be removed is tried again at the
    /// next start.
    pub(super) fn clear_others(&self) {
        for other in Self::all(&self.folder).unwrap_or_default() {
            if other.number < self.number {
                other.remove();
            }
            remove(&other.next(false).unfinished());
        }
    }

    pub(super) fn remove(&self) {
        remove(&self.path());
        for suffix in ["-wal", "-shm"] {
            remove(&self.beside(suffix));
        }
    }

    /// Renames it, and what belongs to it, and says how it is called now.
    pub(super) fn set_aside(&self) -> Result<PathBuf, StoreError> {
        let aside = set_aside(&self.path())?;
        for suffix in ["-wal", "-shm"] {
            let mut name = aside.clone().into_os_string();
            name.push(suffix);
            match fs::rename(self.beside(suffix), name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(aside)
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path().into_os_string();
        name.push(suffix);
        name.into()
    }
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "cannot remove a file that is not needed");
        }
        Ok(()) | Err(_) => {}
    }
}
