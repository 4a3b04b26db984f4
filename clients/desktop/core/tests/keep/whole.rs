//! The model on the bridge on a real server: what two people see of one another.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use longlink_desktop_core::accounts::AccountKey;
use longlink_desktop_core::bridge::{Form, Seen};
use longlink_desktop_core::model::{AskState, Content, Delivery, NewMessage, Peer, Session, Source, Ticket};
use tokio::time::timeout;

use super::support::{ANNA, App, BOB, PATIENCE, Road, World, form};

/// Somebody at their window.
struct Person {
    app: App,
    key: AccountKey,
    session: Session,
}

impl Person {
    async fn log_in(folder: &Path, form: Form) -> Self {
        let mut app = App::start(folder);
        app.bridge.log_in(form);
        let key = app.logged_in().await;
        let mut person = Self { app, key, session: Session::new() };
        person.session.set_focused(true);
        person.until("online", |session| session.link.is_online()).await;
        person
    }

    /// At the next start of the program.
    fn start(folder: &Path) -> Self {
        let app = App::start(folder);
        let key = app.open();
        let mut session = Session::new();
        session.set_focused(true);
        Self { app, key, session }
    }

    /// Takes what happens until this is to be seen.
    async fn until(&mut self, what: &str, is_so: impl Fn(&Session) -> bool) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            self.session.advance(now_ms());
            let mut wishes = self.session.take_wishes().into_iter();
            while let Some(wish) = wishes.next() {
                // The account is not open yet, or much waits: then once more, behind what happens next.
                if self.app.bridge.wish(&self.key, wish.clone()).is_err() {
                    let wishes: Vec<_> = std::iter::once(wish).chain(wishes).collect();
                    self.later(wishes).await;
                    break;
                }
            }
            if is_so(&self.session) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{what} does not come: {:#?}", self.session.link);
            let due = self
                .session
                .wake_at_ms()
                .map_or(PATIENCE, |at| Duration::from_millis(u64::try_from(at - now_ms()).unwrap_or_default()));
            if let Ok(seen) = timeout(due.min(PATIENCE), self.app.bridge.next()).await
                && let Seen::Told(key, told) = seen.unwrap()
                && key == self.key
            {
                self.session.tell(told);
            }
        }
    }

    async fn later(&mut self, wishes: Vec<longlink_desktop_core::model::Wish>) {
        for wish in wishes {
            while self.app.bridge.wish(&self.key, wish.clone()).is_err() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Waits until it is done.
    async fn done(&mut self, ticket: Ticket) {
        self.until("the answer", |session| session.asks.state(ticket) != Some(AskState::Asking)).await;
        assert_eq!(self.session.asks.state(ticket), Some(AskState::Done));
    }

    fn shown(&self) -> Vec<String> {
        let items = self.session.thread.iter().flat_map(|thread| &thread.items);
        items.map(|item| said(&item.content)).collect()
    }
}

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn said(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Upload(upload) => upload.media.name.clone(),
        Content::Event(event) => format!("{:?}", event.kind()),
        Content::Recalled => "(taken back)".to_owned(),
        Content::Other(number) => number.to_string(),
    }
}

fn last(session: &Session, peer: Peer) -> Option<String> {
    session.talks.get(peer)?.last.as_ref().map(|last| said(&last.content))
}

fn thread_has(session: &Session, text: &str) -> bool {
    session.thread.as_ref().is_some_and(|thread| thread.items.iter().any(|item| said(&item.content) == text))
}

