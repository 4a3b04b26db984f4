//! An entry as a row, and back.

use longlink_client::pb;
use rusqlite::{Connection, Result, Row, params};

use crate::model::Peer;

/// The columns that [`entry`] reads, in its order.
pub(super) const COLUMNS: &str =
    "queue_id, sender, recipient, client_msg_id, content_type, content, sent_at_ms, reply_to, mentions, changed_by";

pub(super) fn entry(row: &Row<'_>) -> Result<pb::Entry> {
    let content: Vec<u8> = row.get(5)?;
    let mentions: String = row.get(8)?;
    Ok(pb::Entry {
        queue_id: row.get(0)?,
        from: row.get(1)?,
        to: row.get(2)?,
        client_msg_id: row.get(3)?,
        content_type: row.get(4)?,
        content: content.into(),
        sent_at_ms: row.get(6)?,
        reply_to: row.get(7)?,
        mentions: mentions.split_ascii_whitespace().filter_map(|user| user.parse().ok()).collect(),
        changed_by: row.get(9)?,
    })
}

/// Writes one down. Of two that have the same place, the one stays that was changed last.
pub(super) fn put(connection: &Connection, peer: Peer, entry: &pb::Entry) -> Result<()> {
    let mentions: Vec<String> = entry.mentions.iter().map(ToString::to_string).collect();
    let mut statement = connection.prepare_cached(
        "INSERT INTO entries (queue_id, peer, sender, recipient, client_msg_id, content_type, content, sent_at_ms,
             reply_to, mentions, changed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (queue_id) DO UPDATE SET
             content_type = excluded.content_type, content = excluded.content, changed_by = excluded.changed_by
         WHERE excluded.changed_by > entries.changed_by",
    )?;
    statement.execute(params![
        entry.queue_id,
        peer,
        entry.from,
        entry.to,
        entry.client_msg_id,
        entry.content_type,
        &entry.content[..],
        entry.sent_at_ms,
        entry.reply_to,
        mentions.join(" "),
        entry.changed_by,
    ])?;
    let newest = "INSERT INTO peers (peer, newest) VALUES (?1, ?2)
                  ON CONFLICT (peer) DO UPDATE SET newest = max(newest, excluded.newest)";
    connection.prepare_cached(newest)?.execute((peer, entry.queue_id))?;
    Ok(())
}
