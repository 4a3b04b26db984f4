//! Looking at groups: one's own, and who is in one.

use std::sync::Arc;

use super::super::{Caller, Chat};
use super::{not_in, parse_group};
use crate::id::{GroupId, QueueId, UserId};
use crate::store::{Membership, Roster};
use crate::wire::{Refused, pb};

/// A reply lists so many groups, or members.
const LISTED_MAX: usize = 1000;

impl Chat {
    pub(in super::super) async fn group_list(
        self: Arc<Self>,
        caller: Caller,
        _: pb::GroupListRequest,
    ) -> Result<pb::GroupListReply, Refused> {
        let groups = self
            .reading(move |this| {
                let stays = this.store.memberships(caller.user)?;
                let now = stays.into_iter().filter(|stay| stay.left_at.is_none()).take(LISTED_MAX);
                let mut groups = Vec::new();
                for stay in now {
                    // Whoever has left since the line above is not shown it any more.
                    groups.extend(this.group_as_seen_by(caller.user, stay.group).ok());
                }
                Ok(groups)
            })
            .await?;
        Ok(pb::GroupListReply { groups, ..Default::default() })
    }

    /// A group as it is shown to one who is, or was, in it. May read the disk.
    pub(in super::super) fn group_of_stay(&self, user: UserId, stay: Membership) -> Result<Option<pb::Group>, Refused> {
        if stay.left_at.is_none() {
            return Ok(self.group_as_seen_by(user, stay.group).ok());
        }
        // As it was when they left: what became of it since is not theirs to see.
        let at = stay.left_at.unwrap_or(QueueId::END);
        Ok(self.store.roster(stay.group, at)?.map(|roster| pb::Group {
            id: stay.group.get(),
            name: roster.name,
            joined_at: stay.joined_at.get(),
            picture: roster.picture,
            ..Default::default()
        }))
    }

    /// A group as it is shown to one who is in it. May read the disk.
    pub(in super::super) fn group_as_seen_by(&self, user: UserId, group: GroupId) -> Result<pb::Group, Refused> {
        let now_ms = self.clock.wall_ms();
        self.in_group(user, group, |roster| {
            let joined_at = roster.joined_at(user).unwrap_or(QueueId::START);
            pb::Group {
                id: group.get(),
                name: roster.name.clone(),
                owner: roster.owner.get(),
                member_count: u32::try_from(roster.members.len()).unwrap_or(u32::MAX),
                joined_at: joined_at.get(),
                picture: roster.picture.clone(),
                role: roster.role_of(user).into(),
                // As in the entries: none are told where all are unset.
                rules: Some(roster.rules).filter(|rules| *rules != pb::GroupRules::default()),
                muted_until_ms: roster.muted_until(user, || now_ms),
            }
        })
    }

    pub(in super::super) async fn group_members(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupMembersRequest,
    ) -> Result<pb::GroupMembersReply, Refused> {
        let group = parse_group(request.group)?;
        let now_ms = self.clock.wall_ms();
        self.check_member(caller.user, group)?;
        self.reading(move |this| {
            let roster = this.store.roster(group, QueueId::END)?.ok_or_else(|| not_in(group))?;
            let behind = roster.members.partition_point(|(user, _)| user.get() <= request.after);
            let mut behind = roster.members.iter().skip(behind).map(|(user, _)| *user);
            let page: Vec<UserId> = behind.by_ref().take(LISTED_MAX).collect();
            let more = behind.next().is_some();
            Ok(pb::GroupMembersReply {
                members: this.cards_for(caller.user, &page)?,
                more,
                owner: roster.owner.get(),
                admins: roster.admins.iter().map(|user| user.get()).collect(),
                muted: muted(&roster, &page, now_ms),
                ..Default::default()
            })
        })
        .await
    }
}

/// Those of `users` who may not write now.
fn muted(roster: &Roster, users: &[UserId], now_ms: i64) -> Vec<pb::GroupMuted> {
    let until =
        users.iter().map(|user| pb::GroupMuted { user: user.get(), until_ms: roster.muted_until(*user, || now_ms) });
    until.filter(|muted| muted.until_ms != 0).collect()
}
