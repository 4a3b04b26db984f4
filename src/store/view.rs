//! What an entry means for the views, as rows of sorted keys.
//!
//! The log is the truth; these rows only say where in it to look. They come from the entry alone and are the same
//! each time, so an engine may write them again, or make them anew from the log. `read` reads them. Only the `talk` rows
//! come from several entries: a layer in memory works them out (see `rows`), and an engine writes them over older ones.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;
use rustc_hash::FxBuildHasher;

use super::{Appended, Entry};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::{Moves, pb};

/// A row's key: a tag, two numbers, and the entry's place, so that a range of one view is in the log's order.
// Numbers, not the bytes they become on the disk: comparing keys is most of what it costs to keep rows in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RowKey {
    view: View,
    place: u64,
}

/// What the rows of one view have in common: all of a key but the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct View {
    tag: u8,
    // Unsigned, so that they sort as their bytes do.
    first: u64,
    second: u64,
}

pub(super) const ROW_KEY_BYTES: usize = 25;

/// `(peer, 0, place)`: what is addressed to a peer; for a user also what they wrote to another user.
const MAILBOX: u8 = 1;
/// `(user, group, place) -> joined or left`.
const STAY: u8 = 3;
/// `(group, 0, place) -> who did it and the event`: everything that happened to a group.
const GROUP: u8 = 5;
/// `(user, peer, place)`: what a user said to a peer. Not what tells of a group, nor what changes an earlier entry.
// 2 was used by the first version of the views. Who changes what there is says so in `embedded/tables.rs`.
const SAID: u8 = 6;
/// `(everyone or group, 0, place)`: what changes an earlier entry.
const CHANGE: u8 = 8;
/// `(peer, changed entry, place) -> recall or edit`: what became of an entry to the peer.
const AMEND: u8 = 9;
/// `(user, peer, place)`: what is meant to come to a user's notice, under the name they have for the conversation;
/// `(0, peer, place) -> writer`: to that of all.
const MENTION: u8 = 10;
/// `(user, other user, 0) -> place`: where the last thing stands that one of the two said to the other. The last of all
/// tags.
const TALK: u8 = 11;

const JOINED: &[u8] = b"j";
const LEFT: &[u8] = b"l";
const RECALL: &[u8] = b"r";
const EDIT: &[u8] = b"e";

impl RowKey {
    fn new(tag: u8, first: i64, second: i64, place: QueueId) -> Self {
        View { tag, first: first.cast_unsigned(), second: second.cast_unsigned() }.at(place)
    }

    pub(super) fn mailbox(peer: Peer, place: QueueId) -> Self {
        Self::new(MAILBOX, peer.get(), 0, place)
    }

    pub(super) fn said(from: UserId, to: Peer, place: QueueId) -> Self {
        Self::new(SAID, from.get(), to.get(), place)
    }

    pub(super) fn change(peer: Peer, place: QueueId) -> Self {
        Self::new(CHANGE, peer.get(), 0, place)
    }

    pub(super) fn amend(peer: Peer, changed: QueueId, place: QueueId) -> Self {
        Self::new(AMEND, peer.get(), changed.get(), place)
    }

    /// `user` is 0 for all.
    pub(super) fn mention(user: i64, peer: Peer, place: QueueId) -> Self {
        Self::new(MENTION, user, peer.get(), place)
    }

    pub(super) fn talk(user: UserId, other: UserId) -> Self {
        Self::new(TALK, user.get(), other.get(), QueueId::START)
    }

    /// The first and the last key that a talk of `user` can have.
    pub(super) fn talks(user: UserId) -> (Self, Self) {
        (Self::new(TALK, user.get(), 0, QueueId::START), Self::new(TALK, user.get(), i64::MAX, QueueId::START))
    }

    /// Whether it is a `talk` row: not made from one entry alone.
    pub(super) fn is_talk(&self) -> bool {
        self.view.tag == TALK
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
        rest.put_u8(self.view.tag);
        rest.put_u64(self.view.first);
        rest.put_u64(self.view.second);
        rest.put_u64(self.place);
        bytes
    }

    /// `None` if `bytes` are not a row's key.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; ROW_KEY_BYTES] = bytes.try_into().ok()?;
        let mut rest = &bytes[..];
        let view = View { tag: rest.get_u8(), first: rest.get_u64(), second: rest.get_u64() };
        Some(Self { view, place: rest.get_u64() })
    }

    /// The first of the two numbers.
    pub(super) fn first(&self) -> i64 {
        self.view.first.cast_signed()
    }

    /// The second of the two numbers.
    pub(super) fn second(&self) -> i64 {
        self.view.second.cast_signed()
    }

    pub(super) fn place(&self) -> QueueId {
        QueueId::cursor(self.place.cast_signed())
    }

    pub(super) fn view(&self) -> View {
        self.view
    }

    /// Whether the two differ in their place alone.
    pub(super) fn is_same_range(&self, other: &Self) -> bool {
        self.view == other.view
    }

    /// The key of the same range at another place.
    #[must_use]
    pub(super) fn at(self, place: QueueId) -> Self {
        self.view.at(place)
    }
}

impl View {
    /// The key of a row of this view.
    pub(super) fn at(self, place: QueueId) -> RowKey {
        RowKey { view: self, place: place.get().cast_unsigned() }
    }

    /// Whether a scan goes over several views of this kind: over all groups of a user, or over several
    /// entries that may have been changed.
    pub(super) fn is_read_across(&self) -> bool {
        matches!(self.tag, STAY | AMEND)
    }

