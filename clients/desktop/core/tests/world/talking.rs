//! Two people write to one another.

use longlink_desktop_core::model::{AskState, Delivery, NewMessage, Quoted};

use super::person::Person;
use crate::keep::support::{ANNA, BOB, World};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_writes_answers_changes_and_takes_back_the_other_sees() {
    let world = World::new().await;
    let (at_annas, at_bobs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anna = Person::log_in(at_annas.path(), world.form(ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;

    anna.open(world.bob).await;
    anna.say(world.bob, "helo");
    assert_eq!(anna.shown(), ["helo"], "it is seen at once");
    anna.until_last("helo").await;

    bob.until_unread(world.anna, 1).await;
    assert_eq!(bob.session().unread().messages, 1);
    assert_eq!(bob.session().take_notices().len(), 1);
    bob.open(world.anna).await;
    assert_eq!(bob.session().thread.as_ref().unwrap().unread_line(), Some(0));
    bob.look();
    bob.until_unread(world.anna, 0).await;
    let place = anna.place_of("helo").await;
    anna.until("read", |session| session.thread.as_ref().unwrap().read_by_peer >= place).await;

    let answer = NewMessage { text: "hello!".into(), reply_to: place, mentions: vec![world.anna] };
    bob.session().send(world.anna, answer).unwrap();
    anna.until_last("hello!").await;
    assert_eq!(anna.session().talks.get(world.bob).unwrap().mentions(), 1);
    let last = anna.last();
    assert!(matches!(anna.session().quoted(last.reply_to), Some(Quoted::Here(_))));

    let ticket = anna.session().edit(place, "hello").unwrap();
    anna.until("changed", |session| session.asks.state(ticket) == Some(AskState::Done)).await;
    bob.until("changed", |session| super::person::text_of(&session.thread.as_ref().unwrap().items[0]) == "hello").await;

    let answer = bob.place_of("hello!").await;
    bob.session().recall(answer).unwrap();
    bob.until_last("(taken back)").await;
    anna.until_last("(taken back)").await;
    assert_eq!(anna.shown(), ["hello", "(taken back)"]);
    assert_eq!(bob.shown(), ["hello", "(taken back)"]);
    let kept = |person: &Person| {
        person.session().thread.as_ref().unwrap().items.iter().all(|it| it.delivery == Delivery::Kept)
    };
    assert!(kept(&anna) && kept(&bob));
    anna.close().await;
    bob.close().await;
    world.server.stop(longlink::wire::CloseReason::Shutdown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_of_one_person_show_the_same() {
    let world = World::new().await;
    let (first, second, at_bobs) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let desk = Person::log_in(first.path(), world.form(ANNA)).await;
    let laptop = Person::log_in(second.path(), world.form(ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;

    bob.open(world.anna).await;
    bob.say(world.anna, "one");
    bob.say(world.anna, "two");
    desk.until_unread(world.bob, 2).await;
    laptop.until_unread(world.bob, 2).await;
    desk.open(world.bob).await;
    desk.until_last("two").await;
    desk.look();
    desk.until_unread(world.bob, 0).await;
    laptop.until_unread(world.bob, 0).await;

    desk.say(world.bob, "three");
    laptop.open(world.bob).await;
    laptop.until_last("three").await;
    assert_eq!(laptop.shown(), ["one", "two", "three"]);
    bob.until_last("three").await;

    desk.session().set_pinned(world.bob, true);
    desk.session().set_muted(world.bob, true);
    desk.until("set", |session| session.talks.get(bob_of(session)).is_some_and(|talk| talk.is_muted)).await;
    laptop
        .until("set", |session| session.talks.get(bob_of(session)).is_some_and(|talk| talk.is_pinned && talk.is_muted))
        .await;
    bob.say(world.anna, "four");
    laptop.until_last("four").await;
    assert!(laptop.session().take_notices().iter().all(|notice| !format!("{notice:?}").contains("four")));
    assert_eq!(laptop.session().unread().messages, 0, "what is muted is not in the sum");
}

/// Who the only conversation is with.
fn bob_of(session: &longlink_desktop_core::model::Session) -> i64 {
    session.talks.at(0).map_or(0, |talk| talk.peer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_read_a_part_at_a_time_from_its_end_to_its_beginning() {
    let world = World::new().await;
    let (client, _events) = world.client(BOB).await;
    let sent: Vec<_> = (0..350).map(|number| client.send(world.anna, format!("m{number}")).unwrap()).collect();
    for sending in sent {
        sending.await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let anna = Person::log_in(folder.path(), world.form(ANNA)).await;
    anna.until_unread(world.bob, 350).await;
    anna.open(world.bob).await;
    assert!(anna.shown().len() < 350, "not all of it at once");
    while anna.session().thread.as_ref().unwrap().has_older {
        let before = anna.shown().len();
        anna.session().load_older();
        anna.until("older", |session| {
            let thread = session.thread.as_ref().unwrap();
            !thread.is_loading && (thread.items.len() > before || !thread.has_older)
        })
        .await;
        assert_eq!(anna.session().thread.as_ref().unwrap().failure, None);
    }
    assert_eq!(anna.shown(), (0..350).map(|number| format!("m{number}")).collect::<Vec<_>>());
    anna.session().search_for("m34");
    anna.until("found", |session| !session.search.is_searching).await;
    assert_eq!(anna.session().search.hits.len(), 11);
}
