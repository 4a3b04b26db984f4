//! How long the log keeps entries: which of them are old, and removing them. What happened to groups stays.

use std::sync::Arc;

use super::{Chat, PARTITION};
use crate::id::QueueId;
use crate::store::{Entry, StoreError};
use crate::wire::Refused;

/// So many entries are looked at before they are removed.
const LOOKED_AT: usize = 2048;

/// What the log is to keep. Nothing set: everything, for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Entries that are older go.
    pub keep_ms: Option<i64>,
    /// With more than this, the oldest go.
    pub keep_bytes: Option<u64>,
}

impl Chat {
    /// Removes what is old, a piece at a time, and says how many entries those were.
    pub async fn remove_old_entries(self: &Arc<Self>) -> Result<u64, Refused> {
        let Retention { keep_ms, keep_bytes } = self.settings.retention;
        if keep_ms.is_none() && keep_bytes.is_none() {
            return Ok(0);
        }
        let now_ms = self.clock.wall_ms();
        let bytes = self.reading(|this| Ok(this.store.log_bytes(PARTITION))).await?;
        let mut excess = keep_bytes.map_or(0, |keep| bytes.saturating_sub(keep));
        let (begun_at, mut removed) = (self.store.kept_from(PARTITION), 0);
        loop {
            let piece = self.reading(move |this| this.remove_piece(keep_ms, now_ms, excess)).await?;
            excess = excess.saturating_sub(piece.bytes);
            removed += piece.entries;
            self.metrics.entries_removed.add(piece.entries);
            if piece.is_last {
                break;
            }
        }
        let kept_from = self.store.kept_from(PARTITION);
        if kept_from > begun_at {
            tracing::info!(removed, %kept_from, "old entries removed");
        }
        Ok(removed)
    }

    /// Where the log is kept from, as it is told: 0 if nothing was ever removed.
    pub fn kept_from(&self) -> i64 {
        let kept_from = self.store.kept_from(PARTITION);
        if kept_from > QueueId::START.next() { kept_from.get() } else { 0 }
    }

    /// Removes the old ones of the oldest entries.
    fn remove_piece(&self, keep_ms: Option<i64>, now_ms: i64, excess: u64) -> Result<Piece, Refused> {
        let from = self.store.kept_from(PARTITION);
        let oldest = self.store.read_log(PARTITION, QueueId::cursor(from.get() - 1), LOOKED_AT)?;
        let old = count_old(&oldest, keep_ms, now_ms)?.max(count_excess(&oldest, excess));
        let removed = oldest.get(..old).unwrap_or_default();
        let Some(last) = removed.last() else { return Ok(Piece { is_last: true, ..Piece::default() }) };
        let before = last.queue_id.next();
        let kept_from = self.store.trim(PARTITION, before)?;
        let entries = u64::try_from(kept_from.get() - from.get()).unwrap_or(0);
        let bytes = removed.iter().map(|entry| entry.encoded.len() as u64).sum();
        Ok(Piece { entries, bytes, is_last: kept_from < before || old < oldest.len() })
    }
}

/// What was removed in one go.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    entries: u64,
    bytes: u64,
    /// What follows stays, for now: it is not old, or still on its way to its last place.
    is_last: bool,
}

/// So many of the first entries are older than what is kept: up to the last that says so. What stands before it in the log
/// is as old, whatever a clock that was wrong once made of it; and a clock that is behind makes nothing old.
fn count_old(oldest: &[Arc<Entry>], keep_ms: Option<i64>, now_ms: i64) -> Result<usize, StoreError> {
    let Some(keep_ms) = keep_ms else { return Ok(0) };
    let old_before_ms = now_ms.saturating_sub(keep_ms);
    for (index, entry) in oldest.iter().enumerate().rev() {
        if entry.message()?.sent_at_ms < old_before_ms {
            return Ok(index + 1);
        }
    }
    Ok(0)
}

/// So many of the first entries take as much as is too much.
fn count_excess(oldest: &[Arc<Entry>], excess: u64) -> usize {
    let mut bytes = 0;
    let is_excess = |entry: &&Arc<Entry>| {
        let goes = bytes < excess;
        bytes += entry.encoded.len() as u64;
        goes
    };
    oldest.iter().take_while(is_excess).count()
}
