//! Under which names entries were sent, of those entries whose rows are not on the disk yet. The writer's own: nobody
//! else asks, and what it has put in before the batch is durable is of no account if that fails.

use std::sync::Arc;

use crate::store::view::{Sent, SentKey, SentMap};

#[derive(Debug, Default)]
pub(super) struct Names {
    active: SentMap,
    /// What is being written to the disk.
    frozen: Option<Arc<SentMap>>,
}

impl Names {
    pub(super) fn get(&self, key: &SentKey) -> Option<Sent> {
        self.active.get(key).or_else(|| self.frozen.as_ref()?.get(key)).copied()
    }

    pub(super) fn insert(&mut self, key: SentKey, sent: Sent) {
        self.active.insert(key, sent);
    }

    /// Those that go to the disk together with the rows that are frozen now.
    pub(super) fn freeze(&mut self) -> Arc<SentMap> {
        let frozen = Arc::new(std::mem::take(&mut self.active));
        self.frozen = Some(Arc::clone(&frozen));
        frozen
    }

    /// What was frozen can be found on the disk now.
    pub(super) fn thaw(&mut self) {
        self.frozen = None;
    }
}

/// As they lie on the disk.
pub(super) fn in_order(names: &SentMap) -> Vec<(&SentKey, &Sent)> {
    // Beside the key its first bytes, so that comparing seldom has to go and look at the rest.
    let mut sorted: Vec<_> = names.iter().map(|(key, sent)| (key.first_bytes(), key, sent)).collect();
    sorted.sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.cmp(other.1)));
    sorted.into_iter().map(|(_, key, sent)| (key, sent)).collect()
}
