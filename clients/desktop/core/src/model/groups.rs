//! The groups of this person: which there are, what they may in each, who is in them (G1 to G14). What happens to them stands
//! in `happened`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use longlink_client::pb::{Group, GroupJoinReply, GroupMembersReply, GroupRequest, GroupRole};

use super::{Peer, TimeMs, UserId};

/// What is known of groups.
#[derive(Debug, Default)]
pub struct Groups {
    pub(super) all: BTreeMap<Peer, Group>,
    /// The list was read, so that a group that is not in it is one that was left.
    pub(crate) is_known: bool,
    members: VecDeque<(Peer, Members)>,
    requests: BTreeMap<Peer, BTreeMap<UserId, GroupRequest>>,
    pub(super) links: BTreeMap<Peer, String>,
    /// The group that the person has joined by a link, or asked to.
    pub joined: Option<GroupJoinReply>,
    /// The group that the person has made last.
    pub made: Option<Peer>,
    pub(super) version: u64,
    pub(super) dirty: BTreeSet<Peer>,
    /// Those that the person has left, for their names.
    left: BTreeMap<Peer, Group>,
}

/// Who is in a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members {
    /// By ascending number.
    pub all: Vec<Member>,
    /// All pages were read, and nothing has happened to the group since.
    pub is_whole: bool,
    pub is_asking: bool,
    /// What is read anew, until it is whole.
    pub(crate) reading: Vec<Member>,
    /// Something happened while it was read.
    pub(crate) is_stale: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: UserId,
    pub role: GroupRole,
    /// Until then they may not write. -1: until further notice. 0: they may.
    pub muted_until_ms: TimeMs,
}

/// Why the person cannot write in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// They are not in it any more.
    Left,
    /// Only admins write there.
    Admins,
    /// -1: until further notice.
    Muted { until_ms: TimeMs },
}

/// The members of so many groups are kept.
const MEMBERS_KEPT: usize = 8;
/// So many who ask are kept for a group.
const REQUESTS_MAX: usize = 1_000;

