//! Read marks and the news of somebody writing: states, not entries. Who misses one asks for it.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

use super::account::number;
use super::{Caller, Chat, PARTITION, keys};
use crate::id::{Peer, UserId};
use crate::store::{Change, Expect, Keep};
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
            let changes = mark_changes(caller.user, peer, up_to, Expect::as_read(record.as_ref()));
            // A crash may take it back, and the next mark makes up for it: not worth a sync of the disk.
            if self.try_change(changes, Keep::Soon).await? {
                break;
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
        let asker = caller.user;
        let marks = self.reading(move |this| this.marks_of(asker, peer)).await?;
        Ok(pb::ReadMarksReply { marks, ..Default::default() })
    }

    fn marks_of(&self, asker: UserId, peer: Peer) -> Result<Vec<pb::ReadMark>, Refused> {
        let mark = |reader: UserId, peer: Peer| -> Result<i64, Refused> {
            Ok(self.store.get(&keys::read_mark(reader, peer))?.as_ref().and_then(number).unwrap_or(0))
        };
        let mut marks: Vec<pb::ReadMark> = Vec::new();
        let mut add = |reader: UserId, up_to, delivered_up_to| {
            if up_to > 0 || delivered_up_to > 0 {
                marks.push(pb::ReadMark { reader: reader.get(), up_to, delivered_up_to });
            }
        };
        match peer {
            // Who has read what everyone was sent is nobody's business but one's own.
            Peer::Everyone => add(asker, mark(asker, peer)?, 0),
            // Of who is blocked, or has blocked, one is told nothing.
            Peer::User(other) if self.is_blocked(asker, other)? => add(asker, mark(asker, peer)?, 0),
            Peer::User(other) if other == asker => add(asker, mark(asker, peer)?, 0),
            Peer::User(other) => {
                let mut two = [(asker, peer), (other, Peer::User(asker))];
                two.sort_unstable_by_key(|(reader, _)| *reader);
                for (reader, peer) in two {
                    // What arrived at oneself is known without asking.
                    let delivered_up_to = if reader == other { self.delivered_in(asker, other)? } else { 0 };
                    add(reader, mark(reader, peer)?, delivered_up_to);
                }
            }
            Peer::Group(group) => {
                for (key, record) in self.store.list(&keys::readers(group), None, MARKS_MAX)? {
                    if let (Some(reader), Some(up_to)) = (keys::user_of(&key), number(&record)) {
                        add(reader, up_to, 0);
                    }
                }
            }
        }
        Ok(marks)
    }

    /// Takes over the read marks that an earlier version kept under other keys. Once, at the start.
    pub async fn move_old_marks(&self) -> Result<(), Refused> {
        loop {
            let page = self.store.list(keys::OLD_MARKS, None, MARKS_MAX)?;
            if page.is_empty() {
                return Ok(());
            }
            tracing::info!(marks = page.len(), "read marks are moved to where this version keeps them");
            let mut changes = Vec::new();
            for (key, record) in page {
                if let (Some((reader, peer)), Some(up_to)) = (keys::parse_old_mark(&key), number(&record)) {
                    changes.extend(mark_changes(reader, peer, up_to, Expect::Anything));
                }
                changes.push(Change::removal(key.to_vec()));
            }
            self.change(changes, Keep::Durable).await?;
        }
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
    pub(super) fn check_conversation(&self, user: UserId, number: i64) -> Result<Peer, Refused> {
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

/// What sets a mark: by reader, and in a group by group as well.
fn mark_changes(reader: UserId, peer: Peer, up_to: i64, expect: Expect) -> Vec<Change> {
    let value = Some(up_to.to_be_bytes().to_vec());
    let mut changes = vec![Change { key: keys::read_mark(reader, peer), value: value.clone(), expect }];
    if let Peer::Group(group) = peer {
        changes.push(Change { key: keys::reader(group, reader), value, expect: Expect::Anything });
    }
    changes
}
