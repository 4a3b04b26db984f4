//! Reading: the inbox after a cursor, and backwards with one peer.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prost::Message;

use super::{Answer, Caller, Chat, PARTITION};
use crate::id::{Peer, QueueId, UserId};
use crate::store::{Entry, PageBounds, StoreError};
use crate::wire::pb::ResumeOutcome;
use crate::wire::{Code, Refused, pb};

/// The most entries that a page may be asked for.
const PAGE_ENTRIES_MAX: u32 = 1000;

/// A page of an inbox, and where to go on.
#[derive(Clone, Debug)]
pub struct InboxPage {
    pub entries: Vec<Arc<Entry>>,
    /// Nothing at or before this is missing from what was read. Not less than where reading began.
    pub cursor: QueueId,
    /// There was more when this was read.
    pub more: bool,
    /// From here on the log had every entry; 0 if nothing was ever removed.
    pub kept_from: i64,
}

/// Where a reader begins.
#[derive(Clone, Copy, Debug)]
pub struct Resumed {
    pub cursor: QueueId,
    pub head: QueueId,
    pub outcome: ResumeOutcome,
}

impl Chat {
    /// Where a reader begins that asks to resume like this. To be asked after it is registered. What lies before the
    /// cursor has arrived at it.
    pub fn resume(&self, user: UserId, resume: Option<pb::Resume>) -> Resumed {
        let head = self.store.head(PARTITION);
        match resume {
            None => Resumed { cursor: head, head, outcome: ResumeOutcome::Live },
            Some(resume) if resume.epoch == self.store.epoch() && QueueId::cursor(resume.cursor) <= head => {
                self.has_come_with(user, QueueId::cursor(resume.cursor));
                Resumed { cursor: QueueId::cursor(resume.cursor), head, outcome: ResumeOutcome::Continued }
            }
            // Another log's cursor, or one that this log has not come to: it says nothing about what is missing.
            Some(_) => Resumed { cursor: QueueId::START, head, outcome: ResumeOutcome::StartOver },
        }
    }

    /// Reads the next page of an inbox for a link that is behind.
    pub fn read_inbox(
        self: &Arc<Self>,
        user: UserId,
        after: QueueId,
    ) -> BoxFuture<'static, Result<InboxPage, Refused>> {
        let this = Arc::clone(self);
        async move { this.inbox(user, after, 0).await }.boxed()
    }

    pub(super) async fn inbox(
        self: &Arc<Self>,
        user: UserId,
        after: QueueId,
        limit: u32,
    ) -> Result<InboxPage, Refused> {
        self.reading(move |this| Ok(this.inbox_page(user, after, limit)?)).await
    }

    fn inbox_page(&self, user: UserId, after: QueueId, limit: u32) -> Result<InboxPage, StoreError> {
        // The head comes first: what is committed while we read may be missing from the page, but lies behind it.
        let head = self.store.head(PARTITION);
        let page = self.store.read_inbox(user, after, self.bounds(limit))?;
        let last = page.entries.last().map_or(after, |entry| entry.queue_id);
        let cursor = if page.more { last } else { last.max(head) };
        // Asked last: what was removed while we read is a gap, too.
        let kept_from = self.kept_from();
        Ok(InboxPage { entries: page.entries, cursor: cursor.max(after), more: page.more, kept_from })
    }

    fn bounds(&self, limit: u32) -> PageBounds {
        let entries = match limit {
            0 => self.settings.page_entries,
            limit => limit.min(PAGE_ENTRIES_MAX) as usize,
        };
        PageBounds { entries, bytes: self.settings.page_bytes }
    }

    pub(super) async fn sync(self: Arc<Self>, caller: Caller, request: pb::SyncRequest) -> Answer {
        self.has_come_with(caller.user, QueueId::cursor(request.after));
        Ok(self.inbox(caller.user, QueueId::cursor(request.after), request.limit).await?.reply())
    }

    pub(super) async fn history(self: Arc<Self>, caller: Caller, request: pb::HistoryRequest) -> Answer {
        let peer =
            Peer::parse(request.peer).ok_or_else(|| Refused::new(Code::BadRequest, "`peer` is nobody's number"))?;
        let before = if request.before > 0 { QueueId::cursor(request.before) } else { QueueId::END };
        let page = self
            .reading(move |this| Ok(this.store.read_history(caller.user, peer, before, this.bounds(request.limit))?))
            .await?;
        Ok(with_entries(&pb::HistoryReply { more: page.more, ..Default::default() }, &page.entries))
    }
}

impl InboxPage {
    /// As the reply to a sync.
    pub(super) fn reply(&self) -> Bytes {
        let Self { cursor, more, kept_from, .. } = *self;
        let reply = pb::SyncReply { cursor: cursor.get(), more, kept_from, ..Default::default() };
        with_entries(&reply, &self.entries)
    }
}

/// A message's encoding with entries added as they lie in the log: fields may stand in any order.
fn with_entries(message: &impl Message, entries: &[Arc<Entry>]) -> Bytes {
    let length = message.encoded_len() + entries.iter().map(|entry| entry.encoded.len()).sum::<usize>();
    let mut body = BytesMut::with_capacity(length);
    message.encode_raw(&mut body);
    for entry in entries {
        body.put_slice(&entry.encoded);
    }
    body.freeze()
}
