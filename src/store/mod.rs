//! The store: one durable log, the mailboxes that are views of it, and a directory of small records.
//!
//! Three narrow traits, so that nothing above knows which engine is below. The engines are `embedded` (fjall, the
//! real one) and `memory` (for tests and for measuring everything but the disk). What they promise is proved for each
//! by one conformance suite.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::pb;

#[cfg(test)]
mod conformance;
mod directory;
pub mod embedded;
pub mod entry;
mod memory;
mod places;
mod read;
mod roster;
mod rows;
pub mod tail;
mod talks;
mod view;

pub use embedded::Embedded;
pub use entry::Entry;
pub use memory::Memory;
pub use roster::Roster;
pub use tail::Tail;

/// A part of the log with an order of its own. There is one now; nothing above the store may assume so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Partition(pub u16);

/// Everything the server keeps.
pub trait Store: Log + Mailboxes + Directory + Send + Sync + 'static {}

impl<T: Log + Mailboxes + Directory + Send + Sync + 'static> Store for T {}

/// What is to be written to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    pub from: UserId,
    pub to: Peer,
    /// 1 to 64 bytes; `(from, client_msg_id)` is stored once.
    pub client_msg_id: String,
    pub content_type: u32,
    pub content: Bytes,
    /// The entry of the same conversation that it answers. 0: none.
    pub reply_to: i64,
    /// Users to whose notice it is meant to come; 0 for all members of a group.
    pub mentions: Vec<i64>,
    /// Milliseconds since 1970 UTC.
    pub sent_at_ms: i64,
    /// The appender's own mark, never stored: the entry carries it to those who follow the tail, so that they can
    /// tell on which link it came in. 0: none.
    pub origin: u64,
}

impl NewEntry {
    /// What stands where an entry was lost: from nobody, to a group that nobody is in.
    pub fn stand_in(place: QueueId, sent_at_ms: i64) -> Option<Self> {
        Some(Self {
            from: UserId::parse(i64::MAX)?,
            to: Peer::Group(GroupId::parse(-i64::MAX)?),
            client_msg_id: format!("lost {place}"),
            content_type: pb::ContentType::Text as u32,
            content: Bytes::from_static(b"this entry was lost; the log was repaired"),
            reply_to: 0,
            mentions: Vec::new(),
            sent_at_ms,
            origin: 0,
        })
    }

    /// Whether it is one of those: nobody else has this number.
    pub fn is_stand_in(&self) -> bool {
        self.from.get() == i64::MAX
    }
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub queue_id: QueueId,
    /// Of the entry that is in the log: a duplicate has the first one's.
    pub sent_at_ms: i64,
    /// The log had it before; nothing was written.
    pub duplicate: bool,
}

/// The durable log.
pub trait Log {
    /// Names this log among all that ever were: 16 hexadecimal digits, made with the data.
    fn epoch(&self) -> &str;

    /// Puts an entry in line. The order of calls from one thread is the order in the log.
    /// The future is ready when the entry is on stable storage, or was refused and is nowhere.
    /// Dropping the future takes nothing back.
    fn append(&self, partition: Partition, entry: NewEntry) -> Pending<Result<Appended, StoreError>>;

    /// Where the entry is that was sent under a name, if there is one: durable when the future is ready, and found also
    /// when it is still in line now. Writes nothing.
    fn find(
        &self,
        partition: Partition,
        from: UserId,
        client_msg_id: &str,
    ) -> Pending<Result<Option<Appended>, StoreError>>;

    /// The last durable entry's place. It is readable from every view.
    fn head(&self, partition: Partition) -> QueueId;

    /// From here on the log has every entry. What lies before was removed, but for what happened to groups, of which they
    /// are made. 1: nothing was ever removed.
    fn kept_from(&self, partition: Partition) -> QueueId;

    /// About how many bytes the entries from there on take.
    fn log_bytes(&self, partition: Partition) -> u64;

    /// Removes the entries before `before`, and the names under which they were sent, for good; never the last one. May
    /// stop earlier, where an entry is still on its way to its last place: then ask again, later. Where the log is kept
    /// from now. Blocks: not for an async thread.
    fn trim(&self, partition: Partition, before: QueueId) -> Result<QueueId, StoreError>;

    /// Entries behind `after`, ascending and from `kept_from` on without gaps, at most `limit`. An empty page means: none
    /// yet.
    /// Reads the disk: not for an async thread.
    fn read_log(&self, partition: Partition, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError>;

    /// The entry at a place, if there is one. A point read: mostly memory, at worst one block of the disk.
    fn entry(&self, partition: Partition, place: QueueId) -> Result<Option<Arc<Entry>>, StoreError>;

    /// Follows the log from behind `after`: every entry that is kept, in order, also those still to come.
    fn tail(&self, partition: Partition, after: QueueId) -> Tail;

    /// Ready when the engine has failed for good, with the reason. The process should say it and end.
    fn failed(&self) -> Pending<StoreError>;

    /// Waits until all that was put in line is durable, and closes the files. Later appends are refused.
    /// Blocks: not for an async thread.
    fn close(&self);
}

/// The views: what is in whose inbox, and what was said with whom. All of them read the disk: not for an async thread.
pub trait Mailboxes {
    /// The inbox of `user` behind `after`, ascending: entries to them, to everyone, to their groups while they were
    /// members (the joining and the leaving included), and what they wrote themselves. Each once.
    fn read_inbox(&self, user: UserId, after: QueueId, bounds: PageBounds) -> Result<Page, StoreError>;

    /// What `user` sees of the conversation with `peer` before `before`, newest first: each entry as it is now, and those
    /// that changed others left out. An edit that was made after they left a group is not seen.
    fn read_history(&self, user: UserId, peer: Peer, before: QueueId, bounds: PageBounds) -> Result<Page, StoreError>;

