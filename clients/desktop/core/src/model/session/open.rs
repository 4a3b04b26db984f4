//! The open conversation: opening it, reading on in it, going to a place.

use super::{Session, Thread, Wish};
use crate::model::thread::{Load, PAGE};
use crate::model::{Item, Page, Peer, Quoted, Talk};

impl Session {
    /// Opens a conversation at its end.
    pub fn open(&mut self, peer: Peer) {
        if self.thread.as_ref().is_some_and(|thread| thread.peer == peer) {
            return self.to_latest();
        }
        let unread_after = self.talks.get(peer).filter(|talk| talk.unread() > 0).map(|talk| talk.read_up_to);
        self.readers = None;
        self.begin_thread(peer, unread_after, 0);
        self.want(peer);
        self.refresh_user(peer);
        self.learn_marks();
    }

    /// Opens a conversation with this entry in view: one that was found, or that another answers.
    pub fn open_at(&mut self, peer: Peer, queue_id: i64) {
        if self.thread.as_ref().is_none_or(|thread| thread.peer != peer) {
            self.open(peer);
        }
        let Some(thread) = self.thread.as_mut() else {
            return;
        };
        if thread.index_of(queue_id).is_some() {
            thread.target = Some(queue_id);
            thread.version += 1;
            return;
        }
        let unread_after = thread.unread_after;
        self.begin_thread(peer, unread_after, queue_id);
    }

    /// Goes to the end, which may have to be read first.
    pub fn to_latest(&mut self) {
        let Some(thread) = &mut self.thread else {
            return;
        };
        if thread.has_newer {
            let (peer, unread_after) = (thread.peer, thread.unread_after);
            self.begin_thread(peer, unread_after, 0);
        } else {
            thread.target = Some(0);
        }
    }

    /// Shows no conversation.
    pub fn close(&mut self) {
        self.thread = None;
        self.readers = None;
    }

    /// Reads on before the first item: to be called whenever the person is near to it.
    pub fn load_older(&mut self) {
        if let Some(thread) = &self.thread
            && thread.is_loaded
            && thread.has_older
            && thread.failure.is_none()
        {
            let before = if thread.oldest() > 0 { thread.oldest() } else { thread.anchor };
            self.load(before, 0);
        }
    }

    /// Reads on behind the last item: to be called whenever the person is near to it.
    pub fn load_newer(&mut self) {
        if let Some(thread) = &self.thread
            && thread.is_loaded
            && thread.has_newer
            && thread.failure.is_none()
        {
            let after = if thread.newest() > 0 { thread.newest() } else { thread.anchor };
            self.load(0, after);
        }
    }

    /// Tries again what could not be read.
    pub fn load_again(&mut self) {
        let Some(thread) = &mut self.thread else {
            return;
        };
        let is_loaded = thread.is_loaded;
        if thread.failure.take().is_some() {
            thread.version += 1;
            if is_loaded {
                self.load_older();
                self.load_newer();
            } else {
                self.load_first();
            }
        }
    }

    /// The entry at this place, to be shown where another one answers it. Nothing while it is not known: then it is read.
    pub fn quoted(&mut self, queue_id: i64) -> Option<Quoted> {
        let thread = self.thread.as_mut()?;
        let known = thread.quoted(queue_id);
        if known.is_none() && thread.is_loaded {
            let peer = thread.peer;
            thread.quote(queue_id, Quoted::Asked);
            self.wish(Wish::Quote { peer, queue_id });
        }
        known.filter(|quoted| *quoted != Quoted::Asked)
    }

