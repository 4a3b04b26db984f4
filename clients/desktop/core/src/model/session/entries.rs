//! What is said and what happens: each entry once, in its conversation.

use longlink_client::pb;

use super::timing::LIST_GATHER_MS;
use super::{Session, Thread};
use crate::model::{Amendment, Content, Item, Outgoing, Peer, peer_of};

impl Session {
    pub(super) fn take_entries(&mut self, entries: &[pb::Entry]) {
        for entry in entries {
            // Each once, whichever way it came (E12).
            if entry.queue_id <= self.cursor {
                continue;
            }
            self.cursor = entry.queue_id;
            self.talks.latest = self.talks.latest.max(entry.queue_id);
            let peer = peer_of(entry, self.me);
            if let Some(amendment) = Amendment::of(entry) {
                self.amend(peer, &amendment);
                continue;
            }
            let item = Item::of(entry);
            let own = (item.from == self.me).then(|| self.outbox.remove(&item.client_msg_id)).flatten();
            if own.is_some() {
                self.show_outgoing(peer);
            }
            let is_blind = own.is_some_and(|outgoing| self.is_blind(&outgoing));
            self.take(peer, item, is_blind);
        }
    }

    /// Whether it was written before this link was there: its writer has not seen what came before it meanwhile.
    pub(super) fn is_blind(&self, outgoing: &Outgoing) -> bool {
        outgoing.written_at_ms < self.connected_at_ms
    }

    /// One more of a conversation, pushed or written here.
    pub(super) fn take(&mut self, peer: Peer, item: Item, is_blind: bool) {
        let (me, told_up_to) = (self.me, self.told_up_to);
        // What of it was unread before, and who it is, the server knows.
        let is_new_talk = self.talks.get(peer).is_none();
        let is_told = item.queue_id <= told_up_to;
        let before = self.talks.get(peer).map_or(0, |talk| talk.counted.unread);
        let (is_news, is_muted, unread) = self.talks.change(peer, |talk| {
            if is_blind {
                talk.put(&item);
                return (false, talk.is_muted, 0);
            }
            let is_news = talk.fold(&item, me);
            if is_told {
                Self::is_counted(talk, 0);
            }
            (is_news && !is_told, talk.is_muted, talk.counted.unread)
        });
        if is_new_talk && !is_told || (item.from == me && unread > 0 && before > 0) {
            self.recount_soon(peer);
        }
        self.typing.wrote(item.from, peer);
        if let Content::Event(event) = &item.content {
            self.group_event(peer, event);
        }
        if is_news && !is_muted && !self.is_watched(peer) {
            self.notices.message(peer, &item, me);
        }
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.peer == peer) {
            thread.add(item);
            if peer < 0 {
                self.count_readers_soon();
            }
        }
    }

    /// One of a conversation was changed or taken back.
    pub(super) fn amend(&mut self, peer: Peer, amendment: &Amendment) {
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.peer == peer) {
            thread.amend(amendment);
        }
        self.notices.amend(peer, amendment.target, &amendment.content);
        for (its, item) in &mut self.search.hits {
            if *its == peer {
                amendment.apply(item);
            }
        }
        let is_last = |item: &Item| item.queue_id == amendment.target;
        if self.talks.get(peer).and_then(|talk| talk.last.as_ref()).is_some_and(is_last) {
            self.talks.change(peer, |talk| talk.amend(amendment));
        }
    }

    /// The person looks at the end of this conversation just now.
    fn is_watched(&self, peer: Peer) -> bool {
        self.is_focused && self.thread.as_ref().is_some_and(|thread| thread.peer == peer)
    }

    fn group_event(&mut self, group: Peer, event: &pb::GroupEvent) {
        self.groups.happened(group, event, self.me);
        for user in event.users.iter().take(8) {
            self.want(*user);
        }
        // How many members it has now, and what the person is in it, the list tells.
        Self::soon(&mut self.due.group_list, self.now_ms.saturating_add(LIST_GATHER_MS));
    }

    /// The open conversation, if it is this one.
    pub(super) fn thread_of(&mut self, peer: Peer) -> Option<&mut Thread> {
        self.thread.as_mut().filter(|thread| thread.peer == peer)
    }
}
