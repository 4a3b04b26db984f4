//! The embedded engine: the suite that all engines pass, and what only a disk can do to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;

use super::*;
use crate::store::conformance::{LOG, Subject, conformance, joins, text};

mod damage;
mod failing;
mod files;
mod fixture;
mod removal;
mod repair;

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

#[test]
fn a_long_scan_goes_on_from_memory_to_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let old = Embedded::open(dir.path(), journal_only()).unwrap();
    old.append(LOG, joins(-1, 900)).wait().unwrap();
    old.close();
    // More than one chunk of new rows, all of them before the old one.
    let store = Embedded::open(dir.path(), journal_only()).unwrap();
    let pending: Vec<_> = (1..=300).map(|who| store.append(LOG, joins(-1, who))).collect();
    pending.into_iter().for_each(|pending| assert!(pending.wait().is_ok()));
    let roster = store.roster(GroupId::parse(-1).unwrap(), QueueId::END).unwrap().unwrap();
    assert!(roster.members.iter().map(|(member, _)| member.get()).eq((1..=300).chain([900])));
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
