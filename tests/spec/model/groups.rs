//! The model's groups (G1 to G14): what each is follows from what happened to it.

use std::collections::{BTreeMap, BTreeSet};

use longlink::wire::Code;
use longlink::wire::pb::{self, GroupEvent, GroupEventKind, GroupJoin, GroupRole};
use prost::Message;

use super::model::{Model, Named, Order};

#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) owner: i64,
    pub(super) admins: BTreeSet<i64>,
    /// With the entry that brought each in.
    pub(super) members: BTreeMap<i64, i64>,
    pub(super) muted: BTreeSet<i64>,
    pub(super) rules: pb::GroupRules,
    /// Stays that have ended: whose, and both ends.
    past: Vec<(i64, i64, i64)>,
    pub(super) link: Option<String>,
    /// Links that lead nowhere any more.
    pub(super) old_links: Vec<String>,
    pub(super) asking: BTreeMap<i64, String>,
}

impl Group {
    pub(super) fn role(&self, user: i64) -> GroupRole {
        if user == self.owner {
            GroupRole::Owner
        } else if self.admins.contains(&user) {
            GroupRole::Admin
        } else {
            GroupRole::Member
        }
    }

    /// Where the stay ends in which the user saw this place.
    pub(super) fn end_of_stay(&self, user: i64, place: i64) -> i64 {
        let past = self.past.iter().find(|(who, from, to)| *who == user && (*from..=*to).contains(&place));
        past.map_or(i64::MAX, |(_, _, to)| *to)
    }

    /// Who has been in it longest of the admins, or else of all; of those who came together, the lowest number.
    fn heir(&self) -> Option<i64> {
        let others = || self.members.iter().filter(|(user, _)| **user != self.owner);
        let first =
            |all: &mut dyn Iterator<Item = (&i64, &i64)>| all.map(|(user, joined_at)| (*joined_at, *user)).min();
        first(&mut others().filter(|(user, _)| self.admins.contains(*user)))
            .or_else(|| first(&mut others()))
            .map(|(_, user)| user)
    }

    fn fold(&mut self, place: i64, event: &GroupEvent) {
        let users = || event.users.iter().copied();
        match event.kind() {
            GroupEventKind::Unspecified | GroupEventKind::PictureChanged => panic!("nobody does this: {event:?}"),
            GroupEventKind::Created | GroupEventKind::Joined => {
                for user in users() {
                    self.members.entry(user).or_insert(place);
                }
                if event.kind() == GroupEventKind::Created {
                    self.name.clone_from(&event.name);
                }
            }
            GroupEventKind::Left | GroupEventKind::Removed | GroupEventKind::Dissolved => {
                for user in users() {
                    self.past.extend(self.members.remove(&user).map(|from| (user, from, place)));
                    self.admins.remove(&user);
                }
            }
            GroupEventKind::Renamed => self.name.clone_from(&event.name),
            GroupEventKind::RulesChanged => self.rules = event.rules.unwrap(),
            GroupEventKind::AdminsMade => self.admins.extend(users()),
            GroupEventKind::AdminsEnded => self.admins.retain(|admin| !event.users.contains(admin)),
            GroupEventKind::HandedOver => {
                self.admins.insert(self.owner);
                self.owner = event.users[0];
                self.admins.remove(&self.owner);
                self.muted.remove(&self.owner);
            }
            GroupEventKind::Muted => self.muted.extend(users()),
            GroupEventKind::Unmuted => self.muted.retain(|muted| !event.users.contains(muted)),
        }
    }

    fn end_link(&mut self) {
        self.old_links.extend(self.link.take());
    }
}

impl Model {
    /// The group itself, for who is in it and stands at least so high.
    fn group_for(&mut self, by: i64, number: i64, role: GroupRole) -> Result<&mut Group, Code> {
        let group = self.groups.iter_mut().find(|group| group.number == number).ok_or(Code::NotFound)?;
        if !group.members.contains_key(&by) {
            return Err(Code::NotFound);
        }
        if group.role(by) >= role { Ok(group) } else { Err(Code::NotAllowed) }
    }

