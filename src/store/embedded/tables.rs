//! The database's four keyspaces, and how our rows lie in them.
//!
//! `log`: place -> the entry's row. The truth; one row for each entry, in order, so that it is cheap to write and its
//! scan is a plain one. What lies there before `kept_from` is as good as removed; `kept` has what is to stay of it.
//! `names`: under which names entries were sent, and `view`, the views' rows: both made from the log,
//! written in bulk behind it. `directory`: records, and the few numbers that belong to the whole store.

use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{BufMut, Bytes};
use fjall::config::{BloomConstructionPolicy, FilterPolicy, FilterPolicyEntry, PartitioningPolicy, PinningPolicy};
use fjall::{AbstractTree, Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};

use super::names;
use crate::id::{QueueId, UserId};
use crate::store::rows::{MemoryRows, Order, Row};
use crate::store::view::{RowKey, Sent, SentKey, SentMap};
use crate::store::{Entry, Record, StoreError};

pub(super) mod raw;
mod removed;

#[derive(Clone)]
pub(super) struct Tables {
    db: Database,
    log: Keyspace,
    kept: Keyspace,
    view: Keyspace,
    names: Keyspace,
    directory: Keyspace,
    kept_from: Arc<AtomicI64>,
    /// Who looks at rows of the views and then writes over them holds this.
    view_writes: Arc<Mutex<()>>,
}

/// The keyspace of the views, by the version of what `view::rows` makes: with another one they are made anew at the open,
/// under another name, and what an open had made when it was ended goes on from its mark.
const VIEW: &str = "view-3";
/// Those of before.
const OLD_VIEWS: [&str; 2] = ["view", "view-2"];

/// In `view`, before all rows: the place up to which its rows, the names and the log itself are in tables.
const MARK_KEY: &[u8] = &[0];

/// In `directory`: before the key of a record, and before the name of a number of the store's own.
const RECORD_TAG: u8 = b'r';
const EPOCH_KEY: &[u8] = b"epoch";
const REVISION_KEY: &[u8] = b"number of changes";
const KEPT_FROM_KEY: &[u8] = b"kept from";

/// Descriptors that the database may hold for tables. Links need the rest: see `plan`, which keeps at most 512 from them.
const FILES_KEPT_OPEN: usize = 128;

/// Of the database. Its first one never merges tables, and while all others do it hands what is to be merged from hand
/// to hand and takes a whole core for it: so one more than there are keyspaces that are ever merged at once.
const WORKERS: usize = 4;

/// So many tables that overlap slow down every read; the next ones wait until some were merged.
const UNMERGED_TABLES_MAX: usize = 24;

/// Nearly every name is new, and every table is asked for it. A wrong "perhaps" costs a block that is read, and kept in
/// the cache, for nothing: with one in a hundred that was more memory than all filters. One in ten thousand takes 19
/// bits a name.
const NAMES_FILTER: FilterPolicyEntry = FilterPolicyEntry::Bloom(BloomConstructionPolicy::FalsePositiveRate(0.000_1));

/// Tables of which nothing stays in memory but what the cache has room for. By default the database pins the indexes
/// and filters of young tables, and as a table of the log never gets old (it is moved, not rewritten), that would be
/// memory for each entry until the next start.
fn bounded() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .index_block_pinning_policy(PinningPolicy::disabled())
        .filter_block_pinning_policy(PinningPolicy::disabled())
        // In parts of 4 KB, or the index of one table would be a single block.
        .index_block_partitioning_policy(PartitioningPolicy::all(true))
        .filter_block_partitioning_policy(PartitioningPolicy::all(true))
}

