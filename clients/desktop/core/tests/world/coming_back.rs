//! Over a lost link, a restart, and another log: nothing is lost, nothing is doubled.

use longlink_desktop_core::model::{Delivery, Failure, LinkState};

use super::person::Person;
use crate::keep::support::{ANNA, BOB, Road, World, form};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_without_a_link_and_before_a_restart_is_there_once() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let (at_annas, at_bobs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anna = Person::log_in(at_annas.path(), form(road.address, world.server.http(), ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;
    anna.open(world.bob).await;
    anna.say(world.bob, "before");
    anna.until_last("before").await;

    road.cut();
    anna.until("away", |session| matches!(session.link, LinkState::Away { was_online: true, .. })).await;
    anna.say(world.bob, "without a link");
    anna.say(world.bob, "and another");
    assert_eq!(anna.shown(), ["before", "without a link", "and another"]);
    bob.open(world.anna).await;
    bob.say(world.anna, "where are you?");
    bob.until_last("where are you?").await;
    anna.close().await;

    let anna = Person::start_again(at_annas.path()).await;
    anna.open(world.bob).await;
    assert_eq!(anna.shown(), ["before", "without a link", "and another"], "it is read from the disk");
    assert_eq!(anna.last().delivery, Delivery::Sending);

    road.lead_to(world.server.tcp());
    anna.session().reconnect();
    anna.until_last("and another").await;
    bob.until_last("and another").await;
    // What others say may come after the answers to what one said oneself.
    anna.until("all", |session| session.thread.as_ref().unwrap().items.len() == 4).await;
    let all = ["before", "where are you?", "without a link", "and another"];
    assert_eq!(anna.shown(), all);
    assert_eq!(bob.shown(), all);
    // She had not seen it when she wrote.
    anna.until_unread(world.bob, 1).await;
    anna.look();
    anna.until_unread(world.bob, 0).await;
    assert!(anna.session().outbox.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_in_the_midst_of_talking_loses_and_doubles_nothing() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let (at_annas, at_bobs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anna = Person::log_in(at_annas.path(), form(road.address, world.server.http(), ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;
    anna.open(world.bob).await;
    bob.open(world.anna).await;
    for round in 0..5 {
        for number in 0..10 {
            anna.say(world.bob, &format!("a{round}.{number}"));
            bob.say(world.anna, &format!("b{round}.{number}"));
        }
        // Let some of it go, then cut over the rest.
        anna.until("some", |session| session.outbox.len() < 10).await;
        road.cut();
        anna.until("away", |session| !session.link.is_online()).await;
        road.lead_to(world.server.tcp());
        anna.session().reconnect();
        anna.until("all", |session| session.outbox.is_empty()).await;
        bob.until("all", |session| session.outbox.is_empty()).await;
    }
    let said = world.said();
    assert_eq!(said.len(), 100);
    anna.until("all", |session| session.thread.as_ref().unwrap().items.len() == 100).await;
    bob.until("all", |session| session.thread.as_ref().unwrap().items.len() == 100).await;
    assert_eq!(anna.shown(), said);
    assert_eq!(bob.shown(), said);
    let of_anna: Vec<_> = said.iter().filter(|text| text.starts_with('a')).cloned().collect();
    let written = (0..5).flat_map(|round| (0..10).map(move |number| format!("a{round}.{number}"))).collect::<Vec<_>>();
    assert_eq!(of_anna, written, "in the order in which they were written");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_log_leaves_nothing_of_the_one_before_and_sends_nothing_by_itself() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let folder = tempfile::tempdir().unwrap();
    let anna = Person::log_in(folder.path(), form(road.address, world.server.http(), ANNA)).await;
    anna.open(world.bob).await;
    anna.say(world.bob, "in the old log");
    anna.until_last("in the old log").await;
    road.cut();
    anna.until("away", |session| !session.link.is_online()).await;
    anna.say(world.bob, "for the old log");

    let other = world.anew().await;
    let (bob, _events) = other.client(BOB).await;
    bob.send(other.anna, "welcome").unwrap().await.unwrap();
    road.lead_to(other.server.tcp());
    anna.session().reconnect();
    anna.until("online", |session| session.link.is_online()).await;
    anna.open(other.bob).await;
    anna.until("the new log", |session| session.talks.get(other.bob).is_some_and(|talk| talk.unread() == 1)).await;
    anna.until("shown", |session| session.thread.as_ref().unwrap().items.len() == 2).await;
    assert_eq!(anna.shown(), ["welcome", "for the old log"]);
    let last = anna.last();
    assert_eq!(last.delivery, Delivery::Failed(Failure::AnotherLog));
    assert_eq!(other.said(), ["welcome"]);
    anna.session().retry(&last.client_msg_id);
    anna.until_last("for the old log").await;
    assert_eq!(other.said(), ["welcome", "for the old log"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_there_without_a_link() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let folder = tempfile::tempdir().unwrap();
    let anna = Person::log_in(folder.path(), form(road.address, world.server.http(), ANNA)).await;
    let (bob, _events) = world.client(BOB).await;
    for number in 0..5 {
        bob.send(world.anna, format!("m{number}")).unwrap().await.unwrap();
    }
    anna.until_unread(world.bob, 5).await;
    anna.session().set_draft(world.bob, "well");
    anna.close().await;
    road.cut();

    let anna = Person::start_again(folder.path()).await;
    assert_eq!(anna.session().unread().messages, 5);
    assert_eq!(anna.session().talks.at(0).unwrap().draft, "well");
    anna.open(world.bob).await;
    assert_eq!(anna.shown(), ["m0", "m1", "m2", "m3", "m4"]);
    anna.look();
    anna.until_unread(world.bob, 0).await;
    // And what was read without a link is told when there is one.
    road.lead_to(world.server.tcp());
    anna.session().reconnect();
    anna.until("online", |session| session.link.is_online()).await;
    let (again, _events) = world.client(ANNA).await;
    let deadline = tokio::time::Instant::now() + crate::keep::support::PATIENCE;
    loop {
        let list = again.conversations(0, 10).await.unwrap();
        if list.conversations[0].unread == 0 {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "the server was not told");
        anna.until("told", |session| session.wake_at_ms().is_none()).await;
    }
}
