//! What the model is told.

use std::path::PathBuf;
use std::time::Duration;

use longlink_client::{Broken, Ended, pb};

use super::{AnswerError, Answered, Failure, Gap, Item, Outgoing, Peer, Talk, Ticket, TimeMs, UserId};

/// Something that happened outside of the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What is kept on this machine waits for its passphrase; `is_wrong` after one that was.
    Locked {
        is_wrong: bool,
    },
    /// What is kept on this machine was read.
    Opened(Box<Opened>),
    /// It is encrypted now, or is not any more; or why that could not be done.
    Encrypted(Result<bool, String>),
    /// A try to connect begins.
    Connecting,
    /// Logged in, for the first time or again.
    Connected {
        user_id: UserId,
        user_name: String,
        /// Entries with a greater `queue_id` follow.
        cursor: i64,
        /// The greatest `queue_id` in the log.
        head: i64,
        /// The first `queue_id` that the log still keeps. 0: nothing was ever removed.
        kept_from: i64,
    },
    Disconnected {
        why: Broken,
        retry_in: Duration,
    },
    Ended(Ended),
    /// The server's log is another one: everything that was kept of the old one has been thrown away. What is on its way
    /// was written for that one: it is kept, and not sent until the person wishes it ([`Failure::AnotherLog`]).
    StartOver,
    /// New entries, ascending; they are on the disk.
    Entries(Vec<pb::Entry>),
    Receipt(pb::ReceiptPush),
    Typing(pb::TypingPush),
    Presence(pb::PresencePush),
    Contact(pb::Contact),
    Conversation(pb::ConversationPush),
    GroupRequest(pb::GroupRequestPush),
    /// The answer to [`Wish::Load`](super::Wish::Load).
    Page(Page),
    PageFailed {
        number: u64,
        peer: Peer,
        why: String,
    },
    /// The answer to [`Wish::Quote`](super::Wish::Quote): nothing where there is none to be seen.
    Quoted {
        peer: Peer,
        queue_id: i64,
        outcome: Result<Option<Item>, String>,
    },
    /// The answer to [`Wish::Send`](super::Wish::Send): its place and the server's time.
    Kept {
        client_msg_id: String,
        queue_id: i64,
        sent_at_ms: TimeMs,
    },
    Refused {
        client_msg_id: String,
        failure: Failure,
    },
    /// The file of a message was copied and looked at; the message has this content until it is up. From here on the file
    /// itself is not needed any more.
    Prepared {
        client_msg_id: String,
        media: Box<pb::Media>,
        is_picture: bool,
    },
    /// The file of a message that is on its way.
    Uploading {
        client_msg_id: String,
        progress: Progress,
    },
    /// The file is up; the message has this content now.
    Uploaded {
        client_msg_id: String,
        media: Box<pb::Media>,
        is_picture: bool,
    },
    /// An avatar was uploaded by [`Wish::UploadAvatar`](super::Wish::UploadAvatar): its SHA-256.
    AvatarUploaded {
        ticket: Ticket,
        outcome: Result<String, Failure>,
    },
    Downloading {
        hash: String,
        progress: Progress,
    },
    /// A file or an avatar is kept on this machine now: it can be shown or saved.
    Downloaded {
        hash: String,
    },
    /// `is_gone`: the server has it no more, so that trying again is no use.
    DownloadFailed {
        hash: String,
        why: String,
        is_gone: bool,
    },
    /// The answer to [`Wish::Save`](super::Wish::Save). The name may be another one than was asked for, where that was taken.
    Saved {
        hash: String,
        outcome: Result<PathBuf, String>,
    },
    Answered {
        ticket: Ticket,
        answer: Result<Box<Answered>, AnswerError>,
    },
    /// What was found by [`Wish::Search`](super::Wish::Search), the latest first.
    Found {
        query: String,
        hits: Vec<(Peer, Item)>,
    },
    /// The disk could not be written or read: what is shown goes on, and the person is told.
    StoreFailed(String),
}

/// What was kept on this machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened {
    /// 0 before the first login.
    pub user_id: UserId,
    pub user_name: String,
    pub talks: Vec<Talk>,
    pub users: Vec<pb::User>,
    pub groups: Vec<pb::Group>,
    pub contacts: Vec<pb::Contact>,
    pub gaps: Vec<Gap>,
    /// As the model wished it last; false before.
    pub is_list_whole: bool,
    /// Messages that have no answer yet, in the order in which they were written.
    pub outbox: Vec<Outgoing>,
    pub is_encrypted: bool,
    /// What was kept could not be read and was set aside: where, so that the person can be told. It comes anew from the
    /// server.
    pub set_aside: Option<PathBuf>,
}

/// Some of a conversation, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Of the [`Wish::Load`](super::Wish::Load) that asked for it.
    pub number: u64,
    pub peer: Peer,
    pub items: Vec<Item>,
    /// There are more in the direction that was asked for.
    pub has_more: bool,
    /// There is no link, and between these, or to what is there, others may be missing that are not on this machine. It is
    /// read anew when there is one.
    pub has_holes: bool,
}

/// How much of a file has gone over, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    /// 0: not known.
    pub of: u64,
}
