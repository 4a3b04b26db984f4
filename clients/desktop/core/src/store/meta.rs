//! Whose it is, of which log, and up to where.

use longlink_client::Resume;
use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension};

use super::{Store, StoreError};
use crate::model::UserId;

/// What belongs to no conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// 0 before the first login.
    pub user_id: UserId,
    pub user_name: String,
}

impl Store {
    /// Whose it is.
    pub fn own(&self) -> Result<Own, StoreError> {
        Ok(Own {
            user_id: get(&self.connection, "user_id")?.unwrap_or_default(),
            user_name: get(&self.connection, "user_name")?.unwrap_or_default(),
        })
    }

    /// Somebody has logged in. If it is another one than before (a server that was set up anew gives the same numbers to
    /// other people), nothing of what was kept is theirs.
    pub fn belong_to(&mut self, own: &Own) -> Result<(), StoreError> {
        let before = self.own()?;
        if before == *own {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        if before.user_id != 0 && before.user_id != own.user_id {
            transaction.execute_batch(
                "DELETE FROM meta; DELETE FROM entries; DELETE FROM peers; DELETE FROM talks; DELETE FROM users;
                 DELETE FROM groups; DELETE FROM contacts; DELETE FROM outbox; DELETE FROM blobs;",
            )?;
        }
        set(&transaction, "user_id", own.user_id)?;
        set(&transaction, "user_name", &own.user_name)?;
        transaction.commit()?;
        self.me = own.user_id;
        Ok(())
    }

    /// Whether the disk takes anything at this moment.
    pub fn can_write(&mut self) -> Result<(), StoreError> {
        set(&self.connection, "tried", 0)
    }

    /// Where to go on. Nothing before the first login.
    pub fn resume(&self) -> Result<Option<Resume>, StoreError> {
        let Some(epoch) = get(&self.connection, "epoch")? else { return Ok(None) };
        Ok(Some(Resume { epoch, cursor: get(&self.connection, "cursor")?.unwrap_or_default() }))
    }

    /// A log of which nothing is here: everything that comes behind `cursor` will be. What was kept of another log is
    /// thrown away. What was written and not sent stays, but does not go out by itself: its numbers may mean other people.
    pub fn begin(&mut self, place: &Resume) -> Result<(), StoreError> {
        let is_first = self.resume()?.is_none();
        let transaction = self.connection.transaction()?;
        if !is_first {
            transaction.execute_batch(
                "DELETE FROM entries; DELETE FROM peers; DELETE FROM talks; DELETE FROM users; DELETE FROM groups;
                 DELETE FROM contacts; DELETE FROM meta WHERE name IN ('gaps', 'is_list_whole');",
            )?;
            super::outbox::fail_all(&transaction)?;
        }
        set(&transaction, "epoch", &place.epoch)?;
        set(&transaction, "cursor", place.cursor)?;
        set(&transaction, "live_from", if place.cursor == 0 { 0 } else { place.cursor + 1 })?;
        transaction.commit()?;
        self.changes.clear();
        Ok(())
    }

    /// Between the cursor and this place the server has removed entries that never came here (R2): no conversation is
    /// without holes from before it.
    pub fn leave_gap(&mut self, kept_from: i64) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        transaction.execute("UPDATE peers SET complete_from = max(complete_from, ?1)", [kept_from])?;
        let live_from: i64 = get(&transaction, "live_from")?.unwrap_or_default();
        set(&transaction, "live_from", live_from.max(kept_from))?;
        transaction.commit()?;
        Ok(())
    }
}

pub(super) fn get<T: FromSql>(connection: &Connection, name: &str) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn set(connection: &Connection, name: &str, value: impl ToSql) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((name, value))?;
    Ok(())
}
