//! Delivery: every committed entry, in the order of the log, to the readers whose inbox it is in.
//!
//! It follows the log's tail and never waits for a reader: one that cannot take an entry is behind, and reads the log.

use std::sync::Arc;

use super::Chat;
use crate::id::{Peer, QueueId};
use crate::store::{Entry, StoreError, Tail};
use crate::wire::pb::ContentType;

impl Chat {
    /// Delivers until the log stops. `tail` must begin where the log ended before the first reader came.
    pub fn deliver(self: Arc<Self>, tail: Tail) -> impl Future<Output = StoreError> {
        // Said at once: from here on, changes of groups hold when delivery has come to them.
        self.rosters.reach(tail.after());
        self.deliver_from(tail)
    }

    async fn deliver_from(self: Arc<Self>, mut tail: Tail) -> StoreError {
        loop {
            match tail.next().await {
                Ok(entries) => {
                    for entry in &entries {
                        if let Err(error) = self.offer(entry).await {
                            return error;
                        }
                        // Readers run on the same threads: they get their turn in the middle of a long batch.
                        tokio::task::consume_budget().await;
                    }
                    self.metrics.entries_offered.add(entries.len() as u64);
                }
                Err(error) => return error,
            }
        }
    }

    async fn offer(self: &Arc<Self>, entry: &Arc<Entry>) -> Result<(), StoreError> {
        let Entry { queue_id, from, to, content_type, encoded, origin, .. } = entry.as_ref();
        match *to {
            Peer::User(user) => {
                self.router.offer_entry(user, *queue_id, encoded, *origin);
                if user != *from {
                    self.router.offer_entry(*from, *queue_id, encoded, *origin);
                }
            }
            Peer::Everyone => self.router.offer_entry_to_everyone(*queue_id, encoded, *origin),
            Peer::Group(group) => {
                let roster = self.roster_for(group, entry).await?;
                for (member, _) in &roster.members {
                    self.router.offer_entry(*member, *queue_id, encoded, *origin);
                }
                if *content_type == ContentType::GroupEvent as u32 {
                    self.rosters.reach(*queue_id);
                }
            }
        }
        Ok(())
    }

    /// A tail for `deliver`, from the head on.
    pub fn tail(&self) -> Tail {
        let head: QueueId = self.store.head(super::PARTITION);
        self.store.tail(super::PARTITION, head)
    }
}
