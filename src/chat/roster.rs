//! Who is in which group, kept in memory for the groups that are talked in.

use std::sync::Arc;

use dashmap::{DashMap, DashSet};

use super::Chat;
use crate::id::{GroupId, QueueId, UserId};
use crate::store::{Entry, Membership, Roster, StoreError};
use crate::wire::pb::GroupEventKind;
use crate::wire::{Code, Refused};

/// So many groups are kept in memory. At the bound all are forgotten, and read again as they are talked in.
const ROSTERS_MAX: usize = 4096;

/// Rosters as of the entry that was delivered last. Only delivery changes them, in the order of the log.
#[derive(Debug, Default)]
pub(super) struct Rosters {
    known: DashMap<GroupId, Arc<Roster>>,
    /// Who is leaving, until delivery has come to it: so long `known` still has them.
    leaving: DashSet<(GroupId, UserId)>,
    /// Whom to tell of passing things in groups to which nothing was delivered since the start.
    quiet: DashMap<GroupId, Arc<[UserId]>>,
}

impl Rosters {
    /// To be told before the leaving is in line for the log; `settled` once it was delivered, or has failed.
    pub(super) fn leaves(&self, group: GroupId, user: UserId) {
        self.leaving.insert((group, user));
    }

    pub(super) fn settled(&self, group: GroupId, user: UserId) {
        self.leaving.remove(&(group, user));
    }
}

impl Chat {
    /// Whether the user is in the group now.
    pub(super) fn check_member(&self, user: UserId, group: GroupId) -> Result<(), Refused> {
        // What delivery knows may be a moment old, so a "no" is looked up. By user: that is short, whatever the group.
        let known = self.rosters.known.get(&group).is_some_and(|roster| roster.has(user))
            && !self.rosters.leaving.contains(&(group, user));
        if known || self.store.memberships(user)?.iter().any(|stay| stay.group == group && stay.left_at.is_none()) {
            return Ok(());
        }
        // Whether the group exists is nobody's business but its members'.
        Err(Refused::new(Code::NotFound, format!("the user is in no group {group}")))
    }

    /// Whether the user sees what stands at a place of the group's.
    pub(super) fn sees(&self, user: UserId, group: GroupId, place: QueueId) -> Result<bool, Refused> {
        let known = self.rosters.known.get(&group).and_then(|roster| {
            let at = roster.members.binary_search_by_key(&user, |(member, _)| *member).ok()?;
            roster.members.get(at).map(|(_, joined_at)| *joined_at)
        });
        if known.is_some_and(|joined_at| joined_at <= place) && !self.rosters.leaving.contains(&(group, user)) {
            return Ok(true);
        }
        let is_in = |stay: &Membership| stay.joined_at <= place && stay.left_at.is_none_or(|left| place <= left);
        Ok(self.store.memberships(user)?.iter().any(|stay| stay.group == group && is_in(stay)))
    }

    /// The group as of the entry that was delivered last, or as it lies on the disk, if it was not talked in lately.
    pub(super) fn roster_now(&self, group: GroupId) -> Result<Option<Arc<Roster>>, StoreError> {
        match self.rosters.known.get(&group) {
            Some(roster) => Ok(Some(Arc::clone(&roster))),
            None => Ok(self.store.roster(group, QueueId::END)?.map(Arc::new)),
        }
    }

    /// Who is to be offered `entry`, which is addressed to `group`. To be asked for every entry in the order of the
    /// log. Who leaves by this entry is still offered it.
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
        if event.kind() != GroupEventKind::Left {
            return Ok(after);
        }
        for user in event.users.iter().filter_map(|number| UserId::parse(*number)) {
            self.rosters.settled(group, user);
        }
        Ok(before)
    }

    /// The roster right before `entry`: delivery may be behind the head, and later comings and goings are not for it.
    async fn read_roster(self: &Arc<Self>, group: GroupId, entry: &Arc<Entry>) -> Result<Arc<Roster>, StoreError> {
        let this = Arc::clone(self);
        let at = QueueId::cursor(entry.queue_id.get() - 1);
        let read = tokio::task::spawn_blocking(move || this.store.roster(group, at));
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
        Ok(users)
    }
}

fn users_of(roster: &Roster, members_max: usize) -> Arc<[UserId]> {
    if roster.members.len() > members_max {
        return Arc::from([]);
    }
    roster.members.iter().map(|(user, _)| *user).collect()
}
