//! The embedded engine: the suite that all engines pass, and what only a disk can do to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;

use super::*;
use crate::store::conformance::{LOG, Subject, conformance, text};

mod damage;
mod failing;
mod files;

/// Small, so that what is tested soon lies in all three layers and has left the ring.
fn small() -> Settings {
    Settings { checkpoint_entries: 5, ring_entries: 64, disk_reserve_bytes: 0, ..Settings::default() }
}

/// No checkpoint before the close: what was appended is in the journal alone.
fn journal_only() -> Settings {
    Settings { checkpoint_entries: usize::MAX, ..small() }
}

fn append(store: &Embedded, names: impl IntoIterator<Item = i64>) {
    let pending: Vec<_> = names.into_iter().map(|name| store.append(LOG, text(1, 2, &name.to_string()))).collect();
    for pending in pending {
        assert!(!pending.wait().unwrap().duplicate);
    }
}

/// What a kill leaves behind: the files as they are, with nothing closed.
fn crash(store: &Path) -> TempDir {
    loop {
        // The database may be merging tables. A kill is one moment, so the copy counts only if nothing changed.
        let before = moment(store);
        let image = tempfile::tempdir().unwrap();
        if copy(store, image.path()).is_ok() && before.is_ok_and(|before| moment(store).is_ok_and(|now| now == before))
        {
            return image;
        }
    }
}

fn moment(dir: &Path) -> io::Result<Vec<(PathBuf, u64, SystemTime)>> {
    let look = |file: PathBuf| {
        let about = file.metadata()?;
        Ok((file, about.len(), about.modified()?))
    };
    files_below(dir)?.into_iter().map(look).collect()
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let (file, target) = file.map(|file| (file.path(), to.join(file.file_name())))?;
        if file.is_dir() { copy(&file, &target)? } else { fs::copy(file, target).map(|_| ())? }
    }
    Ok(())
}

/// The files below a folder, in the order of their paths.
fn files_below(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(dir)? {
        let file = file?.path();
        if file.is_dir() { files.extend(files_below(&file)?) } else { files.push(file) }
    }
    files.sort();
    Ok(files)
}

struct OnDisk(TempDir);

impl Subject for OnDisk {
    type Store = Embedded;
    const WALKS: u32 = 12;
    const KEEPS: bool = true;

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&mut self) -> Embedded {
        Embedded::open(self.0.path(), small()).unwrap()
    }
}

conformance!(OnDisk);
