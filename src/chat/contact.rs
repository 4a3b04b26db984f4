//! Contacts: two people who have agreed to it. What each is to the other lies in two records, changed in one step.
//! Listing them is in `contact_list`.

use std::sync::Arc;

use prost::Message;
use serde::{Deserialize, Serialize};

use super::profile::{check_line, check_text};
use super::{Caller, Chat, LIMITED_USERS_MAX, internal, keys};
use crate::id::{LinkId, UserId};
use crate::limiter;
use crate::metrics::Limit;
use crate::store::{Change, Expect, Keep, Record};
use crate::wire::pb::ContactState;
use crate::wire::{Code, Command, Refused, pb};

const ALIAS_BYTES_MAX: usize = 64;
const REMARK_BYTES_MAX: usize = 500;
const GREETING_BYTES_MAX: usize = 200;
/// So many may ask one user and wait for an answer: strangers must not be able to fill somebody's list.
pub(super) const ASKS_MAX: usize = 500;

/// How people become contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether who is asked has to accept it.
    pub acceptance: bool,
    /// Contacts of one user, with those who were asked.
    pub max: usize,
    pub requests_per_hour: u32,
}

impl Settings {
    pub(super) fn asked(&self) -> limiter::Settings {
        let count = self.requests_per_hour;
        limiter::Settings { burst: count, tokens: count, per_ms: 3_600_000, keys_max: LIMITED_USERS_MAX }
    }
}

/// What one is to the other, as it lies in the directory. No record: nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tie {
    pub(super) state: State,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) alias: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) remark: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) greeting: String,
    pub(super) since_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Contact,
    /// The one has asked the other.
    Asked,
    /// The other asks the one.
    Asks,
}

impl Tie {
    fn new(state: State, greeting: &str, since_ms: i64) -> Self {
        Self { state, alias: String::new(), remark: String::new(), greeting: greeting.to_owned(), since_ms }
    }

    /// A contact's, with what was noted before.
    fn contact(before: Option<&Self>, since_ms: i64) -> Self {
        let noted = before.cloned().unwrap_or_else(|| Self::new(State::Contact, "", since_ms));
        Self { state: State::Contact, greeting: String::new(), since_ms, ..noted }
    }

    pub(super) fn read(record: &Record) -> Result<Self, Refused> {
        serde_json::from_slice(&record.value).map_err(|error| internal(&format!("a contact cannot be read: {error}")))
    }
}

/// What two people are to one another, seen from one side.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ties {
    mine: Option<Tie>,
    theirs: Option<Tie>,
}

impl Ties {
    fn mine_is(&self, state: State) -> bool {
        self.mine.as_ref().is_some_and(|tie| tie.state == state)
    }

    fn theirs_is(&self, state: State) -> bool {
        self.theirs.as_ref().is_some_and(|tie| tie.state == state)
    }

    fn both_contacts(&self, now_ms: i64) -> Self {
        let contact = |before: &Option<Tie>| Some(Tie::contact(before.as_ref(), now_ms));
        Self { mine: contact(&self.mine), theirs: contact(&self.theirs) }
    }

    /// Asks for it. Who is asked by the other already accepts, and who had declined the other's asking does so late.
    fn ask(&self, acceptance: bool, greeting: &str, now_ms: i64) -> Self {
        if self.mine_is(State::Contact) || self.mine_is(State::Asked) {
            return self.clone();
        }
        if !acceptance || self.mine_is(State::Asks) || self.theirs_is(State::Asked) {
            return self.both_contacts(now_ms);
        }
        let tie = |state| Some(Tie::new(state, greeting, now_ms));
        Self { mine: tie(State::Asked), theirs: tie(State::Asks) }
    }

    /// Ends what there is. Who is asked and wants nothing of it lets the other believe to be waiting.
    fn end(&self) -> Self {
        match self.mine.as_ref().map(|tie| tie.state) {
            None | Some(State::Asks) => Self { mine: None, theirs: self.theirs.clone() },
            Some(State::Contact | State::Asked) => Self { mine: None, theirs: None },
        }
    }
}

