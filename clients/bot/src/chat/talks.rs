//! Conversations: which one is open, and what waits unread in the others. Pure.

use std::collections::HashMap;

use longlink_client::pb;

#[derive(Debug, Default)]
pub(super) struct Talks {
    open: Option<i64>,
    talks: HashMap<i64, Talk>,
}

#[derive(Debug, Default)]
struct Talk {
    unread: u32,
    /// The newest entry that came, shown or not.
    newest: i64,
    /// The newest entry that was shown.
    shown: i64,
    /// No notice is to be made of what comes.
    quiet: bool,
}

/// With whom an entry is said, as one of the two sees it.
pub(super) fn peer_of(me: i64, entry: &pb::Entry) -> i64 {
    if entry.to > 0 && entry.from != me { entry.from } else { entry.to }
}

impl Talks {
    pub(super) fn open(&self) -> Option<i64> {
        self.open
    }

    /// Opens a conversation of which everything up to `newest` goes on the screen. False if there is newer, and then
    /// nothing changes: look again, and then enter whatever there is.
    pub(super) fn enter(&mut self, peer: i64, newest: i64, whatever: bool) -> bool {
        let talk = self.talks.entry(peer).or_default();
        if talk.newest > newest && talk.unread > 0 && !whatever {
            return false;
        }
        self.open = Some(peer);
        talk.shown = talk.shown.max(newest);
        talk.unread = 0;
        true
    }

    pub(super) fn leave(&mut self) {
        self.open = None;
    }

    pub(super) fn set_quiet(&mut self, peer: i64, quiet: bool) {
        self.talks.entry(peer).or_default().quiet = quiet;
    }

    pub(super) fn is_quiet(&self, peer: i64) -> bool {
        self.talks.get(&peer).is_some_and(|talk| talk.quiet)
    }

    /// Something came. `uncounted` is what nobody has to read, such as the own entries; `show` is whether all
    /// conversations are shown anyway.
    pub(super) fn came(&mut self, peer: i64, queue_id: i64, uncounted: bool, show: bool) -> Came {
        let open = show || self.open == Some(peer);
        let talk = self.talks.entry(peer).or_default();
        if queue_id <= talk.shown {
            return Came::ShownBefore;
        }
        talk.newest = talk.newest.max(queue_id);
        if open {
            talk.shown = queue_id;
            Came::Show
        } else if uncounted {
            Came::Elsewhere
        } else {
            talk.unread = talk.unread.saturating_add(1);
            Came::Unread(talk.unread)
        }
    }

    pub(super) fn unread(&self) -> u32 {
        let heard = self.talks.values().filter(|talk| !talk.quiet);
        heard.map(|talk| talk.unread).fold(0, u32::saturating_add)
    }

    /// What was counted means nothing any more.
    pub(super) fn start_over(&mut self) {
        self.talks.clear();
    }
}

/// What to do with an entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    Show,
    /// It is of another conversation, and nobody has to read it.
    Elsewhere,
    /// It waits, with so many in all.
    Unread(u32),
    ShownBefore,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_entry_belongs_to_the_talk_with_the_other_side() {
        let entry = |from, to| pb::Entry { from, to, ..Default::default() };
        assert_eq!(peer_of(7, &entry(3, 7)), 3);
        assert_eq!(peer_of(7, &entry(7, 3)), 3);
        assert_eq!(peer_of(7, &entry(7, 7)), 7);
        assert_eq!(peer_of(7, &entry(3, 0)), 0);
        assert_eq!(peer_of(7, &entry(3, -5)), -5);
    }

    #[test]
    fn what_comes_elsewhere_waits_until_it_is_on_the_screen() {
        let mut talks = Talks::default();
        assert!(talks.enter(3, 10, false));
        assert_eq!(talks.came(3, 11, false, false), Came::Show);
        assert_eq!(talks.came(4, 12, false, false), Came::Unread(1));
        assert_eq!(talks.came(4, 13, false, false), Came::Unread(2));
        assert_eq!(talks.came(4, 14, true, false), Came::Elsewhere);
        assert_eq!(talks.unread(), 2);
        talks.set_quiet(4, true);
        assert_eq!(talks.unread(), 0, "what is quiet does not count");
        assert_eq!(talks.came(3, 11, true, false), Came::ShownBefore);
        assert!(!talks.enter(4, 12, false), "13 came after the page was read");
        assert!(talks.enter(4, 14, false));
        assert_eq!(talks.unread(), 0);
        assert_eq!(talks.came(4, 14, false, false), Came::ShownBefore);
        assert_eq!(talks.came(4, 15, false, false), Came::Show);
    }
}
