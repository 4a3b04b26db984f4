//! What the model wants done.

use std::path::PathBuf;

use longlink_client::{Secret, pb};

use super::{Asking, Failure, Gap, Peer, Talk, Ticket, TimeMs};

/// Something to be done outside of the model. They are carried out in order, each without waiting for the one before, but
/// that messages go out in the order in which they were written.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Opens what is kept on this machine, with the passphrase if it is encrypted.
    Unlock {
        passphrase: Secret,
    },
    /// Encrypts what is kept on this machine anew; an empty passphrase leaves it readable.
    Encrypt {
        passphrase: Secret,
    },
    /// Writes a message down, then sends it. Sent again over every loss and restart until it is answered. Wished once
    /// more for one that had failed, under the same `client_msg_id`.
    Send(Outgoing),
    /// Forgets a message that was not taken, and stops its upload.
    Discard {
        client_msg_id: String,
    },
    /// Reads up to `limit` items of a conversation, from the disk or from the server: those before `before` (0: the
    /// latest), or those behind `after` if that is not 0. `number` names the question. Answered by [`Told::Page`](super::Told::Page) or
    /// [`Told::PageFailed`](super::Told::PageFailed).
    Load {
        number: u64,
        peer: Peer,
        before: i64,
        after: i64,
        limit: u32,
    },
    /// Reads one entry by itself, since another answers it. Answered by [`Told::Quoted`](super::Told::Quoted).
    Quote {
        peer: Peer,
        queue_id: i64,
    },
    /// Asks the server. Answered by [`Told::Answered`](super::Told::Answered).
    Ask {
        ticket: Ticket,
        asking: Asking,
    },
    /// Keeps these conversations, people and groups for the next start, in the place of what was kept of each. A group that
    /// the person has left stays, for its name, and has no members.
    KeepTalks(Vec<Talk>),
    KeepUsers(Vec<pb::User>),
    KeepGroups(Vec<pb::Group>),
    /// Keeps all contacts, in the place of all that were kept.
    KeepContacts(Vec<pb::Contact>),
    /// Keeps where entries may be missing for good, in the place of all that was kept of it.
    KeepGaps(Vec<Gap>),
    /// The list of conversations has been read to its end, or has to be once more.
    KeepListWhole(bool),
    /// Looks for words in the messages on this machine. Answered by [`Told::Found`](super::Told::Found).
    Search {
        query: String,
    },
    /// Gets a file by its hash. Answered by [`Told::Downloaded`](super::Told::Downloaded) or
    /// [`Told::DownloadFailed`](super::Told::DownloadFailed).
    Download {
        hash: String,
        size: u64,
        is_avatar: bool,
    },
    /// Copies a file to where the person wants it, downloading it first if need be. A folder: under its own name there,
    /// which is made safe, and another one if that is taken.
    Save {
        hash: String,
        size: u64,
        name: String,
        to: PathBuf,
    },
    CancelDownload {
        hash: String,
    },
    UploadAvatar {
        ticket: Ticket,
        path: PathBuf,
    },
    /// The person sees that there is a network, or has waited enough: try at once.
    Reconnect,
    /// Ends this device's login and forgets its token. `forget` also throws away what is kept on this machine.
    LogOut {
        forget: bool,
    },
}

/// A message on its way, as it is written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub client_msg_id: String,
    pub to: Peer,
    pub content_type: u32,
    pub content: Vec<u8>,
    pub reply_to: i64,
    pub mentions: Vec<i64>,
    pub written_at_ms: TimeMs,
    /// A file to upload first; `content` is then a `Media` without its hash. Its bytes are copied when the message is
    /// written down, so that it may be moved or changed afterwards. Nothing once it is uploaded.
    pub file: Option<Source>,
    /// Why it is not sent any more, until the person wishes it again.
    pub failure: Option<Failure>,
}

impl Outgoing {
    /// What the server is asked.
    pub(crate) fn request(&self) -> pb::SendRequest {
        pb::SendRequest {
            to: self.to,
            client_msg_id: self.client_msg_id.clone(),
            content_type: self.content_type,
            content: self.content.clone().into(),
            reply_to: self.reply_to,
            mentions: self.mentions.clone(),
        }
    }
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Path(PathBuf),
    /// Pasted: it is in no file.
    Bytes(bytes::Bytes),
    /// Copied when the message was written down; it waits to be uploaded.
    Copied,
}
