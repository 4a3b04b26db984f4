//! The keys of the directory, all of them.

use crate::id::{Peer, UserId};

/// An account, by id.
pub(super) fn account(user: UserId) -> Vec<u8> {
    numbered(b"account/", user.get())
}

pub(super) const ACCOUNTS: &[u8] = b"account/";

/// The id that goes with a name. Names are the same whatever their letter case.
pub(super) fn name(name: &str) -> Vec<u8> {
    [b"name/", name.to_lowercase().as_bytes()].concat()
}

/// An account that was erased, by id: that there was one, and no more.
pub(super) fn erased(user: UserId) -> Vec<u8> {
    numbered(b"erased/", user.get())
}

/// An account of which something may still be there that is to be erased.
pub(super) fn erasing(user: UserId) -> Vec<u8> {
    numbered(ERASING, user.get())
}

pub(super) const ERASING: &[u8] = b"erasing/";

/// All read marks begin with this, and end with their reader.
pub(super) const READ_MARKS: &[u8] = b"read/";

/// What `user` is to `other`, as a contact.
pub(super) fn contact(user: UserId, other: UserId) -> Vec<u8> {
    numbered(&contacts(user), other.get())
}

/// Where the contacts of a user begin.
pub(super) fn contacts(user: UserId) -> Vec<u8> {
    numbered(b"contact/", user.get())
}

/// That `user` has blocked `other`.
pub(super) fn block(user: UserId, other: UserId) -> Vec<u8> {
    numbered(&blocks(user), other.get())
}

/// Where those begin whom a user has blocked.
pub(super) fn blocks(user: UserId) -> Vec<u8> {
    numbered(BLOCKS, user.get())
}

pub(super) const BLOCKS: &[u8] = b"block/";

/// When a user was last online.
pub(super) fn seen(user: UserId) -> Vec<u8> {
    numbered(b"seen/", user.get())
}

/// A picture that may be somebody's avatar, by the SHA-256 of its bytes.
pub(super) fn avatar(hash: &str) -> Vec<u8> {
    [b"avatar/", hash.as_bytes()].concat()
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

/// The two users at the end of a key.
pub(super) fn users_of(key: &[u8]) -> Option<(UserId, UserId)> {
    let (rest, second) = (key.get(..key.len().checked_sub(8)?)?, user_of(key)?);
    Some((user_of(rest)?, second))
}

fn numbered(prefix: &[u8], number: i64) -> Vec<u8> {
    let mut key = Vec::with_capacity(prefix.len() + 16);
    key.extend_from_slice(prefix);
    key.extend_from_slice(&number.to_be_bytes());
    key
}