impl Chat {
    pub(super) async fn contact_set(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ContactSetRequest,
    ) -> Result<pb::ContactSetReply, Refused> {
        let other = other_than(caller.user, request.user)?;
        check_line("the alias", &request.alias, ALIAS_BYTES_MAX)?;
        check_text("the remark", &request.remark, REMARK_BYTES_MAX)?;
        check_text("the greeting", &request.greeting, GREETING_BYTES_MAX)?;
        let known = self.ties(caller.user, other)?.0;
        if !known.mine_is(State::Contact) && !known.mine_is(State::Asked) {
            self.check_may_ask(caller.user, other).await?;
        }
        let (acceptance, now_ms) = (self.settings.contacts.acceptance, self.clock.wall_ms());
        let (before, after) = self
            .change_ties(caller.user, other, |before| {
                let mut after = before.ask(acceptance, &request.greeting, now_ms);
                if let Some(mine) = &mut after.mine {
                    mine.alias.clone_from(&request.alias);
                    mine.remark.clone_from(&request.remark);
                }
                Ok(after)
            })
            .await?;
        self.told_ties(&caller, other, &before, &after)?;
        let contact = self.contact_for(caller.user, other, after.mine.as_ref())?;
        Ok(pb::ContactSetReply { contact: Some(contact), ..Default::default() })
    }

    pub(super) async fn contact_answer(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ContactAnswerRequest,
    ) -> Result<pb::ContactAnswerReply, Refused> {
        let other = other_than(caller.user, request.user)?;
        if request.accept {
            self.check_unblocked(caller.user, other)?;
            self.check_room(caller.user).await?;
        }
        let now_ms = self.clock.wall_ms();
        let (before, after) = self
            .change_ties(caller.user, other, |before| {
                if !before.mine_is(State::Asks) {
                    return Err(Refused::new(Code::NotFound, format!("user {other} does not ask to be a contact")));
                }
                Ok(if request.accept { before.both_contacts(now_ms) } else { before.end() })
            })
            .await?;
        self.told_ties(&caller, other, &before, &after)?;
        let contact = self.contact_for(caller.user, other, after.mine.as_ref())?;
        Ok(pb::ContactAnswerReply { contact: Some(contact), ..Default::default() })
    }

    pub(super) async fn contact_remove(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ContactRemoveRequest,
    ) -> Result<pb::ContactRemoveReply, Refused> {
        let other = other_than(caller.user, request.user)?;
        let (before, after) = self.change_ties(caller.user, other, |before| Ok(before.end())).await?;
        self.told_ties(&caller, other, &before, &after)?;
        Ok(pb::ContactRemoveReply::default())
    }

    /// Ends what `user` and `other` are to one another, whatever it is, and tells the other.
    pub(super) async fn forget_contact(&self, user: UserId, other: UserId) -> Result<(), Refused> {
        let (before, after) = self.change_ties(user, other, |_| Ok(Ties { mine: None, theirs: None })).await?;
        if before.theirs != after.theirs {
            self.tell_tie(other, user, None, None)?;
        }
        Ok(())
    }

    pub(super) fn is_contact(&self, user: UserId, other: UserId) -> Result<bool, Refused> {
        let Some(record) = self.store.get(&keys::contact(user, other))? else { return Ok(false) };
        Ok(Tie::read(&record)?.state == State::Contact)
    }

    /// Whether `viewer` is shown when `user` is online.
    pub(super) fn may_watch(&self, viewer: UserId, user: UserId) -> Result<bool, Refused> {
        Ok(self.is_contact(viewer, user)? && !self.is_blocked(viewer, user)?)
    }

    async fn check_may_ask(self: &Arc<Self>, user: UserId, other: UserId) -> Result<(), Refused> {
        self.check_exists(other)?;
        self.check_unblocked(user, other)?;
        self.take_turn(&self.contacts_asked, Limit::ContactRequests, user, "asking people to be contacts")?;
        self.check_room(user).await?;
        let theirs = self.reading(move |this| this.count_ties(other)).await?;
        let (acceptance, max) = (self.settings.contacts.acceptance, self.settings.contacts.max);
        if !acceptance && theirs.own >= max {
            return Err(Refused::new(Code::TooLarge, format!("user {other} has {max} contacts, as many as may be")));
        }
        if theirs.asks >= ASKS_MAX {
            let message = format!("{ASKS_MAX} people ask user {other} already, as many as may; try again later");
            return Err(Refused::new(Code::RateLimited, message));
        }
        Ok(())
    }

    /// Whether there is room for one more contact.
    async fn check_room(self: &Arc<Self>, user: UserId) -> Result<(), Refused> {
        let max = self.settings.contacts.max;
        if self.reading(move |this| this.count_ties(user)).await?.own < max {
            return Ok(());
        }
        Err(Refused::new(
            Code::TooLarge,
            format!("the user has {max} contacts and requests of their own, as many as may be"),
        ))
    }

