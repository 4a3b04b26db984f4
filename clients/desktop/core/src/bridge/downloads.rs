//! Files and avatars that are got from the server, seen, or saved. Each is got once, however many want it, and goes on
//! where it broke off, also over a restart.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::hand::Hand;
use super::seen::{Seen, Showing};
use crate::clock::wall_ms;
use crate::files::{FileError, Pixels, Shelf, free_path, hash_of, is_hash, pixels};
use crate::model::{Progress, Told};
use crate::store::CHUNK_BYTES;

/// So many are under way at once.
const DOWNLOADS_MAX: usize = 4;
/// So many pictures are decoded at once: each may take 256 MiB for a moment.
const DECODERS_MAX: usize = 2;
/// So many pictures may wait to be seen.
const SHOWN_MAX: usize = 512;
/// A broken connection is tried again so often, from where it broke.
const ATTEMPTS_MAX: u32 = 3;
/// An avatar does not say how large it is. More than a server takes by default.
const AVATAR_BYTES_MAX: u64 = 8 << 20;
/// A larger one is not shown, but can be saved.
const PICTURE_BYTES_MAX: u64 = 64 << 20;

/// What is under way.
pub(super) struct Downloads {
    flights: Mutex<HashMap<String, Arc<Flight>>>,
    slots: Semaphore,
    decoders: Semaphore,
    shown: Arc<Semaphore>,
}

/// One content that somebody wants.
struct Flight {
    /// Held by whoever gets it.
    turn: tokio::sync::Mutex<()>,
    called_off: CancellationToken,
}

impl Default for Downloads {
    fn default() -> Self {
        Self {
            flights: Mutex::default(),
            slots: Semaphore::new(DOWNLOADS_MAX),
            decoders: Semaphore::new(DECODERS_MAX),
            shown: Arc::new(Semaphore::new(SHOWN_MAX)),
        }
    }
}

impl Downloads {
    /// Nobody wants it any more.
    pub(super) fn call_off(&self, hash: &str) {
        let flight = self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(hash);
        if let Some(flight) = flight {
            flight.called_off.cancel();
        }
    }

    fn flight(&self, hash: &str) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Flight { turn: tokio::sync::Mutex::default(), called_off: CancellationToken::new() });
        Arc::clone(flights.entry(hash.to_owned()).or_insert_with(fresh))
    }

    fn landed(&self, hash: &str) {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        // One here, one of whoever calls this: nobody else wants it.
        if flights.get(hash).is_some_and(|flight| Arc::strong_count(flight) <= 2) {
            flights.remove(hash);
        }
    }
}

impl Hand {
    pub(super) fn download(self: &Arc<Self>, hash: String, size: u64, is_avatar: bool) {
        let hand = Arc::clone(self);
        self.spawn(async move {
            match hand.get(&hash, size, is_avatar).await {
                Ok(()) => hand.tell(Told::Downloaded { hash }).await,
                Err(error) => {
                    let is_gone = error == FileError::Gone;
                    hand.tell(Told::DownloadFailed { hash, why: error.to_string(), is_gone }).await;
                }
            }
        });
    }

    /// Gets a picture and decodes it. When too many wait already, nothing comes of it but an answer that says so.
    pub(super) fn show(self: &Arc<Self>, showing: Showing) {
        let hand = Arc::clone(self);
        let place = Arc::clone(&self.downloads.shown).try_acquire_owned();
        self.spawn(async move {
            let Showing { hash, size, is_avatar, side_max } = showing;
            let pixels = match place {
                Ok(_place) => hand.decoded(&hash, size, is_avatar, side_max).await,
                Err(_) => Err("too many pictures wait already".to_owned()),
            };
            let account = hand.teller.key().clone();
            hand.teller.see(Seen::Picture { account, hash, side_max, pixels }).await;
        });
    }

    pub(super) fn save(self: &Arc<Self>, hash: String, size: u64, name: String, to: PathBuf) {
        let hand = Arc::clone(self);
        self.spawn(async move {
            let outcome = match hand.get(&hash, size, false).await {
                Ok(()) => hand.copy(&hash, &name, to).await,
                Err(error) => Err(error.to_string()),
            };
            hand.tell(Told::Saved { hash, outcome }).await;
        });
    }

    async fn decoded(&self, hash: &str, size: u64, is_avatar: bool, side_max: u32) -> Result<Pixels, String> {
        if size > PICTURE_BYTES_MAX {
            return Err(format!("picture is {size} bytes, more than {PICTURE_BYTES_MAX}"));
        }
        self.get(hash, size, is_avatar).await.map_err(|error| error.to_string())?;
        let _decoder = self.downloads.decoders.acquire().await.map_err(|error| error.to_string())?;
        let wanted = hash.to_owned();
        let read = self.keeper.ask(move |store| {
            store.media_used(&wanted, wall_ms())?;
            store.whole_media(&wanted)
        });
        let bytes = read.await.map_err(|error| error.to_string())?;
        let decoded = spawn_blocking(move || pixels(&bytes, side_max)).await;
        decoded.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    /// Comes back when it is on the disk.
    async fn get(&self, hash: &str, size: u64, is_avatar: bool) -> Result<(), FileError> {
        if !is_hash(hash) {
            return Err(FileError::Gone);
        }
        let flight = self.downloads.flight(hash);
        let getting = async {
            let _turn = flight.turn.lock().await;
            self.get_in_turn(hash, size, is_avatar).await
        };
        let got = flight.called_off.run_until_cancelled(getting).await.unwrap_or(Err(FileError::CalledOff));
        self.downloads.landed(hash);
        got
    }

    async fn get_in_turn(&self, hash: &str, size: u64, is_avatar: bool) -> Result<(), FileError> {
        if self.here(hash).await?.1 {
            return Ok(());
        }
        let _slot = self.downloads.slots.acquire().await.map_err(|_| FileError::CalledOff)?;
        let max = if is_avatar { AVATAR_BYTES_MAX } else { size };
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.get_rest(hash, max, is_avatar).await {
                Err(FileError::Broken(_)) if attempt < ATTEMPTS_MAX => {}
                Err(FileError::Damaged(_)) if attempt < ATTEMPTS_MAX => self.dropped(hash).await?,
                Err(error @ (FileError::Damaged(_) | FileError::TooLong { .. })) => {
                    self.dropped(hash).await?;
                    return Err(error);
                }
                decided => return decided,
            }
        }
    }

