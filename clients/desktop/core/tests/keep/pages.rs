//! Reading a conversation: what the disk and the server have of it joins without a hole, and nothing is asked twice.

use longlink_client::pb;
use longlink_desktop_core::model::{Told, Wish};
use longlink_desktop_core::store::Store;

use super::store::{BOB as PEER, ME, at, entry, fresh};
use super::support::{ANNA, App, BOB, Road, World, form, text, texts_of};

fn page(entries: &[i64], more: bool) -> pb::HistoryReply {
    let entries = entries.iter().map(|queue_id| entry(*queue_id, PEER, &queue_id.to_string())).collect();
    pb::HistoryReply { entries, more, ..Default::default() }
}

fn run(store: &Store, before: i64, limit: u32) -> (Vec<i64>, bool) {
    let run = store.before(PEER, before, limit).unwrap();
    (run.entries.iter().map(|entry| entry.queue_id).collect(), run.has_more)
}

#[test]
fn pages_from_the_server_lengthen_the_run_and_one_from_elsewhere_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    assert_eq!(store.complete_from(PEER).unwrap(), 11, "everything is pushed from the first login on");
    store.take(&[entry(12, PEER, "12"), entry(13, ME, "13")], &at(13)).unwrap();
    assert_eq!(run(&store, 0, 10), (vec![12, 13], false));

    store.take_page(PEER, 11, &page(&[9, 8], true)).unwrap();
    assert_eq!(store.complete_from(PEER).unwrap(), 8);
    // Somebody has looked at an early place.
    store.take_page(PEER, 4, &page(&[3, 2], true)).unwrap();
    assert_eq!(run(&store, 0, 10), (vec![8, 9, 12, 13], false), "there is a hole before 8");
    assert_eq!(run(&store, 0, 3), (vec![9, 12, 13], true));
    assert_eq!(run(&store, 12, 1), (vec![9], true));

    store.take_page(PEER, 8, &page(&[6, 3, 2], true)).unwrap();
    assert_eq!(run(&store, 0, 10), (vec![2, 3, 6, 8, 9, 12, 13], false));
    store.take_page(PEER, 2, &page(&[1], false)).unwrap();
    assert_eq!(store.complete_from(PEER).unwrap(), 0, "to its beginning");
    let behind: Vec<i64> = store.after(PEER, 6, 2).unwrap().entries.iter().map(|entry| entry.queue_id).collect();
    assert_eq!(behind, [8, 9]);
}

/// The server removes what is old. A device was away meanwhile: between what it has and what the server has, something is
/// missing for good.
#[test]
fn a_gap_ends_the_run_until_the_server_says_that_there_is_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take_page(PEER, 11, &page(&[9], false)).unwrap();
    store.take(&[entry(12, PEER, "12")], &at(12)).unwrap();
    store.leave_gap(100).unwrap();
    store.take(&[entry(101, PEER, "101")], &at(101)).unwrap();
    assert_eq!(run(&store, 0, 10), (vec![101], false));
    assert_eq!(store.complete_from(PEER).unwrap(), 100);
    // What was there before is not lost: the server has nothing before the gap, so it comes next.
    store.take_page(PEER, 100, &page(&[], false)).unwrap();
    assert_eq!(run(&store, 0, 10), (vec![9, 12, 101], false));
}

