//! Who has read how far, and what has arrived: telling the server what this person has seen, and keeping what it tells of
//! others (S1 to S8).

use longlink_client::pb;

use super::{Purpose, Session};
use crate::model::limits::READERS_MAX;
use crate::model::reading::{GATHER_MS, Readers};
use crate::model::{EVERYONE, Peer, ReadCount, Ticket};

impl Session {
    /// Says what of the open conversation is before the person's eyes: the place of the last message that is in view. It is
    /// read, if the window is theirs.
    pub fn seen(&mut self, queue_id: i64) {
        let Some(peer) = self.thread.as_ref().map(|thread| thread.peer) else {
            return;
        };
        if self.is_focused && queue_id > 0 {
            self.read_here(peer, queue_id);
        }
    }

    /// Has a conversation read to its end, without opening it.
    pub fn read_all(&mut self, peer: Peer) {
        let last = self.last_place(peer);
        if last > 0 {
            self.read_here(peer, last);
        }
    }

    /// Whoever wrote behind it has it read, too, and yet the server is to be told.
    fn read_here(&mut self, peer: Peer, up_to: i64) {
        if self.talks.get(peer).is_some_and(|talk| talk.read_up_to < up_to) {
            self.read(peer, up_to);
        }
        if self.reading.read(peer, up_to) {
            self.tell_marks();
        }
    }

    /// Asks who has read a message of a group.
    pub fn ask_readers(&mut self, group: Peer, queue_id: i64) -> Ticket {
        self.readers = Some(Readers { group, queue_id, is_asking: true, ..Readers::default() });
        self.ask_readers_after(group, queue_id, 0)
    }

    /// Asks on, behind those that are known.
    pub fn ask_more_readers(&mut self) -> Option<Ticket> {
        let readers = self.readers.as_mut().filter(|readers| readers.has_more && !readers.is_asking)?;
        readers.is_asking = true;
        let (group, queue_id, after) = (readers.group, readers.queue_id, readers.users.last().copied().unwrap_or(0));
        Some(self.ask_readers_after(group, queue_id, after))
    }

    fn ask_readers_after(&mut self, group: Peer, queue_id: i64, after: i64) -> Ticket {
        let request = pb::ReadersRequest { group, queue_ids: vec![queue_id], after };
        self.ask(Purpose::Readers { group, queue_id }, request)
    }

    pub(super) fn readers_answered(&mut self, group: Peer, queue_id: i64, reply: Option<&pb::ReadersReply>) {
        let Some(readers) = self.readers.as_mut().filter(|it| it.group == group && it.queue_id == queue_id) else {
            return;
        };
        readers.is_asking = false;
        let Some(reply) = reply else {
            return;
        };
        readers.users.extend(reply.readers.iter().copied());
        readers.has_more = reply.more && !reply.readers.is_empty();
        if let Some(count) = reply.counts.first() {
            (readers.read, readers.members) = (count.read, count.members);
        }
        for user in &reply.readers {
            self.want(*user);
        }
    }

    /// It was read up to there, here or on another device.
    fn read(&mut self, peer: Peer, up_to: i64) {
        let must_recount = self.talks.change(peer, |talk| talk.read(up_to));
        if must_recount {
            self.recount_soon(peer);
        }
        self.notices.read(peer, up_to);
    }

    pub(super) fn receipt(&mut self, push: &pb::ReceiptPush) {
        if push.reader == self.me {
            if self.talks.get(push.peer).is_some_and(|talk| talk.read_up_to < push.up_to) {
                self.read(push.peer, push.up_to);
            }
            // The server knows as much: it need not be told.
            self.reading.is_told(push.peer, push.up_to);
        } else if push.peer < 0 {
            if self.thread_of(push.peer).is_some() {
                self.count_readers_soon();
            }
        } else if let Some(thread) = self.thread_of(push.peer) {
            thread.mark(push.up_to, push.delivered_up_to);
        }
    }

    /// Tells what has been read, when it is time.
    pub(super) fn tell_marks(&mut self) {
        if !self.is_online() {
            return;
        }
        for (peer, up_to) in self.reading.take(self.now_ms) {
            self.ask(Purpose::MarkRead { peer, up_to }, pb::MarkReadRequest { peer, up_to });
        }
    }

    /// The server was not told: it is told again.
    pub(super) fn mark_failed(&mut self, peer: Peer, up_to: i64) {
        self.reading.failed(peer, up_to);
    }

    /// Asks how far the other side of the open conversation has read, since the link may have missed it.
    pub(super) fn learn_marks(&mut self) {
        let Some(peer) = self.thread.as_ref().map(|thread| thread.peer).filter(|_| self.is_online()) else {
            return;
        };
        if peer > EVERYONE && peer != self.me {
            self.ask(Purpose::ReadMarks { peer }, pb::ReadMarksRequest { peer });
        } else if peer < 0 {
            self.count_readers_soon();
        }
    }

    pub(super) fn marks_answered(&mut self, peer: Peer, reply: &pb::ReadMarksReply) {
        for mark in &reply.marks {
            let (reader, up_to, delivered_up_to) = (mark.reader, mark.up_to, mark.delivered_up_to);
            self.receipt(&pb::ReceiptPush { reader, peer, up_to, delivered_up_to });
        }
    }

    /// How many have read one's own latest messages of the open group: asked for once, for all that happens meanwhile.
    pub(super) fn count_readers_soon(&mut self) {
        Self::soon(&mut self.due.read_counts, self.now_ms.saturating_add(GATHER_MS));
    }

    pub(super) fn count_readers(&mut self) {
        let me = self.me;
        let Some(thread) = self.thread.as_ref().filter(|thread| thread.peer < 0 && thread.is_loaded) else {
            return;
        };
        let (group, queue_ids) = (thread.peer, thread.own_places(me, READERS_MAX));
        if !queue_ids.is_empty() && !self.groups.is_left(group) {
            let request = pb::ReadersRequest { group, queue_ids, after: 0 };
            self.ask(Purpose::ReadCounts { group }, request);
        }
    }

    pub(super) fn counts_answered(&mut self, group: Peer, reply: &pb::ReadersReply) {
        let Some(thread) = self.thread_of(group) else {
            return;
        };
        let counts: Vec<_> =
            reply.counts.iter().map(|it| (it.queue_id, ReadCount { read: it.read, members: it.members })).collect();
        // Those that are not in memory any more are forgotten with them.
        let oldest = thread.oldest();
        thread.counts.retain(|queue_id, _| *queue_id >= oldest);
        thread.counts.extend(counts);
        thread.version += 1;
    }
}