impl Groups {
    pub fn get(&self, group: Peer) -> Option<&Group> {
        self.all.get(&group)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.all.values()
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The person was a member and is none any more.
    pub fn is_left(&self, peer: Peer) -> bool {
        peer < 0 && !self.all.contains_key(&peer) && (self.is_known || self.left.contains_key(&peer))
    }

    /// Also one that the person has left, as it was then.
    pub fn get_or_left(&self, group: Peer) -> Option<&Group> {
        self.all.get(&group).or_else(|| self.left.get(&group))
    }

    pub fn role(&self, group: Peer) -> GroupRole {
        self.get(group).map_or(GroupRole::Member, Group::role)
    }

    pub fn is_admin(&self, group: Peer) -> bool {
        self.role(group) != GroupRole::Member
    }

    pub fn may_invite(&self, group: Peer) -> bool {
        self.get(group).is_some_and(|it| self.is_admin(group) || !it.rules.unwrap_or_default().only_admins_invite)
    }

    pub fn may_mention_all(&self, group: Peer) -> bool {
        self.get(group).is_some_and(|it| self.is_admin(group) || it.rules.unwrap_or_default().members_mention_all)
    }

    /// Whether the person stands above this member: may put them out, or mute them (G7).
    pub fn is_above(&self, group: Peer, member: Member) -> bool {
        rank(self.role(group)) > rank(member.role)
    }

    /// Why the person cannot write there now, if they cannot.
    pub fn silence(&self, group: Peer, now_ms: TimeMs) -> Option<Silence> {
        if group >= 0 {
            return None;
        }
        let Some(it) = self.get(group) else {
            return self.is_left(group).then_some(Silence::Left);
        };
        if it.muted_until_ms < 0 || it.muted_until_ms > now_ms {
            return Some(Silence::Muted { until_ms: it.muted_until_ms });
        }
        let is_shut = it.rules.unwrap_or_default().only_admins_write && !self.is_admin(group);
        is_shut.then_some(Silence::Admins)
    }

    /// Who is in it, once it was asked for.
    pub fn members(&self, group: Peer) -> Option<&Members> {
        self.members.iter().find(|(peer, _)| *peer == group).map(|(_, members)| members)
    }

    /// Who asks to join, as far as it was told, by ascending number.
    pub fn requests(&self, group: Peer) -> impl Iterator<Item = &GroupRequest> {
        self.requests.get(&group).into_iter().flat_map(BTreeMap::values)
    }

    /// By which people join, once it was asked for.
    pub fn link(&self, group: Peer) -> Option<&str> {
        self.links.get(&group).map(String::as_str)
    }

    pub(crate) fn take(&mut self, group: &Group) {
        self.left.remove(&group.id);
        if self.all.get(&group.id) != Some(group) {
            self.all.insert(group.id, group.clone());
            self.dirty.insert(group.id);
            self.version += 1;
        }
    }

    /// All there are, in the place of all of before.
    pub(crate) fn replace(&mut self, groups: &[Group]) {
        let are: BTreeSet<_> = groups.iter().map(|group| group.id).collect();
        let ended: Vec<_> = self.all.keys().copied().filter(|group| !are.contains(group)).collect();
        for group in ended {
            self.end(group);
        }
        for group in groups {
            self.take(group);
        }
        self.is_known = true;
        self.version += 1;
    }

    pub(crate) fn open(&mut self, groups: &[Group]) {
        for group in groups {
            if group.member_count == 0 {
                self.left.insert(group.id, group.clone());
            } else {
                self.take(group);
            }
        }
        self.dirty.clear();
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { version: self.version + 1, ..Self::default() };
    }

    /// The person is not in it any more.
    pub(crate) fn end(&mut self, group: Peer) {
        self.members.retain(|(peer, _)| *peer != group);
        self.requests.remove(&group);
        self.links.remove(&group);
        if let Some(it) = self.all.remove(&group) {
            self.left.insert(group, Group { member_count: 0, ..it });
            self.dirty.insert(group);
            self.version += 1;
        }
    }

    /// Begins to read who is in it. False: that is under way.
    pub(crate) fn ask_members(&mut self, group: Peer) -> bool {
        if self.members_mut(group).is_none() {
            if self.members.len() >= MEMBERS_KEPT {
                self.members.pop_front();
            }
            self.members.push_back((group, Members::default()));
        }
        let Some(members) = self.members_mut(group).filter(|members| !members.is_asking) else {
            return false;
        };
        members.is_asking = true;
        members.is_stale = false;
        members.reading.clear();
        true
    }

    /// Takes a page of them. `Some` is where to go on.
    pub(crate) fn take_members(&mut self, group: Peer, reply: &GroupMembersReply) -> Option<UserId> {
        let members = self.members.iter_mut().find(|(peer, _)| *peer == group).map(|(_, members)| members)?;
        for user in &reply.members {
            let role = if user.id == reply.owner {
                GroupRole::Owner
            } else if reply.admins.contains(&user.id) {
                GroupRole::Admin
            } else {
                GroupRole::Member
            };
            let muted = reply.muted.iter().find(|muted| muted.user == user.id).map_or(0, |muted| muted.until_ms);
            members.reading.push(Member { user: user.id, role, muted_until_ms: muted });
        }
        self.version += 1;
        let last = reply.members.last().map(|user| user.id);
        if let Some(last) = last.filter(|_| reply.more) {
            return Some(last);
        }
        members.all = std::mem::take(&mut members.reading);
        members.is_asking = false;
        members.is_whole = !members.is_stale;
        None
    }

    /// It could not be read.
    pub(crate) fn members_failed(&mut self, group: Peer) {
        if let Some(members) = self.members_mut(group) {
            members.is_asking = false;
            members.reading.clear();
        }
    }

    pub(crate) fn set_requests(&mut self, group: Peer, requests: Vec<GroupRequest>, is_first: bool) {
        let known = self.requests.entry(group).or_default();
        if is_first {
            known.clear();
        }
        for request in requests {
            if let Some(user) = request.user.as_ref().map(|user| user.id).filter(|_| known.len() < REQUESTS_MAX) {
                known.insert(user, request);
            }
        }
        self.version += 1;
    }

    pub(crate) fn asked(&mut self, group: Peer, request: GroupRequest) {
        self.set_requests(group, vec![request], false);
    }

    /// They do not ask any more.
    pub(crate) fn answered(&mut self, group: Peer, user: UserId) {
        if self.requests.get_mut(&group).is_some_and(|asking| asking.remove(&user).is_some()) {
            self.version += 1;
        }
    }

    pub(crate) fn set_link(&mut self, group: Peer, link: String) {
        self.links.insert(group, link);
        self.version += 1;
    }

    pub(crate) fn take_dirty(&mut self) -> Vec<Group> {
        let dirty = std::mem::take(&mut self.dirty);
        dirty.iter().filter_map(|group| self.get_or_left(*group).cloned()).collect()
    }

    pub(super) fn members_mut(&mut self, group: Peer) -> Option<&mut Members> {
        self.members.iter_mut().find(|(peer, _)| *peer == group).map(|(_, members)| members)
    }
}

/// The owner stands above admins, and these above members.
fn rank(role: GroupRole) -> u8 {
    match role {
        GroupRole::Member => 0,
        GroupRole::Admin => 1,
        GroupRole::Owner => 2,
    }
}
