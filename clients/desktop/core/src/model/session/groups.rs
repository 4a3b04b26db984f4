//! Groups: making and leaving them, who is in them, who may what, joining by a link (G1 to G14).

use longlink_client::pb::{self, GroupRole};

use super::{Purpose, Session, Ticket};
use crate::model::limits::{self, GREETING_BYTES_MAX, NAME_BYTES_MAX, NAMED_MAX};
use crate::model::{Notice, Peer, TimeMs, Unfit, UserId};

impl Session {
    /// Makes a group. Asked again after an undecided try, it is made once.
    pub fn create_group(&mut self, name: &str, members: Vec<UserId>) -> Result<Ticket, Unfit> {
        let name = group_name(name)?;
        limits::few(members.len(), NAMED_MAX)?;
        let change = format!("group {name} {members:?}");
        let client_msg_id = self.change_id(&change);
        Ok(self.ask(Purpose::GroupCreate { change }, pb::GroupCreateRequest { name, members, client_msg_id }))
    }

    pub fn invite(&mut self, group: Peer, members: Vec<UserId>) -> Result<Ticket, Unfit> {
        limits::few(members.len(), NAMED_MAX)?;
        Ok(self.ask(Purpose::GroupMoved { group }, pb::GroupInviteRequest { group, members }))
    }

    pub fn leave_group(&mut self, group: Peer) -> Ticket {
        self.ask(Purpose::GroupGone { group }, pb::GroupLeaveRequest { group })
    }

    /// Ends a group for everybody.
    pub fn dissolve_group(&mut self, group: Peer) -> Ticket {
        self.ask(Purpose::GroupGone { group }, pb::GroupDissolveRequest { group })
    }

    pub fn rename_group(&mut self, group: Peer, name: &str) -> Result<Ticket, Unfit> {
        let name = Some(group_name(name)?);
        Ok(self.change_group(pb::GroupChangeRequest { group, name, ..Default::default() }))
    }

    pub fn set_group_rules(&mut self, group: Peer, rules: pb::GroupRules) -> Ticket {
        self.change_group(pb::GroupChangeRequest { group, rules: Some(rules), ..Default::default() })
    }

    /// Takes a group's picture away. [`Session::upload_picture`] gives it one.
    pub fn remove_group_picture(&mut self, group: Peer) -> Ticket {
        self.change_group(pb::GroupChangeRequest { group, picture: Some(String::new()), ..Default::default() })
    }

    /// Puts people out of a group.
    pub fn remove_members(&mut self, group: Peer, members: Vec<UserId>) -> Result<Ticket, Unfit> {
        limits::few(members.len(), NAMED_MAX)?;
        Ok(self.ask(Purpose::GroupMoved { group }, pb::GroupRemoveRequest { group, members }))
    }

    /// Makes a member an admin, or an admin a member.
    pub fn set_role(&mut self, group: Peer, member: UserId, role: GroupRole) -> Ticket {
        let request = pb::GroupRoleRequest { group, members: vec![member], role: role.into() };
        self.ask(Purpose::GroupMoved { group }, request)
    }

    /// Makes another member the owner; who was it is an admin then.
    pub fn hand_over(&mut self, group: Peer, member: UserId) -> Ticket {
        self.set_role(group, member, GroupRole::Owner)
    }

    /// Forbids a member to write for so long; -1 until further notice, 0 lets them write again.
    pub fn mute_member(&mut self, group: Peer, member: UserId, for_ms: TimeMs) -> Ticket {
        let request = pb::GroupMuteRequest { group, members: vec![member], for_ms };
        self.ask(Purpose::GroupMoved { group }, request)
    }

    /// Asks who is in a group: [`Groups::members`](crate::model::Groups::members) has it then. To be called again when that
    /// is not whole any more.
    pub fn ask_members(&mut self, group: Peer) {
        if self.groups.ask_members(group) {
            self.ask(Purpose::GroupMembers { group }, pb::GroupMembersRequest { group, after: 0 });
        }
    }

