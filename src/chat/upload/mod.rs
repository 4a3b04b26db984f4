//! Uploads by rule: who may upload what, how much, and what becomes of it. How files lie on the disk is in `uploads`, what
//! is written about them in `record`, their end in `removal`; the doors are in `http`.

mod record;
mod removal;

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;

use super::{Chat, internal, keys};
use crate::id::UserId;
use crate::store::Keep;
use crate::uploads::{Full, Hash, Part, Shelf, UploadError, Uploads, Whole};
use crate::wire::{Code, Refused};
pub use record::Stored;
use record::{Books, Own, mark, value};

/// What is no picture that browsers show is nothing else either: nobody's browser is to guess.
const UNKNOWN: &str = "application/octet-stream";

/// How much may be uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file. 0: there are no files.
    pub file_bytes_max: u64,
    pub avatar_bytes_max: u64,
    /// How wide and how high a picture of a person or a group may be, in pixels.
    pub avatar_side_max: u32,
    /// How much of one user's is kept.
    pub bytes_of_user_max: u64,
    /// How long a file is kept; avatars stay. `None`: for ever.
    pub keep_ms: Option<i64>,
}

/// An upload that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub hash: Hash,
    pub content: Stored,
}

impl Chat {
    /// Accepts the picture of a person or a group by what names it: the hash of an avatar that somebody uploaded, or
    /// nothing, which is no picture. Reads the directory, as `check_exists` does.
    pub fn check_avatar(&self, hash: &str) -> Result<(), Refused> {
        if hash.is_empty() {
            return Ok(());
        }
        let hash = parse(hash)?;
        self.stored(Shelf::Avatars, &hash).map(|_| ())
    }

    /// What is known of a content.
    pub(super) fn stored(&self, shelf: Shelf, hash: &Hash) -> Result<Stored, Refused> {
        match self.store.get(&keys::stored(shelf, hash))? {
            Some(record) => value(&record),
            None => Err(Refused::new(Code::NotFound, format!("nothing was uploaded to {} as {hash}", shelf.name()))),
        }
    }

    /// Begins to take a content in; `length` is what its sender says. What is too much is refused before it comes.
    pub async fn begin_upload(&self, user: UserId, shelf: Shelf, length: Option<u64>) -> Result<Part, Refused> {
        let limits = self.settings.uploads;
        let bytes_max = match shelf {
            Shelf::Files => limits.file_bytes_max,
            Shelf::Avatars => limits.avatar_bytes_max,
        };
        if bytes_max == 0 {
            return Err(Refused::new(Code::NotAllowed, "this server takes no files"));
        }
        let length = length.unwrap_or(0);
        if length > bytes_max {
            return Err(UploadError::TooLong { bytes_max }.into());
        }
        self.check_quota(self.uploaded_bytes(user)?, length)?;
        let place = self.uploads.enter(user)?;
        let uploads = Arc::clone(&self.uploads);
        Ok(self.uploads.work(move || uploads.begin(place, bytes_max)).await?)
    }

    /// Takes the next bytes in. Whoever drops what comes back, or this, leaves nothing.
    pub async fn put_upload(&self, mut part: Part, bytes: Bytes) -> Result<Part, Refused> {
        Ok(self.uploads.work(move || part.put(&bytes).map(|()| part)).await?)
    }

    /// Keeps a content that has come whole. To be finished once begun: what is dropped on the way is left to the next
    /// start.
    pub async fn end_upload(&self, user: UserId, shelf: Shelf, part: Part) -> Result<Kept, Refused> {
        let whole = self.uploads.work(move || part.end()).await?;
        if shelf == Shelf::Avatars {
            self.check_picture(&whole)?;
        }
        let kept = self.keep_upload(user, shelf, whole).await?;
        self.metrics.uploads.add(1);
        self.metrics.upload_bytes.add(kept.content.size);
        Ok(kept)
    }

    /// Opens a content for whoever may have it.
    pub async fn open_upload(&self, shelf: Shelf, hash: &str) -> Result<(Kept, File), Refused> {
        let hash = parse(hash)?;
        let content = self.stored(shelf, &hash)?;
        let uploads = Arc::clone(&self.uploads);
        let file = self.uploads.work(move || Ok(uploads.read(shelf, &hash)?)).await?;
        self.metrics.downloads.add(1);
        Ok((Kept { hash, content }, file))
    }

