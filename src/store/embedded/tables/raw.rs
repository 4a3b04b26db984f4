//! Rows as they lie in files, for those who read and write them without knowing whose they are.

use super::{Batch, EPOCH_KEY, KEPT_FROM_KEY, RECORD_TAG, REVISION_KEY, decode_record, place_of};
use crate::id::QueueId;

/// A row of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::embedded) enum Told {
    /// A record, and the number of the change that wrote it.
    Record(u64),
    Epoch(String),
    Revision(u64),
    KeptFrom(QueueId),
}

/// What a row says, if it is one of the directory's.
pub(in crate::store::embedded) fn told(key: &[u8], value: &[u8]) -> Option<Told> {
    let number = || value.first_chunk::<8>().filter(|_| value.len() == 8).copied();
    match key {
        [RECORD_TAG, ..] => decode_record(value).ok().map(|record| Told::Record(record.revision)),
        EPOCH_KEY => String::from_utf8(value.to_vec()).ok().map(Told::Epoch),
        REVISION_KEY => number().map(u64::from_be_bytes).map(Told::Revision),
        KEPT_FROM_KEY => number().map(|number| Told::KeptFrom(place_of(&number))),
        _ => None,
    }
}

/// Whether a row that was removed may have been one of the directory's: nothing else that is ever removed begins so.
pub(in crate::store::embedded) fn may_be_record(key: &[u8]) -> bool {
    key.first() == Some(&RECORD_TAG)
}

impl Batch<'_> {
    /// Puts a row of the directory as it is.
    pub(in crate::store::embedded) fn put_raw(&mut self, key: &[u8], value: &[u8]) {
        self.writes.insert(&self.tables.directory, key, value);
    }
}
