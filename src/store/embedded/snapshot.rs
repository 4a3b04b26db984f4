//! A copy of the database, to look at: to open a database changes it, and one that is damaged is then less than before.
//!
//! Tables never change once they are there, so the copy has the same files under a second name. What the database writes
//! into, journals and what says which tables there are, is copied; of a journal only what was written, which is little of
//! a file that is made before it is full.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// In the data folder, so that both names are on one disk.
const FOLDER: &str = "log.looked-at";
const TABLES: &str = "tables";
const LOCK: &str = "lock";
const PIECE_BYTES: usize = 64 * 1024;

/// It is gone when this is.
#[derive(Debug)]
pub(super) struct Snapshot {
    path: PathBuf,
}

impl Snapshot {
    /// Of the database in a data folder, which nobody may have open.
    pub(super) fn take(dir: &Path) -> io::Result<Self> {
        let snapshot = Self { path: dir.join(FOLDER) };
        // Of one who was killed while looking.
        remove(&snapshot.path)?;
        let log = dir.join("log");
        if log.exists() {
            copy(&log, &snapshot.path, false)?;
        }
        Ok(snapshot)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the copy that was looked at could not be removed");
        }
    }
}

/// Removes a folder, if there is one.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn copy(from: &Path, to: &Path, are_tables: bool) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, source, target) = (entry.file_name(), entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target, name == TABLES)?;
        } else if name == LOCK {
            // Whoever opens the copy holds one of its own.
            File::create(&target)?;
        } else if !are_tables || fs::hard_link(&source, &target).is_err() {
            // Not every file system has second names.
            copy_written(&source, &target)?;
        }
    }
    Ok(())
}

/// Copies a file without what was never written of it.
fn copy_written(from: &Path, to: &Path) -> io::Result<()> {
    let (mut source, mut target) = (File::open(from)?, File::create(to)?);
    let (mut piece, zeros, mut length) = (vec![0; PIECE_BYTES], vec![0; PIECE_BYTES], 0);
    loop {
        let read = source.read(&mut piece)?;
        let Some(part) = piece.get(..read).filter(|part| !part.is_empty()) else { break };
        if !zeros.starts_with(part) {
            target.seek(SeekFrom::Start(length))?;
            target.write_all(part)?;
        }
        length += read as u64;
    }
    target.set_len(length)
}