impl Tables {
    pub(super) fn open(path: &Path, cache_bytes: u64) -> fjall::Result<Self> {
        let db = Database::builder(path)
            .cache_size(cache_bytes)
            .max_cached_files(Some(FILES_KEPT_OPEN))
            .worker_threads(WORKERS)
            .open()?;
        // What is asked of the log is there, and views are scanned: filters would be a cost without a use.
        let log = db.keyspace("log", || bounded().filter_policy(FilterPolicy::disabled()))?;
        let view = db.keyspace(VIEW, || bounded().filter_policy(FilterPolicy::disabled()))?;
        let names = db.keyspace("names", || bounded().filter_policy(FilterPolicy::all(NAMES_FILTER)))?;
        let directory = db.keyspace("directory", bounded)?;
        let kept = db.keyspace("kept", bounded)?;
        let kept_from = directory.get(KEPT_FROM_KEY)?.map_or(QueueId::START.next(), |place| place_of(&place));
        let kept_from = Arc::new(AtomicI64::new(kept_from.get()));
        Ok(Self { db, log, kept, view, names, directory, kept_from, view_writes: Arc::default() })
    }

    /// Lets views of earlier versions go. Whether there were any.
    pub(super) fn drop_old_views(&self) -> fjall::Result<bool> {
        let mut found = false;
        for name in OLD_VIEWS.into_iter().filter(|name| self.db.keyspace_exists(name)) {
            self.db.delete_keyspace(self.db.keyspace(name, KeyspaceCreateOptions::default)?)?;
            found = true;
        }
        Ok(found)
    }

