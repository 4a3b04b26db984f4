//! Does each step on both sides: asks the server through a door, and the model directly.

use bytes::Bytes;
use longlink::wire::pb::{GroupJoin, GroupRole};
use longlink::wire::{Ask, CloseReason, Code, Reply, pb};

use super::doors::Desk;
use super::people::name_of;
use super::step::{InGroup, Step, What};
use super::truth::{Model, Named, Order, USERS};
use crate::support::{World, text_to};

/// At most so many groups, so that things happen to each.
const GROUPS_MAX: usize = 3;

pub(super) struct Story {
    /// Missing only while it is started again.
    world: Option<World>,
    tokens: Vec<String>,
    epoch: String,
    pub(super) desks: Vec<Desk>,
    pub(super) model: Model,
    /// How many of its entries each reader was shown.
    pub(super) taken: Vec<usize>,
    steps: usize,
    /// How often something was looked at.
    pub(super) looks: usize,
    names: usize,
}

impl Story {
    pub(super) async fn begin() -> Self {
        let world = World::on_disk(allow_much).await;
        let mut tokens = Vec::new();
        for user in 1..=USERS {
            let (id, token) = world.user(&name_of(user)).await;
            assert_eq!(id, user);
            tokens.push(token);
        }
        let mut peer = world.stranger().await;
        let epoch = peer.hello(&tokens[0], "first", None).await.epoch;
        let (model, taken) = (Model::default(), vec![0; USERS as usize]);
        let mut story =
            Self { world: Some(world), tokens, epoch, desks: Vec::new(), model, taken, steps: 0, looks: 0, names: 0 };
        story.sit_down().await;
        story
    }

    /// Everybody logs in, each with a reader at another door than the next.
    async fn sit_down(&mut self) {
        for (number, token) in self.tokens.iter().enumerate() {
            let cursor = match self.taken[number] {
                0 => 0,
                taken => self.model.inbox(number as i64 + 1).nth(taken - 1).unwrap().queue_id,
            };
            let world = self.world.as_ref().unwrap();
            self.desks.push(Desk::open(world, token, &self.epoch, cursor, number + self.steps).await);
        }
    }

    async fn restart(&mut self) {
        self.desks.drain(..).for_each(Desk::close);
        let world = self.world.take().unwrap().restarted(allow_much).await;
        self.world = Some(world);
        self.sit_down().await;
    }

    pub(super) async fn end(mut self) {
        self.restart().await;
        self.compare_entries().await;
        for user in 1..=USERS {
            self.compare(user).await;
        }
        self.desks.drain(..).for_each(Desk::close);
        self.world.unwrap().server.stop(CloseReason::Shutdown).await;
    }

    pub(super) async fn go_on(&mut self, step: Step) {
        let Step { by, door, what } = step.clone();
        let by = (by % USERS as usize) as i64 + 1;
        self.steps += 1;
        self.names += 1;
        self.act(by, door, what).await;
        self.compare_entries().await;
        self.compare((self.steps as i64 + by) % USERS + 1).await;
    }

    pub(super) async fn ask<A: Ask>(&mut self, by: i64, door: usize, request: &A) -> Result<A::Reply, Code> {
        let reply = self.desks[by as usize - 1].ask(door, request).await;
        reply.outcome().map(|()| reply).map_err(|refused| refused.code)
    }

    /// Asks for what is answered with a code alone, and expects it.
    async fn expect<A: Ask + std::fmt::Debug>(
        &mut self,
        by: i64,
        door: usize,
        request: &A,
        expected: Result<(), Code>,
    ) {
        let got = self.ask(by, door, request).await.map(drop);
        assert_eq!(got, expected, "{by} asks for {request:?}");
    }

    /// Not all of what a person writes is short, nor text.
    fn content(&self) -> (u32, Bytes) {
        let text = format!("{} {}", self.names, "x".repeat(self.names * 37 % 300));
        if self.names.is_multiple_of(9) { (1000, Bytes::from(vec![0xFF; 5])) } else { (1, text.into()) }
    }

    fn name(&self) -> String {
        format!("n-{}", self.names)
    }

