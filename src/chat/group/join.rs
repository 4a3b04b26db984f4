//! Coming into a group by oneself: its link, and those who ask to be let in. Both are records of the directory, since
//! they are no part of the conversation; that somebody came in is an entry.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message;
use serde::{Deserialize, Serialize};

use super::super::account::number;
use super::super::bounds::cut_to_page;
use super::super::{Caller, Chat, internal, keys};
use super::{check_admin, event, parse_group};
use crate::id::{GroupId, UserId};
use crate::metrics::Limit;
use crate::store::{Change, Expect, Keep, Roster};
use crate::wire::pb::{GroupEventKind, GroupJoin};
use crate::wire::{Code, Command, Refused, pb};

/// So many may ask to join a group at a time.
const ASKING_MAX: usize = 1000;
/// A page has so many of them.
const ASKING_LISTED_MAX: usize = 100;
const GREETING_BYTES_MAX: usize = 200;

/// Somebody who asks to join, as it lies in the directory.
#[derive(Debug, Serialize, Deserialize)]
struct Asking {
    greeting: String,
    asked_at_ms: i64,
}

impl Chat {
    pub(in super::super) async fn group_link(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupLinkRequest,
    ) -> Result<pb::GroupLinkReply, Refused> {
        let group = parse_group(request.group)?;
        let turn = self.turn_of_member(caller.user, group).await?;
        if turn.roster.rules.join() == GroupJoin::Closed {
            return Err(Refused::new(Code::NotAllowed, "the group's rules let nobody join by a link"));
        }
        if request.renew || turn.roster.rules.only_admins_invite {
            turn.check_admin(caller.user)?;
        }
        let link = match self.link_of(group)? {
            Some(link) if !request.renew => link,
            Some(_) | None => {
                self.end_link(group).await?;
                let link = URL_SAFE_NO_PAD.encode(rand::random::<u128>().to_be_bytes());
                let made = |key, value| Change { key, value: Some(value), expect: Expect::Absent };
                let changes = vec![
                    made(keys::group_of_link(&link), group.get().to_be_bytes().to_vec()),
                    made(keys::link_of_group(group), link.clone().into_bytes()),
                ];
                self.changed(changes).await?;
                link
            }
        };
        Ok(pb::GroupLinkReply { link, ..Default::default() })
    }

    pub(in super::super) async fn group_join(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupJoinRequest,
    ) -> Result<pb::GroupJoinReply, Refused> {
        let bytes = request.greeting.len();
        if bytes > GREETING_BYTES_MAX {
            let message = format!("the greeting has {bytes} bytes, more than {GREETING_BYTES_MAX}");
            return Err(Refused::new(Code::BadRequest, message));
        }
        self.take_turn(&self.joins, Limit::GroupJoins, caller.user, "joining groups")?;
        let group = self.group_of_link(&request.link)?;
        let mut turn = self.turn(group).await?;
        // It may have ended while its turn was waited for.
        self.group_of_link(&request.link)?;
        let reply = |joined, roster: &Roster| pb::GroupJoinReply {
            group: group.get(),
            name: roster.name.clone(),
            joined,
            ..Default::default()
        };
        if turn.roster.has(caller.user) {
            return Ok(reply(true, &turn.roster));
        }
        if turn.roster.members.is_empty() {
            return Err(no_link());
        }
        match turn.roster.rules.join() {
            GroupJoin::Closed => Err(no_link()),
            GroupJoin::Open => {
                self.check_size(turn.roster.members.len() + 1)?;
                self.check_group_room(&[caller.user]).await?;
                let reply = reply(true, &turn.roster);
                turn.put(caller.user, &event(GroupEventKind::Joined, &[caller.user]));
                turn.finish().await?;
                self.end_asking(group, &[caller.user]).await?;
                Ok(reply)
            }
            GroupJoin::Approval => {
                self.ask_admins(caller.user, group, request.greeting, &turn.roster).await?;
                Ok(reply(false, &turn.roster))
            }
        }
    }

    /// Remembers who asks to join, and tells the admins who are there, once.
    async fn ask_admins(
        self: &Arc<Self>,
        user: UserId,
        group: GroupId,
        greeting: String,
        roster: &Roster,
    ) -> Result<(), Refused> {
        let (asks_already, count, about) = self
            .reading(move |this| {
                let asks_already = this.store.get(&keys::asking(group, user))?.is_some();
                let others = this.store.list(&keys::all_asking(group), None, ASKING_MAX)?;
                Ok((asks_already, others.len(), this.names_of(&[user])?.pop()))
            })
            .await?;
        if !asks_already && count >= ASKING_MAX {
            let message = format!("{ASKING_MAX} people ask to join this group, as many as may");
            return Err(Refused::new(Code::RateLimited, message));
        }
        let asking = Asking { greeting, asked_at_ms: self.clock.wall_ms() };
        let value = serde_json::to_vec(&asking).map_err(|error| internal(&error.to_string()))?;
        let key = keys::asking(group, user);
        self.changed(vec![Change { key, value: Some(value), expect: Expect::Anything }]).await?;
        if !asks_already {
            let request = Some(shown(asking, about.unwrap_or_default()));
            let body = pb::GroupRequestPush { group: group.get(), request }.encode_to_vec().into();
            for admin in roster.admins.iter().chain([&roster.owner]) {
                self.router.offer_state(*admin, Command::PushGroupRequest, &body, None);
            }
        }
        Ok(())
    }

