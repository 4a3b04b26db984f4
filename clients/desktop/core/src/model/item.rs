//! What an entry is to the person who sees it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use bytes::Bytes;
use longlink_client::pb;
use prost::Message;

use super::{ALL, Failure, Peer, TimeMs, UserId};

/// A message in a conversation, or what happened there: plain data, as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its place in the log. 0: it is on its way.
    pub queue_id: i64,
    pub from: UserId,
    pub client_msg_id: String,
    pub content: Content,
    /// The server's time; of what is on its way, the time at which it was written.
    pub sent_at_ms: TimeMs,
    /// The entry that it answers. 0: none.
    pub reply_to: i64,
    pub mentions: Vec<UserId>,
    /// The entry that changed it last, or took it back. 0: unchanged.
    pub changed_by: i64,
    pub delivery: Delivery,
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Its file goes to the server.
    Uploading,
    /// It is written down here, and waits for a link or for its answer.
    Sending,
    /// It is in the log.
    Kept,
    /// The server refused it for good, or its file could not be read; it is kept here until the person sends it again
    /// or throws it away.
    Failed(Failure),
}

/// What there is to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Text(String),
    Upload(Upload),
    Event(pb::GroupEvent),
    /// It was taken back.
    Recalled,
    /// Of a type that this client does not know (N5), or not readable as what it says it is.
    Other(u32),
}

/// Something that was uploaded, or is about to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Whether it is shown as a picture, or offered as a file.
    pub is_picture: bool,
    /// Without a hash while it is not uploaded.
    pub media: pb::Media,
    /// Where it lies on this machine, while it is on its way.
    pub path: Option<PathBuf>,
}

/// The content types that this client knows, as numbers.
const TEXT: u32 = pb::ContentType::Text as u32;
const PICTURE: u32 = pb::ContentType::Picture as u32;
const FILE: u32 = pb::ContentType::File as u32;
const GROUP_EVENT: u32 = pb::ContentType::GroupEvent as u32;
const RECALL: u32 = pb::ContentType::Recall as u32;

impl Item {
    /// An entry of a page of history or of the list of conversations, where each is as it was left, or one that was
    /// pushed and is no [`Amendment`](super::Amendment).
    pub fn of(entry: &pb::Entry) -> Self {
        Self {
            queue_id: entry.queue_id,
            from: entry.from,
            client_msg_id: entry.client_msg_id.clone(),
            content: Content::of(entry.content_type, &entry.content),
            sent_at_ms: entry.sent_at_ms,
            reply_to: entry.reply_to,
            mentions: entry.mentions.clone(),
            changed_by: entry.changed_by,
            delivery: Delivery::Kept,
        }
    }

    /// The same as an entry, for keeping it: [`Item::of`] reads it again.
    pub fn to_entry(&self, to: Peer) -> pb::Entry {
        let (content_type, content) = self.content.encode();
        pb::Entry {
            queue_id: self.queue_id,
            from: self.from,
            to,
            client_msg_id: self.client_msg_id.clone(),
            content_type,
            content,
            sent_at_ms: self.sent_at_ms,
            reply_to: self.reply_to,
            mentions: self.mentions.clone(),
            changed_by: self.changed_by,
        }
    }

    /// Names it as long as it is shown, also when it comes to its place in the log. What the person wrote has its
    /// `client_msg_id` from the beginning on, and with its writer that is there once (E3).
    pub fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        if self.client_msg_id.is_empty() || self.is_event() {
            self.queue_id.hash(&mut hasher);
        } else {
            (self.from, &self.client_msg_id).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// It tells what happened to a group.
    pub fn is_event(&self) -> bool {
        matches!(self.content, Content::Event(_))
    }

    pub fn is_recalled(&self) -> bool {
        matches!(self.content, Content::Recalled)
    }

    /// It is in the log.
    pub fn is_kept(&self) -> bool {
        self.delivery == Delivery::Kept
    }

    /// It is meant to come to the notice of this person, who did not write it.
    pub fn mentions(&self, me: UserId) -> bool {
        self.from != me && self.mentions.iter().any(|user| *user == me || *user == ALL)
    }
}

impl Content {
    /// Bytes that cannot be read as their type are shown as unknown, never dropped.
    pub fn of(content_type: u32, bytes: &[u8]) -> Self {
        match content_type {
            TEXT => Self::Text(String::from_utf8_lossy(bytes).into_owned()),
            RECALL => Self::Recalled,
            PICTURE | FILE => pb::Media::decode(bytes).map_or(Self::Other(content_type), |media| {
                Self::Upload(Upload { is_picture: content_type == PICTURE, media, path: None })
            }),
            GROUP_EVENT => pb::GroupEvent::decode(bytes).map_or(Self::Other(content_type), Self::Event),
            _ => Self::Other(content_type),
        }
    }

    /// As type and bytes. Of what is not known only the type is.
    pub fn encode(&self) -> (u32, Bytes) {
        match self {
            Self::Text(text) => (TEXT, Bytes::copy_from_slice(text.as_bytes())),
            Self::Upload(Upload { is_picture, media, .. }) => {
                (if *is_picture { PICTURE } else { FILE }, media.encode_to_vec().into())
            }
            Self::Event(event) => (GROUP_EVENT, event.encode_to_vec().into()),
            Self::Recalled => (RECALL, Bytes::new()),
            Self::Other(content_type) => (*content_type, Bytes::new()),
        }
    }
}

/// In which conversation an entry stands for this person.
pub fn peer_of(entry: &pb::Entry, me: UserId) -> Peer {
    if entry.to > 0 && entry.to == me { entry.from } else { entry.to }
}
