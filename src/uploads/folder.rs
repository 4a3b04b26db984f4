//! The folder on the disk: where what lies, and how much room is left.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{Hash, Shelf, UploadError};

/// What tells how much room is left, in bytes; `None` if it cannot be told.
type Room = dyn Fn() -> Option<u64> + Send + Sync;

pub(super) struct Folder {
    path: PathBuf,
    reserve_bytes: u64,
    room: Box<Room>,
}

impl Folder {
    pub(super) fn open(path: &Path, reserve_bytes: u64) -> io::Result<Self> {
        let of = path.to_owned();
        let room = move || {
            let stat = rustix::fs::statvfs(&of).ok()?;
            Some(stat.f_bavail.saturating_mul(stat.f_frsize))
        };
        Self::open_with(path, reserve_bytes, Box::new(room))
    }

    /// The same on a disk that is as full as somebody says.
    pub(super) fn open_with(path: &Path, reserve_bytes: u64, room: Box<Room>) -> io::Result<Self> {
        let folder = Self { path: path.to_owned(), reserve_bytes, room };
        make(&folder.partial())?;
        for shelf in Shelf::ALL {
            make(&path.join(shelf.name()))?;
        }
        // Or what is kept for good could go with the folder that it is in.
        sync(path)?;
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync)?;
        for left in fs::read_dir(folder.partial())? {
            fs::remove_file(left?.path())?;
        }
        Ok(folder)
    }

    fn partial(&self) -> PathBuf {
        self.path.join("partial")
    }

    /// Where what is still coming lies.
    pub(super) fn partial_place(&self, number: u64) -> PathBuf {
        self.partial().join(number.to_string())
    }

    /// Where a content lies: in one of 256 folders, since file systems like small ones better.
    pub(super) fn place(&self, shelf: Shelf, hash: &Hash) -> PathBuf {
        let name = hash.to_string();
        self.path.join(shelf.name()).join(name.get(..2).unwrap_or_default()).join(name)
    }

    /// Moves a file to its place. After this no power cut takes it back.
    pub(super) fn put(&self, from: &Path, shelf: Shelf, hash: &Hash) -> io::Result<()> {
        let place = self.place(shelf, hash);
        let parent = place.parent().unwrap_or(&self.path);
        if !parent.try_exists()? {
            make(parent)?;
            sync(&self.path.join(shelf.name()))?;
        }
        fs::rename(from, &place)?;
        sync(parent)
    }

    /// Refuses `bytes` more where they would leave too little room for others.
    pub(super) fn check_room(&self, bytes: u64) -> Result<(), UploadError> {
        let Some(free) = (self.room)() else { return Ok(()) };
        if free.saturating_sub(bytes) >= self.reserve_bytes {
            return Ok(());
        }
        Err(UploadError::DiskFull { free_mb: free >> 20, reserve_mb: self.reserve_bytes >> 20 })
    }
}

fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// A name in a folder is durable when the folder is.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Folder").field("path", &self.path).finish_non_exhaustive()
    }
}
