//! Taking back and changing what was said. Either is an entry of its own to the same peer: who reads the log sees what
//! happened, and who reads a conversation sees what it is now.

use std::sync::Arc;

use prost::Message;

use super::{Caller, Chat, PARTITION, check_client_msg_id};
use crate::id::{Peer, QueueId, UserId};
use crate::store::{Appended, Entry, NewEntry};
use crate::wire::pb::{ContentType, GroupRole};
use crate::wire::{Code, Refused, pb};

/// So often one entry may be changed, so that to show it never takes more reading than a few others.
const EDITS_MAX: usize = 50;

impl Chat {
    pub(super) async fn recall(
        self: Arc<Self>,
        caller: Caller,
        request: pb::RecallRequest,
    ) -> Result<pb::RecallReply, Refused> {
        let (kind, changed) = (ContentType::Recall, QueueId::cursor(request.queue_id));
        let reply = |at: QueueId| pb::RecallReply { queue_id: at.get(), ..Default::default() };
        if let Some(before) = self.amended_before(&caller, &request.client_msg_id, kind, changed).await? {
            return Ok(reply(before));
        }
        let peer = self.check_conversation(caller.user, request.peer)?;
        let user = caller.user;
        if let Some(before) = self.reading(move |this| this.check_recall(user, peer, changed)).await? {
            return Ok(reply(before));
        }
        let content = pb::Recall { queue_id: changed.get() }.encode_to_vec();
        Ok(reply(self.amend(&caller, peer, request.client_msg_id, kind, changed, content).await?))
    }

    pub(super) async fn edit(
        self: Arc<Self>,
        caller: Caller,
        request: pb::EditRequest,
    ) -> Result<pb::EditReply, Refused> {
        let (kind, changed) = (ContentType::Edit, QueueId::cursor(request.queue_id));
        let reply = |at: QueueId| pb::EditReply { queue_id: at.get(), ..Default::default() };
        if let Some(before) = self.amended_before(&caller, &request.client_msg_id, kind, changed).await? {
            return Ok(reply(before));
        }
        self.check_content(request.content_type, &request.content)?;
        let peer = self.check_conversation(caller.user, request.peer)?;
        // Who may not write any more may not say something else by an edit either.
        self.check_may_write(&caller, peer, &[])?;
        let user = caller.user;
        self.reading(move |this| this.check_edit(user, peer, changed)).await?;
        let (content_type, content) = (request.content_type, request.content);
        let content = pb::Edit { queue_id: changed.get(), content_type, content }.encode_to_vec();
        Ok(reply(self.amend(&caller, peer, request.client_msg_id, kind, changed, content).await?))
    }

    /// Whether `user` may take an entry back; where it was taken back already, if it was.
    fn check_recall(&self, user: UserId, peer: Peer, changed: QueueId) -> Result<Option<QueueId>, Refused> {
        let entry = self.said_in(user, peer, changed)?;
        if let Some(before) = self.store.amendments(entry.to, changed)?.recalled_by {
            return Ok(Some(before));
        }
        let may_always = match peer {
            Peer::Group(group) => self.in_group(user, group, |roster| roster.role_of(user) != GroupRole::Member)?,
            Peer::User(_) | Peer::Everyone => false,
        };
        if !may_always {
            self.check_own(user, &entry, self.settings.recall_within_s, "taken back")?;
        }
        Ok(None)
    }

    fn check_edit(&self, user: UserId, peer: Peer, changed: QueueId) -> Result<(), Refused> {
        let entry = self.said_in(user, peer, changed)?;
        self.check_own(user, &entry, self.settings.edit_within_s, "changed")?;
        let before = self.store.amendments(entry.to, changed)?;
        if before.recalled_by.is_some() {
            return Err(Refused::new(Code::NotAllowed, format!("entry {changed} was taken back")));
        }
        if before.edits >= EDITS_MAX {
            let message = format!("entry {changed} was changed {EDITS_MAX} times, as often as may be");
            return Err(Refused::new(Code::NotAllowed, message));
        }
        Ok(())
    }