    /// Of a `said` row between users, the two.
    pub(super) fn said_between(&self) -> Option<(UserId, UserId)> {
        let two = (UserId::parse(self.first.cast_signed())?, UserId::parse(self.second.cast_signed())?);
        (self.tag == SAID).then_some(two)
    }
}

/// The rows of an entry, given to `put` one by one.
pub(super) fn rows(entry: &Entry, mut put: impl FnMut(RowKey, Bytes)) {
    let (from, to, place) = (entry.from, entry.to, entry.queue_id);
    put(RowKey::mailbox(to, place), Bytes::new());
    // Who writes to everyone or to their group reads it there, as the others do.
    if let Peer::User(user) = to
        && user != from
    {
        put(RowKey::mailbox(Peer::User(from), place), Bytes::new());
    }
    match (Kind::of(entry), to) {
        (Kind::Event, Peer::Group(group)) => {
            if let Some(event) = entry.group_event() {
                group_rows(entry, group, &event, put);
            }
        }
        (Kind::Change, _) => {
            if !matches!(to, Peer::User(_)) {
                put(RowKey::change(to, place), Bytes::new());
            }
            if let Some((changed, is_recall)) = amends(entry) {
                put(RowKey::amend(to, changed, place), Bytes::from_static(if is_recall { RECALL } else { EDIT }));
            }
        }
        (Kind::Said | Kind::Event, _) => {
            put(RowKey::said(from, to, place), Bytes::new());
            if entry.has_mentions {
                mention_rows(entry, put);
            }
        }
    }
}

/// What an entry is for those who count what they have not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody said something.
    Said,
    /// It tells of a group, if it is addressed to one.
    Event,
    /// It changes an earlier entry, or takes it back.
    Change,
}

impl Kind {
    pub(super) fn of(entry: &Entry) -> Self {
        match pb::ContentType::try_from(entry.content_type.cast_signed()) {
            Ok(pb::ContentType::GroupEvent) => Self::Event,
            Ok(pb::ContentType::Recall | pb::ContentType::Edit) => Self::Change,
            Ok(
                pb::ContentType::Unspecified | pb::ContentType::Text | pb::ContentType::Picture | pb::ContentType::File,
            )
            | Err(_) => Self::Said,
        }
    }
}

/// Whether an entry stays when those around it are removed: groups are made of what happened to them.
pub(super) fn stays(entry: &Entry) -> bool {
    Kind::of(entry) == Kind::Event && matches!(entry.to, Peer::Group(_))
}

/// Which earlier entry this one changes, and whether it takes it back.
fn amends(entry: &Entry) -> Option<(QueueId, bool)> {
    let content = entry.message().ok()?.content;
    let is_recall = entry.content_type == pb::ContentType::Recall as u32;
    let changed =
        if is_recall { pb::Recall::decode(content).ok()?.queue_id } else { pb::Edit::decode(content).ok()?.queue_id };
    (0 < changed && changed < entry.queue_id.get()).then(|| (QueueId::cursor(changed), is_recall))
}

fn mention_rows(entry: &Entry, mut put: impl FnMut(RowKey, Bytes)) {
    let Ok(message) = entry.message() else { return };
    let (from, place) = (entry.from, entry.queue_id);
    match entry.to {
        // To whom it is addressed, it comes: nobody else sees it.
        Peer::User(to) if to != from && message.mentions.contains(&to.get()) => {
            put(RowKey::mention(to.get(), Peer::User(from), place), Bytes::new());
        }
        Peer::User(_) => {}
        // Each who is mentioned has one row, or all together have one.
        Peer::Everyone | Peer::Group(_) if message.mentions.contains(&0) => {
            put(RowKey::mention(0, entry.to, place), Bytes::copy_from_slice(&from.get().to_be_bytes()));
        }
        Peer::Everyone | Peer::Group(_) => {
            let others = message.mentions.into_iter().filter_map(UserId::parse).filter(|user| *user != from);
            others.for_each(|user| put(RowKey::mention(user.get(), entry.to, place), Bytes::new()));
        }
    }
}

fn group_rows(entry: &Entry, group: GroupId, event: &pb::GroupEvent, mut put: impl FnMut(RowKey, Bytes)) {
    let mut happened = BytesMut::with_capacity(8 + event.encoded_len());
    happened.put_i64(entry.from.get());
    event.encode_raw(&mut happened);
    put(RowKey::group(group, entry.queue_id), happened.freeze());
    let what = match event.kind().moves() {
        Moves::In => JOINED,
        Moves::Out => LEFT,
        Moves::Nobody => return,
    };
    for user in event.users.iter().copied().filter_map(UserId::parse) {
        put(RowKey::stay(user, group, entry.queue_id), Bytes::from_static(what));
    }
}

/// Whether a `stay` row says joined.
pub(super) fn is_joined(value: &[u8]) -> bool {
    value == JOINED
}

/// Whether an `amend` row says that the entry was taken back.
pub(super) fn is_recall(value: &[u8]) -> bool {
    value == RECALL
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

    /// Its beginning, as a number that sorts as the bytes do as far as it goes.
    pub(super) fn first_bytes(&self) -> u128 {
        let mut first = [0; 16];
        first.iter_mut().zip(&self.bytes).for_each(|(to, from)| *to = *from);
        u128::from_be_bytes(first)
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
