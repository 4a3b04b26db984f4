//! Contacts and blocks: asking, answering, noting, ending (U9 to U17).

use longlink_client::pb::{self, ContactState};

use super::{Purpose, Session, Ticket};
use crate::model::limits::{self, ALIAS_BYTES_MAX, GREETING_BYTES_MAX, REMARK_BYTES_MAX};
use crate::model::{Notice, Unfit, UserId};

/// As many come at once.
const PAGE: u32 = 500;

impl Session {
    /// Asks somebody to be a contact.
    pub fn ask_contact(&mut self, user: UserId, greeting: &str) -> Result<Ticket, Unfit> {
        limits::at_most(greeting, GREETING_BYTES_MAX)?;
        let (alias, remark) =
            self.contacts.get(user).map(|it| (it.alias.clone(), it.remark.clone())).unwrap_or_default();
        let request = pb::ContactSetRequest { user, alias, remark, greeting: greeting.to_owned() };
        Ok(self.ask(Purpose::Contact { user, is_declined: false }, request))
    }

    /// What one calls a contact, and what one notes of them: nobody else sees it.
    pub fn note_contact(&mut self, user: UserId, alias: &str, remark: &str) -> Result<Ticket, Unfit> {
        limits::at_most(alias, ALIAS_BYTES_MAX)?;
        limits::one_line(alias)?;
        limits::at_most(remark, REMARK_BYTES_MAX)?;
        let (alias, remark) = (alias.trim().to_owned(), remark.trim().to_owned());
        let request = pb::ContactSetRequest { user, alias, remark, greeting: String::new() };
        Ok(self.ask(Purpose::Contact { user, is_declined: false }, request))
    }

    /// Accepts or declines who asks to be a contact.
    pub fn answer_contact(&mut self, user: UserId, accept: bool) -> Ticket {
        self.ask(Purpose::Contact { user, is_declined: !accept }, pb::ContactAnswerRequest { user, accept })
    }

    /// Ends being contacts, or takes back having asked.
    pub fn remove_contact(&mut self, user: UserId) -> Ticket {
        self.ask(Purpose::ContactRemove { user }, pb::ContactRemoveRequest { user })
    }

    /// Lets nothing pass any more between oneself and a user, or lets it pass again.
    pub fn block(&mut self, user: UserId, is_blocked: bool) -> Ticket {
        self.ask(Purpose::Block { user, is_blocked }, pb::BlockRequest { user, blocked: is_blocked })
    }

    /// Asks whom the person has blocked.
    pub fn ask_blocks(&mut self) -> Ticket {
        self.contacts.blocks_reading.clear();
        self.contacts.blocks_changed.clear();
        self.ask(Purpose::Blocks, pb::BlockListRequest { after: 0 })
    }

    pub(super) fn refresh_contacts(&mut self) {
        if !self.asks.is_any(|purpose| *purpose == Purpose::Contacts) {
            self.contacts.reading.clear();
            self.ask(Purpose::Contacts, pb::ContactListRequest { after: 0, limit: PAGE });
        }
    }

    /// A page of them. True when it goes on.
    pub(super) fn contacts_answered(&mut self, ticket: Ticket, reply: pb::ContactListReply) -> bool {
        for user in reply.contacts.iter().filter_map(|contact| contact.user.as_ref()) {
            self.people.take(user);
        }
        let last = reply.contacts.last().and_then(|contact| contact.user.as_ref()).map(|user| user.id);
        self.contacts.reading.extend(reply.contacts);
        if let Some(after) = last.filter(|_| reply.more) {
            self.ask_on(ticket, Purpose::Contacts, pb::ContactListRequest { after, limit: PAGE });
            return true;
        }
        let all = std::mem::take(&mut self.contacts.reading);
        self.contacts.replace(&all);
        self.contacts.is_fresh = true;
        self.ask_all_presence();
        false
    }

    /// As it is now, told by a reply or a push.
    pub(super) fn contact_told(&mut self, contact: &pb::Contact) {
        let Some(user) = &contact.user else {
            return;
        };
        let before = self.contacts.state(user.id);
        self.people.take(user);
        // A list that is being read may be of before.
        self.contacts.reading.retain(|it| it.user.as_ref().is_none_or(|its| its.id != user.id));
        if contact.state() != ContactState::None && self.asks.is_any(|purpose| *purpose == Purpose::Contacts) {
            self.contacts.reading.push(contact.clone());
        }
        self.contacts.put(contact);
        match contact.state() {
            ContactState::Contact if before != ContactState::Contact => self.ask_presence(&[user.id]),
            ContactState::Asks if before != ContactState::Asks => {
                self.notices.put(Notice::ContactAsks { user: user.id, greeting: contact.greeting.clone() });
            }
            ContactState::None | ContactState::Contact | ContactState::Asked | ContactState::Asks => {}
        }
    }

    pub(super) fn contact_removed(&mut self, user: UserId) {
        self.contacts.remove(user);
    }

    /// A page of them. True when it goes on.
    pub(super) fn blocks_answered(&mut self, ticket: Ticket, reply: &pb::BlockListReply) -> bool {
        self.take_users(&reply.users);
        self.contacts.blocks_reading.extend(reply.users.iter().map(|user| user.id));
        if let Some(last) = reply.users.last().filter(|_| reply.more) {
            self.ask_on(ticket, Purpose::Blocks, pb::BlockListRequest { after: last.id });
            return true;
        }
        self.contacts.blocks_read();
        false
    }

    pub(super) fn is_blocked_now(&mut self, user: UserId, is_blocked: bool) {
        if let Some(blocked) = &mut self.contacts.blocked {
            if is_blocked {
                blocked.insert(user)
            } else {
                blocked.remove(&user)
            };
        }
        if self.asks.is_any(|purpose| *purpose == Purpose::Blocks) {
            self.contacts.blocks_changed.insert(user, is_blocked);
        }
        // What blocking did to being contacts is the server's to tell.
        self.refresh_contacts();
    }
}
