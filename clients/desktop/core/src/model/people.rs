//! Who people are, as far as it is known here, and who was found (U1, U2).

use std::collections::{BTreeMap, BTreeSet};

use longlink_client::pb;

use super::UserId;

/// The profiles of users.
#[derive(Debug, Default)]
pub struct People {
    users: BTreeMap<UserId, pb::User>,
    /// Whom the person has found by looking for them.
    pub found: FoundPeople,
    /// Whether the server lists people, once that is known; otherwise only a whole name finds somebody.
    pub is_listing: Option<bool>,
    /// Contacts are not told when the person is online (U6). Nothing until it was asked for.
    pub is_hidden: Option<bool>,
    version: u64,
    wanted: BTreeSet<UserId>,
    asked: BTreeSet<UserId>,
    dirty: BTreeSet<UserId>,
}

/// The result of looking for people.
#[derive(Debug, Default, PartialEq)]
pub struct FoundPeople {
    pub query: String,
    pub users: Vec<UserId>,
    pub has_more: bool,
    pub is_asking: bool,
}

/// So many are remembered.
const PEOPLE_MAX: usize = 50_000;

impl People {
    pub fn get(&self, user: UserId) -> Option<&pb::User> {
        self.users.get(&user)
    }

    /// By ascending number.
    pub fn iter(&self) -> impl Iterator<Item = &pb::User> {
        self.users.values()
    }

    /// Grows when somebody is known better.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// True when it is news.
    pub(crate) fn take(&mut self, user: &pb::User) -> bool {
        if user.id <= 0 {
            return false;
        }
        self.wanted.remove(&user.id);
        self.asked.remove(&user.id);
        // Whether they are online is presence's to keep, and changes too often to be kept here.
        let user = pb::User { online: false, ..user.clone() };
        if self.users.get(&user.id) == Some(&user) {
            return false;
        }
        if self.users.len() >= PEOPLE_MAX && !self.users.contains_key(&user.id) {
            // Asked for again when they are shown.
            self.users.pop_first();
        }
        self.dirty.insert(user.id);
        self.users.insert(user.id, user);
        self.version += 1;
        true
    }

    pub(crate) fn open(&mut self, users: Vec<pb::User>) {
        for user in &users {
            self.take(user);
        }
        self.dirty.clear();
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { version: self.version + 1, ..Self::default() };
    }

    /// Somebody is shown who may not be known. True when they are to be asked for.
    pub(crate) fn want(&mut self, user: UserId) -> bool {
        let is_wanted = user > 0 && !self.users.contains_key(&user) && !self.asked.contains(&user);
        is_wanted && self.wanted.insert(user)
    }

    pub(crate) fn is_wanting(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// At most so many of those who are wanted, to be asked for now.
    pub(crate) fn take_wanted(&mut self, max: usize) -> Vec<UserId> {
        let users: Vec<_> = self.wanted.iter().copied().take(max).collect();
        for user in &users {
            self.wanted.remove(user);
            self.asked.insert(*user);
        }
        users
    }

    /// Who was asked for and not told of is asked for again when somebody wants it.
    pub(crate) fn forget_asked(&mut self) {
        self.asked.clear();
    }

    pub(crate) fn take_dirty(&mut self) -> Vec<pb::User> {
        let dirty = std::mem::take(&mut self.dirty);
        dirty.iter().filter_map(|user| self.users.get(user).cloned()).collect()
    }
}
