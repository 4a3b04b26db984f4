//! What the app is told, in order, and how it takes it.

use std::collections::VecDeque;
use std::time::Duration;

use longlink::wire::pb;
use tokio::sync::{mpsc, watch};

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
    /// Somebody has read up to somewhere, or it has arrived there.
    Receipt(pb::ReceiptPush),
    /// Somebody is writing.
    Typing(pb::TypingPush),
    /// Contacts came online or went: how it is now. Of another `epoch` than before: forget the states of before, and
    /// ask once by [`Client::presence`](crate::Client::presence) for those that are wanted. So do after each
    /// [`Event::Connected`], since what changed meanwhile is not told.
    Presence(pb::PresencePush),
    /// What one is to somebody as a contact has changed.
    Contact(pb::Contact),
    /// Another of one's devices has pinned or muted a conversation, or ended that.
    Conversation(pb::ConversationPush),
    /// Somebody asks to join a group of which one is an admin.
    GroupRequest(pb::GroupRequestPush),
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
    /// The first `queue_id` that the log still keeps.
    pub kept_from: i64,
    /// A fresh login token of this device, when the server gave one. The client uses it by itself for later logins.
    pub token: Option<Secret>,
    /// 0 without a token.
    pub token_expires_at_ms: i64,
}

impl Connected {
    /// Older entries that were behind the cursor are gone for good: show a gap.
    pub fn has_gap(&self) -> bool {
        self.kept_from > self.cursor.saturating_add(1)
    }
}

/// The events of one client. An app that stops taking them stops the link from being read, and loses nothing.
///
/// So whoever waits for a request must not be the one who takes the events: take them in a task of its own, or in a
/// `select!`. When it is dropped, events are dropped too, and the client goes on without.
#[derive(Debug)]
pub struct Events {
    items: mpsc::Receiver<Item>,
    resume: Option<Resume>,
    /// The same, for the owner.
    taken: watch::Sender<Option<Resume>>,
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
                Event::Connected(now) => self.begin(&now.epoch, now.cursor),
                Event::StartOver { epoch } => self.begin(epoch, 0),
                Event::Entry(entry) => self.advance(entry.queue_id),
                Event::Disconnected { .. }
                | Event::Receipt(_)
                | Event::Typing(_)
                | Event::Presence(_)
                | Event::Contact(_)
                | Event::Conversation(_)
                | Event::GroupRequest(_)
                | Event::Ended(_) => {}
            }
            return Some(event);
        }
    }

    /// Where to go on after everything taken so far. An app that saves this once it is done with an event, and gives
    /// it back as [`Settings::resume`](crate::Settings::resume) at its next start, misses nothing.
    pub fn resume(&self) -> Option<&Resume> {
        self.resume.as_ref()
    }

    fn begin(&mut self, epoch: &str, cursor: i64) {
        self.resume = Some(Resume { epoch: epoch.to_owned(), cursor });
        self.taken.send_replace(self.resume.clone());
    }

    fn advance(&mut self, cursor: i64) {
        if let Some(resume) = &mut self.resume {
            resume.cursor = resume.cursor.max(cursor);
        }
        self.taken.send_modify(|taken| {
            if let Some(taken) = taken {
                taken.cursor = taken.cursor.max(cursor);
            }
        });
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
    /// With it, where the app takes them, and how far it has.
    pub(crate) fn bounded(events_max: usize) -> (Self, Events, Taking) {
        let (sender, receiver) = mpsc::channel(events_max.max(1));
        let (told, taken) = watch::channel(None);
        let events = Events { items: receiver, resume: None, taken: told };
        (Self { items: sender, waiting: VecDeque::new() }, events, Taking { taken })
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

/// How far the app has taken its entries, which may be less than the owner has.
pub(crate) struct Taking {
    taken: watch::Receiver<Option<Resume>>,
}

impl Taking {
    /// Up to where it has those of this log.
    pub(crate) fn up_to(&self, epoch: &str) -> i64 {
        self.taken.borrow().as_ref().filter(|taken| taken.epoch == epoch).map_or(0, |taken| taken.cursor)
    }

    /// Waits until it has taken more. Nothing is lost when the future is dropped.
    pub(crate) async fn more(&mut self) {
        if self.taken.changed().await.is_err() {
            // Nobody takes anything any more.
            std::future::pending().await
        }
    }
}
