//! What the directory knows of uploads. One record for each content and one for each user who uploaded it, so that a
//! content lies on the disk once and goes with the last of them; one number for what a user takes in all; and a mark for
//! a content whose file may lie on the disk without a record. All of them change together or not at all.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::chat::account::number;
use crate::chat::{Chat, internal, keys};
use crate::id::UserId;
use crate::store::{Change, Expect, Record};
use crate::uploads::{Hash, Shelf};
use crate::wire::Refused;

/// A content that lies on a shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub size: u64,
    /// What it is by its first bytes: a kind of picture that browsers show, or `application/octet-stream`.
    pub mime: String,
    /// Of a picture, in pixels. 0: not known.
    #[serde(default)]
    pub width: u32,
    #[serde(default)]
    pub height: u32,
    /// How many users have uploaded it. Never 0.
    pub users: u32,
}

impl Stored {
    /// Whether it is a picture that browsers show.
    pub fn is_picture(&self) -> bool {
        self.mime.starts_with("image/")
    }
}

/// One user's upload of a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Own {
    pub(super) size: u64,
    /// The last time that they did, in milliseconds since 1970 UTC.
    pub(super) at_ms: i64,
}

/// All that concerns one user and one content, as it was read, and what it is to become.
#[derive(Debug)]
pub(super) struct Books {
    user: UserId,
    shelf: Shelf,
    hash: Hash,
    pub(super) stored: Option<Stored>,
    pub(super) own: Option<Own>,
    /// What the user takes in all, in bytes.
    pub(super) used: u64,
    expect_stored: Expect,
    expect_own: Expect,
    expect_used: Expect,
}

impl Books {
    pub(super) fn read(chat: &Chat, user: UserId, shelf: Shelf, hash: &Hash) -> Result<Self, Refused> {
        let stored = chat.store.get(&keys::stored(shelf, hash))?;
        let own = chat.store.get(&keys::upload(user, shelf, hash))?;
        let used = chat.store.get(&keys::upload_bytes(user))?;
        Ok(Self {
            user,
            shelf,
            hash: *hash,
            expect_stored: Expect::as_read(stored.as_ref()),
            expect_own: Expect::as_read(own.as_ref()),
            expect_used: Expect::as_read(used.as_ref()),
            stored: stored.as_ref().map(value).transpose()?,
            own: own.as_ref().map(value).transpose()?,
            used: used.as_ref().and_then(number).unwrap_or(0).unsigned_abs(),
        })
    }

    /// The changes that make what was read into what is here now.
    pub(super) fn changes(&self) -> Vec<Change> {
        let Self { user, shelf, hash, .. } = self;
        let used = (self.used > 0).then(|| self.used.cast_signed().to_be_bytes().to_vec());
        let mut changes = vec![
            Change {
                key: keys::stored(*shelf, hash),
                value: self.stored.as_ref().map(to_value),
                expect: self.expect_stored,
            },
            Change {
                key: keys::upload(*user, *shelf, hash),
                value: self.own.as_ref().map(to_value),
                expect: self.expect_own,
            },
            Change { key: keys::upload_bytes(*user), value: used, expect: self.expect_used },
        ];
        // With a record the file is no stray; without one it is, until it is gone.
        changes.push(mark(*shelf, hash, self.stored.is_none()));
        changes
    }
}

/// Says that a file may lie on the disk without a record, or that it does not.
pub(super) fn mark(shelf: Shelf, hash: &Hash, stray: bool) -> Change {
    Change { key: keys::stray(shelf, hash), value: stray.then(Vec::new), expect: Expect::Anything }
}

/// A record of this module.
pub(super) fn value<T: DeserializeOwned>(record: &Record) -> Result<T, Refused> {
    serde_json::from_slice(&record.value)
        .map_err(|error| internal(&format!("the record of an upload cannot be read: {error}")))
}

fn to_value(record: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(record).unwrap_or_default()
}
