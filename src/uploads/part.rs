//! A content on its way in: written, hashed and counted as it comes. Dropped at any point it leaves nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::folder::Folder;
use super::{Hash, Picture, Place, Shelf, UploadError, picture};

/// What has come of a content so far.
#[derive(Debug)]
pub struct Part {
    file: File,
    name: Temporary,
    hasher: Sha256,
    size: u64,
    bytes_max: u64,
    place: Place,
}

/// A content that has come whole, and lies nowhere yet.
#[derive(Debug)]
pub struct Whole {
    name: Temporary,
    hash: Hash,
    size: u64,
    picture: Option<Picture>,
    _place: Place,
}

/// A file that goes when nobody wants it any more, or that was moved away.
#[derive(Debug)]
struct Temporary {
    folder: Arc<Folder>,
    path: PathBuf,
    moved: bool,
}

impl Part {
    pub(super) fn begin(folder: Arc<Folder>, place: Place, number: u64, bytes_max: u64) -> Result<Self, UploadError> {
        folder.check_room(0)?;
        let path = folder.partial_place(number);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        let name = Temporary { folder, path, moved: false };
        Ok(Self { file, name, hasher: Sha256::new(), size: 0, bytes_max, place })
    }

    /// Takes the next bytes in.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        let size = self.size.saturating_add(bytes.len() as u64);
        if size > self.bytes_max {
            return Err(UploadError::TooLong { bytes_max: self.bytes_max });
        }
        self.name.folder.check_room(bytes.len() as u64)?;
        self.file.write_all(bytes).map_err(|error| self.told(error))?;
        self.hasher.update(bytes);
        self.size = size;
        Ok(())
    }

    /// That was all. The content is on stable storage when this returns, under no name that anybody knows.
    pub fn end(mut self) -> Result<Whole, UploadError> {
        self.file.sync_all().map_err(|error| self.told(error))?;
        let mut head = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&mut self.file).take(picture::HEAD_BYTES).read_to_end(&mut head)?;
        Ok(Whole {
            hash: Hash::new(self.hasher.finalize().into()),
            size: self.size,
            picture: Picture::look(&head),
            name: self.name,
            _place: self.place,
        })
    }

    /// A disk that is full is not one that is broken, however much was to be left free.
    fn told(&self, error: io::Error) -> UploadError {
        if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return self.name.folder.check_room(u64::MAX).err().unwrap_or(UploadError::Io(error));
        }
        UploadError::Io(error)
    }
}

impl Whole {
    pub fn hash(&self) -> &Hash {
        &self.hash
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// What it shows, if it is a picture that browsers show.
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// Puts a content onto its shelf, for good: it is there after a power cut, too.
    pub fn keep(mut self, shelf: Shelf) -> io::Result<()> {
        self.name.folder.put(&self.name.path, shelf, &self.hash)?;
        self.name.moved = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.moved
            && let Err(error) = fs::remove_file(&self.path)
        {
            // The next start makes up for it.
            tracing::warn!(path = %self.path.display(), %error, "what is left of an upload cannot be removed");
        }
    }
}
