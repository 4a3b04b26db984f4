//! Writing, reading, and the cursor between them.

use crate::support::World;

#[tokio::test]
async fn a_message_reaches_the_peer_and_the_senders_other_device_but_not_the_link_it_came_from() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut phone = world.stranger().await;
    phone.hello(&token, "phone", None).await;
    let mut desk = world.stranger().await;
    desk.hello(&token, "desk", None).await;
    let mut bob = world.logged_in("bob").await;

    let sent = phone.send(bob.user, "1", "hello").await;
    assert_eq!((sent.queue_id, sent.duplicate), (1, false));
    for peer in [&mut bob, &mut desk] {
        let entry = peer.entries(1).await.remove(0);
        assert_eq!((entry.queue_id, entry.from, &entry.content[..]), (1, anna, &b"hello"[..]));
    }
    phone.nothing_pushed().await;
}

#[tokio::test]
async fn who_comes_back_with_a_cursor_gets_what_was_missed_once_and_in_order() {
    let world = World::new().await;
    let (bob, token) = world.user("bob").await;
    let mut anna = world.logged_in("anna").await;
    let mut peer = world.stranger().await;
    let epoch = peer.hello(&token, "phone", None).await.epoch;
    anna.send(bob, "1", "one").await;
    assert_eq!(peer.entries(1).await[0].queue_id, 1);
    drop(peer);
    for id in 2..=300 {
        anna.send(bob, &id.to_string(), "more").await;
    }
    let mut peer = world.stranger().await;
    peer.hello(&token, "phone", Some((&epoch, 1))).await;
    anna.send(bob, "301", "live").await;
    let places: Vec<i64> = peer.entries(300).await.iter().map(|entry| entry.queue_id).collect();
    assert_eq!(places, (2..=301).collect::<Vec<_>>());
    peer.nothing_pushed().await;
}