#[tokio::test]
async fn a_conversation_is_read_back_to_its_beginning_and_then_from_the_disk_alone() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let (bob, _events) = world.client(BOB).await;
    for number in 1..=25 {
        bob.send(world.anna, number.to_string()).unwrap().await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(road.address, world.server.http(), ANNA)).await;
    bob.send(world.anna, "26").unwrap().await.unwrap();
    app.texts(&key, 1).await;

    let all: Vec<String> = (1..=26).map(|number| number.to_string()).collect();
    let mut read = Vec::new();
    let mut before = 0;
    loop {
        let page = app.page(&key, world.bob, before, 10).await;
        assert!(page.items.len() <= 10 && !page.items.is_empty());
        before = page.items[0].queue_id;
        read.splice(0..0, texts_of(&page.items));
        if !page.has_more {
            break;
        }
    }
    assert_eq!(read, all);

    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    let page = app.page(&key, world.bob, 0, 100).await;
    assert_eq!((texts_of(&page.items), page.has_more), (all.clone(), false));
    app.wish(&key, Wish::Load { number: 1, peer: world.bob, before: 0, after: page.items[9].queue_id, limit: 5 });
    let Told::Page(page) = app.told(&key, |told| matches!(told, Told::Page(_))).await else { unreachable!() };
    assert_eq!(texts_of(&page.items), all[10..15]);
    assert!(page.has_more);
    app.bridge.close();
}

/// Somebody jumps to an early message, and reads on from there: everything between has to come, from the server too.
#[tokio::test]
async fn reading_on_behind_an_early_place_closes_the_hole() {
    let world = World::new().await;
    let (bob, _events) = world.client(BOB).await;
    let mut places = Vec::new();
    for number in 1..=150 {
        places.push(bob.send(world.anna, number.to_string()).unwrap().await.unwrap().queue_id);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let early = app.page(&key, world.bob, places[9] + 1, 3).await;
    assert_eq!(texts_of(&early.items), ["8", "9", "10"]);
    assert!(early.has_more);
    app.wish(&key, Wish::Load { number: 1, peer: world.bob, before: 0, after: places[9], limit: 4 });
    let Told::Page(on) = app.told(&key, |told| matches!(told, Told::Page(_))).await else { unreachable!() };
    assert_eq!(texts_of(&on.items), ["11", "12", "13", "14"]);

    app.wish(&key, Wish::Quote { peer: world.bob, queue_id: places[2] });
    let told = app.told(&key, |told| matches!(told, Told::Quoted { .. })).await;
    let Told::Quoted { outcome: Ok(Some(item)), .. } = told else { panic!("{told:?}") };
    assert_eq!(texts_of(&[item]), ["3"]);
    app.wish(&key, Wish::Quote { peer: world.bob, queue_id: 1_000_000 });
    let told = app.told(&key, |told| matches!(told, Told::Quoted { .. })).await;
    assert!(matches!(told, Told::Quoted { outcome: Ok(None), .. }), "{told:?}");
    app.bridge.close();
}

#[tokio::test]
async fn what_is_neither_on_the_disk_nor_to_be_asked_for_fails_at_once() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let (bob, _events) = world.client(BOB).await;
    bob.send(world.anna, "one").unwrap().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(road.address, world.server.http(), ANNA)).await;
    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    app.wish(&key, Wish::Load { number: 1, peer: world.bob, before: 0, after: 0, limit: 10 });
    let told = app.told(&key, |told| matches!(told, Told::Page(_) | Told::PageFailed { .. })).await;
    assert!(matches!(&told, Told::PageFailed { why, .. } if why == "there is no link"), "{told:?}");
    app.bridge.close();
}

#[tokio::test]
async fn an_edit_is_seen_wherever_the_message_is_read() {
    let world = World::new().await;
    let (bob, _events) = world.client(BOB).await;
    let kept = bob.send(world.anna, "teh word").unwrap().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["teh word"]);
    bob.edit(world.anna, kept.queue_id, "the word").await.unwrap();
    let Told::Entries(entries) = app.told(&key, |told| matches!(told, Told::Entries(_))).await else { unreachable!() };
    assert_eq!(entries[0].content_type, pb::ContentType::Edit as u32, "{:?}", text(&entries[0]));
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["the word"]);
    app.wish(&key, Wish::Search { query: "THE".to_owned() });
    let Told::Found { hits, .. } = app.told(&key, |told| matches!(told, Told::Found { .. })).await else {
        unreachable!()
    };
    assert_eq!((hits.len(), hits[0].0, hits[0].1.queue_id), (1, world.bob, kept.queue_id));
    app.bridge.close();
}
