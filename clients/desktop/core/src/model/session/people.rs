//! Who people are: asking for names that are missing, and looking for people (U1 to U4, U18 to U21).

use longlink_client::{Code, pb};

use super::timing::PEOPLE_GATHER_MS;
use super::{Purpose, Session, Ticket};
use crate::model::limits::{NAMED_MAX, PRESENCE_MAX};
use crate::model::people::FoundPeople;
use crate::model::{AnswerError, EVERYONE, Peer, UserId};

/// As many are found at once.
const PAGE: u32 = 50;

impl Session {
    /// Looks for people by how their names begin, or where the server does not list people, by a whole name.
    pub fn find_people(&mut self, query: &str) -> Ticket {
        let query = query.trim().to_owned();
        self.people.found = FoundPeople { query: query.clone(), is_asking: true, ..FoundPeople::default() };
        let request = pb::FindUsersRequest { prefix: query.clone(), after: String::new(), limit: PAGE };
        self.ask(Purpose::FindUsers { query, is_more: false }, request)
    }

    /// Looks on, behind those that were found.
    pub fn find_more_people(&mut self) -> Option<Ticket> {
        let found = &mut self.people.found;
        let last = found.users.last().copied().filter(|_| found.has_more && !found.is_asking)?;
        found.is_asking = true;
        let query = found.query.clone();
        let after = self.people.get(last).map(|user| user.name.clone()).unwrap_or_default();
        let request = pb::FindUsersRequest { prefix: query.clone(), after, limit: PAGE };
        Some(self.ask(Purpose::FindUsers { query, is_more: true }, request))
    }

    /// Asks for the profile of somebody anew.
    pub fn refresh_user(&mut self, user: UserId) {
        if user > 0 && self.is_online() {
            self.ask(Purpose::Users, pb::UsersRequest { ids: vec![user], names: Vec::new() });
        }
    }

    /// Asks who somebody is, if that is not known. To be called for whoever is shown.
    pub fn want(&mut self, user: UserId) {
        if self.people.want(user) {
            Self::soon(&mut self.due.people, self.now_ms.saturating_add(PEOPLE_GATHER_MS));
        }
    }

    pub(super) fn ask_people(&mut self) {
        let ids = self.people.take_wanted(NAMED_MAX);
        if !ids.is_empty() {
            self.ask(Purpose::Users, pb::UsersRequest { ids, names: Vec::new() });
        }
        self.want_on();
    }

    /// There are more who are wanted than one request may name.
    pub(super) fn want_on(&mut self) {
        if self.people.is_wanting() {
            Self::soon(&mut self.due.people, self.now_ms.saturating_add(PEOPLE_GATHER_MS));
        }
    }

    /// Somebody was told of.
    pub(super) fn take_user(&mut self, user: &pb::User) {
        self.people.take(user);
        let is_told = user.online || self.people.is_listing == Some(true);
        if is_told && !user.deleted && !self.contacts.is_contact(user.id) {
            self.presence.by_the_way(user.id, user.online);
        }
    }

    pub(super) fn take_users(&mut self, users: &[pb::User]) {
        for user in users {
            self.take_user(user);
        }
    }

    pub(super) fn found_users(&mut self, query: &str, is_more: bool, reply: &pb::FindUsersReply) {
        self.people.is_listing = Some(true);
        self.take_users(&reply.users);
        self.set_found(query, is_more, &reply.users, reply.more);
    }

    pub(super) fn found_by_name(&mut self, query: &str, reply: &pb::UsersReply) {
        self.take_users(&reply.users);
        self.set_found(query, false, &reply.users, false);
    }

    /// Where people are not listed, a whole name finds somebody: that is asked under the same ticket. False: it has ended.
    pub(super) fn find_failed(&mut self, ticket: Ticket, query: &str, error: &AnswerError) -> bool {
        let is_unlisted = matches!(error, AnswerError::Refused { code: Code::NotAllowed | Code::UnknownCommand, .. });
        if is_unlisted {
            self.people.is_listing = Some(false);
            if !query.is_empty() {
                let request = pb::UsersRequest { ids: Vec::new(), names: vec![query.to_owned()] };
                self.ask_on(ticket, Purpose::FindByName { query: query.to_owned() }, request);
                return true;
            }
        }
        self.set_found(query, true, &[], false);
        false
    }

    fn set_found(&mut self, query: &str, is_more: bool, users: &[pb::User], has_more: bool) {
        let found = &mut self.people.found;
        if found.query != query {
            // Something else is looked for by now.
            return;
        }
        if !is_more {
            found.users.clear();
        }
        found.users.extend(users.iter().map(|user| user.id));
        found.has_more = has_more && !users.is_empty();
        found.is_asking = false;
    }

    /// Asks who of these contacts is online; of all of them, when none is named.
    pub(super) fn ask_presence(&mut self, users: &[UserId]) {
        for users in users.chunks(PRESENCE_MAX) {
            let users = users.to_vec();
            self.ask(Purpose::Presence { users: users.clone() }, pb::PresenceRequest { users });
        }
    }

    pub(super) fn ask_all_presence(&mut self) {
        let contacts: Vec<_> = self
            .contacts
            .in_state(pb::ContactState::Contact)
            .filter_map(|contact| Some(contact.user.as_ref()?.id))
            .collect();
        self.ask_presence(&contacts);
    }

    pub(super) fn presence_told(&mut self, push: &pb::PresencePush) {
        if self.presence.pushed(push) {
            self.ask_all_presence();
        }
    }
}

impl Session {
    /// The person writes in this conversation: the others are told, not too often. To everyone it is not said.
    pub fn typed(&mut self, peer: Peer) {
        if peer != EVERYONE && peer != self.me && self.is_online() && self.typing.say(peer, self.now_ms) {
            self.ask(Purpose::Typing, pb::TypingRequest { peer });
        }
    }

    pub(super) fn others_type(&mut self, push: &pb::TypingPush) {
        if push.user != self.me {
            self.want(push.user);
            self.typing.heard(push.user, push.peer, self.now_ms);
        }
    }
}
