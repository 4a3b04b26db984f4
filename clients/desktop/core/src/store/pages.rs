//! Reading a conversation.
//!
//! What is here of it is whole from `complete_from` on. Older entries may lie here too, since somebody looked at an early
//! place or an earlier run was cut by a gap, but with holes: they are shown only when the server cannot be asked.

use longlink_client::pb;
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, meta, rows};
use crate::model::Peer;

/// A part of a conversation, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub entries: Vec<pb::Entry>,
    /// There are more here, in the direction that was asked for.
    pub has_more: bool,
}

impl Store {
    /// From here on everything of the conversation is here. 0: from its beginning.
    pub fn complete_from(&self, peer: Peer) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT complete_from FROM peers WHERE peer = ?1")?;
        let own: Option<Option<i64>> = statement.query_row([peer], |row| row.get(0)).optional()?;
        match own.flatten() {
            Some(own) => Ok(own),
            None => Ok(meta::get(&self.connection, "live_from")?.unwrap_or(i64::MAX)),
        }
    }

    /// The last entries before a place (0: the latest), of those that are here without holes.
    pub fn before(&self, peer: Peer, before: i64, limit: u32) -> Result<Run, StoreError> {
        self.between(peer, self.complete_from(peer)?, before, limit)
    }

    /// The same of those that are not before `from`, with holes or without.
    pub fn between(&self, peer: Peer, from: i64, before: i64, limit: u32) -> Result<Run, StoreError> {
        let before = if before == 0 { i64::MAX } else { before };
        let sql = format!(
            "SELECT {} FROM entries WHERE peer = ?1 AND queue_id >= ?2 AND queue_id < ?3 ORDER BY queue_id DESC LIMIT ?4",
            rows::COLUMNS
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_map(params![peer, from, before, i64::from(limit) + 1], rows::entry)?;
        let mut entries: Vec<pb::Entry> = found.collect::<Result<_, _>>()?;
        let has_more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        entries.reverse();
        Ok(Run { entries, has_more })
    }

    /// The first entries behind a place, which must not lie before `complete_from`.
    pub fn after(&self, peer: Peer, after: i64, limit: u32) -> Result<Run, StoreError> {
        let sql = format!(
            "SELECT {} FROM entries WHERE peer = ?1 AND queue_id > ?2 ORDER BY queue_id LIMIT ?3",
            rows::COLUMNS
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_map(params![peer, after, i64::from(limit) + 1], rows::entry)?;
        let mut entries: Vec<pb::Entry> = found.collect::<Result<_, _>>()?;
        let has_more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        Ok(Run { entries, has_more })
    }

    /// One entry, if it is here.
    pub fn entry(&self, peer: Peer, queue_id: i64) -> Result<Option<pb::Entry>, StoreError> {
        let sql = format!("SELECT {} FROM entries WHERE queue_id = ?1 AND peer = ?2", rows::COLUMNS);
        Ok(self.connection.prepare_cached(&sql)?.query_row([queue_id, peer], rows::entry).optional()?)
    }
}
