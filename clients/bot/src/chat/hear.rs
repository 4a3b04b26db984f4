//! What the chat does with what it hears.

use std::collections::BTreeSet;
use std::time::Duration;

use longlink_client::{AskError, Event, pb};
use tokio::time::Instant;

use super::names::look_up;
use super::talks::{Came, peer_of};
use super::{Chat, Job, QUOTED_MAX, show};
use crate::text::{one_line, shortened};

impl Chat {
    pub(super) fn heard(&mut self, event: Event) {
        match event {
            Event::Connected(now) => {
                let again = !self.my_name.is_empty();
                self.my_name = one_line(&now.user_name);
                self.orders.names.borrow_mut().logged_in(now.user_id);
                self.connected = true;
                self.met_server = true;
                if again {
                    self.screen.status("connected again");
                } else {
                    self.screen.status(&format!("logged in as {}", self.my_name));
                    self.screen.note("/help tells what there is");
                    self.learn_groups();
                }
                self.mark_next();
            }
            Event::Disconnected { why, retry_in } => {
                self.connected = false;
                self.met_server = true;
                let seconds = retry_in.as_millis().div_ceil(1000);
                self.screen.status(&format!("{why}; trying again within {seconds} s"));
            }
            Event::StartOver { .. } => {
                self.talks.start_over();
                self.screen.status("the server's log is a new one; what was said before is gone");
            }
            Event::Entry(entry) => {
                self.waiting.push_back(entry);
                self.show_waiting();
            }
            Event::Receipt(receipt) => self.heard_receipt(&receipt),
            Event::Typing(typing) => self.heard_writing(&typing),
            // The loop ends with it.
            Event::Ended(_) => {}
        }
    }

    /// A person may want to complete the names of groups before anything was said in them.
    fn learn_groups(&mut self) {
        if self.screen.is_terminal() {
            let orders = self.orders.clone();
            self.jobs.push(Box::pin(async move {
                // They are learned when they are needed, at the latest.
                let _ = orders.groups().await;
                Job::NamesLearned
            }));
        }
    }

    /// Shows what waits, as far as all names in it are known, and looks up the others.
    pub(super) fn show_waiting(&mut self) {
        while !self.looking_up {
            let Some(entry) = self.waiting.pop_front() else {
                return;
            };
            let names = self.orders.names.borrow();
            if names.missing_for(&entry).is_empty() {
                drop(names);
                self.show(&entry);
                continue;
            }
            self.waiting.push_front(entry);
            let missing: BTreeSet<i64> = self.waiting.iter().flat_map(|entry| names.missing_for(entry)).collect();
            drop(names);
            self.looking_up = true;
            let orders = self.orders.clone();
            self.jobs.push(Box::pin(async move {
                look_up(&orders.client, &orders.names, missing).await;
                Job::NamesKnown
            }));
        }
    }

    fn show(&mut self, entry: &pb::Entry) {
        let (terminal, paint) = (self.screen.is_terminal(), self.screen.paint);
        let names = self.orders.names.borrow();
        let own = entry.from == names.me;
        // The answer to the send is still to come, and is what tells that it is kept.
        if own && self.unkept.contains(&entry.client_msg_id) {
            return;
        }
        let peer = peer_of(names.me, entry);
        match self.talks.came(peer, entry.queue_id, own, !terminal) {
            Came::Show => {
                let line = show::entry(entry, &names, paint, terminal);
                drop(names);
                self.screen.line(&line);
                self.has_shown(entry);
            }
            Came::Unread(unread) => {
                let name = names.peer(peer);
                let whom = if name.contains(' ') { format!("\"{name}\"") } else { name.clone() };
                let preview = shortened(&show::preview(entry, &names), QUOTED_MAX);
                drop(names);
                self.screen.status(&format!("• {name}, {unread} unread: {preview} (/to {whom})"));
            }
            Came::ShownBefore => {}
        }
    }

    /// What is on the screen counts as read.
    pub(super) fn has_shown(&mut self, entry: &pb::Entry) {
        let me = self.orders.names.borrow().me;
        if entry.from != me {
            let mark = self.marks.entry(peer_of(me, entry)).or_default();
            *mark = entry.queue_id.max(*mark);
            self.mark_next();
        }
    }

    /// Marks one conversation after the other, each up to the newest that was shown by then.
    fn mark_next(&mut self) {
        if self.marking || !self.connected {
            return;
        }
        let Some((&peer, &up_to)) = self.marks.iter().next() else {
            return;
        };
        self.marks.remove(&peer);
        self.marking = true;
        let client = self.orders.client.clone();
        self.jobs.push(Box::pin(async move {
            let outcome = client.mark_read(peer, up_to).await;
            Job::Marked { peer, up_to, outcome }
        }));
    }

    pub(super) fn marked(&mut self, peer: i64, up_to: i64, outcome: &Result<(), AskError>) {
        self.marking = false;
        if matches!(outcome, Err(AskError::Disconnected | AskError::TimedOut)) {
            // Again after the next login.
            let mark = self.marks.entry(peer).or_default();
            *mark = up_to.max(*mark);
        } else {
            self.mark_next();
        }
    }

    fn heard_receipt(&mut self, receipt: &pb::ReceiptPush) {
        let (names, open) = (self.orders.names.borrow(), self.talks.open());
        // In a group there would be one for everybody; /read tells that.
        let read = self.unread_own.is_some_and(|(peer, queue_id)| peer == receipt.peer && queue_id <= receipt.up_to);
        if read && open == Some(receipt.reader) && receipt.reader != names.me {
            let name = names.user(receipt.reader);
            drop(names);
            self.unread_own = None;
            self.screen.note(&format!("  ✓✓ read by {name}"));
        }
    }

    fn heard_writing(&mut self, typing: &pb::TypingPush) {
        let names = self.orders.names.borrow();
        let shown_lately =
            matches!(self.shown_writing, Some((user, at)) if user == typing.user && at.elapsed() < SHOWN_FOR);
        if self.talks.open() == Some(typing.peer) && !shown_lately && typing.user != names.me {
            let name = names.user(typing.user);
            drop(names);
            self.shown_writing = Some((typing.user, Instant::now()));
            self.screen.note(&format!("{name} is writing …"));
        }
    }
}

/// Who writes a long message is announced again after this.
const SHOWN_FOR: Duration = Duration::from_secs(15);
