//! Changes of the directory: checked against what is there, and gathered before they are written.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{Change, ChangeError, Expect, Record, StoreError};

/// Changes that hold and are not written yet. Later ones are checked against them.
#[derive(Debug, Default)]
pub(super) struct Staged {
    /// `None`: the key is removed.
    pub(super) records: BTreeMap<Vec<u8>, Option<Record>>,
}

impl Staged {
    /// Takes in all of `changes` or none. `last_revision` counts over all keys, so that a key which was removed and
    /// made again never has a revision for the second time. `stored` is the record as it was written last.
    pub(super) fn stage(
        &mut self,
        changes: Vec<Change>,
        last_revision: &mut u64,
        stored: impl Fn(&[u8]) -> Result<Option<Record>, StoreError>,
    ) -> Result<(), ChangeError> {
        let mut revision = *last_revision;
        let mut records: BTreeMap<Vec<u8>, Option<Record>> = BTreeMap::new();
        for Change { key, value, expect } in changes {
            let found = match records.get(&key).or_else(|| self.records.get(&key)) {
                Some(staged) => staged.as_ref().map(|record| record.revision),
                None => stored(&key)?.map(|record| record.revision),
            };
            let holds = match expect {
                Expect::Absent => found.is_none(),
                Expect::Revision(revision) => found == Some(revision),
                Expect::Anything => true,
            };
            if !holds {
                return Err(ChangeError::Conflict { key });
            }
            revision += 1;
            records.insert(key, value.map(|value| Record { revision, value: Bytes::from(value) }));
        }
        *last_revision = revision;
        self.records.append(&mut records);
        Ok(())
    }
}