    /// The conversations of `user` in which there is anything: with users, in groups of which they are a member, and
    /// what went to everyone. In no order.
    fn conversations(&self, user: UserId) -> Result<Vec<Talk>, StoreError>;

    /// What `user` has not read of a conversation if they have read up to `after`: what others said, in a group since
    /// they are in it. Nothing if they are not.
    fn unread(&self, user: UserId, peer: Peer, after: QueueId) -> Result<Unread, StoreError>;

    /// What became of the entry to `peer` at `changed`.
    fn amendments(&self, peer: Peer, changed: QueueId) -> Result<Amendments, StoreError>;

    /// Every stay of `user` in a group, ended ones too, by ascending `joined_at`.
    fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError>;

    /// What a group was right behind the entry `at` (`QueueId::END`: now); `None` if there was no such group.
    /// Delivery needs it exact: it asks for the past while it works through the tail. So the rows keep everything that
    /// happened to a group, not just what came of it.
    fn roster(&self, group: GroupId, at: QueueId) -> Result<Option<Roster>, StoreError>;
}

/// How much a page may hold. It ends at whichever comes first, but holds one entry if there is one.
#[derive(Clone, Copy, Debug)]
pub struct PageBounds {
    pub entries: usize,
    pub bytes: usize,
}

/// A page of a view.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub entries: Vec<Arc<Entry>>,
    /// There was more when this was read.
    pub more: bool,
}

/// One conversation of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talk {
    pub peer: Peer,
    /// The last entry in it that changes no other.
    pub last: QueueId,
    /// The user's stay in it, if it is a group.
    pub stay: Option<Membership>,
}

/// As many unread entries are counted in a conversation; there may be more.
pub const UNREAD_MAX: usize = 1000;

/// What was not read of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// At most `UNREAD_MAX`.
    pub entries: usize,
    /// So many of those mention the user, or all.
    pub mentions: usize,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amendments {
    /// How often it was changed.
    pub edits: usize,
    /// The entry that took it back, the first if there are several.
    pub recalled_by: Option<QueueId>,
}

/// One stay of a user in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub group: GroupId,
    /// The entry that brought them in: the first of the group's that they see.
    pub joined_at: QueueId,
    /// The entry by which they left: the last that they see. `None` while they are in.
    pub left_at: Option<QueueId>,
}

/// Accounts, read marks, invitations: small records under byte keys, changed by compare-and-set.
pub trait Directory {
    /// A point read: mostly memory, at worst one block of the disk.
    fn get(&self, key: &[u8]) -> Result<Option<Record>, StoreError>;

    /// Records whose key begins with `prefix` and is greater than `after`, ascending, at most `limit`.
    fn list(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Record)>, StoreError>;

    /// Carries out all of `changes` or none. Ready when durable, or with `Keep::Soon` as soon as it is visible.
    fn change(&self, changes: Vec<Change>, keep: Keep) -> Pending<Result<(), ChangeError>>;
}

/// A record and its revision, which grows with each change of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub revision: u64,
    pub value: Bytes,
}

/// One key's part in a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub key: Vec<u8>,
    /// `None` removes the key.
    pub value: Option<Vec<u8>>,
    pub expect: Expect,
}

impl Change {
    /// Takes a record away, whatever it says, if there is one.
    pub fn removal(key: Vec<u8>) -> Self {
        Self { key, value: None, expect: Expect::Anything }
    }
}

/// What must hold for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    Absent,
    Revision(u64),
    Anything,
}

impl Expect {
    /// That the record is as it was read.
    pub fn as_read(record: Option<&Record>) -> Self {
        record.map_or(Self::Absent, |record| Self::Revision(record.revision))
    }
}

/// When a change is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// After it is on stable storage.
    Durable,
    /// At once; it rides to the disk with the next batch, or within a second. A crash may take it back.
    Soon,
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// More than about a second's work is waiting. Nothing was stored; later it may be.
    #[error("the log has more than it can write in time")]
    Overloaded,
    /// The disk has less room than the reserve. Nothing was stored; reading goes on.
    #[error("the disk has {free_mb} MB left, less than the reserve of {reserve_mb} MB")]
    DiskFull { free_mb: u64, reserve_mb: u64 },
    /// The engine has failed or was closed. Nothing will be stored any more.
    #[error("the store has stopped: {0}")]
    Stopped(Arc<str>),
    /// Something read back is not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(Arc<str>),
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The key was not as expected.
    #[error("another change of the same record came first")]
    Conflict { key: Vec<u8> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A result that is there already, or that the writer will send.
#[derive(Debug)]
pub struct Pending<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    Ready(Option<T>),
    Waiting(oneshot::Receiver<T>, fn() -> T),
}

impl<T> Pending<T> {
    pub fn ready(value: T) -> Self {
        Self(State::Ready(Some(value)))
    }

    /// `lost` makes the result if the sender goes away without one.
    pub fn waiting(receiver: oneshot::Receiver<T>, lost: fn() -> T) -> Self {
        Self(State::Waiting(receiver, lost))
    }

    /// Blocks until the result is there: for threads of one's own. Panics on an async thread.
    pub fn wait(self) -> T {
        match self.0 {
            State::Ready(Some(value)) => value,
            State::Ready(None) => panic!("waited for a result that was taken before"),
            State::Waiting(receiver, lost) => receiver.blocking_recv().unwrap_or_else(|_| lost()),
        }
    }
}

impl<T: Unpin> Future for Pending<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match &mut self.0 {
            State::Ready(value) => value.take().map_or(Poll::Pending, Poll::Ready),
            State::Waiting(receiver, lost) => {
                Pin::new(receiver).poll(context).map(|sent| sent.unwrap_or_else(|_| lost()))
            }
        }
    }
}
