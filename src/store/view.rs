//! What an entry means for the views, as rows of sorted keys.
//!
//! The log is the truth; these rows only say where in it to look. They come from the entry alone and are the same
//! each time, so an engine may write them again, or make them anew from the log. `read` reads them.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;
use rustc_hash::FxBuildHasher;

use super::{Appended, Entry};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::pb;

/// A row's key: a tag, two numbers, and the entry's place, so that a range of one view is in the log's order.
// Numbers, not the bytes they become on the disk: comparing keys is most of what it costs to keep rows in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RowKey {
    tag: u8,
    // Unsigned, so that they sort as their bytes do.
    first: u64,
    second: u64,
    place: u64,
}

pub(super) const ROW_KEY_BYTES: usize = 25;

/// `(peer, 0, place)`: what is addressed to a peer; for a user also what they wrote to another user.
const MAILBOX: u8 = 1;
/// `(lower user, higher user, place)`: what was said between two users.
const PAIR: u8 = 2;
/// `(user, group, place) -> joined or left`.
const STAY: u8 = 3;
/// `(group, 0, place) -> who did it and the event`: everything that happened to a group.
const GROUP: u8 = 5;

const JOINED: &[u8] = b"j";
const LEFT: &[u8] = b"l";

impl RowKey {
    fn new(tag: u8, first: i64, second: i64, place: QueueId) -> Self {
        Self { tag, first: first.cast_unsigned(), second: second.cast_unsigned(), place: place.get().cast_unsigned() }
    }

    pub(super) fn mailbox(peer: Peer, place: QueueId) -> Self {
        Self::new(MAILBOX, peer.get(), 0, place)
    }

    pub(super) fn pair(one: UserId, other: UserId, place: QueueId) -> Self {
        Self::new(PAIR, one.min(other).get(), one.max(other).get(), place)
    }

    /// The first and the last key that a stay of `user` can have.
    pub(super) fn stays(user: UserId) -> (Self, Self) {
        // Groups are negative, and the bytes of negative numbers are all behind 0 and before -1's.
        (Self::new(STAY, user.get(), 0, QueueId::START), Self::new(STAY, user.get(), -1, QueueId::END))
    }

    pub(super) fn stay(user: UserId, group: GroupId, place: QueueId) -> Self {
        Self::new(STAY, user.get(), group.get(), place)
    }

    pub(super) fn group(group: GroupId, place: QueueId) -> Self {
        Self::new(GROUP, group.get(), 0, place)
    }

    /// As it lies on the disk.
    pub(super) fn to_bytes(self) -> [u8; ROW_KEY_BYTES] {
        let mut bytes = [0; ROW_KEY_BYTES];
        let mut rest = &mut bytes[..];
        rest.put_u8(self.tag);
        rest.put_u64(self.first);
        rest.put_u64(self.second);
        rest.put_u64(self.place);
        bytes
    }

    /// `None` if `bytes` are not a row's key.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; ROW_KEY_BYTES] = bytes.try_into().ok()?;
        let mut rest = &bytes[..];
        Some(Self { tag: rest.get_u8(), first: rest.get_u64(), second: rest.get_u64(), place: rest.get_u64() })
    }

    /// The second of the two numbers.
    pub(super) fn second(&self) -> i64 {
        self.second.cast_signed()
    }

    pub(super) fn place(&self) -> QueueId {
        QueueId::cursor(self.place.cast_signed())
    }

    /// The key before all rows of its view: it names the view.
    pub(super) fn view(&self) -> Self {
        self.at(QueueId::START)
    }

    /// Whether a scan goes over several views of this kind: over all groups of a user.
    pub(super) fn is_read_across(&self) -> bool {
        self.tag == STAY
    }

    /// Whether the two differ in their place alone.
    pub(super) fn is_same_range(&self, other: &Self) -> bool {
        self.view() == other.view()
    }

    /// The key of the same range at another place.
    #[must_use]
    pub(super) fn at(self, place: QueueId) -> Self {
        Self { place: place.get().cast_unsigned(), ..self }
    }
}

