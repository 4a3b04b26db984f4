//! Turns: what changes one group happens one thing after another, each knowing what the one before made of it. Two who
//! invite at once would otherwise both find room for the last member, or bring the same one in twice.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::super::{Chat, PARTITION, internal};
use super::{check_admin, not_in};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::metrics::Metrics;
use crate::store::{Appended, NewEntry, Pending, Roster, StoreError};
use crate::wire::pb::{ContentType, GroupEvent};
use crate::wire::{Code, Refused};

/// Groups share so many turns, by their number: at most, one waits for another group's.
const TURNS: usize = 256;
/// So long a request waits for its turn, and for delivery to come to what it wrote. A client gives up after 7 s.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was put in line for the log in a turn. It outlives a request that was dropped, as its link ended: what that
/// one put in line is written nevertheless, and whoever comes next waits for it.
type InLine = VecDeque<Pending<Result<Appended, StoreError>>>;

/// Everybody's turns.
#[derive(Debug)]
pub(in super::super) struct Turns(Box<[Mutex<InLine>]>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..TURNS).map(|_| Mutex::default()).collect())
    }
}

/// A turn at a group.
pub(super) struct Turn<'a> {
    chat: &'a Arc<Chat>,
    group: GroupId,
    /// The group as it is: nobody else changes it now.
    pub(super) roster: Roster,
    in_line: MutexGuard<'a, InLine>,
}

impl Chat {
    /// Waits for a turn at a group, of which there need not be any yet.
    pub(super) async fn turn(self: &Arc<Self>, group: GroupId) -> Result<Turn<'_>, Refused> {
        let Turns(turns) = &self.turns;
        // Groups are numbered one after the other, so that neighbours do not share one.
        let place = usize::try_from(group.get().unsigned_abs()).unwrap_or_default() % TURNS;
        let Some(turn) = turns.get(place) else { return Err(internal("a group has no turn")) };
        let Ok(mut in_line) = timeout(PATIENCE, turn.lock()).await else {
            return Err(Refused::new(Code::Overloaded, "too much happens to this group at once; ask again later"));
        };
        // What became of it was for whoever put it there.
        let _ = drain(&mut in_line, &self.metrics).await;
        let roster = self.reading(move |this| Ok(this.store.roster(group, QueueId::END)?)).await?;
        // Of a group that is not there, nobody is the owner who is in it.
        let roster = roster.unwrap_or_else(|| Roster::new(NOBODY));
        Ok(Turn { chat: self, group, roster, in_line })
    }

    /// Waits for a turn at a group that the user is in.
    pub(super) async fn turn_of_member(self: &Arc<Self>, user: UserId, group: GroupId) -> Result<Turn<'_>, Refused> {
        // Looked at before, so that strangers do not keep members waiting.
        self.check_member(user, group)?;
        let turn = self.turn(group).await?;
        if turn.roster.has(user) { Ok(turn) } else { Err(not_in(group)) }
    }

    /// Waits until delivery has come to an entry, so that what it says holds from the reply on.
    pub(super) async fn applied(&self, queue_id: QueueId) -> Result<(), Refused> {
        match timeout(PATIENCE, self.rosters.reached(queue_id)).await {
            Ok(()) => Ok(()),
            // It is in the log all the same, and asking again finds it done.
            Err(_) => Err(Refused::new(Code::Overloaded, "delivery is behind; ask again later")),
        }
    }

    /// The same for the last of what a turn has written.
    pub(super) async fn applied_if_any(&self, last: Option<Appended>) -> Result<(), Refused> {
        match last {
            Some(appended) => self.applied(appended.queue_id).await,
            None => Ok(()),
        }
    }
}

impl Turn<'_> {
    pub(super) fn check_admin(&self, user: UserId) -> Result<(), Refused> {
        check_admin(&self.roster, user)
    }

    /// Puts in line for the log what `from` does to the group.
    pub(super) fn put(&mut self, from: UserId, event: &GroupEvent) {
        // A name for an entry that the server writes, which nobody else gives to theirs.
        self.put_named(from, format!("longlink-{:032x}", rand::random::<u128>()), event);
    }

    pub(super) fn put_named(&mut self, from: UserId, client_msg_id: String, event: &GroupEvent) {
        let entry = NewEntry {
            from,
            to: Peer::Group(self.group),
            client_msg_id,
            content_type: ContentType::GroupEvent as u32,
            content: event.encode_to_vec().into(),
            reply_to: 0,
            mentions: Vec::new(),
            sent_at_ms: self.chat.clock.wall_ms(),
            // The caller sees it as everybody does: its reply does not tell what there is to show.
            origin: 0,
        };
        self.in_line.push_back(self.chat.store.append(PARTITION, entry));
    }

    /// Waits until all that was put in line is in the log, and ends the turn; gives the last of it.
    pub(super) async fn written(mut self) -> Result<Option<Appended>, Refused> {
        Ok(drain(&mut self.in_line, &self.chat.metrics).await?)
    }

    /// The same, and until it holds.
    pub(super) async fn finish(self) -> Result<(), Refused> {
        let chat = self.chat;
        let last = self.written().await?;
        chat.applied_if_any(last).await
    }
}

/// The owner of a group that is not there: the greatest number, which no user is ever given.
const NOBODY: UserId = match UserId::parse(i64::MAX) {
    Some(user) => user,
    None => unreachable!(),
};

/// Waits for all that is in line, and gives the last of it, or why one of them was refused.
async fn drain(in_line: &mut InLine, metrics: &Metrics) -> Result<Option<Appended>, StoreError> {
    let mut last = Ok(None);
    while let Some(pending) = in_line.front_mut() {
        let appended = pending.await;
        in_line.pop_front();
        if let Ok(appended) = &appended {
            metrics.appended(appended.duplicate);
        }
        last = match (last, appended) {
            (Ok(_), Ok(appended)) => Ok(Some(appended)),
            (Err(error), _) | (Ok(_), Err(error)) => Err(error),
        };
    }
    last
}
