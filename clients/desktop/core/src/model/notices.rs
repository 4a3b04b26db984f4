//! What deserves a notification: what others say to this person, where they do not see it anyway.

use super::{Content, Item, Peer, UserId};

/// Something of which the person is to be told outside of the window.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Messages of one conversation, told together.
    Messages {
        peer: Peer,
        /// Who wrote the last one, what, and where.
        from: UserId,
        content: Content,
        queue_id: i64,
        /// How many there are.
        count: u32,
        /// One of them mentions the person.
        is_mention: bool,
    },
    /// Somebody asks to be a contact.
    ContactAsks { user: UserId, greeting: String },
    /// Somebody asks to join a group of which the person is an admin.
    GroupAsks { group: Peer, user: UserId, greeting: String },
}

/// Notices that nobody has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    all: Vec<Notice>,
}

/// More at once are not told: nobody could read that many.
const NOTICES_MAX: usize = 50;

impl Notices {
    pub(crate) fn message(&mut self, peer: Peer, item: &Item, me: UserId) {
        let (mut count, mut is_mention) = (1, item.mentions(me));
        if let Some(at) = self.all.iter().position(|notice| is_of(notice, peer)) {
            // The conversation in which something was said last is told last.
            if let Notice::Messages { count: before, is_mention: mentioned, .. } = self.all.remove(at) {
                count += before;
                is_mention |= mentioned;
            }
        }
        let (from, content, queue_id) = (item.from, item.content.clone(), item.queue_id);
        self.put(Notice::Messages { peer, from, content, queue_id, count, is_mention });
    }

    pub(crate) fn put(&mut self, notice: Notice) {
        if self.all.len() >= NOTICES_MAX {
            self.all.remove(0);
        }
        self.all.push(notice);
    }

    /// The message was taken back or changed, or it was read.
    pub(crate) fn amend(&mut self, peer: Peer, target: i64, now: &Content) {
        for notice in &mut self.all {
            if let Notice::Messages { peer: its, queue_id, content, .. } = notice
                && *its == peer
                && *queue_id == target
            {
                *content = now.clone();
            }
        }
    }

    /// It was read, here or elsewhere.
    pub(crate) fn read(&mut self, peer: Peer, up_to: i64) {
        self.all.retain(|notice| match notice {
            Notice::Messages { peer: its, queue_id, .. } => *its != peer || *queue_id > up_to,
            Notice::ContactAsks { .. } | Notice::GroupAsks { .. } => true,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }

    pub(crate) fn take(&mut self) -> Vec<Notice> {
        let mut all = std::mem::take(&mut self.all);
        // Nothing is told of one that was taken back before it was told.
        all.retain(|notice| !matches!(notice, Notice::Messages { content: Content::Recalled, count: 1, .. }));
        all
    }
}

fn is_of(notice: &Notice, peer: Peer) -> bool {
    matches!(notice, Notice::Messages { peer: its, .. } if *its == peer)
}