    pub(in super::super) async fn group_requests(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupRequestsRequest,
    ) -> Result<pb::GroupRequestsReply, Refused> {
        let group = parse_group(request.group)?;
        let (requests, more) = self
            .reading(move |this| {
                this.in_group(caller.user, group, |roster| check_admin(roster, caller.user))??;
                let after = UserId::parse(request.after).map(|user| keys::asking(group, user));
                let mut found = this.store.list(&keys::all_asking(group), after.as_deref(), ASKING_LISTED_MAX + 1)?;
                let more = cut_to_page(&mut found, ASKING_LISTED_MAX);
                let mut requests = Vec::with_capacity(found.len());
                for (key, record) in found {
                    let Some(user) = keys::user_of(&key) else { continue };
                    // Whose account has ended since is not in the list any more.
                    let Some(about) = this.names_of(&[user])?.pop().filter(|user| !user.deleted) else { continue };
                    let asking = serde_json::from_slice(&record.value).map_err(|error| internal(&error.to_string()))?;
                    requests.push(shown(asking, about));
                }
                Ok((requests, more))
            })
            .await?;
        Ok(pb::GroupRequestsReply { requests, more, ..Default::default() })
    }

    pub(in super::super) async fn group_answer(
        self: Arc<Self>,
        caller: Caller,
        request: pb::GroupAnswerRequest,
    ) -> Result<pb::GroupAnswerReply, Refused> {
        let group = parse_group(request.group)?;
        let nobody = || Refused::new(Code::NotFound, format!("user {} does not ask to join", request.user));
        let user = UserId::parse(request.user).ok_or_else(nobody)?;
        let mut turn = self.turn_of_member(caller.user, group).await?;
        turn.check_admin(caller.user)?;
        self.store.get(&keys::asking(group, user))?.ok_or_else(nobody)?;
        if request.accept && !turn.roster.has(user) {
            self.check_exists(user)?;
            self.check_size(turn.roster.members.len() + 1)?;
            self.check_group_room(&[user]).await?;
            turn.put(caller.user, &event(GroupEventKind::Joined, &[user]));
            turn.finish().await?;
        }
        self.end_asking(group, &[user]).await?;
        Ok(pb::GroupAnswerReply::default())
    }

    /// Forgets that these asked to join, where they did.
    pub(super) async fn end_asking(&self, group: GroupId, users: &[UserId]) -> Result<(), Refused> {
        let mut changes = Vec::new();
        for user in users {
            let key = keys::asking(group, *user);
            if self.store.get(&key)?.is_some() {
                changes.push(Change::removal(key));
            }
        }
        if changes.is_empty() { Ok(()) } else { self.changed(changes).await }
    }

    pub(super) async fn end_all_asking(self: &Arc<Self>, group: GroupId) -> Result<(), Refused> {
        let asking = self.reading(move |this| Ok(this.store.list(&keys::all_asking(group), None, ASKING_MAX)?)).await?;
        let users: Vec<UserId> = asking.iter().filter_map(|(key, _)| keys::user_of(key)).collect();
        self.end_asking(group, &users).await
    }

    /// Makes the group's link worth nothing, if it has one. In a turn.
    pub(super) async fn end_link(&self, group: GroupId) -> Result<(), Refused> {
        let Some(link) = self.link_of(group)? else { return Ok(()) };
        self.changed([keys::group_of_link(&link), keys::link_of_group(group)].map(Change::removal).to_vec()).await
    }

    fn link_of(&self, group: GroupId) -> Result<Option<String>, Refused> {
        let record = self.store.get(&keys::link_of_group(group))?;
        Ok(record.and_then(|record| String::from_utf8(record.value.into()).ok()))
    }

    fn group_of_link(&self, link: &str) -> Result<GroupId, Refused> {
        let record = self.store.get(&keys::group_of_link(link))?.ok_or_else(no_link)?;
        number(&record).and_then(GroupId::parse).ok_or_else(|| internal("a group's link leads to no group"))
    }

    async fn changed(&self, changes: Vec<Change>) -> Result<(), Refused> {
        if self.try_change(changes, Keep::Durable).await? {
            return Ok(());
        }
        // A request that was dropped had its change in line still.
        Err(Refused::new(Code::Overloaded, "somebody changed this at the same time; ask again"))
    }
}

/// Whether a link has ended, was never made, or the group is closed is all the same to who has it.
fn no_link() -> Refused {
    Refused::new(Code::NotFound, "no group can be joined by this link")
}

fn shown(asking: Asking, user: pb::User) -> pb::GroupRequest {
    pb::GroupRequest { user: Some(user), greeting: asking.greeting, asked_at_ms: asking.asked_at_ms }
}