    /// Writes down what happened to a group, for those who are in it before or after.
    fn happened(&mut self, number: i64, by: i64, client_msg_id: &str, event: GroupEvent) -> i64 {
        let place = self.head() + 1;
        let group = self.groups.iter_mut().find(|group| group.number == number).unwrap();
        let mut sees: BTreeSet<i64> = group.members.keys().copied().collect();
        group.fold(place, &event);
        sees.extend(group.members.keys());
        let entry = pb::Entry {
            from: by,
            to: number,
            client_msg_id: client_msg_id.to_owned(),
            content_type: pb::ContentType::GroupEvent as u32,
            content: event.encode_to_vec().into(),
            ..Default::default()
        };
        self.append(entry, sees)
    }

    pub(super) fn create(&mut self, by: i64, request: &pb::GroupCreateRequest, number: i64) -> i64 {
        let mut users: BTreeSet<i64> = request.members.iter().copied().collect();
        users.insert(by);
        self.groups.push(Group { number, owner: by, ..Default::default() });
        let made = GroupEvent { name: request.name.clone(), ..event(GroupEventKind::Created, users) };
        let place = self.happened(number, by, &request.client_msg_id, made);
        self.named.push(Named { by, what: Order::Create(request.clone(), number), place });
        place
    }

    pub(super) fn invite(&mut self, by: i64, number: i64, members: &[i64]) -> Result<(), Code> {
        let needed = match self.group(number) {
            Some(group) if group.rules.only_admins_invite => GroupRole::Admin,
            Some(_) | None => GroupRole::Member,
        };
        let group = self.group_for(by, number, needed)?;
        let new: BTreeSet<i64> = members.iter().copied().filter(|user| !group.members.contains_key(user)).collect();
        group.asking.retain(|user, _| !new.contains(user));
        if !new.is_empty() {
            self.happened(number, by, "", event(GroupEventKind::Joined, new));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, by: i64, number: i64) -> Result<(), Code> {
        let group = self.group_for(by, number, GroupRole::Member)?;
        match group.heir() {
            None => return self.dissolve(by, number),
            Some(heir) if group.owner == by => {
                self.happened(number, by, "", event(GroupEventKind::HandedOver, [heir]));
            }
            Some(_) => {}
        }
        self.happened(number, by, "", event(GroupEventKind::Left, [by]));
        Ok(())
    }

    pub(super) fn dissolve(&mut self, by: i64, number: i64) -> Result<(), Code> {
        let group = self.group_for(by, number, GroupRole::Owner)?;
        group.end_link();
        group.asking.clear();
        let all: Vec<i64> = group.members.keys().copied().collect();
        self.happened(number, by, "", event(GroupEventKind::Dissolved, all));
        Ok(())
    }

    /// Those of `members` who are in the group, all of whom stand below `by`.
    fn below(&mut self, by: i64, number: i64, members: &[i64]) -> Result<Vec<i64>, Code> {
        let group = self.group_for(by, number, GroupRole::Admin)?;
        let members: Vec<i64> = members.iter().copied().filter(|user| group.members.contains_key(user)).collect();
        if members.iter().any(|user| group.role(*user) >= group.role(by)) { Err(Code::NotAllowed) } else { Ok(members) }
    }

    pub(super) fn remove(&mut self, by: i64, number: i64, members: &[i64]) -> Result<(), Code> {
        let members = self.below(by, number, members)?;
        if !members.is_empty() {
            self.happened(number, by, "", event(GroupEventKind::Removed, members));
        }
        Ok(())
    }

    pub(super) fn mute(&mut self, by: i64, number: i64, members: &[i64], mute: bool) -> Result<(), Code> {
        let mut members = self.below(by, number, members)?;
        let group = self.group_for(by, number, GroupRole::Admin)?;
        members.retain(|user| group.muted.contains(user) != mute);
        if !members.is_empty() {
            let kind = if mute { GroupEventKind::Muted } else { GroupEventKind::Unmuted };
            self.happened(number, by, "", GroupEvent { until_ms: if mute { -1 } else { 0 }, ..event(kind, members) });
        }
        Ok(())
    }

    pub(super) fn role(&mut self, by: i64, number: i64, members: &[i64], role: GroupRole) -> Result<(), Code> {
        let group = self.group_for(by, number, GroupRole::Member)?;
        let is_giving_up = role == GroupRole::Member && members == [by];
        if group.owner != by && !is_giving_up {
            return Err(Code::NotAllowed);
        }
        if members.iter().any(|user| !group.members.contains_key(user)) {
            return Err(Code::NotFound);
        }
        if role != GroupRole::Owner && members.contains(&group.owner) {
            return Err(Code::NotAllowed);
        }
        if role == GroupRole::Owner && members.len() != 1 {
            return Err(Code::BadRequest);
        }
        let kind = match role {
            GroupRole::Owner => GroupEventKind::HandedOver,
            GroupRole::Admin => GroupEventKind::AdminsMade,
            GroupRole::Member => GroupEventKind::AdminsEnded,
        };
        let changed: Vec<i64> = members.iter().copied().filter(|user| group.role(*user) != role).collect();
        if !changed.is_empty() {
            self.happened(number, by, "", event(kind, changed));
        }
        Ok(())
    }

    pub(super) fn change_group(&mut self, by: i64, request: &pb::GroupChangeRequest) -> Result<(), Code> {
        let number = request.group;
        let group = self.group_for(by, number, GroupRole::Admin)?;
        let name = request.name.clone().filter(|name| *name != group.name);
        let rules = request.rules.filter(|rules| *rules != group.rules);
        if rules.is_some_and(|rules| rules.join() == GroupJoin::Closed) {
            group.end_link();
        }
        if let Some(name) = name {
            self.happened(number, by, "", GroupEvent { name, ..event(GroupEventKind::Renamed, []) });
        }
        if let Some(rules) = rules {
            self.happened(number, by, "", GroupEvent { rules: Some(rules), ..event(GroupEventKind::RulesChanged, []) });
        }
        Ok(())
    }

    /// Whether there must be another link than before.
    pub(super) fn link(&mut self, by: i64, number: i64, renew: bool) -> Result<(), Code> {
        let group = self.group_for(by, number, GroupRole::Member)?;
        if group.rules.join() == GroupJoin::Closed {
            return Err(Code::NotAllowed);
        }
        if (renew || group.rules.only_admins_invite) && group.role(by) == GroupRole::Member {
            return Err(Code::NotAllowed);
        }
        if renew {
            group.end_link();
        }
        Ok(())
    }

    /// The number of the group and whether one is in it.
    pub(super) fn join(&mut self, by: i64, request: &pb::GroupJoinRequest) -> Result<(i64, bool), Code> {
        let is_it = |group: &&mut Group| group.link.as_ref() == Some(&request.link);
        let group = self.groups.iter_mut().find(is_it).ok_or(Code::NotFound)?;
        let number = group.number;
        if group.members.contains_key(&by) {
            return Ok((number, true));
        }
        match group.rules.join() {
            GroupJoin::Closed => Err(Code::NotFound),
            GroupJoin::Approval => {
                group.asking.insert(by, request.greeting.clone());
                Ok((number, false))
            }
            GroupJoin::Open => {
                group.asking.remove(&by);
                self.happened(number, by, "", event(GroupEventKind::Joined, [by]));
                Ok((number, true))
            }
        }
    }

    pub(super) fn answer(&mut self, by: i64, number: i64, user: i64, accept: bool) -> Result<(), Code> {
        let group = self.group_for(by, number, GroupRole::Admin)?;
        group.asking.remove(&user).ok_or(Code::NotFound)?;
        if accept && !group.members.contains_key(&user) {
            self.happened(number, by, "", event(GroupEventKind::Joined, [user]));
        }
        Ok(())
    }
}

fn event(kind: GroupEventKind, users: impl IntoIterator<Item = i64>) -> GroupEvent {
    GroupEvent { kind: kind.into(), users: users.into_iter().collect(), ..Default::default() }
}