    /// Gets what is missing, and looks whether all of it is what its name says.
    async fn get_rest(&self, hash: &str, max: u64, is_avatar: bool) -> Result<(), FileError> {
        let web = self.web().ok_or_else(|| FileError::Broken("not logged in".to_owned()))?;
        let (mut done, _) = self.here(hash).await?;
        let shelf = if is_avatar { Shelf::Avatars } else { Shelf::Files };
        // All of it may have come, and only the last step is missing.
        if is_avatar || done < max || max == 0 {
            let mut download = web.download(shelf, hash, done).await?;
            if download.from != done {
                self.dropped(hash).await?;
                done = 0;
            }
            while let Some(piece) = download.next(CHUNK_BYTES).await? {
                done += piece.len() as u64;
                if done > max {
                    return Err(FileError::TooLong { max });
                }
                let name = hash.to_owned();
                let added = self.keeper.ask(move |store| store.add_media(&name, &piece, wall_ms())).await;
                self.noted(added).await.ok_or_else(not_kept)?;
                let progress = Progress { done, of: if is_avatar { 0 } else { max } };
                self.tell(Told::Downloading { hash: hash.to_owned(), progress }).await;
            }
        }
        self.finish(hash).await
    }

    async fn finish(&self, hash: &str) -> Result<(), FileError> {
        let mut pieces = Pieces::new(hash);
        let mut hasher = Vec::new();
        while let Some(piece) = self.piece(&mut pieces).await? {
            hasher.push(piece);
        }
        let is =
            spawn_blocking(move || hash_of(hasher)).await.map_err(|error| FileError::NotKept(error.to_string()))?;
        if is != hash {
            return Err(FileError::Damaged(is));
        }
        let name = hash.to_owned();
        let finished = self.keeper.ask(move |store| store.finish_media(&name, wall_ms())).await;
        self.noted(finished).await.ok_or_else(not_kept)
    }

    /// How much of it is here, and whether that is all.
    async fn here(&self, hash: &str) -> Result<(u64, bool), FileError> {
        let name = hash.to_owned();
        let here = self.keeper.ask(move |store| store.media(&name)).await;
        self.noted(here).await.ok_or_else(not_kept)
    }

    async fn dropped(&self, hash: &str) -> Result<(), FileError> {
        let name = hash.to_owned();
        let dropped = self.keeper.ask(move |store| store.drop_media(&name)).await;
        self.noted(dropped).await.ok_or_else(not_kept)
    }

    async fn piece(&self, pieces: &mut Pieces) -> Result<Option<Vec<u8>>, FileError> {
        let (name, place) = (pieces.hash.clone(), pieces.next);
        pieces.next += 1;
        let piece = self.keeper.ask(move |store| store.media_piece(&name, place)).await;
        self.noted(piece).await.ok_or_else(not_kept)
    }

    /// Writes it where the person wants it, whole or not at all, and says where that is.
    async fn copy(&self, hash: &str, name: &str, to: PathBuf) -> Result<PathBuf, String> {
        let (path, is_named) = if to.is_dir() { (free_path(&to, name), false) } else { (to, true) };
        let folder = path.parent().map(Path::to_owned).ok_or("there is no such folder")?;
        let made = spawn_blocking(move || beside(&folder)).await.map_err(|error| error.to_string())?;
        let mut file = made.map_err(|error| error.to_string())?;
        let mut pieces = Pieces::new(hash);
        while let Some(piece) = self.piece(&mut pieces).await.map_err(|error| error.to_string())? {
            let written = spawn_blocking(move || file.write_all(&piece).map(|()| file)).await;
            file = written.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        }
        let saved = path.clone();
        let named = spawn_blocking(move || {
            file.as_file().sync_all()?;
            // The person has agreed to write over a file that they named; not over one that came up meanwhile.
            let named = if is_named { file.persist(&path) } else { file.persist_noclobber(&path) };
            named.map(drop).map_err(|error| error.error)
        });
        named.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        Ok(saved)
    }
}

/// A content that is read piece by piece.
struct Pieces {
    hash: String,
    next: u32,
}

impl Pieces {
    fn new(hash: &str) -> Self {
        Self { hash: hash.to_owned(), next: 0 }
    }
}

/// A file that others may read as any that the person makes.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".longlink-");
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    builder.tempfile_in(folder)
}

fn not_kept() -> FileError {
    FileError::NotKept("it cannot be kept on this machine".to_owned())
}
