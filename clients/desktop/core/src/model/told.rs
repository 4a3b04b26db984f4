//! What the model is told.

use std::path::PathBuf;
use std::time::Duration;

use longlink_client::pb;

use super::{AnswerError, Answered, Item, Outgoing, Peer, Talk, Ticket, TimeMs, UserId};

/// Something that happened outside of the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What is kept on this machine waits for its passphrase; `is_wrong` after one that was.
    Locked {
        is_wrong: bool,
    },
    /// What is kept on this machine was read.
    Opened(Box<Opened>),
    Connected {
        user_id: UserId,
        user_name: String,
        /// The end of the log at login: what comes up to here was missed, what comes behind it is new.
        head: i64,
        /// From here on the server's log has every entry (R1). 0: nothing was ever removed.
        kept_from: i64,
    },
    Disconnected {
        why: String,
        retry_in: Duration,
    },
    Ended {
        why: String,
        must_log_in: bool,
    },
    /// The server's log is another one: everything that was kept of the old one has been thrown away.
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
        peer: Peer,
        why: String,
    },
    /// The answer to [`Wish::Send`](super::Wish::Send): its place and the server's time.
    Kept {
        client_msg_id: String,
        queue_id: i64,
        sent_at_ms: TimeMs,
    },
    Refused {
        client_msg_id: String,
        why: String,
    },
    /// The file of a message was copied and looked at; the message has this content until it is up. From here on the
    /// file itself is not needed any more.
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
        outcome: Result<String, String>,
    },
    Downloading {
        hash: String,
        progress: Progress,
    },
    /// A file or an avatar is kept on this machine now: it can be shown or saved.
    Downloaded {
        hash: String,
    },
    DownloadFailed {
        hash: String,
        why: String,
    },
    /// The answer to [`Wish::Save`](super::Wish::Save). The name may be another one than was asked for, where that was
    /// taken.
    Saved {
        hash: String,
        outcome: Result<PathBuf, String>,
    },
    /// The answer to [`Wish::Encrypt`](super::Wish::Encrypt): how it is kept now, or why it stays as it was.
    Encrypted(Result<bool, String>),
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
    /// Messages that have no answer yet, in the order in which they were written.
    pub outbox: Vec<Outgoing>,
    pub is_encrypted: bool,
    /// Of the server's log, as it was last told (R1).
    pub kept_from: i64,
    /// What is kept could not be read and was set aside: where, so that the person can be told. It comes anew from the
    /// server.
    pub set_aside: Option<PathBuf>,
}

/// Some of a conversation, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub peer: Peer,
    /// What was asked for: entries before this one (or the latest ones, if 0), or those behind `after`.
    pub before: i64,
    pub after: i64,
    pub items: Vec<Item>,
    /// There are more in the direction that was asked for.
    pub has_more: bool,
    /// What lies before this was removed from the server for good (R2): show a gap. 0: nothing was.
    pub gap_before: i64,
}

/// How much of a file has gone over, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    /// 0: not known.
    pub of: u64,
}