    async fn act(&mut self, by: i64, door: usize, what: What) {
        match what {
            What::Send { to, about, mentions } => self.send(by, door, to, about, mentions).await,
            What::Again { which } => self.again(door, which).await,
            What::Edit { which } => self.edit(by, door, which).await,
            What::Recall { which } => self.recall(by, door, which).await,
            What::MarkRead { peer, which } => {
                let (peer, up_to) = (self.peer(peer), which as i64 % (self.model.head() + 3));
                let expected = self.model.mark_read(by, peer, up_to);
                self.expect(by, door, &pb::MarkReadRequest { peer, up_to }, expected).await;
            }
            What::Settings { peer, flags } => {
                let settings = pb::ConversationSettings { pinned: flags & 1 != 0, muted: flags & 2 != 0 };
                let peer = self.peer(peer);
                let expected = self.model.set(by, peer, settings);
                let request = pb::ConversationSetRequest { peer, settings: Some(settings) };
                self.expect(by, door, &request, expected).await;
            }
            What::Profile { flags } => {
                let text =
                    |bit: usize| (flags & bit != 0).then(|| if flags & 8 == 0 { self.name() } else { String::new() });
                let sex = (flags & 4 != 0).then_some(flags as i32 % 4);
                let request = pb::ProfileSetRequest { nickname: text(1), bio: text(2), sex, ..Default::default() };
                self.model.profile(by, &request);
                self.expect(by, door, &request, Ok(())).await;
            }
            What::ContactSet { .. } | What::ContactAnswer { .. } | What::ContactRemove { .. } | What::Block { .. } => {
                self.people(by, door, what).await;
            }
            What::Create { members } => self.create(by, door, members).await,
            What::InGroup { group, what } => {
                if let Some(number) = self.group(group) {
                    self.in_group(by, door, number, what).await;
                }
            }
            What::Join { group, which } => self.join(by, door, group, which).await,
            What::Restart => self.restart().await,
        }
    }

    /// A user, everyone or a group.
    fn peer(&self, number: usize) -> i64 {
        match number % (USERS as usize + 1 + self.model.groups.len()) {
            user if user <= USERS as usize => user as i64,
            group => self.model.groups[group - USERS as usize - 1].number,
        }
    }

    fn group(&self, number: usize) -> Option<i64> {
        let groups = &self.model.groups;
        groups.get(number % groups.len().max(1)).map(|group| group.number)
    }

    /// Another user.
    fn other(by: i64, number: usize) -> i64 {
        (by + number as i64 % (USERS - 1)) % USERS + 1
    }

    fn some(members: usize) -> Vec<i64> {
        (1..=USERS).filter(|user| members >> user & 1 == 1).collect()
    }

    async fn send(&mut self, by: i64, door: usize, to: usize, about: usize, mentions: usize) {
        let to = self.peer(to);
        let (content_type, content) = self.content();
        let reply_to = match self.model.history(by, to) {
            said if about.is_multiple_of(3) && !said.is_empty() => said[about % said.len()].queue_id,
            // Also what is of another conversation, or of nobody.
            _ if about.is_multiple_of(17) => self.model.head(),
            _ => 0,
        };
        let mut mentioned = if mentions.is_multiple_of(4) { Self::some(mentions) } else { Vec::new() };
        mentioned.extend((to < 0 && mentions.is_multiple_of(5)).then_some(0));
        let request =
            pb::SendRequest { reply_to, mentions: mentioned, content_type, content, ..text_to(to, &self.name(), "") };
        let expected = self.model.send(by, &request);
        let got = self.ask(by, door, &request).await.map(|reply| reply.queue_id);
        assert_eq!(got, expected, "{by} sends {request:?}");
    }

