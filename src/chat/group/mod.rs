//! Groups. What happens to one is an entry in the log, and what it is follows from those entries. Here: making one,
//! coming in and leaving; what admins do is in `manage`, coming in by oneself in `join`, looking in `show`.

mod join;
mod manage;
mod show;
mod turn;

use std::sync::Arc;

use super::{Caller, Chat, PARTITION, check_client_msg_id, internal, keys};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::metrics::Limit;
use crate::store::{Appended, Keep, Roster};
use crate::wire::pb::{GroupEvent, GroupEventKind};
use crate::wire::{Code, Refused, pb};
pub(super) use turn::Turns;

/// So many people are named by one request.
const MEMBERS_AT_ONCE_MAX: usize = 100;
const NAME_BYTES_MAX: usize = 64;

impl Chat {
    pub(super) async fn group_create(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupCreateRequest,
    ) -> Result<pb::GroupCreateReply, Refused> {
        check_client_msg_id(&request.client_msg_id)?;
        check_name(&request.name)?;
        let mut users = self.check_members(&request.members)?;
        if !users.contains(&caller.user) {
            users.insert(0, caller.user);
        }
        self.check_size(users.len())?;
        self.take_turn(&self.groups_made, Limit::GroupsMade, caller.user, "making groups")?;
        if let Err(refused) = self.check_group_room(&users).await {
            // A retry finds what it made the first time, in however many groups they are since.
            if self.store.find(PARTITION, caller.user, &request.client_msg_id).await?.is_none() {
                return Err(refused);
            }
        }
        let group = self.new_group().await?;
        let mut turn = self.turn(group).await?;
        let event = GroupEvent { name: request.name, ..event(GroupEventKind::Created, &users) };
        turn.put_named(caller.user, request.client_msg_id, &event);
        let Some(appended) = turn.written().await? else { return Err(internal("a group was made by nothing")) };
        let group = if appended.duplicate { self.group_of(appended.queue_id).await? } else { group };
        self.applied(appended.queue_id).await?;
        Ok(pb::GroupCreateReply { group: group.get(), queue_id: appended.queue_id.get(), ..Default::default() })
    }

    /// A number that no group has had. It is in line for the log before the group's first entry, so no crash can keep
    /// the entry and lose the number.
    async fn new_group(&self) -> Result<GroupId, Refused> {
        loop {
            let (number, next) = self.next_number(keys::NEXT_GROUP)?;
            if self.try_change(vec![next], Keep::Soon).await? {
                return GroupId::parse(-number).ok_or_else(|| internal("group numbers have run out"));
            }
        }
    }

    /// The group that was made by an entry: a retry finds what it made the first time.
    async fn group_of(self: &Arc<Self>, queue_id: QueueId) -> Result<GroupId, Refused> {
        let before = QueueId::cursor(queue_id.get() - 1);
        let found = self.reading(move |this| Ok(this.store.read_log(PARTITION, before, 1)?)).await?;
        let made = found
            .first()
            .filter(|entry| entry.group_event().is_some_and(|event| event.kind() == GroupEventKind::Created));
        match made.map(|entry| entry.to) {
            Some(Peer::Group(group)) => Ok(group),
            Some(Peer::User(_) | Peer::Everyone) | None => {
                Err(Refused::new(Code::BadRequest, "this client_msg_id was used for something else"))
            }
        }
    }

    pub(super) async fn group_invite(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupInviteRequest,
    ) -> Result<pb::GroupInviteReply, Refused> {
        let group = parse_group(request.group)?;
        let mut turn = self.turn_of_member(caller.user, group).await?;
        if turn.roster.rules.only_admins_invite {
            turn.check_admin(caller.user)?;
        }
        let mut users = self.check_members(&request.members)?;
        users.retain(|user| !turn.roster.has(*user));
        if !users.is_empty() {
            self.check_size(turn.roster.members.len() + users.len())?;
            self.check_group_room(&users).await?;
            turn.put(caller.user, &event(GroupEventKind::Joined, &users));
            turn.finish().await?;
            self.end_asking(group, &users).await?;
        }
        Ok(pb::GroupInviteReply::default())
    }

