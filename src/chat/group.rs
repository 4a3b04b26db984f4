//! Groups. What happens to one is an entry in the log, and who is in it follows from those entries.

use std::sync::Arc;

use prost::Message;

use super::{Caller, Chat, PARTITION, check_client_msg_id, internal, keys};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::store::{Appended, ChangeError, Keep, Membership, NewEntry};
use crate::wire::pb::{ContentType, GroupEventKind};
use crate::wire::{Code, Refused, pb};

/// So many people are brought in by one request.
const MEMBERS_AT_ONCE_MAX: usize = 100;
/// A reply lists so many groups, or members.
const LISTED_MAX: usize = 1000;
const NAME_BYTES_MAX: usize = 64;

impl Chat {
    pub(super) async fn group_create(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupCreateRequest,
    ) -> Result<pb::GroupCreateReply, Refused> {
        check_client_msg_id(&request.client_msg_id)?;
        let bytes = request.name.len();
        if !(1..=NAME_BYTES_MAX).contains(&bytes) || request.name.chars().any(char::is_control) {
            let message =
                format!("the group's name has {bytes} bytes, not 1 to {NAME_BYTES_MAX}, or control characters");
            return Err(Refused::new(Code::BadRequest, message));
        }
        let mut users = self.check_members(&request.members)?;
        if !users.contains(&caller.user) {
            users.insert(0, caller.user);
        }
        self.check_size(users.len())?;
        let group = self.new_group().await?;
        let event = event(GroupEventKind::Created, &users, &request.name);
        let appended = self.append_event(&caller, group, request.client_msg_id, &event).await?;
        let group = if appended.duplicate { self.group_of(appended.queue_id).await? } else { group };
        Ok(pb::GroupCreateReply { group: group.get(), queue_id: appended.queue_id.get(), ..Default::default() })
    }