    async fn again(&mut self, door: usize, which: usize) {
        let named = &self.model.named;
        let Some(Named { by, what, place }) = named.get(which % named.len().max(1)).cloned() else { return };
        let got = match what {
            Order::Send(request) => self.ask(by, door, &request).await.map(|reply| {
                assert!(reply.duplicate);
                reply.queue_id
            }),
            Order::Edit(request) => self.ask(by, door, &request).await.map(|reply| reply.queue_id),
            Order::Recall(request) => self.ask(by, door, &request).await.map(|reply| reply.queue_id),
            Order::Create(request, number) => self.ask(by, door, &request).await.map(|reply| {
                assert_eq!(reply.group, number);
                reply.queue_id
            }),
        };
        assert_eq!(got, Ok(place), "asked again");
    }

    /// Any entry of the log, and the conversation that `by` takes it to be of.
    fn target(&self, by: i64, which: usize) -> Option<(i64, i64)> {
        let place = which as i64 % self.model.head().max(1) + 1;
        let entry = &self.model.at(place)?.entry;
        let peer = if entry.to > 0 && entry.to == by { entry.from } else { entry.to };
        Some((peer, place))
    }

    async fn edit(&mut self, by: i64, door: usize, which: usize) {
        let Some((peer, queue_id)) = self.target(by, which) else { return };
        let (content_type, content) = self.content();
        let request = pb::EditRequest { peer, queue_id, client_msg_id: self.name(), content_type, content };
        let expected = self.model.edit(by, &request);
        let got = self.ask(by, door, &request).await.map(|reply| reply.queue_id);
        assert_eq!(got, expected, "{by} changes {request:?}");
    }

    async fn recall(&mut self, by: i64, door: usize, which: usize) {
        let Some((peer, queue_id)) = self.target(by, which) else { return };
        let request = pb::RecallRequest { peer, queue_id, client_msg_id: self.name() };
        let expected = self.model.recall(by, &request);
        let got = self.ask(by, door, &request).await.map(|reply| reply.queue_id);
        assert_eq!(got, expected, "{by} takes back {request:?}");
    }

    async fn people(&mut self, by: i64, door: usize, what: What) {
        match what {
            What::ContactSet { user, flags } => {
                let text = |bit: usize, what: &str| {
                    if flags & bit != 0 { format!("{what} {}", self.names) } else { String::new() }
                };
                let (alias, remark, greeting) = (text(1, "alias"), text(2, "remark"), text(4, "greeting"));
                let request = pb::ContactSetRequest { user: Self::other(by, user), alias, remark, greeting };
                let expected = self.model.contact_set(by, &request);
                self.expect(by, door, &request, expected).await;
            }
            What::ContactAnswer { user, accept } => {
                let user = Self::other(by, user);
                let expected = self.model.contact_answer(by, user, accept);
                self.expect(by, door, &pb::ContactAnswerRequest { user, accept }, expected).await;
            }
            What::ContactRemove { user } => {
                let user = Self::other(by, user);
                self.model.contact_remove(by, user);
                self.expect(by, door, &pb::ContactRemoveRequest { user }, Ok(())).await;
            }
            What::Block { user, blocked } => {
                let user = Self::other(by, user);
                self.model.block(by, user, blocked);
                self.expect(by, door, &pb::BlockRequest { user, blocked }, Ok(())).await;
            }
            What::Send { .. }
            | What::Again { .. }
            | What::Edit { .. }
            | What::Recall { .. }
            | What::MarkRead { .. }
            | What::Settings { .. }
            | What::Profile { .. }
            | What::Create { .. }
            | What::InGroup { .. }
            | What::Join { .. }
            | What::Restart => panic!("this is not about people"),
        }
    }

    async fn create(&mut self, by: i64, door: usize, members: usize) {
        if self.model.groups.len() == GROUPS_MAX {
            return;
        }
        let (name, client_msg_id) = (format!("group {}", self.names), self.name());
        let request = pb::GroupCreateRequest { name, members: Self::some(members), client_msg_id };
        let reply = self.ask(by, door, &request).await.unwrap();
        assert!(reply.group < 0 && self.model.group(reply.group).is_none(), "{reply:?}");
        assert_eq!(reply.queue_id, self.model.create(by, &request, reply.group));
    }

