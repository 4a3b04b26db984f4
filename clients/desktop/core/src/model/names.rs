//! What people and groups are called, as far as that needs no language.

use super::{EVERYONE, Peer, Session, UserId};

/// A name, or what a view says in its place in the person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a> {
    Text(&'a str),
    Everyone,
    /// The account was erased.
    Deleted(UserId),
    /// Not known yet, or hidden.
    Unknown(UserId),
    UnknownGroup(Peer),
}

impl Name<'_> {
    /// Whether this, in lower case, stands in it.
    pub(crate) fn contains(&self, lower: &str) -> bool {
        matches!(self, Name::Text(text) if text.to_lowercase().contains(lower))
    }
}

impl Session {
    /// What a conversation is called: for people, as this person calls them.
    pub fn name_of(&self, peer: Peer) -> Name<'_> {
        match peer {
            EVERYONE => Name::Everyone,
            1.. => self.contacts.alias(peer).map_or_else(|| self.own_name_of(peer), Name::Text),
            _ => match self.groups.get_or_left(peer) {
                Some(group) if !group.name.is_empty() => Name::Text(&group.name),
                _ => Name::UnknownGroup(peer),
            },
        }
    }

    /// What somebody calls themselves: what others see, too.
    pub fn own_name_of(&self, user: UserId) -> Name<'_> {
        match self.people.get(user) {
            Some(it) if it.deleted => Name::Deleted(user),
            Some(it) if !it.nickname.is_empty() => Name::Text(&it.nickname),
            Some(it) if !it.name.is_empty() => Name::Text(&it.name),
            _ if user == self.me && !self.name.is_empty() => Name::Text(&self.name),
            _ => Name::Unknown(user),
        }
    }

    /// The picture of somebody or of a group, by its hash.
    pub fn picture_of(&self, peer: Peer) -> Option<&str> {
        let picture = if peer > 0 {
            self.people.get(peer).map(|user| user.avatar.as_str())
        } else {
            self.groups.get_or_left(peer).map(|group| group.picture.as_str())
        };
        picture.filter(|hash| !hash.is_empty())
    }
}
