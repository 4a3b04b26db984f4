//! What was said: reading it, changing it, and who has read it.

use bytes::Bytes;
use longlink::wire::pb;

use crate::client::{Client, Content};
use crate::error::AskError;

impl Client {
    /// Reads the own inbox after a cursor, a page at a time. This does not move the client's cursor; see
    /// [`Client::taken`].
    pub async fn sync(&self, after: i64, limit: u32) -> Result<pb::SyncReply, AskError> {
        self.ask(pb::SyncRequest { after, limit, wait_ms: 0 }).await
    }

    /// Reads backwards in what was said with a peer: entries with a smaller `queue_id` than `before`, the newest first.
    /// 0 begins at the newest there is. Each is as it was left: see [`pb::Entry::changed_by`].
    pub async fn history(&self, peer: i64, before: i64, limit: u32) -> Result<pb::HistoryReply, AskError> {
        self.ask(pb::HistoryRequest { peer, before, limit }).await
    }

    /// Takes a message back, and gives the place of the entry that says so. It is asked again over a lost link, and
    /// done once.
    pub async fn recall(&self, peer: i64, queue_id: i64) -> Result<i64, AskError> {
        let client_msg_id = crate::fresh_id();
        Ok(self.ask_again(pb::RecallRequest { peer, queue_id, client_msg_id }).await?.queue_id)
    }

    /// Changes a message, and gives the place of the entry that says so. It is asked again over a lost link, and done
    /// once. Whom it answers and mentions stays as it was.
    pub async fn edit(&self, peer: i64, queue_id: i64, content: impl Into<Content>) -> Result<i64, AskError> {
        let Content { content_type, bytes, .. } = content.into();
        let client_msg_id = crate::fresh_id();
        let request = pb::EditRequest { peer, queue_id, client_msg_id, content_type, content: bytes };
        Ok(self.ask_again(request).await?.queue_id)
    }

    pub async fn mark_read(&self, peer: i64, up_to: i64) -> Result<(), AskError> {
        self.ask(pb::MarkReadRequest { peer, up_to }).await.map(drop)
    }

    /// Up to where the people of a conversation have read; between two users also up to where it has arrived.
    pub async fn read_marks(&self, peer: i64) -> Result<Vec<pb::ReadMark>, AskError> {
        Ok(self.ask(pb::ReadMarksRequest { peer }).await?.marks)
    }

    /// How many have read each of these entries of a group, at most 100 of them.
    pub async fn read_counts(&self, group: i64, queue_ids: Vec<i64>) -> Result<Vec<pb::ReadCount>, AskError> {
        Ok(self.ask(pb::ReadersRequest { group, queue_ids, after: 0 }).await?.counts)
    }

    /// Who has read an entry of a group: those with a greater number than `after`, and whether there are more.
    pub async fn readers(&self, group: i64, queue_id: i64, after: i64) -> Result<pb::ReadersReply, AskError> {
        self.ask(pb::ReadersRequest { group, queue_ids: vec![queue_id], after }).await
    }

    pub async fn typing(&self, peer: i64) -> Result<(), AskError> {
        self.ask(pb::TypingRequest { peer }).await.map(drop)
    }
}

impl Content {
    /// A picture or another file that was uploaded by HTTP. That is another connection, for which an app has an HTTP
    /// client of its own: `POST /files` with the login token, as PROTOCOL.md says.
    pub fn media(content_type: pb::ContentType, media: &pb::Media) -> Self {
        let bytes = Bytes::from(prost::Message::encode_to_vec(media));
        Self { content_type: content_type as u32, bytes, reply_to: 0, mentions: Vec::new() }
    }

    /// The same as an answer to an entry of the same conversation.
    #[must_use]
    pub fn replying_to(self, queue_id: i64) -> Self {
        Self { reply_to: queue_id, ..self }
    }

    /// The same for the notice of these users, or of all members of a group by 0, which takes a permission.
    #[must_use]
    pub fn mentioning(self, users: impl IntoIterator<Item = i64>) -> Self {
        Self { mentions: users.into_iter().collect(), ..self }
    }
}
