//! The list of conversations as the server has it: asked for at each login, on by a page at a time, and anew where
//! something came that only the server can count. And drafts.

use std::collections::HashMap;

use longlink_client::pb;

use super::settings::Setting;
use super::timing::LIST_GATHER_MS;
use super::{Purpose, Session, Wish};
use crate::model::{Counted, Peer, Talk, UserId};

/// How far the list was read.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// It was read to its end once: after that only what has changed is asked for.
    pub(super) is_whole: bool,
    /// The log is another one, and is told from its beginning.
    pub(super) is_from_beginning: bool,
    /// What was set here, counted, so that an answer from before does not undo it.
    pub(super) sets: u64,
    /// Pages are being asked for.
    is_walking: bool,
    /// What is being set, by conversation.
    pub(super) settings: HashMap<Peer, Setting>,
}

impl Listing {
    pub(super) fn start_over(&mut self) {
        *self = Self { is_from_beginning: true, sets: self.sets + 1, ..Self::default() };
    }
}

/// As many as come at once.
const PAGE: u32 = 200;
/// So many conversations are asked for one by one; of more, all pages are.
const RECOUNTS_MAX: usize = 8;

impl Session {
    /// Keeps what the person has begun to write.
    pub fn set_draft(&mut self, peer: Peer, draft: &str) {
        if self.talks.get(peer).map_or("", |talk| talk.draft.as_str()) == draft {
            return;
        }
        let here = self.talks.latest.saturating_add(1);
        let is_written_to = self.outbox.last_to(peer).is_some();
        self.talks.change(peer, |talk| {
            if draft.is_empty() && talk.last.is_none() && !is_written_to {
                // There is nothing in it any more.
                talk.rank = 0;
            } else if talk.draft.is_empty() {
                talk.rank = talk.rank.max(here);
            }
            draft.clone_into(&mut talk.draft);
        });
    }

    /// Says which lines of the list are before the person's eyes, so that names and pictures that are missing are asked for.
    pub fn shown(&mut self, peers: impl IntoIterator<Item = Peer>) {
        for peer in peers {
            let wanted: [UserId; 2] = match self.talks.get(peer).and_then(|talk| talk.last.as_ref()) {
                Some(last) => [peer, last.from],
                None => [peer, 0],
            };
            for user in wanted {
                self.want(user);
            }
        }
    }

    /// Reads the list from its first page on.
    pub(super) fn refresh_list(&mut self) {
        if !self.list.is_walking {
            self.list.is_walking = true;
            self.ask_list(0);
        }
    }

    fn ask_list(&mut self, before: i64) {
        let purpose = Purpose::Conversations { before, sets: self.list.sets };
        self.ask(purpose, pb::ConversationsRequest { before, limit: PAGE });
    }

    pub(super) fn list_answered(&mut self, before: i64, sets: u64, reply: &pb::ConversationsReply) {
        if sets != self.list.sets {
            // It may be of before: it is asked for once more.
            return self.ask_list(before);
        }
        for conversation in &reply.conversations {
            self.take_conversation(conversation);
        }
        let is_end = !reply.more || reply.next <= 0;
        // What is unread may have been read elsewhere meanwhile, which nobody tells.
        let next = reply.next;
        let is_stale = |talk: &Talk| talk.unread() > 0 && talk.last_place() < next;
        if !is_end && (!self.list.is_whole || self.talks.iter().any(is_stale)) {
            return self.ask_list(reply.next);
        }
        self.list.is_walking = false;
        if is_end && !self.list.is_whole {
            self.list.is_whole = true;
            self.wish(Wish::KeepListWhole(true));
        }
    }

    pub(super) fn list_failed(&mut self) {
        self.list.is_walking = false;
    }

    /// One of them, with who it is.
    fn take_conversation(&mut self, conversation: &pb::Conversation) {
        let peer = conversation.peer;
        match &conversation.who {
            Some(pb::conversation::Who::User(user)) => self.take_user(user),
            Some(pb::conversation::Who::Group(group)) => self.groups.take(group),
            None => {}
        }
        let mark = self.talks.change(peer, |talk| {
            talk.take(conversation);
            talk.read_up_to
        });
        self.reading.is_told(peer, conversation.read_up_to);
        // Read here, and the server was not told.
        if mark > conversation.read_up_to {
            self.reading.read(peer, mark);
        }
        self.notices.read(peer, mark);
    }

    /// What is unread there the server has to count.
    pub(super) fn recount_soon(&mut self, peer: Peer) {
        self.recounts.insert(peer);
        Self::soon(&mut self.due.recount, self.now_ms.saturating_add(LIST_GATHER_MS));
    }

    pub(super) fn recount(&mut self) {
        if self.list.is_walking {
            // What is asked for already may be of before.
            return Self::soon(&mut self.due.recount, self.now_ms.saturating_add(LIST_GATHER_MS));
        }
        let peers = std::mem::take(&mut self.recounts);
        let is_few = peers.len() <= RECOUNTS_MAX;
        let one_by_one = |peer: &Peer| self.talks.get(*peer).is_some_and(|talk| !talk.is_pinned && talk.last.is_some());
        if !is_few || !peers.iter().all(one_by_one) {
            return self.refresh_list();
        }
        for peer in peers {
            // Its own line alone: it is the first one before the place behind its last entry.
            let before = self.talks.get(peer).map_or(0, Talk::last_place).saturating_add(1);
            let purpose = Purpose::Recount { peer, sets: self.list.sets };
            self.ask(purpose, pb::ConversationsRequest { before, limit: 1 });
        }
    }

    pub(super) fn recounted(&mut self, peer: Peer, sets: u64, reply: &pb::ConversationsReply) {
        let found = reply.conversations.iter().find(|conversation| conversation.peer == peer);
        match found {
            Some(conversation) if sets == self.list.sets => self.take_conversation(conversation),
            // It has moved up meanwhile, or was set.
            Some(_) => self.recount_soon(peer),
            None => self.refresh_list(),
        }
    }

    /// Nothing of what came is counted: the server did that.
    pub(super) fn is_counted(talk: &mut Talk, up_to: i64) {
        talk.forget_news();
        talk.counted = Counted { up_to: talk.counted.up_to.max(up_to), ..talk.counted };
    }
}