    pub(super) fn batch(&self, rows: usize) -> Batch<'_> {
        Batch { tables: self, writes: OwnedWriteBatch::with_capacity(self.db.clone(), rows) }
    }

    /// Makes all that was committed before stay.
    pub(super) fn sync(&self) -> fjall::Result<()> {
        self.db.persist(PersistMode::SyncData)
    }

    // ---- the log ----

    pub(super) fn last_place(&self) -> fjall::Result<QueueId> {
        let last = self.log.last_key_value().map(fjall::Guard::key).transpose()?;
        let before = QueueId::cursor(self.kept_from().get() - 1);
        Ok(last.map_or(QueueId::START, |key| place_of(&key)).max(before))
    }

    pub(super) fn entry(&self, place: QueueId) -> Result<Arc<Entry>, StoreError> {
        self.entry_at(place)?.ok_or_else(|| StoreError::Damaged(format!("entry {place} is missing").into()))
    }

    pub(super) fn entry_at(&self, place: QueueId) -> Result<Option<Arc<Entry>>, StoreError> {
        let key = place.get().to_be_bytes();
        let is_removed = || place < self.kept_from();
        let mut row = if is_removed() { None } else { self.log.get(key).map_err(read_failed)? };
        // Asked once more: it may have been removed meanwhile.
        if row.is_none() && is_removed() {
            row = self.kept.get(key).map_err(read_failed)?;
        }
        row.map(|row| Entry::from_row(place, Bytes::copy_from_slice(&row)).map(Arc::new)).transpose()
    }

    #[cfg(test)]
    pub(super) fn remove_entry(&self, place: QueueId) {
        self.log.remove(place.get().to_be_bytes()).unwrap();
    }

    /// What is kept of the log behind `after`, as it lies there: a gap is not an error here.
    pub(super) fn entries(&self, after: QueueId) -> impl Iterator<Item = Lying> + Send + use<> {
        let kept_from = self.kept_from();
        // An empty range must not be asked for.
        let old = (after.next() < kept_from).then(|| lying(&self.kept, after.next(), Some(kept_from)));
        old.into_iter().flatten().chain(lying(&self.log, kept_from.max(after.next()), None))
    }

    // ---- the views ----

    pub(super) fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        if first > last {
            return Ok(Vec::new());
        }
        let range = self.view.range(first.to_bytes()..=last.to_bytes());
        let decode = |row: fjall::Guard| {
            let (key, value) = row.into_inner().map_err(read_failed)?;
            let key = RowKey::from_bytes(&key).ok_or_else(|| StoreError::Damaged("a row of a view".into()))?;
            Ok((key, Bytes::copy_from_slice(&value)))
        };
        match order {
            Order::Ascending => range.take(limit).map(decode).collect(),
            Order::Descending => range.rev().take(limit).map(decode).collect(),
        }
    }

    pub(super) fn talks(&self, user: UserId) -> Result<Vec<(UserId, QueueId)>, StoreError> {
        let (first, last) = RowKey::talks(user);
        let rows = self.view.range(first.to_bytes()..=last.to_bytes());
        let decode = |row: fjall::Guard| {
            let (key, value) = row.into_inner().map_err(read_failed)?;
            let other = RowKey::from_bytes(&key).and_then(|key| UserId::parse(key.second()));
            Ok((other.ok_or_else(|| StoreError::Damaged("a row of a view".into()))?, place_of(&value)))
        };
        rows.map(decode).collect()
    }

    pub(super) fn has_row(&self, key: &RowKey, value: &[u8]) -> Result<bool, StoreError> {
        let found = self.view.get(key.to_bytes()).map_err(read_failed)?;
        Ok(found.is_some_and(|found| *found == *value))
    }

    fn sent_row(&self, key: &SentKey) -> Result<Option<Sent>, StoreError> {
        let Some(value) = self.names.get(key.as_bytes()).map_err(read_failed)? else { return Ok(None) };
        decode_sent(&value).map(Some)
    }

    /// The same, if the entry is not removed: its name goes after it.
    pub(super) fn sent(&self, key: &SentKey) -> Result<Option<Sent>, StoreError> {
        let Some(sent) = self.sent_row(key)? else { return Ok(None) };
        let place = sent.queue_id;
        let is_removed =
            place < self.kept_from() && !self.kept.contains_key(place.get().to_be_bytes()).map_err(read_failed)?;
        Ok((!is_removed).then_some(sent))
    }

    /// Up to here everything is in tables, and no journal is needed for it.
    pub(super) fn mark(&self) -> Result<QueueId, StoreError> {
        let mark = self.view.get(MARK_KEY).map_err(read_failed)?;
        Ok(mark.map_or(QueueId::START, |place| place_of(&place)))
    }

    /// Puts the log and the directory as they are now into tables, so that the journals behind them can go.
    /// Waits for it; `give_up` tells when there is no use in waiting any more.
    pub(super) fn flush(&self, give_up: impl Fn() -> bool) -> fjall::Result<()> {
        for keyspace in [&self.log, &self.directory] {
            keyspace.rotate_memtable()?;
        }
        while self.log.sealed_memtable_count() > 0 && !give_up() {
            // A worker of the database that has failed never finishes; this is where it says so.
            self.db.persist(PersistMode::Buffer)?;
            std::thread::sleep(FLUSH_LOOK_AGAIN_AFTER);
        }
        Ok(())
    }

    /// Writes names and rows in bulk, and with the rows, which come last, the mark up to which all are complete. They go
    /// into tables as they are, sorted, without a journal; the log holds what they are made from.
    pub(super) fn write_rows(
        &self,
        rows: &MemoryRows,
        names: &SentMap,
        mark: QueueId,
        give_up: impl Fn() -> bool,
    ) -> fjall::Result<()> {
        self.wait_for_merges(give_up)?;
        let _turn = self.view_writes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ingestion = self.names.start_ingestion()?;
        for (key, sent) in names::in_order(names) {
            ingestion.write(key.as_bytes(), encode_sent(sent))?;
        }
        ingestion.finish()?;
        let mut ingestion = self.view.start_ingestion()?;
        ingestion.write(MARK_KEY, mark.get().to_be_bytes())?;
        for (key, value) in rows.rows() {
            ingestion.write(key.to_bytes(), &*value)?;
        }
        for (key, last) in rows.talk_rows() {
            ingestion.write(key.to_bytes(), last.get().to_be_bytes())?;
        }
        ingestion.finish()
    }

    /// Too many tables that overlap would slow down every read.
    fn wait_for_merges(&self, give_up: impl Fn() -> bool) -> fjall::Result<()> {
        while self.unmerged() > UNMERGED_TABLES_MAX && !give_up() {
            self.db.persist(PersistMode::Buffer)?;
            std::thread::sleep(FLUSH_LOOK_AGAIN_AFTER);
        }
        Ok(())
    }

    fn unmerged(&self) -> usize {
        self.view.tree.l0_run_count().max(self.names.tree.l0_run_count())
    }

    /// Every row that the views have on the disk.
    pub(super) fn view_rows(&self) -> impl Iterator<Item = Result<Row, StoreError>> + use<> {
        let rows = self.view.range::<&[u8], _>((Bound::Excluded(MARK_KEY), Bound::Unbounded));
        rows.map(|row| {
            let (key, value) = row.into_inner().map_err(read_failed)?;
            let key = RowKey::from_bytes(&key).ok_or_else(|| StoreError::Damaged("a row of a view".into()))?;
            Ok((key, Bytes::copy_from_slice(&value)))
        })
    }

    /// How many names are on the disk, of entries up to `mark`: a checkpoint that was cut short may have left more.
    pub(super) fn names_up_to(&self, mark: QueueId) -> Result<u64, StoreError> {
        let mut names = 0;
        for name in self.names.iter() {
            names += u64::from(decode_sent(&name.value().map_err(read_failed)?)?.queue_id <= mark);
        }
        Ok(names)
    }

    #[cfg(test)]
    pub(super) fn set_talk(&self, user: UserId, other: UserId, last: QueueId) {
        self.view.insert(RowKey::talk(user, other).to_bytes(), last.get().to_be_bytes()).unwrap();
    }

    /// The last place of a `talk` row.
    pub(super) fn last_talk(&self, user: UserId, other: UserId) -> Result<Option<QueueId>, StoreError> {
        let found = self.view.get(RowKey::talk(user, other).to_bytes()).map_err(read_failed)?;
        Ok(found.map(|place| place_of(&place)))
    }

    // ---- the directory ----

    pub(super) fn record(&self, key: &[u8]) -> Result<Option<Record>, StoreError> {
        match self.directory.get(record_key(key)).map_err(read_failed)? {
            Some(value) => decode_record(&value).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn records(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Record)>, StoreError> {
        let prefix = record_key(prefix);
        let first = match after.map(record_key) {
            Some(after) if after >= prefix => Bound::Excluded(after),
            Some(_) | None => Bound::Included(prefix.clone()),
        };
        let mut records = Vec::new();
        for row in self.directory.range((first, Bound::Unbounded)).take(limit) {
            let (key, value) = row.into_inner().map_err(read_failed)?;
            if !key.starts_with(&prefix) {
                break;
            }
            records.push((Bytes::copy_from_slice(key.get(1..).unwrap_or_default()), decode_record(&value)?));
        }
        Ok(records)
    }

    pub(super) fn epoch(&self) -> Result<Option<String>, StoreError> {
        let epoch = self.directory.get(EPOCH_KEY).map_err(read_failed)?;
        Ok(epoch.map(|epoch| String::from_utf8_lossy(&epoch).into_owned()))
    }

    pub(super) fn last_revision(&self) -> Result<u64, StoreError> {
        let revision = self.directory.get(REVISION_KEY).map_err(read_failed)?;
        let bytes = revision.as_ref().and_then(|revision| revision.first_chunk::<8>());
        Ok(bytes.map_or(0, |bytes| u64::from_be_bytes(*bytes)))
    }
}

/// Waiting for the database's own workers: they tell nobody when they are done.
const FLUSH_LOOK_AGAIN_AFTER: std::time::Duration = std::time::Duration::from_millis(5);

/// Writes that are carried out all together.
pub(super) struct Batch<'a> {
    tables: &'a Tables,
    writes: OwnedWriteBatch,
}

