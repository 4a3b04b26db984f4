//! What an entry is to the person who sees it.

use longlink_client::pb;

use super::{TimeMs, UserId};

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
    Failed(String),
}

/// What there is to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Text(String),
    Upload(Upload),
    Event(pb::GroupEvent),
    /// It was taken back.
    Recalled,
    /// Of a type that this client does not know (N5).
    Other(u32),
}

/// Something that was uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Whether it is shown as a picture, or offered as a file.
    pub is_picture: bool,
    pub media: pb::Media,
}