    pub(super) async fn group_leave(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupLeaveRequest,
    ) -> Result<pb::GroupLeaveReply, Refused> {
        let left = self.leave(caller.user, parse_group(request.group)?).await?;
        self.applied_if_any(left).await?;
        Ok(pb::GroupLeaveReply::default())
    }

    /// Takes a user out of a group at their own wish, and gives the entry by which they are. An owner hands it over first;
    /// with the last one it ends.
    pub(super) async fn leave(self: &Arc<Self>, user: UserId, group: GroupId) -> Result<Option<Appended>, Refused> {
        let mut turn = self.turn_of_member(user, group).await?;
        match turn.roster.heir() {
            Some(heir) if turn.roster.owner == user => {
                turn.put(user, &event(GroupEventKind::HandedOver, &[heir]));
                turn.put(user, &event(GroupEventKind::Left, &[user]));
            }
            None if turn.roster.owner == user => return self.end(turn, user, group).await,
            Some(_) | None => turn.put(user, &event(GroupEventKind::Left, &[user])),
        }
        turn.written().await
    }

    fn check_size(&self, members: usize) -> Result<(), Refused> {
        let max = self.settings.group_members_max;
        if members <= max {
            Ok(())
        } else {
            Err(Refused::new(Code::TooLarge, format!("a group has at most {max} members")))
        }
    }

    fn check_members(&self, numbers: &[i64]) -> Result<Vec<UserId>, Refused> {
        let users = parse_users(numbers)?;
        users.iter().try_for_each(|user| self.check_exists(*user))?;
        Ok(users)
    }
}

fn parse_group(number: i64) -> Result<GroupId, Refused> {
    GroupId::parse(number).ok_or_else(|| Refused::new(Code::BadRequest, "a group's number is less than 0"))
}

/// The users of a request, each once.
fn parse_users(numbers: &[i64]) -> Result<Vec<UserId>, Refused> {
    if numbers.len() > MEMBERS_AT_ONCE_MAX {
        let message = format!("{} people at once, more than {MEMBERS_AT_ONCE_MAX}", numbers.len());
        return Err(Refused::new(Code::TooLarge, message));
    }
    let mut users = Vec::with_capacity(numbers.len());
    for number in numbers {
        let user = UserId::parse(*number)
            .ok_or_else(|| Refused::new(Code::BadRequest, format!("{number} is not a user's number")))?;
        if !users.contains(&user) {
            users.push(user);
        }
    }
    Ok(users)
}

fn check_name(name: &str) -> Result<(), Refused> {
    let bytes = name.len();
    if !(1..=NAME_BYTES_MAX).contains(&bytes) || name.chars().any(char::is_control) {
        let message = format!("the group's name has {bytes} bytes, not 1 to {NAME_BYTES_MAX}, or control characters");
        return Err(Refused::new(Code::BadRequest, message));
    }
    Ok(())
}

/// Who is no member is told no more than that: whether the group exists is nobody's business but its members'.
pub(super) fn not_in(group: GroupId) -> Refused {
    Refused::new(Code::NotFound, format!("the user is in no group {group}"))
}

fn check_admin(roster: &Roster, user: UserId) -> Result<(), Refused> {
    match roster.role_of(user) {
        pb::GroupRole::Admin | pb::GroupRole::Owner => Ok(()),
        pb::GroupRole::Member => Err(Refused::new(Code::NotAllowed, "only admins of the group may do this")),
    }
}

fn event(kind: GroupEventKind, users: &[UserId]) -> GroupEvent {
    let users = users.iter().map(|user| user.get()).collect();
    GroupEvent { kind: kind.into(), users, ..Default::default() }
}
