//! What a device writes: a message, or what becomes of an earlier one.

use longlink_client::pb;

use super::link::{Gone, Link};
use super::record::Altered;

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) to: i64,
    pub(super) content: String,
    /// It is no message, but what becomes of one.
    pub(super) alters: Option<Altered>,
    /// Where it is, once that is known.
    pub(super) at: i64,
}

impl Message {
    /// Puts it on a link, and gives its sequence.
    pub(super) async fn put(&self, link: &mut Link) -> Result<u32, Gone> {
        let (peer, client_msg_id, content_type) = (self.to, self.id.clone(), pb::ContentType::Text as u32);
        match &self.alters {
            None => {
                let content = self.content.clone().into();
                let request = pb::SendRequest { to: peer, client_msg_id, content_type, content, ..Default::default() };
                link.ask(&request).await
            }
            Some(Altered { at: queue_id, content: Some(content) }) => {
                let (queue_id, content) = (*queue_id, content.clone().into());
                link.ask(&pb::EditRequest { peer, queue_id, client_msg_id, content_type, content }).await
            }
            Some(Altered { at: queue_id, content: None }) => {
                link.ask(&pb::RecallRequest { peer, queue_id: *queue_id, client_msg_id }).await
            }
        }
    }
}
