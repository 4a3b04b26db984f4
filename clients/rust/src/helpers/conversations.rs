//! The list of conversations, as an app shows it first.

use longlink::wire::pb;

use crate::client::Client;
use crate::error::AskError;

impl Client {
    /// The own conversations, the latest first, with what is unread in them. 0 begins at the first page; the next one
    /// begins at the reply's `next`.
    pub async fn conversations(&self, before: i64, limit: u32) -> Result<pb::ConversationsReply, AskError> {
        self.ask(pb::ConversationsRequest { before, limit }).await
    }

    /// Pins or mutes a conversation, or neither any more: replaces both.
    pub async fn conversation_set(&self, peer: i64, settings: pb::ConversationSettings) -> Result<(), AskError> {
        self.ask(pb::ConversationSetRequest { peer, settings: Some(settings) }).await.map(drop)
    }
}