    /// A number that no group has had. It is in line for the log before the group's first entry, so no crash can keep
    /// the entry and lose the number.
    async fn new_group(&self) -> Result<GroupId, Refused> {
        loop {
            let (number, next) = self.next_number(keys::NEXT_GROUP)?;
            match self.store.change(vec![next], Keep::Soon).await {
                Ok(()) => return GroupId::parse(-number).ok_or_else(|| internal("group numbers have run out")),
                Err(ChangeError::Conflict { .. }) => {}
                Err(ChangeError::Store(error)) => return Err(error.into()),
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
        let group = self.check_group(&caller, request.group)?;
        let mut users = self.check_members(&request.members)?;
        let members = self.members(group).await?;
        users.retain(|user| members.binary_search(user).is_err());
        self.check_size(members.len() + users.len())?;
        if !users.is_empty() {
            let event = event(GroupEventKind::Joined, &users, "");
            self.append_event(&caller, group, own_msg_id(), &event).await?;
        }
        Ok(pb::GroupInviteReply::default())
    }

    pub(super) async fn group_leave(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupLeaveRequest,
    ) -> Result<pb::GroupLeaveReply, Refused> {
        let group = self.check_group(&caller, request.group)?;
        let event = event(GroupEventKind::Left, &[caller.user], "");
        self.rosters.leaves(group, caller.user);
        if let Err(refused) = self.append_event(&caller, group, own_msg_id(), &event).await {
            self.rosters.settled(group, caller.user);
            return Err(refused);
        }
        Ok(pb::GroupLeaveReply::default())
    }

    pub(super) async fn group_list(
        self: Arc<Self>,
        caller: Caller,
        _: pb::GroupListRequest,
    ) -> Result<pb::GroupListReply, Refused> {
        let groups = self
            .reading(move |this| {
                let mut groups = Vec::new();
                let stays = this.store.memberships(caller.user)?;
                for stay in stays.into_iter().filter(|stay| stay.left_at.is_none()).take(LISTED_MAX) {
                    groups.extend(this.group_as_seen(stay)?);
                }
                Ok(groups)
            })
            .await?;
        Ok(pb::GroupListReply { groups, ..Default::default() })
    }

    /// A group as one of its members sees it. Reads the disk.
    pub(super) fn group_as_seen(&self, stay: Membership) -> Result<Option<pb::Group>, Refused> {
        let Some(roster) = self.roster_now(stay.group)? else { return Ok(None) };
        Ok(Some(pb::Group {
            id: stay.group.get(),
            name: roster.name.clone(),
            owner: roster.owner.get(),
            member_count: u32::try_from(roster.members.len()).unwrap_or(u32::MAX),
            joined_at: stay.joined_at.get(),
            ..Default::default()
        }))
    }

    /// Whether a member has a say in what others may do. Reads the disk for a group that was not talked in lately.
    pub(super) fn is_admin(&self, user: UserId, group: GroupId) -> Result<bool, Refused> {
        let roster = self.roster_now(group)?;
        Ok(roster.is_some_and(|roster| roster.owner == user || roster.admins.binary_search(&user).is_ok()))
    }

    pub(super) fn check_may_mention_all(&self, user: UserId, group: GroupId) -> Result<(), Refused> {
        let may_all = self.roster_now(group)?.is_some_and(|roster| roster.rules.members_mention_all);
        if may_all || self.is_admin(user, group)? {
            return Ok(());
        }
        Err(Refused::new(Code::NotAllowed, "only admins mention all members of this group"))
    }

    pub(super) async fn group_members(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupMembersRequest,
    ) -> Result<pb::GroupMembersReply, Refused> {
        let group = self.check_group(&caller, request.group)?;
        let (members, more) = self
            .reading(move |this| {
                let roster = this.store.roster(group, QueueId::END)?;
                let members = roster.map(|roster| roster.members).unwrap_or_default();
                let mut after = members.into_iter().map(|(user, _)| user).filter(|user| user.get() > request.after);
                let page: Vec<UserId> = after.by_ref().take(LISTED_MAX).collect();
                Ok((this.names_of(&page)?, after.next().is_some()))
            })
            .await?;
        Ok(pb::GroupMembersReply { members, more, ..Default::default() })
    }

    fn check_group(&self, caller: &Caller, number: i64) -> Result<GroupId, Refused> {
        let group =
            GroupId::parse(number).ok_or_else(|| Refused::new(Code::BadRequest, "a group's number is less than 0"))?;
        self.check_member(caller.user, group)?;
        Ok(group)
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
        if numbers.len() > MEMBERS_AT_ONCE_MAX {
            let message = format!("{} people at once, more than {MEMBERS_AT_ONCE_MAX}", numbers.len());
            return Err(Refused::new(Code::TooLarge, message));
        }
        let mut users = Vec::with_capacity(numbers.len());
        for number in numbers {
            let user = UserId::parse(*number)
                .ok_or_else(|| Refused::new(Code::BadRequest, format!("{number} is not a user's number")))?;
            self.check_exists(user)?;
            if !users.contains(&user) {
                users.push(user);
            }
        }
        Ok(users)
    }

    /// Who is in the group now, by ascending number.
    async fn members(self: &Arc<Self>, group: GroupId) -> Result<Vec<UserId>, Refused> {
        let roster = self.reading(move |this| Ok(this.store.roster(group, QueueId::END)?)).await?;
        Ok(roster.map(|roster| roster.members.into_iter().map(|(user, _)| user).collect()).unwrap_or_default())
    }

    async fn append_event(
        &self,
        caller: &Caller,
        group: GroupId,
        client_msg_id: String,
        event: &pb::GroupEvent,
    ) -> Result<Appended, Refused> {
        let entry = NewEntry {
            from: caller.user,
            to: Peer::Group(group),
            client_msg_id,
            content_type: ContentType::GroupEvent as u32,
            content: event.encode_to_vec().into(),
            reply_to: 0,
            mentions: Vec::new(),
            sent_at_ms: self.clock.wall_ms(),
            // The caller sees it as everybody does: its reply does not tell what there is to show.
            origin: 0,
        };
        let appended = self.store.append(PARTITION, entry).await?;
        self.metrics.appended(appended.duplicate);
        Ok(appended)
    }
}

fn event(kind: GroupEventKind, users: &[UserId], name: &str) -> pb::GroupEvent {
    let users = users.iter().map(|user| user.get()).collect();
    pb::GroupEvent { kind: kind.into(), users, name: name.to_owned(), ..Default::default() }
}

/// A name for an entry that the server writes, which nobody else gives to theirs.
fn own_msg_id() -> String {
    format!("longlink-{:032x}", rand::random::<u128>())
}