impl Batch<'_> {
    pub(super) fn put_entry(&mut self, entry: &Entry) {
        self.writes.insert(&self.tables.log, entry.queue_id.get().to_be_bytes(), entry.to_row());
    }

    pub(super) fn put_record(&mut self, key: &[u8], record: Option<&Record>) {
        let Some(record) = record else {
            self.writes.remove(&self.tables.directory, record_key(key));
            return;
        };
        // With a check sum of ours, as in the log.
        let mut row = Vec::with_capacity(12 + record.value.len());
        row.put_u64(record.revision);
        row.put_slice(&record.value);
        row.put_u32(crc32fast::hash(&row));
        self.writes.insert(&self.tables.directory, record_key(key), row);
    }

    pub(super) fn put_revision(&mut self, revision: u64) {
        self.writes.insert(&self.tables.directory, REVISION_KEY, revision.to_be_bytes());
    }

    pub(super) fn put_epoch(&mut self, epoch: &str) {
        self.writes.insert(&self.tables.directory, EPOCH_KEY, epoch);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// With `sync`, what was written is on stable storage before anybody can see it.
    pub(super) fn commit(self, sync: bool) -> fjall::Result<()> {
        let mode = if sync { PersistMode::SyncData } else { PersistMode::Buffer };
        self.writes.durability(Some(mode)).commit()
    }
}

