//! Uploaded files, each once, under the SHA-256 of its content: how they come onto the disk whole or not at all.
//!
//! Knows no HTTP, no records and no quota: who may upload what is decided in `chat`, and the doors are in `http`. Below
//! its folder `partial/` has what is still coming, which is nothing's and is emptied at each start; a file moves from
//! there to its shelf in one step. Everything here that takes a file in hand waits for the disk: not for an async thread.

mod folder;
mod hash;
mod part;
mod picture;
mod places;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Mutex, MutexGuard, Semaphore};

use crate::blocking::spawn_blocking;
use crate::id::UserId;
pub use hash::Hash;
pub use part::{Part, Whole};
pub use picture::Picture;
use places::Places;
pub use places::{Full, Place};

/// So many contents at once can have a turn. Two that share one only wait for each other.
const TURNS: usize = 64;

/// So much at once waits for the disk, each on a thread of its own; more waits in line. Those who load pictures shall
/// not take all threads from those who read messages.
const WORK_AT_ONCE: usize = 16;

/// The bounds of uploading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many may come at the same time.
    pub at_once_max: usize,
    /// And of them from one user.
    pub at_once_of_user_max: usize,
    /// With less room on the disk than this nothing is taken, in bytes.
    pub disk_reserve_bytes: u64,
}

/// Where an upload belongs. The same content may lie on both, and then lies there twice: what is public is decided by
/// the shelf alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shelf {
    /// What messages are about. Got with a login.
    Files,
    /// Pictures of people and groups. Public.
    Avatars,
}

impl Shelf {
    pub const ALL: [Self; 2] = [Self::Files, Self::Avatars];

    /// In paths, on the disk and by HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Avatars => "avatars",
        }
    }
}

/// Why a content was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("it has more than {bytes_max} bytes")]
    TooLong { bytes_max: u64 },
    #[error("the disk has {free_mb} MB left, less than the reserve of {reserve_mb} MB")]
    DiskFull { free_mb: u64, reserve_mb: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The folder of all uploads.
#[derive(Debug)]
pub struct Uploads {
    folder: Arc<folder::Folder>,
    places: Arc<Places>,
    turns: Box<[Mutex<()>]>,
    disk: Arc<Semaphore>,
    next_part: AtomicU64,
}

impl Uploads {
    /// Opens the folder, which is made if need be, and empties it of what never came whole. Nobody else may have it.
    pub fn open(path: &Path, settings: Settings) -> io::Result<Self> {
        let folder = folder::Folder::open(path, settings.disk_reserve_bytes)?;
        Ok(Self {
            folder: Arc::new(folder),
            places: Arc::new(Places::new(settings.at_once_max, settings.at_once_of_user_max)),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            disk: Arc::new(Semaphore::new(WORK_AT_ONCE)),
            next_part: AtomicU64::new(0),
        })
    }

    /// A place among those who upload, until it is dropped.
    pub fn enter(&self, user: UserId) -> Result<Place, Full> {
        self.places.enter(user)
    }

    /// Begins to take a content in, of at most so many bytes.
    pub fn begin(&self, place: Place, bytes_max: u64) -> Result<Part, UploadError> {
        let number = self.next_part.fetch_add(1, Ordering::Relaxed);
        Part::begin(Arc::clone(&self.folder), place, number, bytes_max)
    }

    /// Runs what waits for the disk on a thread of its own, when it is its turn.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
    ) -> Result<T, UploadError> {
        let lost = |error: &dyn std::fmt::Display| UploadError::Io(io::Error::other(error.to_string()));
        let turn = Arc::clone(&self.disk).acquire_owned().await.map_err(|error| lost(&error))?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| lost(&error))?
    }

    /// Waits until nobody else decides about this content. Whether it is kept is decided in steps, between which
    /// another may not remove it.
    pub async fn turn(&self, hash: &Hash) -> Option<MutexGuard<'_, ()>> {
        let turn = usize::from(hash.bytes()[0]) % TURNS;
        Some(self.turns.get(turn)?.lock().await)
    }

    pub fn has(&self, shelf: Shelf, hash: &Hash) -> io::Result<bool> {
        self.folder.place(shelf, hash).try_exists()
    }

    pub fn read(&self, shelf: Shelf, hash: &Hash) -> io::Result<std::fs::File> {
        std::fs::File::open(self.folder.place(shelf, hash))
    }

    /// Takes a content away, if it is there. Who reads it still reads on.
    pub fn remove(&self, shelf: Shelf, hash: &Hash) -> io::Result<()> {
        match std::fs::remove_file(self.folder.place(shelf, hash)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Where a content lies, or would.
    pub fn place(&self, shelf: Shelf, hash: &Hash) -> PathBuf {
        self.folder.place(shelf, hash)
    }
}
