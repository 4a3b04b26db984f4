//! How the run of entries in memory grows and shrinks.

use super::thread::{Quoted, Thread};
use super::{Amendment, ITEMS_MAX, Item, Page, UserId};

/// So many quoted entries that are not in the run are kept.
const QUOTED_MAX: usize = 200;
/// So many changes are kept for pages that are on their way, and so much of what comes meanwhile.
const EARLY_MAX: usize = 200;

impl Thread {
    /// Takes a page. False: it is not the one that was asked for.
    pub(crate) fn take(&mut self, page: Page) -> bool {
        let Some(load) = self.loading.take_if(|load| load.number == page.number) else {
            return false;
        };
        self.is_loading = false;
        self.failure = None;
        self.is_loaded = true;
        self.has_holes |= page.has_holes;
        self.version += 1;
        // What is on its way stands behind all of them: it is put there again by who has it.
        self.items.truncate(self.kept);
        if load.after != 0 {
            self.has_newer = page.has_more;
            for item in page.items {
                self.insert(item);
            }
        } else {
            self.has_older = page.has_more;
            for item in page.items.into_iter().rev() {
                self.insert_before(item);
            }
        }
        let is_end = load.after != 0 || load.before == 0;
        if is_end && !self.has_newer {
            self.take_early();
        }
        if load.after != 0 {
            self.let_go_oldest()
        } else {
            self.let_go_newest()
        }
        true
    }

    /// Takes one that was pushed or written. True when it is shown.
    pub(crate) fn add(&mut self, item: Item) -> bool {
        if !self.is_loaded || self.has_newer {
            if self.early.len() >= EARLY_MAX {
                self.early.pop_front();
                self.is_early_lost |= self.loading.is_some();
            }
            self.early.push_back(item);
            return false;
        }
        // Older than the run, with a hole between: a page will bring it.
        if self.has_older && item.queue_id < self.oldest() {
            return false;
        }
        let is_new = self.insert(item);
        self.version += u64::from(is_new);
        // Not at once, since the person may be reading further up.
        if self.kept > 2 * ITEMS_MAX {
            self.let_go_oldest();
        }
        is_new
    }

    /// One of them was changed or taken back. True when it is shown.
    pub(crate) fn amend(&mut self, amendment: &Amendment) -> bool {
        if self.changes.len() >= EARLY_MAX {
            self.changes.pop_front();
        }
        self.changes.push_back(amendment.clone());
        let at = self.position(amendment.target);
        let mut is_shown = self.items.get_mut(at).is_some_and(|item| amendment.apply(item));
        for (_, quoted) in &mut self.quoted {
            if let Quoted::Here(item) = quoted {
                is_shown |= amendment.apply(item);
            }
        }
        self.version += u64::from(is_shown);
        is_shown
    }

    /// Puts what is on its way behind what is in the log, in the place of what was there of it.
    pub(crate) fn set_outgoing(&mut self, outgoing: impl Iterator<Item = Item>) {
        self.items.truncate(self.kept);
        if self.is_loaded && !self.has_newer {
            self.items.extend(outgoing);
        }
        self.version += 1;
    }

    /// Looks for the first entry that was new when the conversation was opened.
    pub(crate) fn find_unread(&mut self, me: UserId) {
        let Some(after) = self.unread_after else {
            return;
        };
        let from = self.position(after.saturating_add(1));
        // Where the run does not reach back to what was read, the first new one stands further up.
        if from == 0 && self.has_older {
            return;
        }
        let is_new = |item: &&Item| item.is_kept() && item.from != me && !item.is_event();
        if let Some(item) = self.items.range(from..).find(is_new) {
            self.unread_from = Some(item.queue_id);
            self.unread_after = None;
        }
    }

    /// A place that is not there, since it is kept no more, cannot be brought into view: what stands nearest before it can.
    pub(crate) fn aim_near(&mut self) {
        let is_gone = |place: &i64| *place > 0 && *place <= self.anchor && self.index_of(*place).is_none();
        if let Some(place) = self.target.filter(is_gone) {
            let before = self.position(place).checked_sub(1).and_then(|at| self.items.get(at));
            self.target = before.map(|item| item.queue_id).or_else(|| (!self.has_newer).then_some(0));
        }
    }

    pub(crate) fn mark(&mut self, read: i64, delivered: i64) {
        let before = (self.read_by_peer, self.delivered_to_peer);
        self.read_by_peer = self.read_by_peer.max(read);
        // What was read has arrived.
        self.delivered_to_peer = self.delivered_to_peer.max(delivered).max(self.read_by_peer);
        self.version += u64::from(before != (self.read_by_peer, self.delivered_to_peer));
    }

    pub(crate) fn quote(&mut self, queue_id: i64, mut quoted: Quoted) {
        if let Quoted::Here(item) = &mut quoted {
            self.bring_up_to_date(item);
        }
        self.quoted.retain(|(place, _)| *place != queue_id);
        if self.quoted.len() >= QUOTED_MAX {
            self.quoted.pop_front();
        }
        self.version += u64::from(quoted != Quoted::Asked);
        self.quoted.push_back((queue_id, quoted));
    }

    /// What was asked for and not answered is asked for anew.
    pub(crate) fn forget_asked(&mut self) {
        self.quoted.retain(|(_, quoted)| *quoted != Quoted::Asked);
    }

    /// The places of the person's own last messages, the latest first.
    pub(crate) fn own_places(&self, me: UserId, max: usize) -> Vec<i64> {
        let is_own = |item: &&Item| item.is_kept() && item.from == me && !item.is_event() && !item.is_recalled();
        self.items.iter().rev().filter(is_own).take(max).map(|item| item.queue_id).collect()
    }

    fn take_early(&mut self) {
        if std::mem::take(&mut self.is_early_lost) {
            // Between the page and what is left of it something is missing: it is read like everything else.
            self.early.clear();
            self.has_newer = true;
            return;
        }
        for item in std::mem::take(&mut self.early) {
            self.insert(item);
        }
    }

    fn bring_up_to_date(&self, item: &mut Item) {
        for change in &self.changes {
            change.apply(item);
        }
    }

    /// One of a page of older ones, which may overlap with what is there.
    fn insert_before(&mut self, mut item: Item) {
        if self.kept == 0 || item.queue_id < self.oldest() {
            self.bring_up_to_date(&mut item);
            self.items.push_front(item);
            self.kept += 1;
            self.first_index -= 1;
        }
    }

    /// Each once, at its place (E12).
    fn insert(&mut self, mut item: Item) -> bool {
        if item.queue_id <= 0 || self.index_of(item.queue_id).is_some() {
            return false;
        }
        self.bring_up_to_date(&mut item);
        self.items.insert(self.position(item.queue_id), item);
        self.kept += 1;
        true
    }

    /// At most so many: those go that are furthest from where one reads on.
    fn let_go_newest(&mut self) {
        if self.kept > ITEMS_MAX {
            self.items.truncate(ITEMS_MAX);
            self.kept = ITEMS_MAX;
            self.has_newer = true;
            self.early.clear();
        }
    }

    /// The same at the other end.
    fn let_go_oldest(&mut self) {
        let surplus = self.kept.saturating_sub(ITEMS_MAX);
        if surplus > 0 {
            self.items.drain(..surplus);
            self.kept -= surplus;
            self.first_index += i64::try_from(surplus).unwrap_or(i64::MAX);
            self.has_older = true;
        }
    }
}