/// An entry where it lies, or what is the matter with it.
pub(super) type Lying = (QueueId, Result<Arc<Entry>, StoreError>);

fn lying(keyspace: &Keyspace, first: QueueId, end: Option<QueueId>) -> impl Iterator<Item = Lying> + Send + use<> {
    let bytes = |place: QueueId| place.get().to_be_bytes();
    let range = (Bound::Included(bytes(first)), end.map_or(Bound::Unbounded, |end| Bound::Excluded(bytes(end))));
    let mut next = first;
    keyspace.range::<[u8; 8], _>(range).map(move |row| match row.into_inner() {
        Ok((key, row)) => {
            let place = place_of(&key);
            next = place.next();
            (place, Entry::from_row(place, Bytes::copy_from_slice(&row)).map(Arc::new))
        }
        Err(error) => (next, Err(read_failed(error))),
    })
}

pub(super) fn place_of(key: &[u8]) -> QueueId {
    QueueId::cursor(key.first_chunk::<8>().map_or(0, |key| i64::from_be_bytes(*key)))
}

fn encode_sent(sent: &Sent) -> [u8; 16] {
    let mut value = [0; 16];
    let mut rest = &mut value[..];
    rest.put_i64(sent.queue_id.get());
    rest.put_i64(sent.sent_at_ms);
    value
}

fn decode_sent(value: &[u8]) -> Result<Sent, StoreError> {
    let damaged = || StoreError::Damaged("the row of a sent entry".into());
    let (place, rest) = value.split_first_chunk::<8>().ok_or_else(damaged)?;
    let sent_at_ms = i64::from_be_bytes(*rest.first_chunk::<8>().ok_or_else(damaged)?);
    Ok(Sent { queue_id: place_of(place), sent_at_ms })
}

fn record_key(key: &[u8]) -> Vec<u8> {
    [&[RECORD_TAG], key].concat()
}

pub(super) fn decode_record(row: &[u8]) -> Result<Record, StoreError> {
    let damaged = || StoreError::Damaged("a record of the directory".into());
    let (rest, sum) = row.split_last_chunk::<4>().ok_or_else(damaged)?;
    if crc32fast::hash(rest).to_be_bytes() != *sum {
        return Err(damaged());
    }
    let (revision, value) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
    Ok(Record { revision: u64::from_be_bytes(*revision), value: Bytes::copy_from_slice(value) })
}

/// A read that the database could not do: mostly a check sum of its own that does not fit.
pub(super) fn read_failed(error: fjall::Error) -> StoreError {
    StoreError::Damaged(error.to_string().into())
}