    async fn in_group(&mut self, by: i64, door: usize, group: i64, what: InGroup) {
        match what {
            InGroup::Invite { members } => {
                let members = Self::some(members);
                let expected = self.model.invite(by, group, &members);
                self.expect(by, door, &pb::GroupInviteRequest { group, members }, expected).await;
            }
            InGroup::Leave => {
                let expected = self.model.leave(by, group);
                self.expect(by, door, &pb::GroupLeaveRequest { group }, expected).await;
            }
            InGroup::Remove { members } => {
                let members = Self::some(members);
                let expected = self.model.remove(by, group, &members);
                self.expect(by, door, &pb::GroupRemoveRequest { group, members }, expected).await;
            }
            InGroup::Role { members, role } => {
                let role = [GroupRole::Member, GroupRole::Admin, GroupRole::Owner][role % 3];
                // Mostly one: more are mostly refused.
                let mut members = Self::some(members);
                members.truncate(1 + members.len() / 3);
                let expected = self.model.role(by, group, &members, role);
                self.expect(by, door, &pb::GroupRoleRequest { group, members, role: role.into() }, expected).await;
            }
            InGroup::Mute { members, mute } => {
                let (members, for_ms) = (Self::some(members), if mute { -1 } else { 0 });
                let expected = self.model.mute(by, group, &members, mute);
                self.expect(by, door, &pb::GroupMuteRequest { group, members, for_ms }, expected).await;
            }
            InGroup::Change { flags } => {
                let mut rules = pb::GroupRules {
                    only_admins_invite: flags & 1 != 0,
                    only_admins_write: flags & 2 != 0 && flags & 4 != 0,
                    members_mention_all: flags & 8 != 0,
                    ..Default::default()
                };
                rules.set_join([GroupJoin::Open, GroupJoin::Approval, GroupJoin::Closed][flags % 3]);
                let name = (flags & 16 != 0).then(|| format!("renamed {}", self.names));
                let rules = (flags & 48 != 16).then_some(rules);
                let request = pb::GroupChangeRequest { group, name, rules, picture: None };
                let expected = self.model.change_group(by, &request);
                self.expect(by, door, &request, expected).await;
            }
            InGroup::Dissolve => {
                let expected = self.model.dissolve(by, group);
                self.expect(by, door, &pb::GroupDissolveRequest { group }, expected).await;
            }
            InGroup::Link { renew } => self.link(by, door, group, renew).await,
            InGroup::Answer { user, accept } => {
                let user = Self::other(by, user);
                let expected = self.model.answer(by, group, user, accept);
                self.expect(by, door, &pb::GroupAnswerRequest { group, user, accept }, expected).await;
            }
        }
    }

    async fn link(&mut self, by: i64, door: usize, number: i64, renew: bool) {
        let expected = self.model.link(by, number, renew);
        let got = self.ask(by, door, &pb::GroupLinkRequest { group: number, renew }).await.map(|reply| reply.link);
        assert_eq!(got.clone().map(drop), expected, "{by} asks for the link of {number}");
        if let (Ok(link), Some(group)) = (got, self.model.groups.iter_mut().find(|group| group.number == number)) {
            assert!(link.len() == 22 && !group.old_links.contains(&link), "{link}");
            let before = group.link.replace(link.clone());
            assert!(before.is_none_or(|before| before == link), "another link without having been renewed");
        }
    }

    async fn join(&mut self, by: i64, door: usize, group: usize, which: usize) {
        let Some(number) = self.group(group) else { return };
        let group = self.model.group(number).unwrap();
        let link = match (&group.link, group.old_links.get(which % 5)) {
            (_, Some(old)) if which.is_multiple_of(4) => old.clone(),
            (Some(link), _) => link.clone(),
            (None, _) => "a link to nowhere".to_owned(),
        };
        let request = pb::GroupJoinRequest { link, greeting: format!("greeting {}", self.names) };
        let expected = self.model.join(by, &request);
        let got = self.ask(by, door, &request).await.map(|reply| (reply.group, reply.joined));
        assert_eq!(got, expected, "{by} joins {number}");
    }
}

/// The story is about who may do what, not about how often.
fn allow_much(plan: &mut longlink::server::Plan) {
    plan.chat.people_listed = false;
}
