//! Devices of one user (L7, E11).

use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};

use crate::support::{World, hello, text_to};

// L7.
#[tokio::test]
async fn a_newer_link_of_a_device_takes_the_older_ones_place() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let (mut old, mut desk) = (world.stranger().await, world.stranger().await);
    old.hello(&token, "phone", None).await;
    desk.hello(&token, "desk", None).await;
    let mut new = world.stranger().await;
    new.hello(&token, "phone", None).await;
    assert_eq!(old.closed().await, Some(CloseReason::Replaced));

    // The old link's end does not make the new one unreachable.
    let mut bob = world.logged_in("bob").await;
    bob.send(anna, "1", "hi").await;
    assert_eq!(new.places(1).await, [1]);
    assert_eq!(desk.places(1).await, [1]);
}

// L7: devices of two users may have the same name.
#[tokio::test]
async fn a_device_is_one_users() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    anna.noop().await;
    bob.noop().await;
}

// L7: a device that comes back many times at once has one link in the end, and the others know why.
#[tokio::test]
async fn of_many_links_of_one_device_the_last_one_stays() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut links = Vec::new();
    for _ in 0..20 {
        let mut link = world.stranger().await;
        link.hello(&token, "phone", None).await;
        links.push(link);
    }
    let mut last = links.pop().unwrap();
    for mut link in links {
        assert_eq!(link.closed().await, Some(CloseReason::Replaced));
    }
    world.logged_in("bob").await.send(anna, "1", "hi").await;
    assert_eq!(last.places(1).await, [1]);
}

// Limits.
#[tokio::test]
async fn one_device_too_many_is_refused_and_the_others_stay() {
    let world = World::with(|plan| plan.timing.devices_max = 2).await;
    let (_, token) = world.user("anna").await;
    let mut links = Vec::new();
    for device in ["phone", "desk"] {
        let mut link = world.stranger().await;
        link.hello(&token, device, None).await;
        links.push(link);
    }
    let mut third = world.stranger().await;
    assert_eq!(third.code(Command::Hello, &hello(&token, "watch", None)).await, Code::NotAllowed);
    for link in &mut links {
        link.noop().await;
    }
    drop(links.remove(0));
    while world.server.links().count() > 2 {
        tokio::task::yield_now().await;
    }
    third.hello(&token, "watch", None).await;
}

// E11.
#[tokio::test]
async fn what_one_writes_comes_to_ones_other_devices_and_not_back() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let (bob, _) = world.user("bob").await;
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    phone.hello(&token, "phone", None).await;
    desk.hello(&token, "desk", None).await;
    for (place, to) in [(1, bob), (2, anna), (3, 0)] {
        assert_eq!(phone.send(to, &place.to_string(), "hi").await.queue_id, place);
        let entry = desk.entries(1).await.remove(0);
        assert_eq!((entry.queue_id, entry.from, entry.to), (place, anna, to));
    }
    phone.nothing_pushed().await;
    desk.nothing_pushed().await;
}

// E3, E11: a retry on another link is no second message, and is pushed to nobody.
#[tokio::test]
async fn a_retry_on_another_link_gets_the_first_ones_place() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut bob = world.logged_in("bob").await;
    let mut phone = world.stranger().await;
    phone.hello(&token, "phone", None).await;
    let first = phone.send(bob.user, "the same", "one").await;
    assert!(!first.duplicate);
    drop(phone);
    let mut phone = world.stranger().await;
    phone.hello(&token, "phone", None).await;
    for text in ["one", "another text, which is not kept"] {
        let again = phone.send(bob.user, "the same", text).await;
        assert_eq!(again, pb::SendReply { duplicate: true, ..first.clone() });
    }
    // The name is the writer's own: another writer may use it too.
    assert_eq!(bob.send(bob.user, "the same", "mine").await.queue_id, 2);
    assert_eq!(bob.entries(1).await[0].content, "one");
    bob.nothing_pushed().await;
}

// L9, E3: also within one write.
#[tokio::test]
async fn what_is_sent_at_once_stands_in_the_log_in_its_order() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    for id in 1..=500 {
        anna.ask(Command::Send, &text_to(bob.user, &(id % 400).to_string(), &id.to_string())).await;
    }
    for id in 1..=500 {
        let reply: pb::SendReply = anna.reply(id as u32 + 1).await.read();
        assert_eq!((reply.queue_id, reply.duplicate), if id <= 400 { (id, false) } else { (id - 400, true) });
    }
    let texts: Vec<String> =
        bob.entries(400).await.into_iter().map(|entry| String::from_utf8(entry.content.to_vec()).unwrap()).collect();
    assert_eq!(texts, (1..=400).map(|id| id.to_string()).collect::<Vec<_>>());
}
