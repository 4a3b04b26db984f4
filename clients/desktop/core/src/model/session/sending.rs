//! Writing: what the person sends is shown at once, and then goes as far as it comes.

use longlink_client::{fresh_id, pb};
use prost::Message;

use super::{Session, Wish};
use crate::model::limits::{self, CONTENT_BYTES_MAX, NAMED_MAX};
use crate::model::outbox::upload_type;
use crate::model::{
    ALL, Content, Delivery, Failure, Item, OUTBOX_MAX, Outgoing, Peer, Progress, Source, Talk, TimeMs, Unfit, UserId,
};

/// What the person has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMessage {
    /// Of a file, what is written along with it.
    pub text: String,
    /// The entry that it answers. 0: none.
    pub reply_to: i64,
    /// Whose names stand in it, or [`ALL`].
    pub mentions: Vec<UserId>,
}

impl NewMessage {
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl Session {
    /// Sends a text, and gives its `client_msg_id`. It is on its way when this returns, over losses and restarts.
    pub fn send(&mut self, to: Peer, message: NewMessage) -> Result<String, Unfit> {
        limits::filled(&message.text, CONTENT_BYTES_MAX)?;
        let content_type = pb::ContentType::Text as u32;
        let content = message.text.clone().into_bytes();
        self.put_out(to, message, content_type, content, None)
    }

    /// Sends a file, or a picture if it is one, with a text along with it.
    /// `name`: what to call it; empty: by the name of its file.
    pub fn send_file(
        &mut self,
        to: Peer,
        source: Source,
        name: &str,
        is_picture: bool,
        message: NewMessage,
    ) -> Result<String, Unfit> {
        let name = match &source {
            Source::Path(path) if name.is_empty() => name_of(&path.file_name().unwrap_or_default().to_string_lossy()),
            Source::Path(_) | Source::Bytes(_) | Source::Copied => name_of(name),
        };
        let media = pb::Media { name, caption: message.text.clone(), ..pb::Media::default() };
        // The hash and a small picture come to it yet; of both the length is known.
        let content = media.encode_to_vec();
        let (length, max) = (content.len(), CONTENT_BYTES_MAX - PREVIEW_ROOM);
        if length > max {
            return Err(Unfit::TooLong { length, max });
        }
        self.put_out(to, message, upload_type(is_picture), content, Some(source))
    }

    /// Sends a message again that was not taken.
    pub fn retry(&mut self, client_msg_id: &str) {
        let is_failed = self.outbox.get(client_msg_id).is_some_and(|outgoing| outgoing.failure.is_some());
        if !is_failed {
            return;
        }
        if let Some(outgoing) = self.outbox.change(client_msg_id, |outgoing| outgoing.failure = None) {
            let to = outgoing.to;
            self.wish(Wish::Send(outgoing));
            self.show_outgoing(to);
        }
    }

    /// Throws a message away that was not taken, or whose file is still going up. One that waits for its answer may be in the
    /// log already, and stays. False: it is such a one.
    pub fn discard(&mut self, client_msg_id: &str) -> bool {
        let may_go = |outgoing: &Outgoing| outgoing.failure.is_some() || outgoing.file.is_some();
        if !self.outbox.get(client_msg_id).is_some_and(may_go) {
            return false;
        }
        if let Some(outgoing) = self.outbox.remove(client_msg_id) {
            self.wish(Wish::Discard { client_msg_id: client_msg_id.to_owned() });
            self.show_outgoing(outgoing.to);
            let is_empty = |talk: &Talk| talk.last.is_none() && talk.draft.is_empty();
            if self.outbox.last_to(outgoing.to).is_none() && self.talks.get(outgoing.to).is_some_and(is_empty) {
                self.talks.change(outgoing.to, |talk| talk.rank = 0);
            }
        }
        true
    }

    fn put_out(
        &mut self,
        to: Peer,
        message: NewMessage,
        content_type: u32,
        content: Vec<u8>,
        file: Option<Source>,
    ) -> Result<String, Unfit> {
        limits::few(message.mentions.len(), NAMED_MAX)?;
        limits::few(self.outbox.len() + 1, OUTBOX_MAX)?;
        if self.groups.silence(to, self.now_ms).is_some() {
            return Err(Unfit::NotAllowed);
        }
        if message.mentions.contains(&ALL) && !self.groups.may_mention_all(to) {
            return Err(Unfit::NotAllowed);
        }
        let client_msg_id = fresh_id();
        let outgoing = Outgoing {
            client_msg_id: client_msg_id.clone(),
            to,
            content_type,
            content,
            reply_to: message.reply_to,
            mentions: message.mentions,
            written_at_ms: self.now_ms,
            file,
            failure: None,
        };
        self.outbox.add(outgoing.clone());
        self.wish(Wish::Send(outgoing));
        let here = self.talks.latest.saturating_add(1);
        self.talks.change(to, |talk| {
            talk.draft.clear();
            talk.rank = talk.rank.max(here);
        });
        self.typing.sent();
        // Who writes looks at the end.
        if self.thread_of(to).is_some() {
            self.to_latest();
        }
        self.show_outgoing(to);
        Ok(client_msg_id)
    }

    /// It is in the log, there.
    pub(super) fn kept(&mut self, client_msg_id: &str, queue_id: i64, sent_at_ms: TimeMs) {
        // It may have come as an entry before.
        let Some(outgoing) = self.outbox.remove(client_msg_id) else {
            return;
        };
        let is_blind = self.is_blind(&outgoing);
        let item = Item {
            queue_id,
            from: self.me,
            client_msg_id: outgoing.client_msg_id,
            content: Content::of(outgoing.content_type, &outgoing.content),
            sent_at_ms,
            reply_to: outgoing.reply_to,
            mentions: outgoing.mentions,
            changed_by: 0,
            delivery: Delivery::Kept,
        };
        self.show_outgoing(outgoing.to);
        self.take(outgoing.to, item, is_blind);
    }

    pub(super) fn refused(&mut self, client_msg_id: &str, failure: Failure) {
        self.outbox.forget_progress(client_msg_id);
        if let Some(outgoing) = self.outbox.change(client_msg_id, |outgoing| outgoing.failure = Some(failure)) {
            self.show_outgoing(outgoing.to);
        }
    }

    /// Its file was copied and looked at: there is more to show of it.
    pub(super) fn prepared(&mut self, client_msg_id: &str, media: &pb::Media, is_picture: bool) {
        self.set_media(client_msg_id, media, is_picture, Some(Source::Copied));
    }

    pub(super) fn uploading(&mut self, client_msg_id: &str, progress: Progress) {
        if self.outbox.set_progress(client_msg_id, progress)
            && let Some(thread) = &mut self.thread
        {
            thread.version += 1;
        }
    }

    pub(super) fn uploaded(&mut self, client_msg_id: &str, media: &pb::Media, is_picture: bool) {
        self.outbox.forget_progress(client_msg_id);
        self.set_media(client_msg_id, media, is_picture, None);
    }

    fn set_media(&mut self, client_msg_id: &str, media: &pb::Media, is_picture: bool, file: Option<Source>) {
        let changed = self.outbox.change(client_msg_id, |outgoing| {
            outgoing.content_type = upload_type(is_picture);
            outgoing.content = media.encode_to_vec();
            outgoing.file = file;
        });
        if let Some(outgoing) = changed {
            self.show_outgoing(outgoing.to);
        }
    }
}

/// A small picture and the rest of what is told of a file.
const PREVIEW_ROOM: usize = 16_384 + 512;

/// What to call a file: its name alone, at most 255 bytes, without control characters.
fn name_of(name: &str) -> String {
    let mut name: String =
        name.chars().filter(|letter| !letter.is_control() && !matches!(letter, '/' | '\\')).collect();
    while name.len() > 255 {
        name.pop();
    }
    name
}
