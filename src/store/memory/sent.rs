//! Under which names entries were sent, so that each is stored once. It keeps sixteen bytes for an entry, since what an
//! append costs in memory is mostly the pages that it touches: the name itself stands in the entry.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::id::{QueueId, UserId};
use crate::store::view::Sent;
use crate::store::{Entry, StoreError};
use crate::wire::pb;

#[derive(Debug, Default)]
pub(super) struct SentPlaces {
    /// The name is the client's choice: without a secret, it could be chosen to fall on others.
    secret: RandomState,
    /// Where the first entry of a hash is. The key is a hash already.
    places: HashMap<u64, QueueId, FxBuildHasher>,
    /// Entries whose hash another one has. There will hardly ever be one.
    others: HashMap<(UserId, String), QueueId>,
}

/// A name's hash.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameHash(u64);

impl SentPlaces {
    pub(super) fn hash(&self, from: UserId, client_msg_id: &str) -> NameHash {
        NameHash(self.secret.hash_one((from.get(), client_msg_id)))
    }

    /// What was sent under a name, if anything. `entry` gives the entry at a place.
    pub(super) fn get(
        &self,
        hash: NameHash,
        from: UserId,
        client_msg_id: &str,
        entry: impl Fn(QueueId) -> Result<Arc<Entry>, StoreError>,
    ) -> Result<Option<Sent>, StoreError> {
        let Some(place) = self.places.get(&hash.0) else { return Ok(None) };
        let (first, message) = read(*place, &entry)?;
        if first.from == from && message.client_msg_id == client_msg_id {
            return Ok(Some(Sent { queue_id: *place, sent_at_ms: message.sent_at_ms }));
        }
        let Some(place) = self.others.get(&(from, client_msg_id.to_owned())) else { return Ok(None) };
        let (_, message) = read(*place, &entry)?;
        Ok(Some(Sent { queue_id: *place, sent_at_ms: message.sent_at_ms }))
    }

    /// Forgets the name of an entry.
    pub(super) fn remove(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let name = (entry.from, entry.message()?.client_msg_id);
        if self.others.get(&name) == Some(&entry.queue_id) {
            self.others.remove(&name);
            return Ok(());
        }
        let hash = self.hash(name.0, &name.1);
        if self.places.get(&hash.0) == Some(&entry.queue_id) {
            self.places.remove(&hash.0);
            // One that had to stand aside takes the place.
            let other = self.others.keys().find(|(from, id)| self.hash(*from, id).0 == hash.0).cloned();
            if let Some(place) = other.and_then(|other| self.others.remove(&other)) {
                self.places.insert(hash.0, place);
            }
        }
        Ok(())
    }

    /// Remembers an entry whose name has this hash.
    pub(super) fn insert(&mut self, hash: NameHash, entry: &Entry) -> Result<(), StoreError> {
        match self.places.entry(hash.0) {
            Slot::Vacant(slot) => {
                slot.insert(entry.queue_id);
            }
            Slot::Occupied(_) => {
                self.others.insert((entry.from, entry.message()?.client_msg_id), entry.queue_id);
            }
        }
        Ok(())
    }
}

fn read(
    place: QueueId,
    entry: impl Fn(QueueId) -> Result<Arc<Entry>, StoreError>,
) -> Result<(Arc<Entry>, pb::Entry), StoreError> {
    let entry = entry(place)?;
    let message = entry.message()?;
    Ok((entry, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{place, text, user};

    #[test]
    fn two_names_with_one_hash_are_two_names() {
        let mut sent = SentPlaces::default();
        let same = NameHash(7);
        let entries: Vec<Arc<Entry>> = [text(1, 2, "a"), text(1, 2, "b"), text(2, 1, "a")]
            .into_iter()
            .enumerate()
            .map(|(index, new)| Arc::new(Entry::new(place(index as i64 + 1), new)))
            .collect();
        for entry in &entries {
            sent.insert(same, entry).unwrap();
        }
        let entry = |place: QueueId| Ok(Arc::clone(&entries[place.get() as usize - 1]));
        let found = |from, name| sent.get(same, user(from), name, entry).unwrap().map(|sent| sent.queue_id);
        assert_eq!([found(1, "a"), found(1, "b"), found(2, "a")], [1, 2, 3].map(|number| Some(place(number))));
        assert_eq!([found(2, "b"), found(1, "c")], [None, None]);
    }
}