    /// Asks for the link by which people join; `renew` ends the one there was.
    pub fn ask_group_link(&mut self, group: Peer, renew: bool) -> Ticket {
        self.ask(Purpose::GroupLink { group }, pb::GroupLinkRequest { group, renew })
    }

    /// Joins a group by its link, or asks its admins to be let in: [`Groups::joined`](crate::model::Groups::joined) tells.
    pub fn join_group(&mut self, link: &str, greeting: &str) -> Result<Ticket, Unfit> {
        limits::filled(link, NAME_BYTES_MAX)?;
        limits::at_most(greeting, GREETING_BYTES_MAX)?;
        self.groups.joined = None;
        let request = pb::GroupJoinRequest { link: link.trim().to_owned(), greeting: greeting.to_owned() };
        Ok(self.ask(Purpose::GroupJoin, request))
    }

    /// Asks who asks to join.
    pub fn ask_requests(&mut self, group: Peer) -> Ticket {
        let purpose = Purpose::GroupRequests { group, is_first: true };
        self.ask(purpose, pb::GroupRequestsRequest { group, after: 0 })
    }

    /// Lets somebody in who asks to join, or not.
    pub fn answer_request(&mut self, group: Peer, user: UserId, accept: bool) -> Ticket {
        self.ask(Purpose::GroupAnswer { group, user }, pb::GroupAnswerRequest { group, user, accept })
    }

    pub(super) fn change_group(&mut self, request: pb::GroupChangeRequest) -> Ticket {
        self.ask(Purpose::GroupMoved { group: request.group }, request)
    }

    pub(super) fn refresh_groups(&mut self) {
        if self.asks.is_any(|purpose| *purpose == Purpose::GroupList) {
            // What is asked for meanwhile is asked for once more.
            Self::soon(&mut self.due.group_list, self.now_ms.saturating_add(super::timing::LIST_GATHER_MS));
        } else {
            self.ask(Purpose::GroupList, pb::GroupListRequest {});
        }
    }

    /// A page of them. True when it goes on.
    pub(super) fn members_answered(&mut self, ticket: Ticket, group: Peer, reply: &pb::GroupMembersReply) -> bool {
        self.take_users(&reply.members);
        let next = self.groups.take_members(group, reply);
        if let Some(after) = next {
            self.ask_on(ticket, Purpose::GroupMembers { group }, pb::GroupMembersRequest { group, after });
        }
        next.is_some()
    }

    /// A page of them. True when it goes on.
    pub(super) fn requests_answered(
        &mut self,
        ticket: Ticket,
        group: Peer,
        is_first: bool,
        reply: pb::GroupRequestsReply,
    ) -> bool {
        let last = reply.requests.last().and_then(|request| request.user.as_ref()).map(|user| user.id);
        for user in reply.requests.iter().filter_map(|request| request.user.as_ref()) {
            self.take_user(user);
        }
        let has_more = reply.more;
        self.groups.set_requests(group, reply.requests, is_first);
        if let Some(after) = last.filter(|_| has_more) {
            let purpose = Purpose::GroupRequests { group, is_first: false };
            self.ask_on(ticket, purpose, pb::GroupRequestsRequest { group, after });
            return true;
        }
        false
    }

    pub(super) fn group_asked(&mut self, push: pb::GroupRequestPush) {
        let Some(request) = push.request else {
            return;
        };
        if let Some(user) = &request.user {
            self.take_user(user);
            let greeting = request.greeting.clone();
            self.notices.put(Notice::GroupAsks { group: push.group, user: user.id, greeting });
        }
        self.groups.asked(push.group, request);
    }

    /// Something of it is another: the list and the members are read again.
    pub(super) fn group_moved(&mut self, group: Peer) {
        self.refresh_groups();
        if self.groups.members(group).is_some() {
            self.ask_members(group);
        }
    }
}

fn group_name(name: &str) -> Result<String, Unfit> {
    limits::filled(name, NAME_BYTES_MAX)?;
    limits::one_line(name)?;
    Ok(name.trim().to_owned())
}
