//! What happens elsewhere, and where it belongs.

use super::Session;
use crate::model::{Download, Saved, Told};

impl Session {
    /// Takes what happened.
    pub fn tell(&mut self, told: Told) {
        match told {
            Told::Locked { is_wrong } => self.locked(is_wrong),
            Told::Opened(opened) => self.opened(*opened),
            Told::Encrypted(outcome) => self.encrypted(outcome),
            Told::Connecting => self.connecting(),
            Told::Connected { user_id, user_name, cursor, head, kept_from } => {
                self.connected(user_id, user_name, cursor, head, kept_from);
            }
            Told::Disconnected { why, retry_in } => self.disconnected(why, retry_in),
            Told::Ended(ended) => self.ended(ended),
            Told::StartOver => self.start_over(),
            Told::Entries(entries) => self.take_entries(&entries),
            Told::Receipt(push) => self.receipt(&push),
            Told::Typing(push) => self.others_type(&push),
            Told::Presence(push) => self.presence_told(&push),
            Told::Contact(contact) => self.contact_told(&contact),
            Told::Conversation(push) => self.settings_told(&push),
            Told::GroupRequest(push) => self.group_asked(push),
            Told::Page(page) => self.take_page(page),
            Told::PageFailed { number, peer, why } => self.page_failed(number, peer, why),
            Told::Quoted { peer, queue_id, outcome } => self.take_quoted(peer, queue_id, outcome),
            Told::Kept { client_msg_id, queue_id, sent_at_ms } => self.kept(&client_msg_id, queue_id, sent_at_ms),
            Told::Refused { client_msg_id, failure } => self.refused(&client_msg_id, failure),
            Told::Prepared { client_msg_id, media, is_picture } => self.prepared(&client_msg_id, &media, is_picture),
            Told::Uploading { client_msg_id, progress } => self.uploading(&client_msg_id, progress),
            Told::Uploaded { client_msg_id, media, is_picture } => self.uploaded(&client_msg_id, &media, is_picture),
            Told::AvatarUploaded { ticket, outcome } => self.avatar_uploaded(ticket, outcome),
            Told::Downloading { hash, progress } => self.media.progress(&hash, progress),
            Told::Downloaded { hash } => self.media.set(&hash, Download::Here),
            Told::Saved { hash, outcome } => self.media.saved(Saved { hash, outcome }),
            Told::DownloadFailed { hash, is_gone, why: _ } => self.media.set(&hash, Download::Failed { is_gone }),
            Told::Answered { ticket, answer } => self.answered(ticket, answer),
            Told::Found { query, hits } => self.found(&query, hits),
            Told::StoreFailed(why) => self.store_failure = Some(why),
        }
    }
}
