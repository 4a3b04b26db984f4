//! Writing to a peer.

use std::sync::Arc;

use futures_util::FutureExt;

use super::{Asked, Broadcast, Caller, Chat, PARTITION, check_client_msg_id, done, later};
use crate::id::{Peer, QueueId, UserId};
use crate::metrics::{Limit, Metrics};
use crate::store::{Appended, NewEntry, Pending, StoreError};
use crate::wire::{Code, Refused, pb};

/// So many users one entry may mention.
const MENTIONS_MAX: usize = 100;

impl Chat {
    /// Puts a message in line for the log before it returns: of two sends on one link, the first is first in the log.
    pub(super) fn send(&self, caller: &Caller, request: pb::SendRequest) -> Asked {
        let to = match self.check_form(&request) {
            Ok(to) => to,
            Err(refused) => return done::<pb::SendReply>(Err(refused)),
        };
        let checked = self
            .check_may_write(caller, to, &request.mentions)
            .and_then(|()| self.check_reference(caller.user, to, &request));
        if let Err(refused) = checked {
            return self.refuse_unless_sent(caller, &request.client_msg_id, refused);
        }
        let mut pending = self.append(caller, to, request);
        // The memory engine is done already: no future to keep, no wake-up.
        if let Some(appended) = (&mut pending).now_or_never() {
            return done(reply(&self.metrics, appended));
        }
        let metrics = Arc::clone(&self.metrics);
        later(async move { reply(&metrics, pending.await) })
    }

    fn append(&self, caller: &Caller, to: Peer, request: pb::SendRequest) -> Pending<Result<Appended, StoreError>> {
        self.store.append(
            PARTITION,
            NewEntry {
                from: caller.user,
                to,
                client_msg_id: request.client_msg_id,
                content_type: request.content_type,
                content: request.content,
                reply_to: request.reply_to,
                mentions: request.mentions,
                sent_at_ms: self.clock.wall_ms(),
                origin: caller.link.0,
            },
        )
    }

    /// Writes to any user and to everyone, without a look at who may: for what the operator says. In a group it counts
    /// as anybody else.
    pub(super) async fn send_freely(
        &self,
        caller: &Caller,
        request: pb::SendRequest,
    ) -> Result<pb::SendReply, Refused> {
        let to = self.check_form(&request)?;
        match to {
            Peer::User(user) => self.check_exists(user)?,
            Peer::Everyone => {}
            Peer::Group(_) => self.check_may_write(caller, to, &request.mentions)?,
        }
        reply(&self.metrics, self.append(caller, to, request).await)
    }

    /// A retry of what was allowed when it was first sent, and stands in the log, is answered as any retry: a final code
    /// would say that it does not. Its writer may have left the group since.
    fn refuse_unless_sent(&self, caller: &Caller, client_msg_id: &str, refused: Refused) -> Asked {
        if refused.code.is_temporary() {
            return done::<pb::SendReply>(Err(refused));
        }
        let found = self.store.find(PARTITION, caller.user, client_msg_id);
        let metrics = Arc::clone(&self.metrics);
        later(async move {
            match found.await? {
                Some(appended) => reply(&metrics, Ok(appended)),
                None => Err(refused),
            }
        })
    }

    fn check_form(&self, request: &pb::SendRequest) -> Result<Peer, Refused> {
        check_client_msg_id(&request.client_msg_id)?;
        self.check_content(request.content_type, &request.content)?;
        let mentions = &request.mentions;
        if mentions.len() > MENTIONS_MAX {
            let message = format!("{} users are mentioned, more than {MENTIONS_MAX}", mentions.len());
            return Err(Refused::new(Code::TooLarge, message));
        }
        if let Some(number) = mentions.iter().find(|number| **number < 0 || (**number == 0 && request.to >= 0)) {
            let message = format!("`mentions` has {number}, which is no user, nor all members of a group");
            return Err(Refused::new(Code::BadRequest, message));
        }
        Peer::parse(request.to).ok_or_else(|| Refused::new(Code::BadRequest, "`to` is nobody's number"))
    }

    /// Whether the writer may refer to the entry that they answer. Who answers nothing, as most do, pays nothing for it.
    fn check_reference(&self, user: UserId, to: Peer, request: &pb::SendRequest) -> Result<(), Refused> {
        match request.reply_to {
            0 => Ok(()),
            ..0 => Err(Refused::new(Code::BadRequest, "`reply_to` is less than 0")),
            1.. => self.said_in(user, to, QueueId::cursor(request.reply_to)).map(drop),
        }
    }

    pub(super) fn check_may_write(&self, caller: &Caller, to: Peer, mentions: &[i64]) -> Result<(), Refused> {
        match to {
            Peer::User(user) => {
                self.check_exists(user)?;
                self.check_pair(caller.user, user)
            }
            Peer::Everyone => self.check_broadcast(caller.user),
            Peer::Group(group) => self.check_may_write_in(caller.user, group, mentions),
        }
    }

    fn check_broadcast(&self, user: UserId) -> Result<(), Refused> {
        let allowed = match &self.settings.broadcast {
            Broadcast::Everybody => true,
            Broadcast::Nobody => false,
            Broadcast::Named(names) => {
                let account = self.account(user)?;
                account.is_some_and(|(account, _)| names.iter().any(|name| same_name(name, &account.name)))
            }
        };
        if !allowed {
            return Err(Refused::new(Code::NotAllowed, "the user may not write to everyone"));
        }
        self.take_turn(&self.broadcasts, Limit::Broadcasts, user, "writing to everyone")
    }
}

fn reply(metrics: &Metrics, appended: Result<Appended, StoreError>) -> Result<pb::SendReply, Refused> {
    let Appended { queue_id, sent_at_ms, duplicate } = appended?;
    metrics.appended(duplicate);
    Ok(pb::SendReply { queue_id: queue_id.get(), sent_at_ms, duplicate, ..Default::default() })
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
