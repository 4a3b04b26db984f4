//! Who is in which group, kept in memory for the groups that are talked in.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::watch;

use super::Chat;
use super::group::not_in;
use crate::blocking::spawn_blocking;
use crate::id::{GroupId, QueueId, UserId};
use crate::store::{Entry, Membership, Roster, StoreError};
use crate::wire::pb::GroupRole;
use crate::wire::{Code, Moves, Refused};

/// So many groups are kept in memory. At the bound all are forgotten, and read again as they are talked in.
const ROSTERS_MAX: usize = 4096;

/// Rosters as of the entry that was delivered last. Only delivery changes them, in the order of the log.
#[derive(Debug)]
pub(super) struct Rosters {
    known: DashMap<GroupId, Arc<Roster>>,
    /// Whom to tell of passing things in groups to which nothing was delivered since the start.
    quiet: DashMap<GroupId, Arc<[UserId]>>,
    /// Up to where `known` has what happened to groups. The end, as long as nobody delivers: then none is known.
    reached: watch::Sender<QueueId>,
}

impl Default for Rosters {
    fn default() -> Self {
        Self { known: DashMap::default(), quiet: DashMap::default(), reached: watch::Sender::new(QueueId::END) }
    }
}

impl Rosters {
    /// To be told where delivery begins, and of each event of a group when it has been delivered.
    pub(super) fn reach(&self, place: QueueId) {
        self.reached.send_replace(place);
    }

    /// Waits until delivery has come to a place at which something happened to a group.
    pub(super) async fn reached(&self, place: QueueId) {
        // It cannot fail: the sender is ours.
        let _ = self.reached.subscribe().wait_for(|reached| *reached >= place).await;
    }
}

impl Chat {
    /// Whether the user is in the group now.
    pub(super) fn check_member(&self, user: UserId, group: GroupId) -> Result<(), Refused> {
        // What delivery knows may be a moment old, so a "no" is looked up. By user: that is short, whatever the group.
        let known = self.rosters.known.get(&group).is_some_and(|roster| roster.has(user));
        if known || self.store.memberships(user)?.iter().any(|stay| stay.group == group && stay.left_at.is_none()) {
            return Ok(());
        }
        Err(not_in(group))
    }

    /// Looks at a group that the user is in. Mostly it is known; where it is not, it is read, which may take the disk.
    pub(super) fn in_group<T>(
        &self,
        user: UserId,
        group: GroupId,
        look: impl FnOnce(&Roster) -> T,
    ) -> Result<T, Refused> {
        if let Some(roster) = self.rosters.known.get(&group).filter(|roster| roster.has(user)) {
            return Ok(look(&roster));
        }
        self.check_member(user, group)?;
        match self.store.roster(group, QueueId::END)? {
            Some(roster) if roster.has(user) => Ok(look(&roster)),
            Some(_) | None => Err(not_in(group)),
        }
    }

    /// Whether the user may write in the group now, and to the notice of `mentions`.
    pub(super) fn check_may_write_in(&self, user: UserId, group: GroupId, mentions: &[i64]) -> Result<(), Refused> {
        let not_allowed = |message: &'static str| Err(Refused::new(Code::NotAllowed, message));
        self.in_group(user, group, |roster| {
            let is_admin = roster.role_of(user) != GroupRole::Member;
            if roster.rules.only_admins_write && !is_admin {
                return not_allowed("only admins write in this group");
            }
            if mentions.contains(&0) && !roster.rules.members_mention_all && !is_admin {
                return not_allowed("only admins mention all in this group");
            }
            match roster.muted_until(user, || self.clock.wall_ms()) {
                0 => Ok(()),
                ..0 => not_allowed("the user is muted in this group until further notice"),
                until_ms => {
                    let message = format!("the user is muted in this group until {until_ms}");
                    Err(Refused::new(Code::NotAllowed, message))
                }
            }
        })?
    }

    /// Whether the user sees what stands at a place of the group's.
    pub(super) fn sees(&self, user: UserId, group: GroupId, place: QueueId) -> Result<bool, Refused> {
        let known = self.rosters.known.get(&group).and_then(|roster| roster.joined_at(user));
        if known.is_some_and(|joined_at| joined_at <= place) {
            return Ok(true);
        }
        let is_in = |stay: &Membership| stay.joined_at <= place && stay.left_at.is_none_or(|left| place <= left);
        Ok(self.store.memberships(user)?.iter().any(|stay| stay.group == group && is_in(stay)))
    }

    /// Who is to be offered `entry`, which is addressed to `group`. To be asked for every entry in the order of the
    /// log. Who leaves by this entry, or is put out, is still offered it.
    pub(super) async fn roster_for(
        self: &Arc<Self>,
        group: GroupId,
        entry: &Arc<Entry>,
    ) -> Result<Arc<Roster>, StoreError> {
        let known = self.rosters.known.get(&group).map(|roster| Arc::clone(&roster));
        let before = match known {
            Some(roster) => roster,
            None => self.read_roster(group, entry).await?,
        };
        let Some(event) = entry.group_event() else { return Ok(before) };
        let mut after = before.as_ref().clone();
        after.apply(entry.queue_id, entry.from, &event);
        let after = Arc::new(after);
        self.remember(group, &after);
        Ok(match event.kind().moves() {
            Moves::Out => before,
            Moves::In | Moves::Nobody => after,
        })
    }

    /// The roster right before `entry`: delivery may be behind the head, and later comings and goings are not for it.
    async fn read_roster(self: &Arc<Self>, group: GroupId, entry: &Arc<Entry>) -> Result<Arc<Roster>, StoreError> {
        let this = Arc::clone(self);
        let at = QueueId::cursor(entry.queue_id.get() - 1);
        let read = spawn_blocking(move || this.store.roster(group, at));
        let read = read.await.map_err(|error| StoreError::Stopped(error.to_string().into()))??;
        let roster = Arc::new(read.unwrap_or_else(|| Roster::new(entry.from)));
        self.remember(group, &roster);
        Ok(roster)
    }

    fn remember(&self, group: GroupId, roster: &Arc<Roster>) {
        if self.rosters.known.len() >= ROSTERS_MAX {
            self.rosters.known.clear();
        }
        self.rosters.known.insert(group, Arc::clone(roster));
        self.rosters.quiet.remove(&group);
    }

    /// The members to tell of passing things; none if there are more than `members_max`.
    pub(super) async fn members_to_tell(
        self: &Arc<Self>,
        group: GroupId,
        members_max: usize,
    ) -> Result<Arc<[UserId]>, Refused> {
        if let Some(roster) = self.rosters.known.get(&group) {
            return Ok(users_of(&roster, members_max));
        }
        if let Some(users) = self.rosters.quiet.get(&group) {
            return Ok(Arc::clone(&users));
        }
        let roster = self.reading(move |this| Ok(this.store.roster(group, QueueId::END)?)).await?;
        let users = roster.map_or_else(|| Arc::from([]), |roster| users_of(&roster, members_max));
        if self.rosters.quiet.len() >= ROSTERS_MAX {
            self.rosters.quiet.clear();
        }
        self.rosters.quiet.insert(group, Arc::clone(&users));
        // Something may have been delivered meanwhile, and `users` be of before it.
        if self.rosters.known.contains_key(&group) {
            self.rosters.quiet.remove(&group);
        }
        Ok(users)
    }
}

fn users_of(roster: &Roster, members_max: usize) -> Arc<[UserId]> {
    if roster.members.len() > members_max {
        return Arc::from([]);
    }
    roster.members.iter().map(|(user, _)| *user).collect()
}
