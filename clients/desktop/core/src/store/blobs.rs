//! Files, in pieces: those that were downloaded, whole or in part, and the copies of those that are to be uploaded.
//!
//! In the database and not beside it, so that the passphrase covers them, and a message and its file are one transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::clock;
use crate::model::TimeMs;

/// A piece: small enough that nothing else waits long while it is written.
pub const CHUNK_BYTES: usize = 256 * 1024;
/// So much is kept of what was downloaded. What was not looked at for longest goes: the server has it.
const MEDIA_BYTES_MAX: i64 = 1 << 30;

impl Store {
    /// How much of a download is here, and whether that is all. What lies under another name is not one.
    pub fn media(&self, hash: &str) -> Result<(u64, bool), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT is_whole, (SELECT coalesce(sum(length(bytes)), 0) FROM chunks WHERE blob = id) FROM blobs WHERE name = ?1",
        )?;
        let found: Option<(bool, i64)> =
            statement.query_row([name(hash)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (is_whole, length) = found.unwrap_or_default();
        Ok((u64::try_from(length).unwrap_or_default(), is_whole))
    }

    /// Writes down the next piece of a download.
    pub fn add_media(&mut self, hash: &str, piece: &[u8], now: TimeMs) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let blob = begin(&transaction, &name(hash), now)?;
        append(&transaction, blob, piece)?;
        transaction.commit()?;
        Ok(())
    }

    /// All of it is here, and is what its name says. Makes room, if it is much.
    pub fn finish_media(&mut self, hash: &str, now: TimeMs) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let blob = begin(&transaction, &name(hash), now)?;
        transaction.execute("UPDATE blobs SET is_whole = 1 WHERE id = ?1", [blob])?;
        transaction.commit()?;
        self.make_room(MEDIA_BYTES_MAX, hash)
    }

    /// What came of it is not what its name says, or nobody wants it any more.
    pub fn drop_media(&mut self, hash: &str) -> Result<(), StoreError> {
        remove(&self.connection, &name(hash))
    }

    /// A piece of it, by its number from 0; nothing behind the last.
    pub fn media_piece(&self, hash: &str, place: u32) -> Result<Option<Vec<u8>>, StoreError> {
        piece(&self.connection, &name(hash), place)
    }

    /// All of it. For what is not large.
    pub fn whole_media(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        whole(&self.connection, &name(hash))
    }

    /// Somebody looks at it.
    pub fn media_used(&mut self, hash: &str, now: TimeMs) -> Result<(), StoreError> {
        self.connection.execute("UPDATE blobs SET used_at_ms = ?2 WHERE name = ?1", params![name(hash), now])?;
        Ok(())
    }

    fn make_room(&mut self, bytes_max: i64, latest: &str) -> Result<(), StoreError> {
        let media = "SELECT id, name, (SELECT coalesce(sum(length(bytes)), 0) FROM chunks WHERE blob = id)
                     FROM blobs WHERE name LIKE 'media:%' ORDER BY used_at_ms";
        let mut statement = self.connection.prepare_cached(media)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let all: Vec<(i64, String, i64)> = rows.collect::<Result<_, _>>()?;
        let mut bytes: i64 = all.iter().map(|(_, _, length)| length).sum();
        let latest = name(latest);
        for (id, _, length) in all.iter().filter(|(_, name, _)| *name != latest) {
            if bytes <= bytes_max {
                break;
            }
            self.connection.execute("DELETE FROM blobs WHERE id = ?1", [id])?;
            bytes -= length;
        }
        // Gives the room back to the disk; nothing to do, if nothing went.
        self.connection.execute_batch("PRAGMA incremental_vacuum")?;
        Ok(())
    }
}

/// Puts all of a file in the place of what lies there.
pub(super) fn put(connection: &Connection, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    remove(connection, name)?;
    let blob = begin(connection, name, 0)?;
    for piece in bytes.chunks(CHUNK_BYTES) {
        append(connection, blob, piece)?;
    }
    connection.execute("UPDATE blobs SET is_whole = 1 WHERE id = ?1", [blob])?;
    Ok(())
}

/// What was copied to be uploaded is, under its hash, what a download would bring.
pub(super) fn become_media(connection: &Connection, from: &str, hash: &str) -> Result<(), StoreError> {
    let sql = "UPDATE OR REPLACE blobs SET name = ?2, used_at_ms = ?3 WHERE name = ?1";
    connection.execute(sql, params![from, name(hash), clock::wall_ms()])?;
    Ok(())
}

/// Its pieces go with it.
pub(super) fn remove(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM blobs WHERE name = ?1")?.execute([name])?;
    Ok(())
}

pub(super) fn whole(connection: &Connection, name: &str) -> Result<Vec<u8>, StoreError> {
    let mut all = Vec::new();
    for place in 0.. {
        match piece(connection, name, place)? {
            Some(bytes) => all.extend_from_slice(&bytes),
            None => break,
        }
    }
    Ok(all)
}

fn piece(connection: &Connection, name: &str, place: u32) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM chunks JOIN blobs ON blob = id WHERE name = ?1 AND place = ?2";
    Ok(connection.prepare_cached(sql)?.query_row(params![name, place], |row| row.get(0)).optional()?)
}

fn begin(connection: &Connection, name: &str, now: TimeMs) -> Result<i64, StoreError> {
    let sql = "INSERT INTO blobs (name, is_whole, used_at_ms) VALUES (?1, 0, ?2)
               ON CONFLICT (name) DO UPDATE SET used_at_ms = excluded.used_at_ms RETURNING id";
    Ok(connection.prepare_cached(sql)?.query_row(params![name, now], |row| row.get(0))?)
}

fn append(connection: &Connection, blob: i64, piece: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT INTO chunks (blob, place, bytes)
               VALUES (?1, (SELECT coalesce(max(place) + 1, 0) FROM chunks WHERE blob = ?1), ?2)";
    connection.prepare_cached(sql)?.execute(params![blob, piece])?;
    Ok(())
}

fn name(hash: &str) -> String {
    format!("media:{hash}")
}
