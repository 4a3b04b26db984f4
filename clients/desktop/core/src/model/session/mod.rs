//! One account: everything that its window shows, and what the person does with it.
//!
//! The parts keep their own rules; here they are brought together. Each of the files beside this has what belongs to one
//! subject: what the person does, what is told of it, what the answers say.

mod account;
mod answers;
mod changing;
mod contacts;
mod entries;
mod groups;
mod linking;
mod list;
mod media;
mod open;
mod people;
mod reading;
mod search;
mod sending;
mod settings;
mod tell;
mod timing;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use super::asks::Purpose;
use super::notices::Notices;
use super::reading::{Readers, Reading};
use super::{
    Asking, Asks, Contacts, Gap, Groups, LinkState, Media, Notice, Outbox, People, Presence, Search, Talks, Thread,
    Ticket, TimeMs, Typing, Unread, UserId, Wish,
};

pub use sending::NewMessage;

/// The state of one account.
#[derive(Debug)]
pub struct Session {
    /// 0 before the first login.
    pub me: UserId,
    /// The name that the person logs in with.
    pub name: String,
    pub link: LinkState,
    /// What is kept on this machine is encrypted.
    pub is_encrypted: bool,
    /// Why what is kept could not be encrypted anew.
    pub encrypting_failed: Option<String>,
    /// What was kept could not be read, and lies there now.
    pub set_aside: Option<PathBuf>,
    /// Why the disk does not keep what it is given, if it does not.
    pub store_failure: Option<String>,
    pub talks: Talks,
    /// The conversation that is open.
    pub thread: Option<Thread>,
    pub outbox: Outbox,
    pub people: People,
    pub contacts: Contacts,
    pub groups: Groups,
    pub presence: Presence,
    pub typing: Typing,
    pub media: Media,
    pub search: Search,
    pub asks: Asks,
    /// Who has read a message of a group, as it was asked for last.
    pub readers: Option<Readers>,
    /// Where entries are missing for good.
    pub gaps: Vec<Gap>,
    /// The first place that the log still keeps. 0: nothing was ever removed.
    pub kept_from: i64,

    now_ms: TimeMs,
    is_focused: bool,
    was_online: bool,
    /// Since when the link is there.
    connected_at_ms: TimeMs,
    /// Up to here entries were taken.
    cursor: i64,
    /// Up to here the log is told from its beginning: nothing of that is news, and the server counts it.
    told_up_to: i64,
    /// So many pages were asked for.
    loads: u64,
    notices: Notices,
    reading: Reading,
    due: timing::Due,
    list: list::Listing,
    recounts: BTreeSet<super::Peer>,
    changing: changing::Changing,
    wishes: Vec<Wish>,
    /// The name of a change that has no answer yet, by what it is: asked again, it is done once (E20, G4).
    change_ids: HashMap<String, String>,
}

impl Session {
    pub fn new() -> Self {
        Self {
            me: 0,
            name: String::new(),
            link: LinkState::Opening,
            is_encrypted: false,
            encrypting_failed: None,
            set_aside: None,
            store_failure: None,
            talks: Talks::default(),
            thread: None,
            outbox: Outbox::default(),
            people: People::default(),
            contacts: Contacts::default(),
            groups: Groups::default(),
            presence: Presence::default(),
            typing: Typing::default(),
            media: Media::default(),
            search: Search::default(),
            asks: Asks::default(),
            readers: None,
            gaps: Vec::new(),
            kept_from: 0,
            now_ms: 0,
            is_focused: false,
            was_online: false,
            connected_at_ms: 0,
            cursor: 0,
            told_up_to: 0,
            loads: 0,
            notices: Notices::default(),
            reading: Reading::default(),
            due: timing::Due::default(),
            list: list::Listing::default(),
            recounts: BTreeSet::new(),
            changing: changing::Changing::default(),
            wishes: Vec::new(),
            change_ids: HashMap::new(),
        }
    }

    /// What is to be done, since this was asked last.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        self.wish_to_keep();
        std::mem::take(&mut self.wishes)
    }

    /// Of what the person is to be told outside of the window, since this was asked last.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.notices.take()
    }

    /// What is unread, for a title and a tray.
    pub fn unread(&self) -> Unread {
        self.talks.unread()
    }

    /// What time it is, as it was said last.
    pub fn now_ms(&self) -> TimeMs {
        self.now_ms
    }

    /// Whether the window has the person's eyes: only then is what it shows read.
    pub fn set_focused(&mut self, is_focused: bool) {
        self.is_focused = is_focused;
    }

    pub(super) fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }

    /// Asks the server; what is done with the answer stands in `answers`.
    fn ask(&mut self, purpose: Purpose, asking: impl Into<Asking>) -> Ticket {
        let ticket = self.asks.begin(purpose);
        self.wishes.push(Wish::Ask { ticket, asking: asking.into() });
        ticket
    }

    fn ask_on(&mut self, ticket: Ticket, purpose: Purpose, asking: impl Into<Asking>) {
        self.asks.go_on(ticket, purpose);
        self.wishes.push(Wish::Ask { ticket, asking: asking.into() });
    }

    fn wish_to_keep(&mut self) {
        let (talks, users, groups) = (self.talks.take_dirty(), self.people.take_dirty(), self.groups.take_dirty());
        if !talks.is_empty() {
            self.wishes.push(Wish::KeepTalks(talks));
        }
        if !users.is_empty() {
            self.wishes.push(Wish::KeepUsers(users));
        }
        if !groups.is_empty() {
            self.wishes.push(Wish::KeepGroups(groups));
        }
        if let Some(contacts) = self.contacts.take_dirty() {
            self.wishes.push(Wish::KeepContacts(contacts));
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