    /// How many bytes of a user's are kept.
    pub fn uploaded_bytes(&self, user: UserId) -> Result<u64, Refused> {
        let record = self.store.get(&keys::upload_bytes(user))?;
        Ok(record.as_ref().and_then(super::account::number).unwrap_or(0).unsigned_abs())
    }

    pub fn upload_limits(&self) -> Limits {
        self.settings.uploads
    }

    pub fn uploads(&self) -> &Arc<Uploads> {
        &self.uploads
    }

    fn check_quota(&self, used: u64, more: u64) -> Result<(), Refused> {
        let max = self.settings.uploads.bytes_of_user_max;
        if used.saturating_add(more) <= max {
            return Ok(());
        }
        let message = format!("the user has uploaded {used} of {max} bytes, and {more} more do not fit");
        Err(Refused::new(Code::NotAllowed, message))
    }

    fn check_picture(&self, whole: &Whole) -> Result<(), Refused> {
        let bad = |message: String| Err(Refused::new(Code::BadRequest, message));
        let max = self.settings.uploads.avatar_side_max;
        match whole.picture() {
            Some(picture) if picture.width == 0 || picture.height == 0 => {
                bad(format!("the {} does not say how large it is", picture.mime))
            }
            Some(picture) if picture.width > max || picture.height > max => {
                bad(format!("the picture has {} x {} pixels, more than {max} x {max}", picture.width, picture.height))
            }
            Some(_) => Ok(()),
            None => bad("the content is no PNG, JPEG, GIF or WebP".to_owned()),
        }
    }

    /// Puts a content on its shelf and writes its records. In this order, with a mark before it: a crash leaves either
    /// all of it, or a file that the mark names.
    async fn keep_upload(&self, user: UserId, shelf: Shelf, whole: Whole) -> Result<Kept, Refused> {
        let (hash, size) = (*whole.hash(), whole.size());
        let (mime, width, height) = match whole.picture() {
            Some(picture) => (picture.mime, picture.width, picture.height),
            None => (UNKNOWN, 0, 0),
        };
        let _turn = self.uploads.turn(&hash).await;
        let mut whole = Some(whole);
        loop {
            let mut books = Books::read(self, user, shelf, &hash)?;
            if books.own.is_none() {
                if let Err(refused) = self.check_quota(books.used, size) {
                    if whole.is_none() && books.stored.is_none() {
                        self.remove_stray(shelf, &hash).await?;
                    }
                    return Err(refused);
                }
                books.used = books.used.saturating_add(size);
                let stored =
                    books.stored.get_or_insert_with(|| Stored { size, mime: mime.to_owned(), width, height, users: 0 });
                stored.users = stored.users.saturating_add(1);
            }
            books.own = Some(Own { size, at_ms: self.clock.wall_ms() });
            if let Some(whole) = whole.take() {
                self.place(shelf, whole).await?;
            }
            // False when another upload of the same user was counted.
            if self.try_change(books.changes(), Keep::Durable).await? {
                let content = books.stored.ok_or_else(|| internal("an upload without a content"))?;
                return Ok(Kept { hash, content });
            }
        }
    }

    /// Puts a file on its shelf that is not there yet.
    async fn place(&self, shelf: Shelf, whole: Whole) -> Result<(), Refused> {
        let hash = *whole.hash();
        let uploads = Arc::clone(&self.uploads);
        if self.uploads.work(move || Ok(uploads.has(shelf, &hash)?)).await? {
            return Ok(());
        }
        self.change(vec![mark(shelf, &hash, true)], Keep::Durable).await?;
        Ok(self.uploads.work(move || Ok(whole.keep(shelf)?)).await?)
    }
}

pub(super) fn parse(hash: &str) -> Result<Hash, Refused> {
    Hash::parse(hash).ok_or_else(|| Refused::new(Code::BadRequest, "a hash has 64 hexadecimal digits in lower case"))
}

impl From<UploadError> for Refused {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooLong { .. } => Self::new(Code::TooLarge, error.to_string()),
            UploadError::DiskFull { .. } => {
                tracing::error!(%error, "an upload is refused");
                Self::new(Code::StoreUnavailable, "the server's disk is full")
            }
            UploadError::Io(error) => internal(&format!("an upload: {error}")),
        }
    }
}

impl From<Full> for Refused {
    fn from(full: Full) -> Self {
        let code = match full {
            Full::All(_) => Code::Overloaded,
            Full::OfUser(_) => Code::RateLimited,
        };
        Self::new(code, full.to_string())
    }
}