    fn check_own(&self, user: UserId, entry: &Entry, within_s: u32, what: &str) -> Result<(), Refused> {
        if entry.from != user {
            return Err(Refused::new(Code::NotAllowed, format!("entry {} is another user's", entry.queue_id)));
        }
        let age_ms = self.clock.wall_ms().saturating_sub(entry.message()?.sent_at_ms);
        if age_ms > i64::from(within_s).saturating_mul(1000) {
            let message = format!("entry {} is older than the {within_s} s in which it may be {what}", entry.queue_id);
            return Err(Refused::new(Code::TooLate, message));
        }
        Ok(())
    }

    /// An entry of the conversation of `user` with `peer` that they see, if it is one that somebody said. Reads the disk
    /// if it is not one of the latest.
    pub(super) fn said_in(&self, user: UserId, peer: Peer, place: QueueId) -> Result<Arc<Entry>, Refused> {
        let missing = || Refused::new(Code::NotFound, format!("there is no entry {place} in this conversation"));
        let entry = self.store.entry(PARTITION, place)?.ok_or_else(missing)?;
        let is_of_it = match peer {
            Peer::User(other) => {
                let between = (entry.from, entry.to);
                between == (user, peer) || between == (other, Peer::User(user))
            }
            Peer::Everyone => entry.to == peer,
            Peer::Group(group) => entry.to == peer && self.sees(user, group, place)?,
        };
        if !is_of_it {
            return Err(missing());
        }
        if super::content::SERVER_CONTENT_TYPES.contains(&entry.content_type) {
            return Err(Refused::new(Code::NotAllowed, format!("entry {place} is nothing that somebody said")));
        }
        Ok(entry)
    }

    /// Where this was done before, under the same name.
    async fn amended_before(
        self: &Arc<Self>,
        caller: &Caller,
        client_msg_id: &str,
        kind: ContentType,
        changed: QueueId,
    ) -> Result<Option<QueueId>, Refused> {
        check_client_msg_id(client_msg_id)?;
        match self.store.find(PARTITION, caller.user, client_msg_id).await? {
            Some(found) => self.check_amended(found, kind, changed).await.map(Some),
            None => Ok(None),
        }
    }

    async fn check_amended(
        self: &Arc<Self>,
        found: Appended,
        kind: ContentType,
        changed: QueueId,
    ) -> Result<QueueId, Refused> {
        let at = found.queue_id;
        let entry = self.reading(move |this| Ok(this.store.entry(PARTITION, at)?)).await?;
        let is_same = entry.filter(|entry| entry.content_type == kind as u32).is_some_and(|entry| {
            // Both have the entry that they change in field 1.
            let content = entry.message().ok().and_then(|message| pb::Recall::decode(message.content).ok());
            content.is_some_and(|content| content.queue_id == changed.get())
        });
        if is_same {
            Ok(at)
        } else {
            Err(Refused::new(Code::BadRequest, "this client_msg_id was used for something else"))
        }
    }

    async fn amend(
        self: &Arc<Self>,
        caller: &Caller,
        peer: Peer,
        client_msg_id: String,
        kind: ContentType,
        changed: QueueId,
        content: Vec<u8>,
    ) -> Result<QueueId, Refused> {
        let entry = NewEntry {
            from: caller.user,
            to: peer,
            client_msg_id,
            content_type: kind as u32,
            content: content.into(),
            reply_to: 0,
            mentions: Vec::new(),
            sent_at_ms: self.clock.wall_ms(),
            // The caller sees it as everybody does: it is one more entry of the conversation.
            origin: 0,
        };
        self.take_send(caller, entry.content.len())?;
        let appended = self.store.append(PARTITION, entry).await?;
        self.metrics.appended(appended.duplicate);
        if appended.duplicate {
            return self.check_amended(appended, kind, changed).await;
        }
        Ok(appended.queue_id)
    }
}
