//! What an account keeps on this machine: one SQLite file, encrypted if the person gives a passphrase (SQLCipher).
//!
//! Entries stand here as they are shown: a RECALL or an EDIT has changed the earlier one. The cursor moves in the same
//! transaction as the entries up to it, so a crash at any moment loses nothing and doubles nothing. Files lie here too, in
//! pieces, so that one passphrase covers everything.
//!
//! Knows no server and no runtime; it blocks, and so lives on a thread of its own ([`Keeper`]).
//!
//! Commits are written to the WAL and not synced (`synchronous=NORMAL`): a power cut may take back the last ones, the
//! cursor among them, and then the same entries come again. Only what the server does not have, a message that was
//! written here, is synced before anybody is told that it is kept.

mod blobs;
mod cipher;
mod entries;
mod error;
mod keeper;
mod lists;
mod meta;
mod outbox;
mod pages;
mod place;
mod rows;
mod schema;
mod search;

pub use blobs::CHUNK_BYTES;
pub use entries::Taken;
pub use error::StoreError;
pub use keeper::Keeper;
pub use meta::Own;
pub use outbox::Waiting;
pub use pages::Run;
pub use search::HITS_MAX;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::model::{Amendment, UserId};
use place::Place;

/// What is kept of one account.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    /// Nothing where it is kept in memory alone, since the disk does not take it.
    place: Option<Place>,
    /// Whose it is. 0 before the first login.
    me: UserId,
    /// The last changes of earlier entries: a page of history that was read before one of them may arrive behind it.
    changes: VecDeque<Amendment>,
}

/// How what is kept lies there, before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// Nothing is there yet.
    Nowhere,
    Open,
    Encrypted,
}

impl Store {
    /// How it lies in this folder.
    pub fn lies(folder: &Path) -> Result<Lies, StoreError> {
        Ok(match Place::find(folder)? {
            None => Lies::Nowhere,
            Some(place) if place.is_encrypted() => Lies::Encrypted,
            Some(_) => Lies::Open,
        })
    }

    /// Opens what lies in the folder, or begins it. `passphrase` is empty where it is not encrypted.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, StoreError> {
        let place = Place::find(folder)?.unwrap_or_else(|| Place::first(folder));
        let connection = open_file(&place.path(), if place.is_encrypted() { passphrase } else { "" })?;
        place.clear_others();
        Self::over(connection, Some(place))
    }

    /// As long as the program runs, and no longer: for a disk that cannot be written.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::over(Connection::open_in_memory()?, None)
    }

    /// Renames what lies there and cannot be read, and says how it is called now. Nothing is thrown away.
    pub fn set_aside(folder: &Path) -> Result<Option<PathBuf>, StoreError> {
        Place::find(folder)?.map(|place| place.set_aside()).transpose()
    }

    fn over(mut connection: Connection, place: Option<Place>) -> Result<Self, StoreError> {
        schema::migrate(&mut connection)?;
        let mut store = Self { connection, place, me: 0, changes: VecDeque::new() };
        store.me = store.own()?.user_id;
        Ok(store)
    }

    /// Whether a passphrase is needed to read it.
    pub fn is_encrypted(&self) -> bool {
        self.place.as_ref().is_some_and(Place::is_encrypted)
    }

    /// Whether it outlasts the program.
    pub fn is_kept(&self) -> bool {
        self.place.is_some()
    }
}

/// Opens a file and makes sure that it can be read.
fn open_file(path: &Path, passphrase: &str) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    // A wrong passphrase is no news for a terminal.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    if !passphrase.is_empty() {
        connection.pragma_update(None, "key", passphrase)?;
    }
    let readable = connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()));
    readable.map_err(|error| StoreError::at_opening(error, !passphrase.is_empty()))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Nobody else has the file, but for a virus scanner, say.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
