//! The end of uploads: by their user's wish, with their user, by their age, and after a crash.

use std::sync::Arc;

use super::parse;
use super::record::{Books, Own, Stored, mark, value};
use crate::chat::{Chat, keys};
use crate::id::UserId;
use crate::store::Keep;
use crate::uploads::{Hash, Shelf};
use crate::wire::{Code, Refused};

/// So many records are read at a time.
const PAGE: usize = 500;

impl Chat {
    /// Takes a user's upload back. The content goes with the last user who has uploaded it.
    pub async fn remove_upload(&self, user: UserId, shelf: Shelf, hash: &str) -> Result<(), Refused> {
        let hash = parse(hash)?;
        if self.remove_own(user, shelf, &hash, None).await? {
            return Ok(());
        }
        Err(Refused::new(Code::NotFound, format!("the user has uploaded nothing to {} as {hash}", shelf.name())))
    }

    /// Takes back all that a user has uploaded: a part of erasing an account. May be begun anew at any point.
    pub async fn remove_uploads(&self, user: UserId) -> Result<(), Refused> {
        loop {
            let page = self.store.list(&keys::uploads(user), None, PAGE)?;
            if page.is_empty() {
                return Ok(());
            }
            for (key, _) in &page {
                if let Some((shelf, hash)) = keys::content_of(key) {
                    self.remove_own(user, shelf, &hash, None).await?;
                }
            }
        }
    }

    /// Removes the files that are older than they are kept, and says how many.
    pub async fn remove_old_uploads(self: &Arc<Self>) -> Result<u64, Refused> {
        let Some(keep_ms) = self.settings.uploads.keep_ms else { return Ok(0) };
        let before_ms = self.clock.wall_ms().saturating_sub(keep_ms);
        let (mut removed, mut after) = (0, None::<Vec<u8>>);
        loop {
            let behind = after.clone();
            let page = self.reading(move |this| Ok(this.store.list(keys::UPLOADS, behind.as_deref(), PAGE)?)).await?;
            let Some((last, _)) = page.last() else { return Ok(removed) };
            after = Some(last.to_vec());
            for (key, record) in &page {
                let own: Own = value(record)?;
                if let (Some(user), Some((Shelf::Files, hash))) = (keys::upload_user(key), keys::content_of(key))
                    && own.at_ms < before_ms
                {
                    removed += u64::from(self.remove_own(user, Shelf::Files, &hash, Some(before_ms)).await?);
                }
            }
        }
    }

    /// Removes what a crash has left on a shelf without a record. To be asked before anybody uploads.
    pub async fn remove_strays(&self) -> Result<(), Refused> {
        loop {
            let strays = self.store.list(keys::STRAYS, None, PAGE)?;
            if strays.is_empty() {
                return Ok(());
            }
            for (shelf, hash) in strays.iter().filter_map(|(key, _)| keys::content_of(key)) {
                if self.store.get(&keys::stored(shelf, &hash))?.is_none() {
                    tracing::info!(shelf = shelf.name(), %hash, "a file without a record is removed");
                }
                self.remove_stray(shelf, &hash).await?;
            }
        }
    }

    /// Removes a file that has no record, and then the mark that says so. To be asked in the content's turn.
    pub(super) async fn remove_stray(&self, shelf: Shelf, hash: &Hash) -> Result<(), Refused> {
        if self.store.get(&keys::stored(shelf, hash))?.is_none() {
            let (uploads, hash) = (Arc::clone(&self.uploads), *hash);
            self.uploads.work(move || Ok(uploads.remove(shelf, &hash)?)).await?;
        }
        self.change(vec![mark(shelf, hash, false)], Keep::Soon).await
    }

    /// Takes one user's upload back, if there is one and it is older than `before_ms`.
    async fn remove_own(
        &self,
        user: UserId,
        shelf: Shelf,
        hash: &Hash,
        before_ms: Option<i64>,
    ) -> Result<bool, Refused> {
        let _turn = self.uploads.turn(hash).await;
        loop {
            let mut books = Books::read(self, user, shelf, hash)?;
            let Some(own) = books.own.take() else { return Ok(false) };
            if before_ms.is_some_and(|before_ms| own.at_ms >= before_ms) {
                return Ok(false);
            }
            books.used = books.used.saturating_sub(own.size);
            books.stored = books.stored.and_then(|stored| {
                let users = stored.users.saturating_sub(1);
                (users > 0).then_some(Stored { users, ..stored })
            });
            if self.try_change(books.changes(), Keep::Durable).await? {
                if books.stored.is_none() {
                    self.remove_stray(shelf, hash).await?;
                }
                return Ok(true);
            }
        }
    }
}