    /// Before which item of the open conversation entries may be missing for good.
    pub fn gaps_shown(&self) -> Vec<usize> {
        let Some(thread) = &self.thread else {
            return Vec::new();
        };
        let joined_at = self.groups.get(thread.peer).map_or(0, |group| group.joined_at);
        let mut gaps = self.gaps.clone();
        // What is gone from the server and was never here.
        if self.kept_from > 1 && thread.oldest() >= self.kept_from {
            gaps.push(crate::model::Gap { after: 0, before: self.kept_from });
        }
        let mut lines: Vec<_> = gaps.iter().filter_map(|gap| thread.gap(*gap, joined_at)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    pub(super) fn take_page(&mut self, page: Page) {
        let peer = page.peer;
        let writers: Vec<_> = page.items.iter().map(|item| item.from).collect();
        let me = self.me;
        let Some(thread) = self.thread_of(peer) else {
            return;
        };
        if !thread.take(page) {
            return;
        }
        thread.find_unread(me);
        thread.aim_near();
        let is_around = thread.has_newer && thread.newest() <= thread.anchor;
        for user in writers {
            self.want(user);
        }
        self.show_outgoing(peer);
        if is_around {
            self.load_newer();
        }
        if peer < 0 {
            self.count_readers_soon();
        }
    }

    pub(super) fn page_failed(&mut self, number: u64, peer: Peer, why: String) {
        if let Some(thread) = self.thread_of(peer)
            && thread.loading.take_if(|load| load.number == number).is_some()
        {
            thread.is_loading = false;
            thread.failure = Some(why);
            thread.version += 1;
        }
    }

    pub(super) fn take_quoted(&mut self, peer: Peer, queue_id: i64, outcome: Result<Option<Item>, String>) {
        let from = outcome.as_ref().ok().and_then(|item| item.as_ref()).map(|item| item.from);
        let Some(thread) = self.thread_of(peer) else {
            return;
        };
        match outcome {
            Ok(Some(item)) => thread.quote(queue_id, Quoted::Here(Box::new(item))),
            Ok(None) => thread.quote(queue_id, Quoted::Gone),
            // It stays as asked for, so that it is not asked for in each frame; the next link asks again.
            Err(_) => {}
        }
        self.want(from.unwrap_or_default());
    }

    /// There is a link: what could not be read is read now.
    pub(super) fn thread_linked(&mut self) {
        let Some(thread) = &mut self.thread else {
            return;
        };
        thread.forget_asked();
        if thread.failure.take().is_some() {
            thread.version += 1;
        }
        if !thread.is_loaded {
            self.load_first();
        } else if thread.has_holes {
            // From where the person has come to, which is where they are.
            let (peer, place) = (thread.peer, thread.oldest());
            self.begin_thread(peer, None, place);
        }
        self.learn_marks();
    }

    /// What was read of the open conversation is void.
    pub(super) fn thread_void(&mut self) {
        if let Some(thread) = &self.thread {
            self.begin_thread(thread.peer, None, 0);
        }
    }

    /// The same, and so are all places.
    pub(super) fn thread_start_over(&mut self) {
        self.thread_void();
        if let Some(thread) = &mut self.thread {
            (thread.read_by_peer, thread.delivered_to_peer, thread.unread_from) = (0, 0, None);
        }
    }

    /// Shows what is on its way there.
    pub(super) fn show_outgoing(&mut self, peer: Peer) {
        let me = self.me;
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.peer == peer) {
            thread.set_outgoing(self.outbox.items(peer, me));
        }
    }

    fn begin_thread(&mut self, peer: Peer, unread_after: Option<i64>, anchor: i64) {
        let mut thread = Thread::new(peer, anchor);
        if let Some(before) = &self.thread {
            // A view that compares versions sees that all is another.
            thread.version = before.version + 1;
            if before.peer == peer {
                thread.read_by_peer = before.read_by_peer;
                thread.delivered_to_peer = before.delivered_to_peer;
                thread.unread_from = before.unread_from;
            }
        }
        thread.unread_after = unread_after;
        self.thread = Some(thread);
        self.load_first();
    }

    fn load_first(&mut self) {
        if let Some(thread) = &self.thread {
            let before = if thread.anchor > 0 { thread.anchor.saturating_add(1) } else { 0 };
            self.load(before, 0);
        }
    }

    fn load(&mut self, before: i64, after: i64) {
        if let Some(thread) = &mut self.thread
            && thread.loading.is_none()
        {
            self.loads += 1;
            let number = self.loads;
            thread.loading = Some(Load { number, before, after });
            thread.is_loading = true;
            thread.version += 1;
            let peer = thread.peer;
            self.wish(Wish::Load { number, peer, before, after, limit: PAGE });
        }
    }

    /// The place of the last entry of a conversation, as far as is known.
    pub(super) fn last_place(&self, peer: Peer) -> i64 {
        self.talks.get(peer).map_or(0, Talk::last_place)
    }
}