/// The rows of an entry, given to `put` one by one.
pub(super) fn rows(entry: &Entry, mut put: impl FnMut(RowKey, Bytes)) {
    let place = entry.queue_id;
    put(RowKey::mailbox(entry.to, place), Bytes::new());
    match entry.to {
        Peer::User(to) => {
            if to != entry.from {
                put(RowKey::mailbox(Peer::User(entry.from), place), Bytes::new());
            }
            put(RowKey::pair(entry.from, to, place), Bytes::new());
        }
        // Who writes to everyone or to their group reads it there, as the others do.
        Peer::Everyone => {}
        Peer::Group(group) => {
            if let Some(event) = entry.group_event() {
                group_rows(entry, group, &event, put);
            }
        }
    }
}

fn group_rows(entry: &Entry, group: GroupId, event: &pb::GroupEvent, mut put: impl FnMut(RowKey, Bytes)) {
    let mut happened = BytesMut::with_capacity(8 + event.encoded_len());
    happened.put_i64(entry.from.get());
    event.encode_raw(&mut happened);
    put(RowKey::group(group, entry.queue_id), happened.freeze());
    let what = match event.kind() {
        pb::GroupEventKind::Created | pb::GroupEventKind::Joined => JOINED,
        pb::GroupEventKind::Left | pb::GroupEventKind::Removed | pb::GroupEventKind::Dissolved => LEFT,
        pb::GroupEventKind::Unspecified
        | pb::GroupEventKind::Renamed
        | pb::GroupEventKind::PictureChanged
        | pb::GroupEventKind::RulesChanged
        | pb::GroupEventKind::AdminsMade
        | pb::GroupEventKind::AdminsEnded
        | pb::GroupEventKind::HandedOver
        | pb::GroupEventKind::Muted
        | pb::GroupEventKind::Unmuted => return,
    };
    for user in event.users.iter().copied().filter_map(UserId::parse) {
        put(RowKey::stay(user, group, entry.queue_id), Bytes::from_static(what));
    }
}

/// Whether a `stay` row says joined.
pub(super) fn is_joined(value: &[u8]) -> bool {
    value == JOINED
}

/// What happened, and who did it, from the value of a `group` row; `None` if it is damaged.
pub(super) fn parse_group(value: &[u8]) -> Option<(UserId, pb::GroupEvent)> {
    let (from, event) = value.split_first_chunk::<8>()?;
    Some((UserId::parse(i64::from_be_bytes(*from))?, pb::GroupEvent::decode(event).ok()?))
}

/// Who sent it and what they call it: under this an entry is stored once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SentKey {
    bytes: Box<[u8]>,
    /// Of `bytes`. Made once, since the key is looked up, put in, and put in again as the map grows.
    hash: u64,
}

/// What was sent, by its key.
pub(super) type SentMap = HashMap<SentKey, Sent, FxBuildHasher>;

impl SentKey {
    pub(super) fn new(from: UserId, client_msg_id: &str) -> Self {
        /// The name is the client's choice: without a secret, it could be chosen to fall on others.
        static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let bytes: Box<[u8]> = [&from.get().to_be_bytes()[..], client_msg_id.as_bytes()].concat().into();
        Self { hash: SECRET.hash_one(&bytes), bytes }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Hash for SentKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.hash);
    }
}

/// What is remembered under a `SentKey`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) queue_id: QueueId,
    pub(super) sent_at_ms: i64,
}

impl Sent {
    /// What whoever sends it again is told.
    pub(super) fn appended_before(self) -> Appended {
        Appended { queue_id: self.queue_id, sent_at_ms: self.sent_at_ms, duplicate: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_in_memory_as_their_bytes_do_on_the_disk() {
        let numbers = [i64::MIN + 1, -2, -1, 0, 1, 2, i64::MAX];
        let mut keys = Vec::new();
        for (tag, first) in [(MAILBOX, 1), (STAY, -1), (STAY, 7), (GROUP, -7)] {
            for second in numbers {
                keys.extend([0, 1, i64::MAX].map(|place| RowKey::new(tag, first, second, QueueId::cursor(place))));
            }
        }
        for one in &keys {
            assert_eq!(RowKey::from_bytes(&one.to_bytes()), Some(*one));
            for other in &keys {
                assert_eq!(one.cmp(other), one.to_bytes().cmp(&other.to_bytes()), "{one:?} {other:?}");
            }
        }
        assert_eq!(RowKey::from_bytes(b"too short"), None);
    }
}
