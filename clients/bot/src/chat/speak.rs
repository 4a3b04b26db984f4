//! What the chat does with messages to send, and with those that are to be changed.

use std::time::Duration;

use longlink_client::Content;
use tokio::time::Instant;

use super::line::{OfMessages, Which};
use super::orders::mentioned;
use super::said::Shown;
use super::{Chat, Job, Kept, QUOTED_MAX, TO_WHOM};
use crate::text::{one_line, shortened};

impl Chat {
    pub(super) fn say(&mut self, text: String) {
        match self.talks.open() {
            Some(peer) => self.say_to(peer, text, 0),
            None => self.wrong(TO_WHOM),
        }
    }

    fn say_to(&mut self, peer: i64, text: String, reply_to: i64) {
        if peer < 0 && !mentioned(&text).is_empty() {
            self.begin(self.orders.clone().say_with_mentions(peer, text, reply_to));
        } else {
            self.send(peer, Content::from(text.as_str()).replying_to(reply_to), text);
        }
    }

    pub(super) fn send(&mut self, peer: i64, content: Content, text: String) {
        match self.orders.client.send(peer, content) {
            Ok(sending) => {
                if !self.connected {
                    self.screen.note("not connected; it will be sent when the link is back");
                }
                let id = sending.client_msg_id().to_owned();
                self.unkept.insert(id.clone());
                self.jobs.push(Box::pin(async move { Job::Sent { peer, id, text, outcome: sending.await } }));
            }
            Err(error) => self.wrong(&format!("not sent: {error}")),
        }
    }

    pub(super) fn say_writing(&mut self) {
        let said_lately = self.said_writing_at.is_some_and(|at| at.elapsed() < SAY_WRITING_EVERY);
        if let (Some(peer), true, false) = (self.talks.open(), self.connected, said_lately) {
            self.said_writing_at = Some(Instant::now());
            let client = self.orders.client.clone();
            self.jobs.push(Box::pin(async move {
                // Nobody misses it.
                let _ = client.typing(peer).await;
                Job::WritingSaid
            }));
        }
    }

    pub(super) fn kept(&mut self, peer: i64, queue_id: i64, text: &str) {
        self.unread_own = Some(Kept { peer, queue_id, has_arrived: false });
        let text = shortened(&one_line(text), QUOTED_MAX);
        self.said.show(queue_id, Shown { peer, from: self.orders.names.borrow().me, text });
        if self.screen.is_terminal() {
            self.screen.status(&format!("  ✓ {queue_id}"));
        } else {
            self.screen.line(&format!("kept {queue_id}"));
        }
    }

    pub(super) fn of_messages(&mut self, order: OfMessages) {
        let Some(peer) = self.talks.open() else {
            return self.wrong(TO_WHOM);
        };
        let orders = self.orders.clone();
        match order {
            OfMessages::Reply { to, text } => {
                if let Some(queue_id) = self.place_of(to, peer, false) {
                    self.say_to(peer, text, queue_id);
                }
            }
            OfMessages::Edit { which, text } => {
                if let Some(queue_id) = self.place_of(which, peer, true) {
                    self.begin(orders.edit(peer, queue_id, text));
                }
            }
            OfMessages::Recall(which) => {
                if let Some(queue_id) = self.place_of(which, peer, true) {
                    self.begin(orders.recall(peer, queue_id));
                }
            }
            OfMessages::ReadBy(_) if peer >= 0 => self.wrong("this is no group; /read tells who has read up to where"),
            OfMessages::ReadBy(which) => {
                if let Some(queue_id) = self.place_of(which, peer, true) {
                    self.begin(orders.read_by(peer, queue_id));
                }
            }
            OfMessages::Pin(pinned) => self.begin(orders.set(peer, Some(pinned), None)),
            OfMessages::Quiet(quiet) => self.begin(orders.set(peer, None, Some(quiet))),
        }
    }

    /// The place of the message that is meant: of the last own one, or of the last one of another.
    fn place_of(&mut self, which: Which, peer: i64, own: bool) -> Option<i64> {
        let me = self.orders.names.borrow().me;
        let place = match which {
            Which::At(queue_id) => Some(queue_id),
            Which::Last => self.said.last(peer, |from| (from == me) == own),
        };
        if place.is_none() {
            self.wrong("there is no such message on the screen; /history shows messages with their numbers");
        }
        place
    }

    /// An own order has changed a message. Its entry may come as well, and is then no news.
    pub(super) fn changed(&mut self, queue_id: i64, by: i64, text: Option<String>) {
        self.own_changes.insert(by);
        if self.own_changes.len() > OWN_CHANGES_MAX {
            self.own_changes.pop_first();
        }
        match text {
            Some(text) => {
                self.said.change(queue_id, shortened(&one_line(&text), QUOTED_MAX));
                self.screen.line(&format!("changed {queue_id}"));
            }
            None => {
                self.said.forget(queue_id);
                self.screen.line(&format!("took back {queue_id}"));
            }
        }
    }
}

const SAY_WRITING_EVERY: Duration = Duration::from_secs(4);
/// More than one changes before the server has told of the first.
const OWN_CHANGES_MAX: usize = 100;
