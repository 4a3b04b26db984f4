//! What the app is told, in order, and how it takes it.

use std::collections::VecDeque;
use std::time::Duration;

use longlink::wire::pb;
use tokio::sync::mpsc;

use crate::error::{Broken, Ended};
use crate::settings::{Resume, Secret};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Logged in, for the first time or again.
    Connected(Connected),
    /// The link is gone; the client comes back by itself.
    Disconnected { why: Broken, retry_in: Duration },
    /// An entry of the inbox: each once, by ascending `queue_id`, over all reconnects.
    ///
    /// An entry from oneself is one that another device wrote, or one that this client sent and had no answer for
    /// when the link broke: its `client_msg_id` is then that of the [`Sending`](crate::Sending).
    Entry(pb::Entry),
    /// Somebody has read up to somewhere.
    Receipt(pb::ReceiptPush),
    /// Somebody is writing.
    Typing(pb::TypingPush),
    /// The server's log is another one than before. What was kept under the old epoch means nothing any more; the
    /// entries of the new one follow from its first.
    StartOver { epoch: String },
    /// The last event. The client does not come back by itself.
    Ended(Ended),
}

/// What the server said at login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    pub user_id: i64,
    pub user_name: String,
    /// Names the log.
    pub epoch: String,
    /// The greatest `queue_id` in the log at login.
    pub head: i64,
    /// Entries with a greater `queue_id` follow.
    pub cursor: i64,
    /// A fresh login token of this device, when the server gave one. The client uses it by itself for later logins.
    pub token: Option<Secret>,
    /// 0 without a token.
    pub token_expires_at_ms: i64,
}

/// The events of one client. An app that stops taking them stops the link from being read, and loses nothing.
///
/// So whoever waits for a request must not be the one who takes the events: take them in a task of its own, or in a
/// `select!`. When it is dropped, events are dropped too, and the client goes on without.
#[derive(Debug)]
pub struct Events {
    items: mpsc::Receiver<Item>,
    resume: Option<Resume>,
}

impl Events {
    /// The next event; `None` after [`Event::Ended`]. Nothing is lost when the future is dropped.
    pub async fn recv(&mut self) -> Option<Event> {
        loop {
            let event = match self.items.recv().await? {
                Item::Event(event) => event,
                Item::Cursor(cursor) => {
                    self.advance(cursor);
                    continue;
                }
            };
            match &event {
                Event::Connected(now) => {
                    self.resume = Some(Resume { epoch: now.epoch.clone(), cursor: now.cursor });
                }
                Event::StartOver { epoch } => self.resume = Some(Resume { epoch: epoch.clone(), cursor: 0 }),
                Event::Entry(entry) => self.advance(entry.queue_id),
                Event::Disconnected { .. } | Event::Receipt(_) | Event::Typing(_) | Event::Ended(_) => {}
            }
            return Some(event);
        }
    }

    /// Where to go on after everything taken so far. An app that saves this once it is done with an event, and gives
    /// it back as [`Settings::resume`](crate::Settings::resume) at its next start, misses nothing.
    pub fn resume(&self) -> Option<&Resume> {
        self.resume.as_ref()
    }

    fn advance(&mut self, cursor: i64) {
        if let Some(resume) = &mut self.resume {
            resume.cursor = resume.cursor.max(cursor);
        }
    }
}

/// What goes from the owner to [`Events`].
#[derive(Debug)]
pub(crate) enum Item {
    Event(Event),
    /// The cursor moved past something that the app knows already.
    Cursor(i64),
}

/// The owner's end. What the queue has no room for waits here, and while anything waits the link is not read: so it
/// holds what one frame brought, and no more.
pub(crate) struct Feed {
    items: mpsc::Sender<Item>,
    waiting: VecDeque<Item>,
}

impl Feed {
    pub(crate) fn bounded(events_max: usize) -> (Self, Events) {
        let (sender, receiver) = mpsc::channel(events_max.max(1));
        (Self { items: sender, waiting: VecDeque::new() }, Events { items: receiver, resume: None })
    }

    pub(crate) fn push(&mut self, item: Item) {
        if let Some(last) = self.waiting.back_mut() {
            match (last, item) {
                // The app may say any number of times how far it has read.
                (Item::Cursor(last), Item::Cursor(cursor)) => *last = cursor,
                (Item::Cursor(_) | Item::Event(_), item) => self.waiting.push_back(item),
            }
            return;
        }
        match self.items.try_send(item) {
            Err(mpsc::error::TrySendError::Full(item)) => self.waiting.push_back(item),
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }

    /// Whether the app has to take something before there may be more.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Hands over one waiting item as soon as there is room. Nothing is lost when the future is dropped.
    pub(crate) async fn hand_over(&mut self) {
        match self.items.reserve().await {
            Ok(room) => {
                if let Some(item) = self.waiting.pop_front() {
                    room.send(item);
                }
            }
            Err(_) => self.waiting.clear(),
        }
    }
}
