//! The keys of the directory, all of them.

use crate::auth::login_id::LoginId;
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

/// A login that was ended before its time.
pub(super) fn revoked(login: LoginId) -> Vec<u8> {
    [REVOKED, &login.number().to_be_bytes()].concat()
}

pub(super) const REVOKED: &[u8] = b"revoked/";

/// The login of such a key.
pub(super) fn revoked_login(key: &[u8]) -> Option<LoginId> {
    LoginId::from_number(u64::from_be_bytes(key.strip_prefix(REVOKED)?.try_into().ok()?))
}

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
    numbered(&read_marks(reader), peer.get())
}

/// Where the read marks of a user begin.
pub(super) fn read_marks(reader: UserId) -> Vec<u8> {
    numbered(b"mark/", reader.get())
}

/// The same mark once more, by group.
pub(super) fn reader(group: GroupId, reader: UserId) -> Vec<u8> {
    numbered(&readers(group), reader.get())
}

/// Where the read marks of a group begin.
pub(super) fn readers(group: GroupId) -> Vec<u8> {
    numbered(READERS, group.get())
}

pub(super) const READERS: &[u8] = b"readers/";

/// Where the read marks of earlier versions lie: see `marks::move_old_marks`.
pub(super) const OLD_MARKS: &[u8] = b"read/";

/// Whose read marks those of before are: both sides of a private conversation, a group or everyone, and the reader.
pub(super) fn parse_old_mark(key: &[u8]) -> Option<(UserId, Peer)> {
    let (kind, rest) = key.strip_prefix(OLD_MARKS)?.split_first()?;
    let numbers: Vec<i64> =
        rest.chunks(8).filter_map(|number| Some(i64::from_be_bytes(number.try_into().ok()?))).collect();
    match (kind, numbers[..].as_ref()) {
        (b'p', [low, high, reader]) => {
            let other = if low == reader { high } else { low };
            Some((UserId::parse(*reader)?, Peer::User(UserId::parse(*other)?)))
        }
        (b'g', [group, reader]) => Some((UserId::parse(*reader)?, Peer::Group(GroupId::parse(*group)?))),
        (b'e', [reader]) => Some((UserId::parse(*reader)?, Peer::Everyone)),
        _ => None,
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

/// Up to where everything has arrived at a device of a user.
pub(super) fn delivered(user: UserId) -> Vec<u8> {
    numbered(b"delivered/", user.get())
}

/// What a user made of a conversation for themselves.
pub(super) fn conversation(user: UserId, peer: Peer) -> Vec<u8> {
    numbered(&conversations(user), peer.get())
}

/// Where the settings of a user's conversations begin.
pub(super) fn conversations(user: UserId) -> Vec<u8> {
    numbered(b"talk/", user.get())
}

/// The peer at the end of a key.
pub(super) fn peer_of(key: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(*key.last_chunk()?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_before_are_read_as_they_were_written() {
        let key = |kind: &[u8], numbers: &[i64]| {
            let numbers = numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
            [b"read/", kind, &numbers].concat()
        };
        let (user, group) = (|number| UserId::parse(number).unwrap(), GroupId::parse(-3).unwrap());
        assert_eq!(parse_old_mark(&key(b"p", &[2, 7, 2])), Some((user(2), Peer::User(user(7)))));
        assert_eq!(parse_old_mark(&key(b"p", &[2, 7, 7])), Some((user(7), Peer::User(user(2)))));
        assert_eq!(parse_old_mark(&key(b"p", &[2, 2, 2])), Some((user(2), Peer::User(user(2)))));
        assert_eq!(parse_old_mark(&key(b"g", &[-3, 2])), Some((user(2), Peer::Group(group))));
        assert_eq!(parse_old_mark(&key(b"e", &[2])), Some((user(2), Peer::Everyone)));
        assert_eq!(parse_old_mark(&key(b"x", &[2])), None);
        assert_eq!(parse_old_mark(b"read/"), None);
    }
}
