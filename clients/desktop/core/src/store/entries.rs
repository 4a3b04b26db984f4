//! Entries that arrive.

use longlink_client::{Resume, pb};
use rusqlite::Connection;

use super::{Store, StoreError, meta, outbox, rows};
use crate::model::{Amendment, Peer, peer_of};

/// So many changes of earlier entries are remembered: more than come while one page is under way.
const CHANGES_MAX: usize = 256;

/// What came of entries that were written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Messages of this device that turned out to be in the log: they are no more on their way.
    pub settled: Vec<String>,
}

impl Store {
    /// Writes down what has arrived, and that everything up to `cursor` has. All or nothing.
    pub fn take(&mut self, entries: &[pb::Entry], place: &Resume) -> Result<Taken, StoreError> {
        let mut taken = Taken::default();
        let transaction = self.connection.transaction()?;
        for entry in entries {
            if let Some(change) = Amendment::of(entry) {
                amend(&transaction, &change)?;
                self.changes.push_back(change);
                continue;
            }
            rows::put(&transaction, peer_of(entry, self.me), entry)?;
            if entry.from == self.me && outbox::remove(&transaction, &entry.client_msg_id)? {
                taken.settled.push(entry.client_msg_id.clone());
            }
        }
        meta::set(&transaction, "epoch", &place.epoch)?;
        meta::set(&transaction, "cursor", place.cursor)?;
        transaction.commit()?;
        while self.changes.len() > CHANGES_MAX {
            self.changes.pop_front();
        }
        Ok(taken)
    }

    /// A page of history, each as it was left: the server's answer to what lies before `before`.
    pub fn take_page(&mut self, peer: Peer, before: i64, reply: &pb::HistoryReply) -> Result<(), StoreError> {
        let complete_from = self.complete_from(peer)?;
        let transaction = self.connection.transaction()?;
        for entry in &reply.entries {
            rows::put(&transaction, peer, entry)?;
        }
        // Changes that were told while the page was on its way may be newer than it.
        for change in &self.changes {
            amend(&transaction, change)?;
        }
        // It continues what is here only if it begins there.
        if before == 0 || before >= complete_from {
            let reached = match reply.entries.last() {
                Some(oldest) if reply.more => oldest.queue_id,
                Some(_) | None => 0,
            };
            let sql = "INSERT INTO peers (peer, complete_from, newest) VALUES (?1, ?2, 0)
                       ON CONFLICT (peer) DO UPDATE SET complete_from = excluded.complete_from";
            transaction.prepare_cached(sql)?.execute((peer, reached.min(complete_from)))?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// A message of this device is in the log, there. It moves no cursor (E10).
    pub fn settle(&mut self, entry: &pb::Entry) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        outbox::remove(&transaction, &entry.client_msg_id)?;
        rows::put(&transaction, peer_of(entry, self.me), entry)?;
        for change in &self.changes {
            amend(&transaction, change)?;
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Changes an earlier entry, if it is here, and is not newer, and was not taken back (E21).
fn amend(connection: &Connection, change: &Amendment) -> Result<(), StoreError> {
    let (content_type, content) = change.content.encode();
    let mut statement = connection.prepare_cached(
        "UPDATE entries SET content_type = ?1, content = ?2, changed_by = ?3
         WHERE queue_id = ?4 AND changed_by < ?3 AND content_type <> ?5",
    )?;
    statement.execute((content_type, &content[..], change.by, change.target, pb::ContentType::Recall as u32))?;
    Ok(())
}
