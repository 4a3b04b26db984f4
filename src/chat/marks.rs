//! Read marks and the news of somebody writing: states, not entries. Who misses one asks for it.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

use super::account::number;
use super::{Caller, Chat, PARTITION, keys};
use crate::id::{Peer, UserId};
use crate::store::{Change, ChangeError, Expect, Keep};
use crate::wire::{Code, Command, Refused, pb};

/// In groups with more members nobody is told at once who reads and who writes: it would be a push for everybody from
/// everybody.
const NEWS_MEMBERS_MAX: usize = 200;
/// A reply holds so many read marks.
const MARKS_MAX: usize = 1000;

impl Chat {
    pub(super) async fn mark_read(
        self: Arc<Self>,
        caller: Caller,
        request: pb::MarkReadRequest,
    ) -> Result<pb::MarkReadReply, Refused> {
        let peer = self.check_conversation(caller.user, request.peer)?;
        // Nobody has read what is not written yet.
        let up_to = request.up_to.min(self.store.head(PARTITION).get());
        let key = keys::read_mark(caller.user, peer);
        loop {
            let record = self.store.get(&key)?;
            if record.as_ref().and_then(number).unwrap_or(0) >= up_to {
                return Ok(pb::MarkReadReply::default());
            }
            let expect = record.map_or(Expect::Absent, |record| Expect::Revision(record.revision));
            let change = Change { key: key.clone(), value: Some(up_to.to_be_bytes().to_vec()), expect };
            // A crash may take it back, and the next mark makes up for it: not worth a sync of the disk.
            match self.store.change(vec![change], Keep::Soon).await {
                Ok(()) => break,
                Err(ChangeError::Conflict { .. }) => {}
                Err(ChangeError::Store(error)) => return Err(error.into()),
            }
        }
        self.tell(&caller, peer, Command::PushReceipt, |peer| {
            let push = pb::ReceiptPush { reader: caller.user.get(), peer: peer.get(), up_to, delivered_up_to: 0 };
            push.encode_to_vec().into()
        })
        .await?;
        Ok(pb::MarkReadReply::default())
    }

    pub(super) async fn read_marks(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ReadMarksRequest,
    ) -> Result<pb::ReadMarksReply, Refused> {
        let peer = self.check_conversation(caller.user, request.peer)?;
        let marks = self
            .reading(move |this| {
                // Of who is blocked, or has blocked, one is told nothing.
                if let Peer::User(other) = peer
                    && this.is_blocked(caller.user, other)?
                {
                    let record = this.store.get(&keys::read_mark(caller.user, peer))?;
                    return Ok(record.map(|record| (caller.user, record)).into_iter().collect());
                }
                // Who has read what everyone was sent is nobody's business but one's own.
                if peer == Peer::Everyone {
                    let record = this.store.get(&keys::read_mark(caller.user, peer))?;
                    return Ok(record.map(|record| (caller.user, record)).into_iter().collect());
                }
                let listed = this.store.list(&keys::read_marks(caller.user, peer), None, MARKS_MAX)?;
                Ok(listed
                    .into_iter()
                    .filter_map(|(key, record)| Some((keys::user_of(&key)?, record)))
                    .collect::<Vec<_>>())
            })
            .await?;
        let mark = |(reader, record)| {
            let reader: UserId = reader;
            Some(pb::ReadMark { reader: reader.get(), up_to: number(&record)?, delivered_up_to: 0 })
        };
        Ok(pb::ReadMarksReply { marks: marks.into_iter().filter_map(mark).collect(), ..Default::default() })
    }

    pub(super) async fn typing(
        self: Arc<Self>,
        caller: Caller,
        request: pb::TypingRequest,
    ) -> Result<pb::TypingReply, Refused> {
        let peer = self.check_conversation(caller.user, request.peer)?;
        if let Peer::User(other) = peer {
            self.check_pair(caller.user, other)?;
        }
        self.tell(&caller, peer, Command::PushTyping, |peer| {
            pb::TypingPush { user: caller.user.get(), peer: peer.get() }.encode_to_vec().into()
        })
        .await?;
        Ok(pb::TypingReply::default())
    }

    /// The conversation that `number` names for `user`, if they may have a part in it.
    fn check_conversation(&self, user: UserId, number: i64) -> Result<Peer, Refused> {
        let peer = Peer::parse(number).ok_or_else(|| Refused::new(Code::BadRequest, "`peer` is nobody's number"))?;
        match peer {
            Peer::User(other) => self.check_exists(other)?,
            Peer::Everyone => {}
            Peer::Group(group) => self.check_member(user, group)?,
        }
        Ok(peer)
    }

    /// Tells the others of a conversation, and the caller's own other links. `body` is made with the name that the
    /// receiver has for the conversation.
    async fn tell(
        self: &Arc<Self>,
        caller: &Caller,
        peer: Peer,
        command: Command,
        body: impl Fn(Peer) -> Bytes,
    ) -> Result<(), Refused> {
        let own = body(peer);
        match peer {
            Peer::User(other) if other != caller.user && !self.is_blocked(caller.user, other)? => {
                self.router.offer_state(other, command, &body(Peer::User(caller.user)), None);
            }
            Peer::User(_) | Peer::Everyone => {}
            Peer::Group(group) => {
                let members = self.members_to_tell(group, NEWS_MEMBERS_MAX).await?;
                for member in members.iter().filter(|member| **member != caller.user) {
                    self.router.offer_state(*member, command, &own, None);
                }
            }
        }
        self.router.offer_state(caller.user, command, &own, Some(caller.link));
        Ok(())
    }
}