#[tokio::test]
async fn two_people_write_read_change_and_take_back() {
    let world = World::new().await;
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut anna = Person::log_in(here.path(), world.form(ANNA)).await;
    let mut bob = Person::log_in(there.path(), world.form(BOB)).await;
    anna.session.open(world.bob);
    anna.session.send(world.bob, NewMessage::text("hello")).unwrap();
    anna.until("it is kept", |session| {
        session.thread.as_ref().is_some_and(|thread| thread.items.iter().any(|item| item.delivery == Delivery::Kept))
    })
    .await;
    assert_eq!(anna.shown(), ["hello"]);

    bob.until("it is in the list", |session| last(session, world.anna).as_deref() == Some("hello")).await;
    assert_eq!(bob.session.talks.get(world.anna).unwrap().unread(), 1);
    bob.session.open(world.anna);
    bob.until("it is in the thread", |session| thread_has(session, "hello")).await;
    let place = bob.session.thread.as_ref().unwrap().items[0].queue_id;
    bob.session.seen(place);
    bob.until("it is read", |session| session.talks.get(world.anna).unwrap().unread() == 0).await;
    let read = |session: &Session| session.thread.as_ref().unwrap().read_by_peer == place;
    // Both go on until she sees that he has read it.
    tokio::join!(anna.until("she sees that", read), bob.until("it is told", |session| session.wake_at_ms().is_none()));

    let ticket = anna.session.edit(place, "hello, bob").unwrap();
    anna.done(ticket).await;
    bob.until("it is changed", |session| thread_has(session, "hello, bob")).await;
    assert_eq!(last(&bob.session, world.anna).as_deref(), Some("hello, bob"));
    let ticket = anna.session.recall(place).unwrap();
    anna.done(ticket).await;
    bob.until("it is taken back", |session| thread_has(session, "(taken back)")).await;
    assert_eq!(bob.shown(), ["(taken back)"]);
    anna.app.bridge.close();
    bob.app.bridge.close();
}

#[tokio::test]
async fn everything_is_there_at_the_next_start_without_a_server() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut anna = Person::log_in(folder.path(), form(road.address, world.server.http(), ANNA)).await;
    let (bob, _events) = world.client(BOB).await;
    for said in ["one", "two", "three"] {
        bob.send(world.anna, said).unwrap().await.unwrap();
    }
    anna.until("the last one", |session| last(session, world.bob).as_deref() == Some("three")).await;
    anna.until("his name", |session| session.people.get(world.bob).is_some()).await;
    anna.session
        .send_file(world.bob, Source::Bytes("its bytes".into()), "notes.txt", false, NewMessage::default())
        .unwrap();
    anna.until("it is sent", |session| session.outbox.is_empty()).await;
    anna.session.set_draft(world.bob, "well");
    anna.until("all is kept", |session| session.outbox.is_empty() && session.wake_at_ms().is_none()).await;
    anna.app.bridge.close();

    road.cut();
    let mut anna = Person::start(folder.path());
    anna.until("the list", |session| !session.talks.is_empty()).await;
    let talk = anna.session.talks.get(world.bob).unwrap();
    assert_eq!((&*talk.draft, said(&talk.last.as_ref().unwrap().content)), ("well", "notes.txt".to_owned()));
    assert_eq!(anna.session.people.get(world.bob).unwrap().name, BOB);
    anna.session.open(world.bob);
    anna.until("the thread", |session| session.thread.as_ref().is_some_and(|thread| thread.is_loaded)).await;
    assert_eq!(anna.shown(), ["one", "two", "three", "notes.txt"]);
    anna.session.send(world.bob, NewMessage::text("from a train")).unwrap();
    anna.until("it waits", |session| session.outbox.len() == 1).await;
    anna.app.bridge.close();

    road.lead_to(world.server.tcp());
    let mut anna = Person::start(folder.path());
    anna.until("it is sent", |session| session.link.is_online() && session.outbox.is_empty()).await;
    assert_eq!(world.said().last().unwrap(), "from a train");
    anna.app.bridge.close();
}

#[tokio::test]
async fn a_group_is_made_and_its_members_see_it() {
    let world = World::new().await;
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut anna = Person::log_in(here.path(), world.form(ANNA)).await;
    let mut bob = Person::log_in(there.path(), world.form(BOB)).await;
    let ticket = anna.session.create_group("cats", vec![world.bob]).unwrap();
    anna.done(ticket).await;
    anna.until("it is in her list", |session| session.talks.iter().any(|talk| talk.peer < 0)).await;
    let group = anna.session.talks.iter().find(|talk| talk.peer < 0).unwrap().peer;
    anna.until("it is hers", |session| session.groups.get(group).is_some()).await;
    anna.session.send(group, NewMessage::text("meow")).unwrap();
    anna.until("it is kept", |session| session.outbox.is_empty()).await;
    bob.until("it is in the list", |session| last(session, group).as_deref() == Some("meow")).await;
    bob.until("its name", |session| session.groups.get(group).is_some_and(|group| group.name == "cats")).await;
    bob.session.open(group);
    bob.until("the thread", |session| thread_has(session, "meow")).await;
    assert_eq!(bob.shown(), ["Created", "meow"]);
    anna.app.bridge.close();
    bob.app.bridge.close();
}
