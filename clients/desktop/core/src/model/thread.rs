//! A conversation that is open: the part of it that is in memory. It is an unbroken run of entries, read on at either end
//! as it is looked at, and let go at the other, so that the longest conversation takes no more room than a short one.
//!
//! Here is what a view reads of it; `run` has how it changes.

use std::collections::{HashMap, VecDeque};

use super::gap::gap_in;
use super::{Amendment, Gap, Item, Peer};

/// Items by ascending place, those on their way last.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    pub peer: Peer,
    /// First what is in the log, then, if nothing newer is missing, what is on its way.
    pub items: VecDeque<Item>,
    /// There is more before the first item, on this machine or on the server.
    pub has_older: bool,
    /// There is more behind the last item, since the person looks at an earlier place.
    pub has_newer: bool,
    /// A first page has come.
    pub is_loaded: bool,
    pub is_loading: bool,
    /// Why more could not be loaded, until that is tried again.
    pub failure: Option<String>,
    /// Grows with every change of what is shown, so that a view knows when what it has laid out is old.
    pub version: u64,
    /// How many items were taken away before the first one, less those that were put there: a view keeps its place by it,
    /// since `first_index + i` stays with an item. (But for what comes into the midst, which `version` tells.)
    pub first_index: i64,
    /// The place that is to be brought into view, until the view has done that and taken it. 0 is the end.
    pub target: Option<i64>,
    /// The first entry that was new to the person when they opened it: the line that says so stands before it.
    pub unread_from: Option<i64>,
    /// Up to where the other side of a conversation of two has read, and has it on a device.
    pub read_by_peer: i64,
    pub delivered_to_peer: i64,
    /// In a group: how many have read one's own messages, and of how many.
    pub counts: HashMap<i64, ReadCount>,

    /// How many of the items are in the log.
    pub(super) kept: usize,
    /// The run was begun there. 0: at the end.
    pub(super) anchor: i64,
    pub(super) unread_after: Option<i64>,
    pub(super) quoted: VecDeque<(i64, Quoted)>,
    pub(super) loading: Option<Load>,
    /// The latest changes, for pages that were read before them and come after.
    pub(super) changes: VecDeque<Amendment>,
    /// What came while the end of the run was not the end of the conversation.
    pub(super) early: VecDeque<Item>,
    /// There was more of that than is kept, while a page was on its way.
    pub(super) is_early_lost: bool,
    /// Some of it was read without a link, and may have holes.
    pub(super) has_holes: bool,
}

/// How many of a group's members have read a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadCount {
    pub read: u32,
    pub members: u32,
}

/// An entry that another one answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Quoted {
    /// It has been asked for.
    Asked,
    Here(Box<Item>),
    /// There is none to be seen.
    Gone,
}

/// What is being read: before a place (0: the latest), or behind one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) number: u64,
    pub(crate) before: i64,
    pub(crate) after: i64,
}

/// So many are in memory.
pub const ITEMS_MAX: usize = 2_000;
/// So many are read at once.
pub const PAGE: u32 = 100;

impl Thread {
    /// One that is to be read from the end, or with this place in it.
    pub(crate) fn new(peer: Peer, anchor: i64) -> Self {
        Self {
            peer,
            items: VecDeque::new(),
            has_older: true,
            has_newer: anchor > 0,
            is_loaded: false,
            is_loading: false,
            failure: None,
            version: 0,
            first_index: 0,
            target: Some(anchor),
            unread_from: None,
            read_by_peer: 0,
            delivered_to_peer: 0,
            counts: HashMap::new(),
            kept: 0,
            anchor,
            unread_after: None,
            quoted: VecDeque::new(),
            loading: None,
            changes: VecDeque::new(),
            early: VecDeque::new(),
            is_early_lost: false,
            has_holes: false,
        }
    }

    /// The place of the first item that is in the log. 0: there is none.
    pub fn oldest(&self) -> i64 {
        self.items.front().filter(|item| item.is_kept()).map_or(0, |item| item.queue_id)
    }

    /// The place of the last item that is in the log. 0: there is none.
    pub fn newest(&self) -> i64 {
        self.kept.checked_sub(1).and_then(|last| self.items.get(last)).map_or(0, |item| item.queue_id)
    }

    /// Where the entry at this place stands, if it is in memory.
    pub fn index_of(&self, queue_id: i64) -> Option<usize> {
        let at = self.position(queue_id);
        (at < self.kept && self.items.get(at).is_some_and(|item| item.queue_id == queue_id)).then_some(at)
    }

    /// Before which item the line stands that tells what is new.
    pub fn unread_line(&self) -> Option<usize> {
        self.unread_from.and_then(|queue_id| self.index_of(queue_id))
    }

    /// The entry at this place, to be shown where another one answers it. Nothing: it is not known here.
    pub fn quoted(&self, queue_id: i64) -> Option<Quoted> {
        if let Some(item) = self.index_of(queue_id).and_then(|at| self.items.get(at)) {
            return Some(Quoted::Here(Box::new(item.clone())));
        }
        let quoted = self.quoted.iter().find(|(place, _)| *place == queue_id).map(|(_, quoted)| quoted.clone());
        let is_before_all = self.is_loaded && !self.has_older && queue_id < self.oldest();
        quoted.or(is_before_all.then_some(Quoted::Gone))
    }

    /// Before which item entries may be missing for good. `joined_at`: in a group the person sees it from there on.
    pub fn gap(&self, gap: Gap, joined_at: i64) -> Option<usize> {
        let begins = (self.is_loaded && !self.has_older).then_some(joined_at);
        gap_in(&self.items, self.kept, gap, begins)
    }

    /// How many of those that are in the log stand before this place.
    pub(super) fn position(&self, queue_id: i64) -> usize {
        self.items.partition_point(|item| item.is_kept() && item.queue_id < queue_id)
    }
}
