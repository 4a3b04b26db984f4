//! What admins do in a group, and its owner. Who stands above whom is checked here, against the group as it is in
//! their turn.

use std::sync::Arc;

use super::super::{Caller, Chat};
use super::turn::Turn;
use super::{check_name, event, parse_group, parse_users};
use crate::id::{GroupId, UserId};
use crate::store::Appended;
use crate::wire::pb::{GroupEvent, GroupEventKind, GroupJoin, GroupRole};
use crate::wire::{Code, Refused, pb};

/// So many admins a group may have: each is told of everybody who asks to join.
const ADMINS_MAX: usize = 100;

impl Chat {
    pub(in super::super) async fn group_change(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupChangeRequest,
    ) -> Result<pb::GroupChangeReply, Refused> {
        let pb::GroupChangeRequest { group, name, picture, rules } = request;
        let group = parse_group(group)?;
        let mut turn = self.turn_of_member(caller.user, group).await?;
        turn.check_admin(caller.user)?;
        name.as_deref().map_or(Ok(()), check_name)?;
        picture.as_deref().map_or(Ok(()), |hash| self.check_avatar(hash))?;
        if let Some(number) = rules.map(|rules| rules.join).filter(|number| GroupJoin::try_from(*number).is_err()) {
            return Err(Refused::new(Code::BadRequest, format!("{number} is no way to join a group")));
        }
        let about = |kind| event(kind, &[]);
        if let Some(name) = name.filter(|name| *name != turn.roster.name) {
            turn.put(caller.user, &GroupEvent { name, ..about(GroupEventKind::Renamed) });
        }
        if let Some(picture) = picture.filter(|picture| *picture != turn.roster.picture) {
            turn.put(caller.user, &GroupEvent { picture, ..about(GroupEventKind::PictureChanged) });
        }
        if let Some(rules) = rules.filter(|rules| *rules != turn.roster.rules) {
            if rules.join() == GroupJoin::Closed {
                // First, so that no crash leaves a link that works again when the group is opened again.
                self.end_link(group).await?;
            }
            turn.put(caller.user, &GroupEvent { rules: Some(rules), ..about(GroupEventKind::RulesChanged) });
        }
        turn.finish().await?;
        Ok(pb::GroupChangeReply::default())
    }

    pub(in super::super) async fn group_remove(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupRemoveRequest,
    ) -> Result<pb::GroupRemoveReply, Refused> {
        let mut users = parse_users(&request.members)?;
        let mut turn = self.turn_of_member(caller.user, parse_group(request.group)?).await?;
        turn.check_admin(caller.user)?;
        users.retain(|user| turn.roster.has(*user));
        turn.check_below(caller.user, &users)?;
        if !users.is_empty() {
            turn.put(caller.user, &event(GroupEventKind::Removed, &users));
        }
        turn.finish().await?;
        Ok(pb::GroupRemoveReply::default())
    }

    pub(in super::super) async fn group_role(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupRoleRequest,
    ) -> Result<pb::GroupRoleReply, Refused> {
        let role = GroupRole::try_from(request.role)
            .map_err(|_| Refused::new(Code::BadRequest, format!("{} is no role in a group", request.role)))?;
        let mut users = parse_users(&request.members)?;
        let mut turn = self.turn_of_member(caller.user, parse_group(request.group)?).await?;
        let is_giving_up = role == GroupRole::Member && users == [caller.user];
        if turn.roster.owner != caller.user && !is_giving_up {
            return Err(Refused::new(Code::NotAllowed, "only the group's owner says who is what in it"));
        }
        if let Some(user) = users.iter().find(|user| !turn.roster.has(**user)) {
            return Err(Refused::new(Code::NotFound, format!("user {user} is not in the group")));
        }
        if role != GroupRole::Owner && users.contains(&turn.roster.owner) {
            return Err(Refused::new(Code::NotAllowed, "the owner stays it until the group is handed over"));
        }
        let kind = match role {
            GroupRole::Owner if users.len() != 1 => {
                let message = format!("a group is handed over to one member, not to {}", users.len());
                return Err(Refused::new(Code::BadRequest, message));
            }
            GroupRole::Owner => GroupEventKind::HandedOver,
            GroupRole::Admin => GroupEventKind::AdminsMade,
            GroupRole::Member => GroupEventKind::AdminsEnded,
        };
        users.retain(|user| turn.roster.role_of(*user) != role);
        if role == GroupRole::Admin && turn.roster.admins.len() + users.len() > ADMINS_MAX {
            return Err(Refused::new(Code::TooLarge, format!("a group has at most {ADMINS_MAX} admins")));
        }
        if !users.is_empty() {
            turn.put(caller.user, &event(kind, &users));
        }
        turn.finish().await?;
        Ok(pb::GroupRoleReply::default())
    }

