//! The tables, and how those of earlier versions become today's. `user_version` says which they are.

use rusqlite::Connection;

use super::StoreError;

/// Each is one version's step, done once, in a transaction with its number.
const STEPS: &[&str] = &[FIRST];

/// `entries`: as they are shown, by their place in the log. `peers`: from where on a conversation is here without holes
/// (`complete_from`; nothing: as `live_from` says), and its last entry. `talks`, `users`, `groups`, `contacts`: what
/// the list shows at the next start. `outbox`: what the server has not said it keeps, in the order in which it was
/// written. `blobs`, `chunks`: files.
const FIRST: &str = "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE entries (
        queue_id INTEGER PRIMARY KEY,
        peer INTEGER NOT NULL,
        sender INTEGER NOT NULL,
        recipient INTEGER NOT NULL,
        client_msg_id TEXT NOT NULL,
        content_type INTEGER NOT NULL,
        content BLOB NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        reply_to INTEGER NOT NULL,
        mentions TEXT NOT NULL,
        changed_by INTEGER NOT NULL
    );
    CREATE INDEX entries_of_peer ON entries (peer, queue_id);
    CREATE TABLE peers (peer INTEGER PRIMARY KEY, complete_from INTEGER, newest INTEGER NOT NULL);
    CREATE TABLE talks (
        peer INTEGER PRIMARY KEY,
        last BLOB,
        unread TEXT NOT NULL,
        read_up_to INTEGER NOT NULL,
        is_pinned INTEGER NOT NULL,
        is_muted INTEGER NOT NULL,
        draft TEXT NOT NULL,
        rank INTEGER NOT NULL
    );
    CREATE TABLE users (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE groups (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE contacts (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE outbox (
        place INTEGER PRIMARY KEY,
        client_msg_id TEXT NOT NULL UNIQUE,
        request BLOB NOT NULL,
        written_at_ms INTEGER NOT NULL,
        has_file INTEGER NOT NULL,
        failure TEXT
    );
    CREATE TABLE blobs (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        is_whole INTEGER NOT NULL,
        used_at_ms INTEGER NOT NULL
    );
    CREATE TABLE chunks (
        blob INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (blob, place)
    );
";

pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (number, step) in (1..).zip(STEPS).skip(usize::try_from(found).unwrap_or_default()) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}
