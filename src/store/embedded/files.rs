//! The small files beside the database: who holds the store, which format it has, and how far it was acknowledged.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::OpenError;
use crate::id::QueueId;

/// The format that this version writes. Earlier ones are opened, later ones refused.
/// 2: the views have rows for each direction of a conversation (see `tables::VIEW`).
const FORMAT: u32 = 2;

const WITNESS_BYTES: usize = 12;

const READ_ONLY: i32 = rustix::io::Errno::ROFS.raw_os_error();
const DENIED: i32 = rustix::io::Errno::ACCESS.raw_os_error();

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    move |error| OpenError::Io { path: path.to_owned(), error }
}

/// The store is held by this process for as long as this lives, and named with its number.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join("lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| match error.raw_os_error() {
            Some(READ_ONLY | DENIED) => OpenError::ReadOnly { dir: dir.to_owned(), error },
            Some(_) | None => OpenError::Io { path: path.clone(), error },
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who holds it may not have written its number yet; the refusal stands without it.
                if file.read_to_string(&mut holder).is_err() || holder.is_empty() {
                    holder = "unknown".into();
                }
                return Err(OpenError::Held { dir: dir.to_owned(), holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(OpenError::Io { path, error }),
        }
        let named =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        named.map_err(io_error(&path))?;
        Ok(Self { _file: file })
    }
}

/// Writes the format of a new store, or refuses one that a later version wrote. What it had.
pub(super) fn check_format(dir: &Path) -> Result<u32, OpenError> {
    let path = dir.join("format");
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found > FORMAT => Err(OpenError::Newer { dir: dir.to_owned(), found, known: FORMAT }),
            Ok(found @ 1..) => Ok(found),
            Ok(0) | Err(_) => Err(OpenError::NotAFormat { dir: dir.to_owned() }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            write_format(dir)?;
            Ok(FORMAT)
        }
        Err(error) => Err(OpenError::Io { path, error }),
    }
}

/// Says that from here on an earlier version may not open the store. To be called before anything is written that one
/// would misread.
pub(super) fn raise_format(dir: &Path) -> Result<(), OpenError> {
    if check_format(dir)? < FORMAT { write_format(dir) } else { Ok(()) }
}

/// By another name first, so that a crash leaves either what was there or the whole of it.
pub(super) fn write_format(dir: &Path) -> Result<(), OpenError> {
    let unfinished = dir.join("format.new");
    let written = File::create(&unfinished)
        .and_then(|mut file| writeln!(file, "{FORMAT}").and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, dir.join("format")))
        .and_then(|()| File::open(dir)?.sync_all());
    written.map_err(io_error(&dir.join("format")))
}

/// The greatest acknowledged place, written beside the log. A log that ends before it has lost entries: a damaged
/// journal looks like one that was torn by a crash, and only this tells them apart.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    path: PathBuf,
    was_there: bool,
}

impl Witness {
    pub(super) fn open(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join("head");
        let was_there = path.exists();
        let open = || {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            if !was_there {
                // What it says may be lost in a power cut, but not that it was there.
                File::open(dir)?.sync_all()?;
            }
            Ok(file)
        };
        let file = open().map_err(io_error(&path))?;
        Ok(Self { file, path, was_there })
    }

    /// False if there was none: the store is new, or somebody took it away to go on without what it witnessed.
    pub(super) fn was_there(&self) -> bool {
        self.was_there
    }

    /// What it says, without making one where there is none.
    pub(super) fn look(dir: &Path) -> Result<Option<QueueId>, OpenError> {
        let path = dir.join("head");
        match File::open(&path) {
            Ok(file) => Ok(Self { file, path, was_there: true }.read()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OpenError::Io { path, error }),
        }
    }

    /// `None` if nothing was written yet or a power cut tore it: the witness has no sync of its own, and not
    /// knowing is no reason not to start.
    pub(super) fn read(&self) -> Option<QueueId> {
        let mut bytes = [0; WITNESS_BYTES];
        self.file.read_exact_at(&mut bytes, 0).ok()?;
        let (place, sum) = bytes.split_first_chunk::<8>()?;
        if crc32fast::hash(place).to_be_bytes() != sum {
            tracing::warn!(path = %self.path.display(), "the witness cannot be read; the end of the log is not checked");
            return None;
        }
        Some(QueueId::cursor(i64::from_be_bytes(*place)))
    }

    pub(super) fn write_durably(&self, head: QueueId) -> io::Result<()> {
        self.write(head)?;
        self.file.sync_all()
    }

    pub(super) fn write(&self, head: QueueId) -> io::Result<()> {
        let place = head.get().to_be_bytes();
        let mut bytes = [0; WITNESS_BYTES];
        let (first, rest) = bytes.split_at_mut(place.len());
        first.copy_from_slice(&place);
        rest.copy_from_slice(&crc32fast::hash(&place).to_be_bytes());
        self.file.write_all_at(&bytes, 0)
    }
}
