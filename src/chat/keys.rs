//! The keys of the directory, all of them.

use crate::id::{GroupId, Peer, UserId};
use crate::uploads::{Hash, Shelf};

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
    numbered(ASKING, group.get())
}

pub(super) const ASKING: &[u8] = b"group/asking";

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

/// What is known of an uploaded content.
pub(super) fn stored(shelf: Shelf, hash: &Hash) -> Vec<u8> {
    shelved(b"stored/".to_vec(), shelf, hash)
}

/// That a user has uploaded it.
pub(super) fn upload(user: UserId, shelf: Shelf, hash: &Hash) -> Vec<u8> {
    shelved(uploads(user), shelf, hash)
}

pub(super) const UPLOADS: &[u8] = b"upload/";

/// Where a user's uploads begin.
pub(super) fn uploads(user: UserId) -> Vec<u8> {
    numbered(UPLOADS, user.get())
}

/// How many bytes a user has uploaded, of what is still there.
pub(super) fn upload_bytes(user: UserId) -> Vec<u8> {
    numbered(b"upload-bytes/", user.get())
}

/// That a content may lie on the disk though there is no record of it.
pub(super) fn stray(shelf: Shelf, hash: &Hash) -> Vec<u8> {
    shelved(STRAYS.to_vec(), shelf, hash)
}

pub(super) const STRAYS: &[u8] = b"stray/";

/// The user of an upload's key.
pub(super) fn upload_user(key: &[u8]) -> Option<UserId> {
    let number = key.strip_prefix(UPLOADS)?.first_chunk()?;
    UserId::parse(i64::from_be_bytes(*number))
}

/// The content at the end of a key.
pub(super) fn content_of(key: &[u8]) -> Option<(Shelf, Hash)> {
    let (rest, hash) = key.split_last_chunk()?;
    let shelf = *rest.last()?;
    let shelf = Shelf::ALL.into_iter().find(|known| letter(*known) == shelf)?;
    Some((shelf, Hash::new(*hash)))
}

fn shelved(mut key: Vec<u8>, shelf: Shelf, hash: &Hash) -> Vec<u8> {
    key.push(letter(shelf));
    key.extend_from_slice(hash.bytes());
    key
}

const fn letter(shelf: Shelf) -> u8 {
    match shelf {
        Shelf::Files => b'f',
        Shelf::Avatars => b'a',
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
