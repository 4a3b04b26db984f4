//! The keys of the directory, all of them.

use crate::id::{GroupId, Peer, UserId};

/// An account, by id.
pub(super) fn account(user: UserId) -> Vec<u8> {
    numbered(b"account/", user.get())
}

pub(super) const ACCOUNTS: &[u8] = b"account/";

/// The id that goes with a name. Names are the same whatever their letter case.
pub(super) fn name(name: &str) -> Vec<u8> {
    [b"name/", name.to_lowercase().as_bytes()].concat()
}

/// A picture that may be somebody's avatar, by the SHA-256 of its bytes.
pub(super) fn avatar(hash: &str) -> Vec<u8> {
    [b"avatar/", hash.as_bytes()].concat()
}

/// The group that is joined by a link, and the link of a group.
pub(super) fn group_of_link(link: &str) -> Vec<u8> {
    [b"group-link/", link.as_bytes()].concat()
}

pub(super) fn link_of_group(group: GroupId) -> Vec<u8> {
    numbered(b"group/link", group.get())
}

/// A user who asks to join a group, and where all who do begin.
pub(super) fn asking(group: GroupId, user: UserId) -> Vec<u8> {
    numbered(&all_asking(group), user.get())
}

pub(super) fn all_asking(group: GroupId) -> Vec<u8> {
    numbered(b"group/asking", group.get())
}

/// An invitation that has not been used.
pub(super) fn invitation(code: &str) -> Vec<u8> {
    [b"invitation/", code.as_bytes()].concat()
}

/// The next number to be given to a user, and to a group.
pub(super) const NEXT_USER: &[u8] = b"next/user";
pub(super) const NEXT_GROUP: &[u8] = b"next/group";

/// Up to where `reader` has read in the conversation with `peer`.
pub(super) fn read_mark(reader: UserId, peer: Peer) -> Vec<u8> {
    numbered(&read_marks(reader, peer), reader.get())
}

/// Where the read marks of a conversation begin: the same for both sides of a private one.
pub(super) fn read_marks(one: UserId, peer: Peer) -> Vec<u8> {
    match peer {
        Peer::User(other) => {
            let (low, high) = (one.min(other), one.max(other));
            let mut key = numbered(b"read/p", low.get());
            key.extend_from_slice(&high.get().to_be_bytes());
            key
        }
        Peer::Everyone => b"read/e".to_vec(),
        Peer::Group(group) => numbered(b"read/g", group.get()),
    }
}

/// The user at the end of a key.
pub(super) fn user_of(key: &[u8]) -> Option<UserId> {
    let number: [u8; 8] = *key.last_chunk()?;
    UserId::parse(i64::from_be_bytes(number))
}

fn numbered(prefix: &[u8], number: i64) -> Vec<u8> {
    let mut key = Vec::with_capacity(prefix.len() + 16);
    key.extend_from_slice(prefix);
    key.extend_from_slice(&number.to_be_bytes());
    key
}