    pub(in super::super) async fn group_mute(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupMuteRequest,
    ) -> Result<pb::GroupMuteReply, Refused> {
        let until_ms = match request.for_ms {
            ..=-2 => {
                let message = format!("`for_ms` is {}, not -1, 0 or a time", request.for_ms);
                return Err(Refused::new(Code::BadRequest, message));
            }
            -1 | 0 => request.for_ms,
            for_ms => self.clock.wall_ms().saturating_add(for_ms),
        };
        let mut users = parse_users(&request.members)?;
        let mut turn = self.turn_of_member(caller.user, parse_group(request.group)?).await?;
        turn.check_admin(caller.user)?;
        users.retain(|user| turn.roster.has(*user));
        turn.check_below(caller.user, &users)?;
        let now_ms = self.clock.wall_ms();
        // Who is muted until then already need not be told.
        users.retain(|user| turn.roster.muted_until(*user, || now_ms) != until_ms);
        let kind = if until_ms == 0 { GroupEventKind::Unmuted } else { GroupEventKind::Muted };
        if !users.is_empty() {
            turn.put(caller.user, &GroupEvent { until_ms, ..event(kind, &users) });
        }
        turn.finish().await?;
        Ok(pb::GroupMuteReply::default())
    }

    pub(in super::super) async fn group_dissolve(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupDissolveRequest,
    ) -> Result<pb::GroupDissolveReply, Refused> {
        let group = parse_group(request.group)?;
        let turn = self.turn_of_member(caller.user, group).await?;
        if turn.roster.owner != caller.user {
            return Err(Refused::new(Code::NotAllowed, "only the group's owner ends it"));
        }
        let ended = self.end(turn, caller.user, group).await?;
        self.applied_if_any(ended).await?;
        Ok(pb::GroupDissolveReply::default())
    }

    /// Ends a group for all who are in it, and what leads into it. Gives the entry by which it has ended.
    pub(super) async fn end(
        self: &Arc<Self>,
        mut turn: Turn<'_>,
        by: UserId,
        group: GroupId,
    ) -> Result<Option<Appended>, Refused> {
        let users: Vec<UserId> = turn.roster.members.iter().map(|(user, _)| *user).collect();
        turn.put(by, &event(GroupEventKind::Dissolved, &users));
        let ended = turn.written().await?;
        // Where a crash keeps these, nobody is in the group to whom they would lead.
        self.end_link(group).await?;
        self.end_all_asking(group).await?;
        Ok(ended)
    }
}

impl Turn<'_> {
    /// Whether the user stands above all of these: the owner above admins, and these above members.
    fn check_below(&self, user: UserId, others: &[UserId]) -> Result<(), Refused> {
        let role = self.roster.role_of(user);
        match others.iter().find(|other| self.roster.role_of(**other) >= role) {
            None => Ok(()),
            Some(other) if *other == user => Err(Refused::new(Code::NotAllowed, "nobody does this to themselves")),
            Some(other) => {
                let message = format!("user {other} is no less in the group than who asks for this");
                Err(Refused::new(Code::NotAllowed, message))
            }
        }
    }
}
