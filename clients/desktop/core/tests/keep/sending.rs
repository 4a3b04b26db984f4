//! What is written here: in order, once, over lost links and restarts.

use longlink_client::{Code, Event};
use longlink_desktop_core::model::{Failure, Told, Wish};

use super::support::{ANNA, App, BOB, Road, World, form, on_a_road, text, text_to};

#[tokio::test]
async fn messages_are_answered_and_come_in_the_order_in_which_they_were_written() {
    let world = World::new().await;
    let (_bob, mut events) = world.client(BOB).await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let written: Vec<String> = (0..50).map(|number| number.to_string()).collect();
    let ids: Vec<String> = written.iter().map(|said| app.write(&key, world.bob, said)).collect();
    let mut read = Vec::new();
    while read.len() < written.len() {
        if let Some(Event::Entry(entry)) = events.recv().await {
            read.push(text(&entry));
        }
    }
    assert_eq!(read, written);
    for id in ids {
        let told = app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
        assert!(matches!(told, Told::Kept { client_msg_id, queue_id, .. } if client_msg_id == id && queue_id > 0));
    }
    app.bridge.close();
    // They are in the conversation without having been pushed.
    let mut app = App::start(folder.path());
    let key = app.open();
    let Told::Opened(opened) = app.told(&key, |told| matches!(told, Told::Opened(_))).await else { unreachable!() };
    assert!(opened.outbox.is_empty());
    assert_eq!(app.page(&key, world.bob, 0, 100).await.items.len(), 50);
    app.bridge.close();
}

#[tokio::test]
async fn what_was_written_without_a_link_goes_out_after_a_restart_in_the_same_order() {
    let world = World::new().await;
    let (road, folder, mut app, key) = on_a_road(&world).await;
    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    let ids = ["one", "two", "three"].map(|said| app.write(&key, world.bob, said));
    // Nothing tells that a message is on the disk; what is asked behind it is answered behind it.
    app.wish(&key, Wish::Encrypt { passphrase: "".into() });
    app.told(&key, |told| matches!(told, Told::Encrypted(Ok(false)))).await;
    app.bridge.close();
    assert!(world.said().is_empty());

    let mut app = App::start(folder.path());
    let key = app.open();
    let Told::Opened(opened) = app.told(&key, |told| matches!(told, Told::Opened(_))).await else { unreachable!() };
    assert_eq!(opened.outbox.iter().map(|outgoing| &outgoing.client_msg_id).collect::<Vec<_>>(), ids.each_ref());
    road.lead_to(world.server.tcp());
    app.wish(&key, Wish::Reconnect);
    for _ in ids {
        app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    }
    assert_eq!(world.said(), ["one", "two", "three"]);
    app.bridge.close();
}

#[tokio::test]
async fn a_refused_message_waits_for_its_writer_and_holds_up_nobody() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let nobody = 999_999;
    let refused = text_to(nobody, "anybody there?");
    app.wish(&key, Wish::Send(refused.clone()));
    let told = app.told(&key, |told| matches!(told, Told::Refused { .. })).await;
    let failure = Failure::refused(Code::NotFound);
    let client_msg_id = refused.client_msg_id.clone();
    assert_eq!(told, Told::Refused { client_msg_id: client_msg_id.clone(), failure: failure.clone() });
    app.write(&key, world.bob, "hello");
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    app.bridge.close();

    let mut app = App::start(folder.path());
    let key = app.open();
    let Told::Opened(opened) = app.told(&key, |told| matches!(told, Told::Opened(_))).await else { unreachable!() };
    assert_eq!(opened.outbox[0].failure, Some(failure));
    // Wished once more, it is tried once more.
    app.wish(&key, Wish::Send(refused));
    app.told(&key, |told| matches!(told, Told::Refused { .. })).await;
    app.wish(&key, Wish::Discard { client_msg_id });
    app.bridge.shut(&key);
    app.bridge.open(&key);
    let Told::Opened(opened) = app.told(&key, |told| matches!(told, Told::Opened(_))).await else { unreachable!() };
    assert!(opened.outbox.is_empty());
    app.bridge.close();
}

/// The server is set up anew, while messages wait: their numbers may mean other people there.
#[tokio::test]
async fn another_log_is_begun_from_its_first_entry_and_nothing_is_sent_to_it_by_itself() {
    let first = World::new().await;
    let road = Road::to(first.server.tcp()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(road.address, first.server.http(), ANNA)).await;
    app.write(&key, first.bob, "said before");
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    let id = app.write(&key, first.bob, "written before");

    // With the keys of the first one, so that tokens hold.
    let second = first.anew().await;
    let (bob, _events) = second.client(BOB).await;
    bob.send(second.anna, "in the new log").unwrap().await.unwrap();
    road.lead_to(second.server.tcp());
    app.wish(&key, Wish::Reconnect);
    app.told(&key, |told| *told == Told::StartOver).await;
    assert_eq!(app.texts(&key, 1).await, ["in the new log"]);
    let page = app.page(&key, second.bob, 0, 10).await;
    assert_eq!(page.items.len(), 1, "nothing of the old log is left");
    assert!(!page.has_more);
    assert_eq!(second.said(), ["in the new log"]);

    let mut again = text_to(first.bob, "written before");
    again.client_msg_id = id;
    app.wish(&key, Wish::Send(again));
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    assert_eq!(second.said(), ["in the new log", "written before"]);
    app.bridge.close();
}

/// The app shows nothing for a while. Its queue is bounded, so the link is not read; when it takes what there is, it gets
/// everything once and in order.
#[tokio::test]
async fn an_app_that_takes_nothing_for_a_while_loses_nothing() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let (bob, _events) = world.client(BOB).await;
    let count = 3_000;
    let mut sent = Vec::new();
    for number in 0..count {
        sent.push(bob.send(world.anna, number.to_string()).unwrap());
        if sent.len() == 100 {
            for sending in sent.drain(..) {
                sending.await.unwrap();
            }
        }
    }
    let expected: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    assert_eq!(app.texts(&key, count).await, expected);
    assert!(app.woken.load(std::sync::atomic::Ordering::Relaxed) > 0);
    app.bridge.close();
}
