//! Which entries the app has been given: each once, by a cursor that only goes forward.

use std::collections::BTreeSet;

use longlink::wire::pb;

use crate::settings::Resume;

/// The state of one user's inbox at this client.
#[derive(Debug)]
pub(crate) struct Inbox {
    place: Option<Resume>,
    user_id: i64,
    /// Own entries beyond the cursor that the app knows from the answer to its send. The server does not push them on
    /// the link they were sent on, but does after a reconnect.
    kept: BTreeSet<i64>,
}

/// What to do with an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Give it to the app.
    New,
    /// The app has it from the answer to its send; only the cursor moved.
    Kept,
    /// It was taken before.
    Old,
}

impl Inbox {
    pub(crate) fn new(resume: Option<Resume>) -> Self {
        Self { place: resume, user_id: 0, kept: BTreeSet::new() }
    }

    /// What to present at login.
    pub(crate) fn place(&self) -> Option<&Resume> {
        self.place.as_ref()
    }

    pub(crate) fn cursor(&self) -> i64 {
        self.place.as_ref().map_or(0, |place| place.cursor)
    }

    /// Takes what the server made of the place that was presented. True when all of before is void.
    pub(crate) fn logged_in(&mut self, reply: &pb::HelloReply) -> bool {
        self.user_id = reply.user_id;
        let before = self.place.take();
        let same_log = before.as_ref().is_some_and(|place| place.epoch == reply.epoch);
        let start_over = match reply.resumed() {
            pb::ResumeOutcome::StartOver => true,
            // The epoch is what names the log, whatever else is said.
            pb::ResumeOutcome::Continued | pb::ResumeOutcome::Live => before.is_some() && !same_log,
        };
        let cursor = match before {
            Some(place) if same_log && !start_over => place.cursor,
            Some(_) => 0,
            None if start_over => 0,
            None => reply.head,
        };
        if start_over {
            self.kept.clear();
        }
        self.place = Some(Resume { epoch: reply.epoch.clone(), cursor });
        start_over
    }

    /// A push brought this entry.
    pub(crate) fn take(&mut self, entry: &pb::Entry) -> Taken {
        if entry.queue_id <= self.cursor() {
            return Taken::Old;
        }
        let kept = entry.from == self.user_id && self.kept.contains(&entry.queue_id);
        self.advance(entry.queue_id);
        if kept { Taken::Kept } else { Taken::New }
    }

    /// The app knows that its own entry is kept there.
    pub(crate) fn reported(&mut self, queue_id: i64) {
        if queue_id <= self.cursor() {
            return;
        }
        self.kept.insert(queue_id);
        // Forgetting one means at worst that the app is given its own entry, which it can tell by its client_msg_id.
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_first();
        }
    }

    /// Everything up to here has been taken. True when that is news.
    pub(crate) fn advance(&mut self, cursor: i64) -> bool {
        let Some(place) = &mut self.place else {
            return false;
        };
        let news = cursor > place.cursor;
        if news {
            place.cursor = cursor;
            self.kept = self.kept.split_off(&cursor.saturating_add(1));
        }
        news
    }
}

/// What a client can send before anything is pushed to it, for any but a very one-sided conversation.
const KEPT_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox_at(cursor: i64) -> Inbox {
        let mut inbox = Inbox::new(None);
        let reply = pb::HelloReply { user_id: 7, epoch: "e".into(), head: cursor, ..Default::default() };
        assert!(!inbox.logged_in(&reply));
        inbox
    }

    fn entry(queue_id: i64, from: i64) -> pb::Entry {
        pb::Entry { queue_id, from, ..Default::default() }
    }

    #[test]
    fn an_entry_is_taken_once() {
        let mut inbox = inbox_at(10);
        assert_eq!(inbox.take(&entry(10, 3)), Taken::Old);
        assert_eq!(inbox.take(&entry(12, 3)), Taken::New);
        assert_eq!(inbox.take(&entry(12, 3)), Taken::Old);
        assert_eq!(inbox.take(&entry(11, 3)), Taken::Old);
        assert_eq!(inbox.cursor(), 12);
    }

    #[test]
    fn an_own_entry_that_was_reported_as_kept_only_moves_the_cursor() {
        let mut inbox = inbox_at(10);
        inbox.reported(11);
        inbox.reported(12);
        assert_eq!(inbox.cursor(), 10);
        assert_eq!(inbox.take(&entry(11, 7)), Taken::Kept);
        assert_eq!(inbox.take(&entry(12, 7)), Taken::Kept);
        assert_eq!(inbox.take(&entry(13, 7)), Taken::New, "written on another device");
    }

    #[test]
    fn another_epoch_starts_over_whatever_the_outcome_says() {
        for outcome in [pb::ResumeOutcome::StartOver, pb::ResumeOutcome::Continued, pb::ResumeOutcome::Live] {
            let mut inbox = inbox_at(10);
            inbox.reported(11);
            let mut reply = pb::HelloReply { user_id: 7, epoch: "f".into(), head: 90, ..Default::default() };
            reply.set_resumed(outcome);
            assert!(inbox.logged_in(&reply));
            assert_eq!(inbox.place(), Some(&Resume { epoch: "f".into(), cursor: 0 }));
            assert_eq!(inbox.take(&entry(11, 7)), Taken::New);
        }
    }

    #[test]
    fn the_memory_of_own_entries_is_bounded() {
        let mut inbox = inbox_at(0);
        for queue_id in 1..=2 * KEPT_MAX as i64 {
            inbox.reported(queue_id);
        }
        assert_eq!(inbox.kept.len(), KEPT_MAX);
        inbox.advance(2 * KEPT_MAX as i64);
        assert!(inbox.kept.is_empty());
    }
}
