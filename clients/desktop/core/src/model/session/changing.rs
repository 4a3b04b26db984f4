//! Changing what one has written, and taking it back. Both need a link; a try that was undecided goes again under the same
//! name, so that it is done once (E20).

use longlink_client::{Code, fresh_id, pb};

use super::{Purpose, Session};
use crate::model::limits::{self, CONTENT_BYTES_MAX};
use crate::model::{Amendment, AnswerError, Content, Item, Peer, Ticket, TimeMs, Unfit};

/// What the server has refused as too late: no use in offering it for older ones.
#[derive(Debug, Default)]
pub(super) struct Changing {
    edit_ms: Option<TimeMs>,
    recall_ms: Option<TimeMs>,
}

impl Session {
    /// Whether to offer changing it.
    pub fn may_edit(&self, item: &Item) -> bool {
        let is_text = matches!(item.content, Content::Text(_));
        item.is_kept() && item.from == self.me && is_text && self.is_young(item, self.changing.edit_ms)
    }

    /// Whether to offer taking it back: one's own, and of a group's admins everything that was said there.
    pub fn may_recall(&self, peer: Peer, item: &Item) -> bool {
        if !item.is_kept() || item.is_event() || item.is_recalled() {
            return false;
        }
        self.groups.is_admin(peer) || (item.from == self.me && self.is_young(item, self.changing.recall_ms))
    }

    /// Gives a message of the open conversation another text.
    pub fn edit(&mut self, queue_id: i64, text: &str) -> Result<Ticket, Unfit> {
        limits::filled(text, CONTENT_BYTES_MAX)?;
        let (peer, item) = self.shown_item(queue_id).ok_or(Unfit::Missing)?;
        if !self.may_edit(&item) {
            return Err(Unfit::NotAllowed);
        }
        let change = format!("edit {queue_id} {text}");
        let client_msg_id = self.change_id(&change);
        let request = pb::EditRequest {
            peer,
            queue_id,
            client_msg_id,
            content_type: pb::ContentType::Text as u32,
            content: text.to_owned().into(),
        };
        let (content, sent_at_ms) = (Content::Text(text.to_owned()), item.sent_at_ms);
        Ok(self.ask(Purpose::Change { peer, target: queue_id, content, change, sent_at_ms }, request))
    }

    /// Takes a message of the open conversation back.
    pub fn recall(&mut self, queue_id: i64) -> Result<Ticket, Unfit> {
        let (peer, item) = self.shown_item(queue_id).ok_or(Unfit::Missing)?;
        if !self.may_recall(peer, &item) {
            return Err(Unfit::NotAllowed);
        }
        let change = format!("recall {queue_id}");
        let client_msg_id = self.change_id(&change);
        let (content, sent_at_ms) = (Content::Recalled, item.sent_at_ms);
        let purpose = Purpose::Change { peer, target: queue_id, content, change, sent_at_ms };
        Ok(self.ask(purpose, pb::RecallRequest { peer, queue_id, client_msg_id }))
    }

    pub(super) fn change_answered(&mut self, peer: Peer, target: i64, by: i64, content: Content, change: &str) {
        self.change_ids.remove(change);
        self.amend(peer, &Amendment { target, by, content });
    }

    pub(super) fn change_failed(&mut self, error: &AnswerError, content: &Content, change: &str, sent_at_ms: TimeMs) {
        self.forget_change(error, change);
        if !matches!(error, AnswerError::Refused { code: Code::TooLate, .. }) {
            return;
        }
        let age = self.now_ms.saturating_sub(sent_at_ms);
        let limit = match content {
            Content::Recalled => &mut self.changing.recall_ms,
            Content::Text(_) | Content::Upload(_) | Content::Event(_) | Content::Other(_) => &mut self.changing.edit_ms,
        };
        *limit = Some(limit.map_or(age, |before| before.min(age)));
    }

    /// The name under which this change is asked for: the same one until it is decided.
    pub(super) fn change_id(&mut self, change: &str) -> String {
        if self.change_ids.len() >= CHANGES_MAX {
            self.change_ids.clear();
        }
        self.change_ids.entry(change.to_owned()).or_insert_with(fresh_id).clone()
    }

    /// It was decided, unless nothing is known of it.
    pub(super) fn forget_change(&mut self, error: &AnswerError, change: &str) {
        if matches!(error, AnswerError::Refused { code, .. } if !code.is_temporary()) {
            self.change_ids.remove(change);
        }
    }

    fn shown_item(&self, queue_id: i64) -> Option<(Peer, Item)> {
        let thread = self.thread.as_ref()?;
        let item = thread.index_of(queue_id).and_then(|at| thread.items.get(at))?;
        Some((thread.peer, item.clone()))
    }

    fn is_young(&self, item: &Item, limit: Option<TimeMs>) -> bool {
        limit.is_none_or(|limit| self.now_ms.saturating_sub(item.sent_at_ms) < limit)
    }
}

/// So many that are undecided are remembered.
const CHANGES_MAX: usize = 200;
