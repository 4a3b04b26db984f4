//! What has arrived at people's devices: for each user the greatest cursor that one of theirs has told. A state, and worth
//! no sync of the disk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use prost::Message;
use tokio::sync::mpsc;

use super::account::number;
use super::{Caller, Chat, PARTITION, keys};
use crate::id::{Peer, QueueId, UserId};
use crate::store::{Change, Expect, Keep, PageBounds};
use crate::wire::{Command, Refused, pb};

/// So many cursors that came with a login or a sync may wait to be looked at. One more is passed over: the next one of the
/// same user says the same and more.
const WAITING_MAX: usize = 4096;
/// So many are looked at side by side.
const AT_ONCE: usize = 16;

/// The line from those who log in or sync to the task that keeps what they tell.
#[derive(Debug)]
pub(super) struct Arrivals {
    line: mpsc::Sender<(UserId, QueueId)>,
    /// Until the task takes it.
    end: Mutex<Option<mpsc::Receiver<(UserId, QueueId)>>>,
}

impl Default for Arrivals {
    fn default() -> Self {
        let (line, end) = mpsc::channel(WAITING_MAX);
        Self { line, end: Mutex::new(Some(end)) }
    }
}

impl Chat {
    pub(super) async fn mark_delivered(
        self: Arc<Self>,
        caller: Caller,
        request: pb::MarkDeliveredRequest,
    ) -> Result<pb::MarkDeliveredReply, Refused> {
        self.arrived(caller.user, QueueId::cursor(request.up_to)).await?;
        Ok(pb::MarkDeliveredReply::default())
    }

    /// A device of `user` has come with this cursor: what is before it has arrived. Costs a look into the directory, and
    /// what follows from it is done elsewhere.
    pub fn has_come_with(&self, user: UserId, cursor: QueueId) {
        if cursor > QueueId::START && self.delivered_up_to(user).is_ok_and(|before| before < cursor) {
            // Full, or nobody listens: see `WAITING_MAX`.
            let _ = self.arrivals.line.try_send((user, cursor));
        }
    }

    /// Keeps and tells what `has_come_with` put in line, until the chat is gone.
    pub async fn tell_arrivals(self: Arc<Self>) {
        let end = self.arrivals.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut end) = end else { return };
        poll_fn(move |context| end.poll_recv(context))
            .for_each_concurrent(AT_ONCE, |(user, cursor)| {
                let this = Arc::clone(&self);
                async move {
                    if let Err(refused) = this.arrived(user, cursor).await {
                        tracing::debug!(%user, %refused, "what arrived could not be kept");
                    }
                }
            })
            .await;
    }

    /// Up to where everything has arrived at one of a user's devices.
    pub(super) fn delivered_up_to(&self, user: UserId) -> Result<QueueId, Refused> {
        let record = self.store.get(&keys::delivered(user))?;
        Ok(QueueId::cursor(record.as_ref().and_then(number).unwrap_or(0)))
    }

    async fn arrived(self: &Arc<Self>, user: UserId, cursor: QueueId) -> Result<(), Refused> {
        let up_to = cursor.min(self.store.head(PARTITION));
        let key = keys::delivered(user);
        let before = loop {
            let record = self.store.get(&key)?;
            let before = QueueId::cursor(record.as_ref().and_then(number).unwrap_or(0));
            if before >= up_to {
                return Ok(());
            }
            let expect = Expect::as_read(record.as_ref());
            let change = Change { key: key.clone(), value: Some(up_to.get().to_be_bytes().to_vec()), expect };
            if self.try_change(vec![change], Keep::Soon).await? {
                break before;
            }
        };
        // One page: who wrote what is beyond it is not told now, and asks READ_MARKS.
        let bounds = PageBounds { entries: self.settings.page_entries, bytes: self.settings.page_bytes };
        let page = self.reading(move |this| Ok(this.store.read_inbox(user, before, bounds)?)).await?;
        // In an order of its own, so that a run can be repeated.
        let mut writers = BTreeMap::new();
        for entry in page.entries.iter().filter(|entry| entry.to == Peer::User(user) && entry.from != user) {
            if entry.queue_id <= up_to {
                writers.insert(entry.from, entry.queue_id);
            }
        }
        for (writer, last) in writers {
            // Between those of whom one has blocked the other nothing passes.
            if self.is_blocked(user, writer)? {
                continue;
            }
            // Of what they wrote themselves: how far the user's cursor is beyond that is not their business.
            let push = pb::ReceiptPush { reader: user.get(), peer: user.get(), up_to: 0, delivered_up_to: last.get() };
            self.router.offer_state(writer, Command::PushReceipt, &push.encode_to_vec().into(), None);
        }
        Ok(())
    }

    /// Where the last entry of a conversation stands that has arrived at `reader`, as `asker` is told. 0: none has.
    /// Reads the disk.
    pub(super) fn delivered_in(&self, asker: UserId, reader: UserId) -> Result<i64, Refused> {
        let cursor = self.delivered_up_to(reader)?;
        if cursor == QueueId::START {
            return Ok(0);
        }
        let one = PageBounds { entries: 1, bytes: usize::MAX };
        let page = self.store.read_history(asker, Peer::User(reader), cursor.next(), one)?;
        Ok(page.entries.first().map_or(0, |entry| entry.queue_id.get()))
    }
}
