//! The contacts of this person: who is one, who asks, who was asked, and whom they have blocked (U9 to U17).

use std::collections::{BTreeMap, BTreeSet};

use longlink_client::pb::{Contact, ContactState};

use super::UserId;

/// What this person is to others.
#[derive(Debug, Default)]
pub struct Contacts {
    all: BTreeMap<UserId, Contact>,
    /// Nothing until it was asked for.
    pub blocked: Option<BTreeSet<UserId>>,
    /// They were read from the server since the link is there.
    pub is_fresh: bool,
    version: u64,
    is_dirty: bool,
    /// A list that is being read.
    pub(crate) reading: Vec<Contact>,
    pub(crate) blocks_reading: BTreeSet<UserId>,
    /// Who was blocked or let go while that list was read, which may be of before.
    pub(crate) blocks_changed: BTreeMap<UserId, bool>,
}

impl Contacts {
    pub fn get(&self, user: UserId) -> Option<&Contact> {
        self.all.get(&user)
    }

    pub fn state(&self, user: UserId) -> ContactState {
        self.get(user).map_or(ContactState::None, Contact::state)
    }

    pub fn is_contact(&self, user: UserId) -> bool {
        self.state(user) == ContactState::Contact
    }

    /// What the person calls them.
    pub fn alias(&self, user: UserId) -> Option<&str> {
        self.get(user).map(|contact| contact.alias.as_str()).filter(|alias| !alias.is_empty())
    }

    /// Those in this state, by ascending number.
    pub fn in_state(&self, state: ContactState) -> impl Iterator<Item = &Contact> {
        self.all.values().filter(move |contact| contact.state() == state)
    }

    pub fn is_blocked(&self, user: UserId) -> bool {
        self.blocked.as_ref().is_some_and(|blocked| blocked.contains(&user))
    }

    /// The list of those who are blocked was read.
    pub(crate) fn blocks_read(&mut self) {
        let mut blocked = std::mem::take(&mut self.blocks_reading);
        for (user, is_blocked) in std::mem::take(&mut self.blocks_changed) {
            if is_blocked {
                blocked.insert(user)
            } else {
                blocked.remove(&user)
            };
        }
        self.blocked = Some(blocked);
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// As it is now.
    pub(crate) fn put(&mut self, contact: &Contact) {
        let Some(user) = &contact.user else {
            return;
        };
        if contact.state() == ContactState::None {
            self.all.remove(&user.id);
        } else {
            self.all.insert(user.id, contact.clone());
        }
        self.moved();
    }

    pub(crate) fn remove(&mut self, user: UserId) {
        self.all.remove(&user);
        self.moved();
    }

    /// All of them, in the place of all of before.
    pub(crate) fn replace(&mut self, contacts: &[Contact]) {
        self.all.clear();
        for contact in contacts {
            self.put(contact);
        }
        self.moved();
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { version: self.version + 1, ..Self::default() };
    }

    pub(crate) fn not_dirty(&mut self) {
        self.is_dirty = false;
    }

    /// All of them, if any changed since this was called last.
    pub(crate) fn take_dirty(&mut self) -> Option<Vec<Contact>> {
        std::mem::take(&mut self.is_dirty).then(|| self.all.values().cloned().collect())
    }

    fn moved(&mut self) {
        self.version += 1;
        self.is_dirty = true;
    }
}
