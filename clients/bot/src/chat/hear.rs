//! What the chat does with what it hears.

use std::collections::BTreeSet;
use std::time::Duration;

use longlink_client::{AskError, Event, pb};
use tokio::time::Instant;

use super::names::{group_event, look_up};
use super::orders::presence;
use super::said::Shown;
use super::talks::{Came, peer_of};
use super::{Chat, Job, Kept, QUOTED_MAX, show};
use crate::clock::now_ms;
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
                if now.has_gap() {
                    self.screen.status("what is older than the server keeps, and was not seen here yet, is gone");
                }
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
                self.said.start_over();
                self.screen.status("the server's log is a new one; what was said before is gone");
            }
            Event::Entry(entry) => {
                self.waiting.push_back(entry);
                self.show_waiting();
            }
            Event::Receipt(receipt) => self.heard_receipt(&receipt),
            Event::Typing(typing) => self.heard_writing(&typing),
            Event::Presence(push) => self.heard_presence(&push),
            Event::Contact(contact) => {
                let line = self.orders.contact_line(&contact);
                self.screen.status(&line);
            }
            Event::Conversation(push) => {
                self.talks.set_quiet(push.peer, push.settings.unwrap_or_default().muted);
            }
            Event::GroupRequest(push) => {
                let line = self.orders.request_line(&push.request.unwrap_or_default());
                let group = self.orders.names.borrow().peer(push.group);
                self.screen.status(&format!("{group}: {line}"));
            }
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
        let terminal = self.screen.is_terminal();
        let names = self.orders.names.clone();
        let names = names.borrow();
        let own = entry.from == names.me;
        // The answer to the send is still to come, and is what tells that it is kept.
        if own && self.unkept.contains(&entry.client_msg_id) {
            return;
        }
        // An own order changed something, and its answer has told so.
        if own && self.own_changes.contains(&entry.queue_id) {
            return;
        }
        let peer = peer_of(names.me, entry);
        let came = self.talks.came(peer, entry.queue_id, own || show::is_quiet(entry), !terminal);
        let view = self.view(&names);
        let line = show::entry(entry, view);
        let preview = shortened(&show::preview(entry, view), QUOTED_MAX);
        let (name, mentions_me) = (names.peer(peer), show::mentions(entry, names.me));
        let is_group_news = group_event(entry).is_some();
        drop(names);
        match came {
            Came::Show => {
                self.screen.line(&line);
                self.has_shown(entry);
            }
            Came::Unread(unread) if mentions_me || !self.talks.is_quiet(peer) => {
                let whom = if name.contains(' ') { format!("\"{name}\"") } else { name.clone() };
                let notice = if mentions_me { " (mentions you)" } else { "" };
                self.screen.status(&format!("• {name}, {unread} unread{notice}: {preview} (/to {whom})"));
            }
            Came::Elsewhere if is_group_news && !own => self.screen.status(&format!("• {name}: {preview}")),
            Came::Unread(_) | Came::Elsewhere | Came::ShownBefore => {}
        }
        match show::change_of(entry) {
            Some((queue_id, Some(text))) => self.said.change(queue_id, shortened(&text, QUOTED_MAX)),
            Some((queue_id, None)) => self.said.forget(queue_id),
            None => {}
        }
    }

    /// What is on the screen counts as read, and can be answered.
    pub(super) fn has_shown(&mut self, entry: &pb::Entry) {
        let me = self.orders.names.borrow().me;
        if !show::is_quiet(entry) {
            let shown = Shown { peer: peer_of(me, entry), from: entry.from, text: show::beginning(entry) };
            self.said.show(entry.queue_id, shown);
        }
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
        let Some(own) = self.unread_own.filter(|own| own.peer == receipt.peer && open == Some(receipt.reader)) else {
            return;
        };
        if receipt.reader == names.me {
            return;
        }
        let name = names.user(receipt.reader);
        drop(names);
        if own.queue_id <= receipt.up_to {
            self.unread_own = None;
            self.screen.note(&format!("  ✓✓ read by {name}"));
        } else if own.queue_id <= receipt.delivered_up_to && !own.has_arrived {
            self.unread_own = Some(Kept { has_arrived: true, ..own });
            self.screen.note(&format!("  ✓ arrived at {name}"));
        }
    }

    /// Whoever is talked with may come and go; the others are told by /online.
    fn heard_presence(&mut self, push: &pb::PresencePush) {
        for state in push.states.iter().filter(|state| self.talks.open() == Some(state.user)) {
            let line = presence(state, &self.orders.names.borrow().user(state.user), now_ms());
            self.screen.note(&line);
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
