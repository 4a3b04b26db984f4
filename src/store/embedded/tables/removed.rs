//! What was removed of the log: the place before which it is, and giving its room back.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use fjall::AbstractTree;

use super::{Batch, KEPT_FROM_KEY, Lying, Tables, lying, place_of, read_failed};
use crate::id::QueueId;
use crate::store::view::{self, SentKey};
use crate::store::{Entry, StoreError};

/// In `directory`. It does not begin as records do.
const TRIMMED_KEY: &[u8] = b"no rows before";

impl Tables {
    /// From here on the log has every entry.
    pub(in crate::store::embedded) fn kept_from(&self) -> QueueId {
        QueueId::cursor(self.kept_from.load(Ordering::Acquire))
    }

    /// To be called when `put_kept_from` was committed.
    pub(in crate::store::embedded) fn set_kept_from(&self, place: QueueId) {
        self.kept_from.store(place.get(), Ordering::Release);
    }

    /// Before here no removed entry has rows in the views.
    pub(in crate::store::embedded) fn trimmed(&self) -> Result<QueueId, StoreError> {
        let trimmed = self.directory.get(TRIMMED_KEY).map_err(read_failed)?;
        Ok(trimmed.map_or(QueueId::START.next(), |place| place_of(&place)))
    }

    /// What lies in the log from `first` to before `end`, removed or not.
    pub(in crate::store::embedded) fn lying(
        &self,
        first: QueueId,
        end: QueueId,
    ) -> impl Iterator<Item = Lying> + Send + use<> {
        lying(&self.log, first, Some(end))
    }

    /// Gives the room back of what lies before `kept_from`, as far as it fills whole tables.
    pub(in crate::store::embedded) fn drop_removed(&self) -> fjall::Result<()> {
        let last = self.kept_from().get() - 1;
        Ok(self.log.tree.drop_range(..=last.to_be_bytes())?)
    }

    /// About how many bytes the log from `kept_from` on takes: of what has come into tables, which is all but the last
    /// few ten MB. The room of a table that is kept in part counts in part.
    pub(in crate::store::embedded) fn log_bytes(&self) -> u64 {
        let kept_from = self.kept_from().get();
        let tables = self.log.tree.current_version();
        let bytes = tables.iter_tables().map(|table| {
            let (range, bytes) = (&table.metadata.key_range, table.metadata.file_size);
            let (first, last) = (place_of(range.min()).get(), place_of(range.max()).get());
            let kept = last.saturating_sub(kept_from.max(first)).saturating_add(1).max(0);
            let all = last.saturating_sub(first).saturating_add(1).max(1);
            (bytes as f64 * kept as f64 / all as f64) as u64
        });
        bytes.sum()
    }

    /// Removes the rows of removed entries, and their names unless another entry has one by now. Who did it halfway does it
    /// once more.
    pub(in crate::store::embedded) fn remove_rows(
        &self,
        entries: &[Arc<Entry>],
        give_up: impl Fn() -> bool,
    ) -> Result<(), StoreError> {
        self.wait_for_merges(give_up).map_err(read_failed)?;
        let _turn = self.view_writes.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rows, mut names): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
        for entry in entries {
            view::rows(entry, |key, _| rows.push(key.to_bytes().into()));
            let name = SentKey::new(entry.from, &entry.message()?.client_msg_id);
            if self.sent_row(&name)?.is_some_and(|sent| sent.queue_id == entry.queue_id) {
                names.push(name.as_bytes().into());
            }
        }
        for (keyspace, mut keys) in [(&self.names, names), (&self.view, rows)] {
            keys.sort_unstable();
            keys.dedup();
            let remove = || {
                let mut ingestion = keyspace.start_ingestion()?;
                keys.into_iter().try_for_each(|key| ingestion.write_tombstone(key))?;
                ingestion.finish()
            };
            remove().map_err(read_failed)?;
        }
        Ok(())
    }
}

impl Batch<'_> {
    /// Puts an entry where it stays when those around it are removed.
    pub(in crate::store::embedded) fn put_kept(&mut self, entry: &Entry) {
        self.writes.insert(&self.tables.kept, entry.queue_id.get().to_be_bytes(), entry.to_row());
    }

    pub(in crate::store::embedded) fn put_kept_from(&mut self, place: QueueId) {
        self.writes.insert(&self.tables.directory, KEPT_FROM_KEY, place.get().to_be_bytes());
    }

    pub(in crate::store::embedded) fn put_trimmed(&mut self, place: QueueId) {
        self.writes.insert(&self.tables.directory, TRIMMED_KEY, place.get().to_be_bytes());
    }
}