    fn ties(&self, user: UserId, other: UserId) -> Result<(Ties, [Expect; 2]), Refused> {
        let of = |record: &Option<Record>| record.as_ref().map(Tie::read).transpose();
        let (mine, theirs) =
            (self.store.get(&keys::contact(user, other))?, self.store.get(&keys::contact(other, user))?);
        Ok((
            Ties { mine: of(&mine)?, theirs: of(&theirs)? },
            [&mine, &theirs].map(|record| Expect::as_read(record.as_ref())),
        ))
    }

    /// Changes both sides in one step: what it was before, and what it is now. Of two who change it at once, the second
    /// sees what the first made of it.
    async fn change_ties(
        &self,
        user: UserId,
        other: UserId,
        change: impl Fn(&Ties) -> Result<Ties, Refused> + Send + Sync,
    ) -> Result<(Ties, Ties), Refused> {
        loop {
            let (before, [expect_mine, expect_theirs]) = self.ties(user, other)?;
            let after = change(&before)?;
            if after == before {
                return Ok((before, after));
            }
            let value = |tie: &Option<Tie>| tie.as_ref().map(|tie| serde_json::to_vec(tie).unwrap_or_default());
            // Both are named, also the one that stays as it is: what was decided depends on either.
            let changes = vec![
                Change { key: keys::contact(user, other), value: value(&after.mine), expect: expect_mine },
                Change { key: keys::contact(other, user), value: value(&after.theirs), expect: expect_theirs },
            ];
            if self.try_change(changes, Keep::Durable).await? {
                if after.mine.is_some() || after.theirs.is_some() {
                    self.check_both_there(user, other).await?;
                }
                return Ok((before, after));
            }
        }
    }

    /// Takes back what was written for somebody whose account is gone: erasing may have looked before it was there.
    async fn check_both_there(&self, user: UserId, other: UserId) -> Result<(), Refused> {
        for there in [user, other] {
            if self.store.get(&keys::account(there))?.is_none() {
                let changes = [keys::contact(user, other), keys::contact(other, user)].map(Change::removal).to_vec();
                self.change(changes, Keep::Durable).await?;
                return Err(Refused::new(Code::NotFound, format!("there is no user {there}")));
            }
        }
        Ok(())
    }

    /// Tells both sides' devices of a change, but the link that made it.
    fn told_ties(&self, caller: &Caller, other: UserId, before: &Ties, after: &Ties) -> Result<(), Refused> {
        if before.mine != after.mine {
            self.tell_tie(caller.user, other, after.mine.as_ref(), Some(caller.link))?;
        }
        // What the other notes, and what is noted of them, is each one's own.
        if before.theirs != after.theirs {
            self.tell_tie(other, caller.user, after.theirs.as_ref(), None)?;
        }
        if after.mine_is(State::Contact) && !before.mine_is(State::Contact) {
            self.metrics.contacts_made.add(1);
            self.tell_each_other(caller.user, other)?;
        }
        Ok(())
    }

    fn tell_tie(&self, to: UserId, about: UserId, tie: Option<&Tie>, except: Option<LinkId>) -> Result<(), Refused> {
        if self.router.is_online(to) {
            let push = pb::ContactPush { contact: Some(self.contact_for(to, about, tie)?) };
            self.router.offer_state(to, Command::PushContact, &push.encode_to_vec().into(), except);
        }
        Ok(())
    }

    /// What `viewer` is shown of somebody.
    pub(super) fn contact_for(&self, viewer: UserId, user: UserId, tie: Option<&Tie>) -> Result<pb::Contact, Refused> {
        let user = self.cards_for(viewer, &[user])?.pop();
        let Some(Tie { state, alias, remark, greeting, since_ms }) = tie.cloned() else {
            return Ok(pb::Contact { user, ..Default::default() });
        };
        let state = match state {
            State::Contact => ContactState::Contact,
            State::Asked => ContactState::Asked,
            State::Asks => ContactState::Asks,
        };
        Ok(pb::Contact { user, state: state.into(), alias, remark, greeting, since_ms })
    }
}

/// Somebody else's number.
pub(super) fn other_than(user: UserId, number: i64) -> Result<UserId, Refused> {
    UserId::parse(number)
        .filter(|other| *other != user)
        .ok_or_else(|| Refused::new(Code::BadRequest, format!("{number} is not the number of another user")))
}
