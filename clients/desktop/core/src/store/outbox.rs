//! What was written here and is not known to be in the log, in the order in which it was written (B4).
//!
//! A message and the copy of its file are written in one transaction, and are on the disk before anybody is told so: the
//! server does not have them.

use longlink_client::pb;
use prost::Message;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, blobs};
use crate::model::{Failure, Outgoing, Source};

/// A message that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Where it stands among the others.
    pub place: i64,
    pub outgoing: Outgoing,
}

impl Store {
    /// Writes a message down at its place, with the bytes of its file. If it stands there already, it is to be sent again,
    /// with the file that was copied then.
    pub fn write_down(&mut self, place: i64, outgoing: &Outgoing, file: Option<&[u8]>) -> Result<(), StoreError> {
        self.synced(|transaction| {
            let has_file = outgoing.file.is_some();
            transaction.execute(
                "INSERT INTO outbox (place, client_msg_id, request, written_at_ms, has_file, failure)
                 VALUES (?1, ?2, ?3, ?4, ?5, NULL)
                 ON CONFLICT (client_msg_id) DO UPDATE SET request = excluded.request, failure = NULL",
                params![
                    place,
                    outgoing.client_msg_id,
                    outgoing.request().encode_to_vec(),
                    outgoing.written_at_ms,
                    has_file
                ],
            )?;
            match file {
                Some(bytes) => blobs::put(transaction, &blob(&outgoing.client_msg_id), bytes),
                None => Ok(()),
            }
        })
    }

    /// Its file is up, under this hash: this is what is to be sent now. The copy of the file is that of a download.
    pub fn uploaded(&mut self, outgoing: &Outgoing, hash: &str) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "UPDATE outbox SET request = ?2, has_file = 0 WHERE client_msg_id = ?1",
            params![outgoing.client_msg_id, outgoing.request().encode_to_vec()],
        )?;
        blobs::become_media(&transaction, &blob(&outgoing.client_msg_id), hash)?;
        transaction.commit()?;
        Ok(())
    }

    /// It is not sent any more until the person wishes it.
    pub fn fail(&mut self, client_msg_id: &str, failure: &Failure) -> Result<(), StoreError> {
        let failure = serde_json::to_string(failure)?;
        let sql = "UPDATE outbox SET failure = ?2 WHERE client_msg_id = ?1";
        self.connection.execute(sql, params![client_msg_id, failure])?;
        Ok(())
    }

    /// It is forgotten, and its file.
    pub fn discard(&mut self, client_msg_id: &str) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        remove(&transaction, client_msg_id)?;
        transaction.commit()?;
        Ok(())
    }

    /// All that waits, in order.
    pub fn outbox(&self) -> Result<Vec<Waiting>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT place, request, written_at_ms, has_file, failure FROM outbox ORDER BY place")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let (body, has_file): (Vec<u8>, bool) = (row.get(1)?, row.get(3)?);
            let failure: Option<String> = row.get(4)?;
            let request = pb::SendRequest::decode(&*body)?;
            let outgoing = Outgoing {
                client_msg_id: request.client_msg_id,
                to: request.to,
                content_type: request.content_type,
                content: request.content.into(),
                reply_to: request.reply_to,
                mentions: request.mentions,
                written_at_ms: row.get(2)?,
                file: has_file.then_some(Source::Copied),
                failure: failure.map(|failure| serde_json::from_str(&failure)).transpose()?,
            };
            all.push(Waiting { place: row.get(0)?, outgoing });
        }
        Ok(all)
    }

    /// The file of a message that waits.
    pub fn file_of(&self, client_msg_id: &str) -> Result<Vec<u8>, StoreError> {
        blobs::whole(&self.connection, &blob(client_msg_id))
    }

    /// Carries something out, and comes back when it is on the disk.
    fn synced(&mut self, work: impl FnOnce(&Connection) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        let done = (|| {
            let transaction = self.connection.transaction()?;
            work(&transaction)?;
            transaction.commit()?;
            Ok(())
        })();
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        done
    }
}

/// True when it stood there.
pub(super) fn remove(connection: &Connection, client_msg_id: &str) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM outbox WHERE client_msg_id = ?1 RETURNING has_file")?;
    let had_file: Option<bool> = statement.query_row([client_msg_id], |row| row.get(0)).optional()?;
    if had_file == Some(true) {
        blobs::remove(connection, &blob(client_msg_id))?;
    }
    Ok(had_file.is_some())
}

pub(super) fn fail_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE outbox SET failure = ?1", [serde_json::to_string(&Failure::AnotherLog)?])?;
    Ok(())
}

fn blob(client_msg_id: &str) -> String {
    format!("outbox:{client_msg_id}")
}
