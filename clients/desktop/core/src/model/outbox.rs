//! What was written here and is not known to be in the log. It is shown at once, and stays until an answer, or the entry
//! itself, says what became of it (E2, E3).

use std::collections::HashMap;

use longlink_client::pb;

use super::{Content, Delivery, Failure, Item, Outgoing, Peer, Progress, Source, UserId};

/// The messages that are on their way.
#[derive(Debug, Default)]
pub struct Outbox {
    /// In the order in which they were written.
    all: Vec<Outgoing>,
    progress: HashMap<String, Progress>,
}

/// So many may be on their way.
pub const OUTBOX_MAX: usize = 1_000;

impl Outbox {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many are not sent any more, until the person wishes it.
    pub fn failed(&self) -> usize {
        self.all.iter().filter(|outgoing| outgoing.failure.is_some()).count()
    }

    pub fn get(&self, client_msg_id: &str) -> Option<&Outgoing> {
        self.all.iter().find(|outgoing| outgoing.client_msg_id == client_msg_id)
    }

    /// The last one to this peer.
    pub fn last_to(&self, peer: Peer) -> Option<&Outgoing> {
        self.all.iter().rev().find(|outgoing| outgoing.to == peer)
    }

    /// How much of its file has gone over.
    pub fn progress(&self, client_msg_id: &str) -> Option<Progress> {
        self.progress.get(client_msg_id).copied()
    }

    /// Those to this peer as they are shown, in the order in which they were written.
    pub fn items(&self, peer: Peer, me: UserId) -> impl Iterator<Item = Item> {
        self.all.iter().filter(move |outgoing| outgoing.to == peer).map(move |outgoing| item_of(outgoing, me))
    }

    pub(crate) fn add(&mut self, outgoing: Outgoing) {
        // What is kept is opened anew when it was damaged.
        self.remove(&outgoing.client_msg_id);
        self.all.push(outgoing);
    }

    /// It is in the log, or thrown away.
    pub(crate) fn remove(&mut self, client_msg_id: &str) -> Option<Outgoing> {
        self.progress.remove(client_msg_id);
        let at = self.all.iter().position(|outgoing| outgoing.client_msg_id == client_msg_id)?;
        Some(self.all.remove(at))
    }

    pub(crate) fn change(&mut self, client_msg_id: &str, change: impl FnOnce(&mut Outgoing)) -> Option<Outgoing> {
        let outgoing = self.all.iter_mut().find(|outgoing| outgoing.client_msg_id == client_msg_id)?;
        change(outgoing);
        Some(outgoing.clone())
    }

    /// True when it is here.
    pub(crate) fn set_progress(&mut self, client_msg_id: &str, progress: Progress) -> bool {
        let is_here = self.get(client_msg_id).is_some();
        if is_here {
            self.progress.insert(client_msg_id.to_owned(), progress);
        }
        is_here
    }

    pub(crate) fn forget_progress(&mut self, client_msg_id: &str) {
        self.progress.remove(client_msg_id);
    }

    /// They were written for a log that is no more: none of them goes out by itself.
    pub(crate) fn start_over(&mut self) {
        self.progress.clear();
        for outgoing in &mut self.all {
            outgoing.failure = Some(Failure::AnotherLog);
        }
    }
}

/// A message on its way as it is shown.
pub fn item_of(outgoing: &Outgoing, me: UserId) -> Item {
    let delivery = match (&outgoing.failure, &outgoing.file) {
        (Some(failure), _) => Delivery::Failed(failure.clone()),
        (None, Some(_)) => Delivery::Uploading,
        (None, None) => Delivery::Sending,
    };
    let mut content = Content::of(outgoing.content_type, &outgoing.content);
    if let Content::Upload(upload) = &mut content {
        upload.path = match &outgoing.file {
            Some(Source::Path(path)) => Some(path.clone()),
            Some(Source::Bytes(_) | Source::Copied) | None => None,
        };
    }
    Item {
        queue_id: 0,
        from: me,
        client_msg_id: outgoing.client_msg_id.clone(),
        content,
        sent_at_ms: outgoing.written_at_ms,
        reply_to: outgoing.reply_to,
        mentions: outgoing.mentions.clone(),
        changed_by: 0,
        delivery,
    }
}

/// The content type of a file, before its kind is known for sure.
pub(crate) fn upload_type(is_picture: bool) -> u32 {
    if is_picture { pb::ContentType::Picture as u32 } else { pb::ContentType::File as u32 }
}
