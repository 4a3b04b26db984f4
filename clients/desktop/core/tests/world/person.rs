//! A person at a desktop, without the window.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use longlink_desktop_core::accounts::AccountKey;
use longlink_desktop_core::bridge::{Form, Seen};
use longlink_desktop_core::model::{AskState, Item, NewMessage, Peer, Session, Ticket, TimeMs};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::keep::support::{App, PATIENCE};
pub(super) use crate::model::support::words as text_of;

pub(super) struct Person {
    shared: Arc<Shared>,
    app: JoinHandle<App>,
}

/// What the story and the app's own task both have.
struct Shared {
    session: Mutex<Session>,
    /// The person has done something.
    acted: Notify,
    /// Something has happened.
    changed: watch::Sender<u64>,
    ended: CancellationToken,
}

impl Person {
    /// Logs in for the first time on this machine.
    pub(super) async fn log_in(folder: &Path, form: Form) -> Self {
        let mut app = App::start(folder);
        app.bridge.log_in(form);
        let key = app.logged_in().await;
        let person = Self::sit_down(app, key);
        person.until("online", |session| session.link.is_online()).await;
        // What is asked at a login is answered, so that a story begins with all there is.
        person.until("at rest", |session| session.contacts.is_fresh && session.people.is_hidden.is_some()).await;
        person
    }

    /// Starts the app again; whether there is a link is the story's affair.
    pub(super) async fn start_again(folder: &Path) -> Self {
        let app = App::start(folder);
        let key = app.open();
        let person = Self::sit_down(app, key);
        person.until("opened", |session| session.me != 0).await;
        person
    }

    fn sit_down(app: App, key: AccountKey) -> Self {
        let shared = Arc::new(Shared {
            session: Mutex::new(Session::new()),
            acted: Notify::new(),
            changed: watch::Sender::new(0),
            ended: CancellationToken::new(),
        });
        Self { app: tokio::spawn(run(app, key, Arc::clone(&shared))), shared }
    }

    /// Ends the app, as when its window is closed.
    pub(super) async fn close(self) {
        self.shared.ended.cancel();
        let app = self.app.await.unwrap();
        tokio::task::spawn_blocking(|| app.bridge.close()).await.unwrap();
    }

    /// What is seen, and what can be done: it is carried out when this is let go.
    pub(super) fn session(&self) -> Here<'_> {
        Here { session: self.shared.session.lock().unwrap(), acted: &self.shared.acted }
    }

    pub(super) fn say(&self, to: Peer, text: &str) -> String {
        self.session().send(to, NewMessage::text(text)).unwrap()
    }

    /// Lets happen what happens until this is so.
    pub(super) async fn until(&self, what: &str, is_so: impl Fn(&Session) -> bool) {
        let mut changed = self.shared.changed.subscribe();
        let becomes_so = async {
            while !is_so(&self.session()) {
                changed.changed().await.expect("the app has ended");
            }
        };
        if timeout(PATIENCE, becomes_so).await.is_err() {
            let session = self.session();
            let talks: Vec<_> =
                session.talks.iter().map(|talk| (talk.peer, talk.unread(), talk.last_place())).collect();
            let (link, failed) = (&session.link, session.outbox.failed());
            panic!("{what}: it did not come; {link:?}, {failed} failed, talks {talks:?}, open {:?}", session.thread);
        }
    }

    /// Opens a conversation and waits for its end.
    pub(super) async fn open(&self, peer: Peer) {
        self.session().open(peer);
        self.until("loaded", |session| session.thread.as_ref().is_some_and(|thread| thread.is_loaded)).await;
    }

    /// Waits until the last thing in the open conversation reads so.
    pub(super) async fn until_last(&self, words: &str) {
        self.until(words, |session| {
            let last = session.thread.as_ref().and_then(|thread| thread.items.back());
            last.is_some_and(|item| text_of(item) == words && item.is_kept())
        })
        .await;
    }

    /// Waits until this is unread in a conversation.
    pub(super) async fn until_unread(&self, peer: Peer, count: u32) {
        self.until("unread", |session| session.talks.get(peer).is_some_and(|talk| talk.unread() == count)).await;
    }

    /// Looks at the end of the open conversation.
    pub(super) fn look(&self) {
        let mut session = self.session();
        session.set_focused(true);
        let newest = session.thread.as_ref().map_or(0, |thread| thread.newest());
        session.seen(newest);
        session.set_focused(false);
    }

    /// What stands in the open conversation.
    pub(super) fn shown(&self) -> Vec<String> {
        self.session().thread.iter().flat_map(|thread| &thread.items).map(text_of).collect()
    }

    /// The last thing that stands there.
    pub(super) fn last(&self) -> Item {
        self.session().thread.as_ref().unwrap().items.back().unwrap().clone()
    }

    /// The place of the message that reads so, once it has one.
    pub(super) async fn place_of(&self, words: &str) -> i64 {
        let place = |session: &Session| {
            let mut items = session.thread.iter().flat_map(|thread| &thread.items);
            items.find(|item| item.is_kept() && text_of(item) == words).map(|item| item.queue_id)
        };
        self.until(words, |session| place(session).is_some()).await;
        place(&self.session()).unwrap()
    }

    /// Waits until what was asked is done.
    pub(super) async fn done(&self, ticket: Ticket) {
        self.until("an answer", |session| session.asks.state(ticket) != Some(AskState::Asking)).await;
        assert_eq!(self.session().asks.state(ticket), Some(AskState::Done));
    }
}

/// A look at the session.
pub(super) struct Here<'a> {
    session: MutexGuard<'a, Session>,
    acted: &'a Notify,
}

impl Deref for Here<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Here<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        // Seen by the app when the lock is free again.
        self.acted.notify_one();
        &mut self.session
    }
}

/// What an app does with its window: it is woken when something is told, when the person does something, or when the model
/// says so.
async fn run(mut app: App, key: AccountKey, shared: Arc<Shared>) -> App {
    loop {
        let (wishes, wake_at_ms) = {
            let mut session = shared.session.lock().unwrap();
            session.advance(now_ms());
            (session.take_wishes(), session.wake_at_ms())
        };
        for wish in wishes {
            app.bridge.wish(&key, wish).unwrap();
        }
        shared.changed.send_modify(|number| *number += 1);
        let wake = wake_at_ms.map_or(60_000, |at| (at - now_ms()).max(1)).unsigned_abs();
        tokio::select! {
            seen = app.bridge.next() => match seen.expect("the bridge lives") {
                Seen::Told(of, told) if of == key => shared.session.lock().unwrap().tell(told),
                other => tracing::debug!(?other, "not told to the model"),
            },
            () = shared.acted.notified() => {}
            () = sleep(Duration::from_millis(wake)) => {}
            () = shared.ended.cancelled() => break,
        }
    }
    let wishes = shared.session.lock().unwrap().take_wishes();
    for wish in wishes {
        app.bridge.wish(&key, wish).unwrap();
    }
    app
}

fn now_ms() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
