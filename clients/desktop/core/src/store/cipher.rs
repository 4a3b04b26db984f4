//! Encrypting what is kept, by another passphrase, or not any more.
//!
//! Everything is written into a new file, which is synced, then renamed, and only then is the one before thrown away
//! (`place`): a crash at any moment leaves one of both, whole. What was thrown away may still be read from the disk by
//! means of its own until it is written over: that is so with any file.

use std::fs::{self, File};
use std::path::PathBuf;

use rusqlite::Connection;

use super::place::Place;
use super::{Store, StoreError, open_file};
use crate::accounts::sync_folder;

impl Store {
    /// Keeps everything under this passphrase from now on; an empty one leaves it readable. If it fails, everything is as
    /// before.
    pub fn encrypt(&mut self, passphrase: &str) -> Result<(), StoreError> {
        let Some(before) = self.place.clone() else {
            return Err(StoreError::Disk("it is kept in memory alone".to_owned()));
        };
        let after = before.next(!passphrase.is_empty());
        let unfinished = after.unfinished();
        let written = self.write_to(&unfinished, passphrase).and_then(|()| {
            File::options().write(true).open(&unfinished)?.sync_all()?;
            // Opened before it counts, so that what cannot be read never does.
            drop(open_file(&unfinished, passphrase)?);
            fs::rename(&unfinished, after.path())?;
            Ok(sync_folder(after.folder())?)
        });
        if let Err(error) = written {
            after.clear_unfinished();
            return Err(error);
        }
        self.connection = open_file(&after.path(), passphrase)?;
        self.place = Some(after);
        before.remove();
        Ok(())
    }

    fn write_to(&self, path: &PathBuf, passphrase: &str) -> Result<(), StoreError> {
        if path.exists() {
            fs::remove_file(path)?;
        }
        let name = path.to_str().ok_or_else(|| StoreError::Disk(format!("{} is no name", path.display())))?;
        self.connection.execute("ATTACH DATABASE ?1 AS next KEY ?2", (name, passphrase))?;
        let copied = copy(&self.connection);
        let detached = self.connection.execute("DETACH DATABASE next", []);
        copied?;
        detached?;
        Ok(())
    }
}

fn copy(connection: &Connection) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.execute_batch("PRAGMA next.auto_vacuum = INCREMENTAL")?;
    connection.query_row("SELECT sqlcipher_export('next')", [], |_| Ok(()))?;
    connection.execute_batch(&format!("PRAGMA next.user_version = {version}"))?;
    Ok(())
}

impl Place {
    fn clear_unfinished(&self) {
        // If it cannot be removed now, the next start does.
        let _ = fs::remove_file(self.unfinished());
    }
}
