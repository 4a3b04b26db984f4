//! Presence (U18 to U21), in a time that stands still.

use std::sync::Arc;

use longlink::store::Store;
use longlink::wire::pb;
use longlink::wire::{Code, Command};
use tokio::io::DuplexStream;

use crate::support::http::cgi;
use crate::support::people::{ask, befriend, block, presence_pushed};
use crate::support::{Peer, TODAY_MS, World, pass};

type Piped = Peer<DuplexStream>;

async fn two() -> (World, Piped, Piped) {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    befriend(&mut anna, &mut bob).await;
    settled(&world).await;
    for peer in [&mut anna, &mut bob] {
        peer.noop().await;
        peer.pushes.clear();
    }
    (world, anna, bob)
}

/// Lets all be told that there is to tell.
async fn settled(world: &World) {
    while world.server.chat().presence_waiting() > 0 {
        pass(1_000).await;
    }
    pass(1_000).await;
}

async fn back(world: &World, name: &str, device: &str) -> Piped {
    let mut peer = world.piped().await;
    peer.hello(&world.server.chat().make_token(name).unwrap().0, device, None).await;
    peer
}

async fn states<S: crate::support::peer::Wire>(peer: &mut Peer<S>, users: &[i64]) -> Vec<pb::Presence> {
    let reply: pb::PresenceReply = peer.call(Command::Presence, &pb::PresenceRequest { users: users.to_vec() }).await;
    assert_eq!(reply.code(), Code::Ok);
    reply.states
}

// U18, U20.
#[tokio::test(start_paused = true)]
async fn a_contact_hears_who_comes_and_who_has_gone_and_when() {
    let (world, mut anna, bob) = two().await;
    let asked = anna.call::<pb::PresenceReply>(Command::Presence, &pb::PresenceRequest::default()).await;
    assert_eq!(asked.states, [pb::Presence { user: bob.user, online: true, last_seen_at_ms: 0 }]);
    let before = world.server.chat().head();
    drop(bob);
    let push: pb::PresencePush = anna.pushed(Command::PushPresence).await;
    assert_eq!(push.epoch, asked.epoch);
    let gone = push.states[0];
    assert_eq!((push.states.len(), gone.user, gone.online), (1, 2, false));
    assert!((TODAY_MS..TODAY_MS + 60_000).contains(&gone.last_seen_at_ms), "{gone:?}");
    assert_eq!(states(&mut anna, &[2]).await, [gone]);

    let _bob = back(&world, "bob", "phone").await;
    assert_eq!(presence_pushed(&mut anna).await, [(2, true)]);
    assert_eq!(world.server.chat().head(), before, "it is no entry");
}

// U18.
#[tokio::test(start_paused = true)]
async fn who_is_away_for_a_moment_or_comes_on_a_second_device_is_not_told_of() {
    let (world, mut anna, bob) = two().await;
    drop(bob);
    pass(3_000).await;
    assert!(states(&mut anna, &[2]).await[0].online, "not told to be gone yet");
    let bob = back(&world, "bob", "phone").await;
    pass(20_000).await;
    anna.nothing_pushed().await;
    let desk = back(&world, "bob", "desk").await;
    drop(bob);
    pass(20_000).await;
    anna.nothing_pushed().await;
    drop(desk);
    assert_eq!(presence_pushed(&mut anna).await, [(2, false)]);
}

// U18: a storm of reconnects is no storm of pushes.
#[tokio::test(start_paused = true)]
async fn hundreds_who_reconnect_are_not_told_of_and_who_stays_away_is_told_of_in_few_pushes() {
    const MANY: i64 = 300;
    let world = World::with(|plan| plan.chat.contacts.acceptance = false).await;
    let mut anna = world.piped_in("anna").await;
    let mut others = Vec::new();
    for number in 0..MANY {
        others.push(world.piped_in(&format!("user{number}")).await);
        assert_eq!(anna.code(Command::ContactSet, &ask(number + 2)).await, Code::Ok);
    }
    settled(&world).await;
    anna.noop().await;
    anna.pushes.clear();
    for round in 0..3 {
        others.clear();
        pass(1_500).await;
        for number in 0..MANY {
            others.push(back(&world, &format!("user{number}"), &format!("device{round}")).await);
        }
        pass(1_500).await;
    }
    settled(&world).await;
    anna.nothing_pushed().await;

    let told = world.server.metrics().presence_pushes.get();
    others.clear();
    let mut gone = Vec::new();
    while gone.len() < MANY as usize {
        gone.extend(presence_pushed(&mut anna).await);
    }
    gone.sort_unstable();
    assert_eq!(gone, (2..MANY + 2).map(|user| (user, false)).collect::<Vec<_>>());
    let told = world.server.metrics().presence_pushes.get() - told;
    assert!(told <= 4, "{told} pushes for {MANY} who went at once");
}

// U19.
#[tokio::test(start_paused = true)]
async fn only_contacts_hear_and_only_of_who_does_not_hide_it() {
    let (world, mut anna, mut bob) = two().await;
    let mut eve = world.piped_in("eve").await;
    assert_eq!(states(&mut eve, &[1, 2]).await, []);
    let hidden = |hidden| pb::ProfileSetRequest { presence_hidden: Some(hidden), ..Default::default() };
    assert_eq!(bob.code(Command::ProfileSet, &hidden(true)).await, Code::Ok);
    let push: pb::PresencePush = anna.pushed(Command::PushPresence).await;
    assert_eq!(push.states, [pb::Presence { user: 2, online: false, last_seen_at_ms: 0 }], "and not when");
    assert_eq!(states(&mut anna, &[]).await, []);
    drop(bob);
    settled(&world).await;
    let mut bob = back(&world, "bob", "phone").await;
    settled(&world).await;
    anna.nothing_pushed().await;
    assert_eq!(bob.code(Command::ProfileSet, &hidden(false)).await, Code::Ok);
    assert_eq!(presence_pushed(&mut anna).await, [(2, true)]);
    eve.nothing_pushed().await;
}

// U15, U19.
#[tokio::test(start_paused = true)]
async fn contacts_of_whom_one_blocks_the_other_see_no_presence_until_the_block_ends() {
    let (_world, mut anna, mut bob) = two().await;
    assert_eq!(anna.code(Command::Block, &block(bob.user, true)).await, Code::Ok);
    for (peer, other) in [(&mut anna, 2), (&mut bob, 1)] {
        assert_eq!(presence_pushed(peer).await, [(other, false)]);
        assert_eq!(states(peer, &[other]).await, []);
    }
    assert_eq!(anna.code(Command::Block, &block(bob.user, false)).await, Code::Ok);
    for (peer, other) in [(&mut anna, 2), (&mut bob, 1)] {
        assert_eq!(presence_pushed(peer).await, [(other, true)]);
        assert_eq!(states(peer, &[other]).await, [pb::Presence { user: other, online: true, last_seen_at_ms: 0 }]);
    }
}

// U3, where people are not listed.
#[tokio::test(start_paused = true)]
async fn a_card_says_of_contacts_alone_that_they_are_online() {
    let world = World::with(|plan| plan.chat.people_listed = false).await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let eve = world.piped_in("eve").await;
    befriend(&mut anna, &mut bob).await;
    let request = pb::UsersRequest { ids: vec![bob.user, eve.user], names: vec![] };
    let reply: pb::UsersReply = anna.call(Command::Users, &request).await;
    assert_eq!(reply.users.iter().map(|user| user.online).collect::<Vec<_>>(), [true, false]);
}

// U18: whoever waits by HTTP is there.
#[tokio::test]
async fn who_waits_by_http_is_online() {
    let world = World::new().await;
    let (_, token) = world.user("bob").await;
    let mut anna = world.logged_in("anna").await;
    assert_eq!(anna.code(Command::ContactSet, &ask(1)).await, Code::Ok);
    let reply: pb::ContactSetReply = cgi(&world, "contact_set", &token, &ask(anna.user)).await;
    assert_eq!(reply.code(), Code::Ok);
    anna.noop().await;
    anna.pushes.clear();
    let wait = pb::SyncRequest { after: 0, limit: 0, wait_ms: 30_000 };
    let waiting = cgi::<pb::SyncReply>(&world, "sync", &token, &wait);
    tokio::pin!(waiting);
    let pushed = tokio::select! {
        _ = &mut waiting => panic!("there is nothing to read"),
        pushed = presence_pushed(&mut anna) => pushed,
    };
    assert_eq!(pushed, [(1, true)]);
    let by_http: pb::PresenceReply = cgi(&world, "presence", &token, &pb::PresenceRequest::default()).await;
    assert_eq!(by_http.states, [pb::Presence { user: anna.user, online: true, last_seen_at_ms: 0 }]);
}

// U20, U21: a server that stops keeps when people were online, and another start has another epoch.
#[tokio::test(start_paused = true)]
async fn last_seen_outlives_a_stop_and_the_epoch_does_not() {
    let store: Arc<dyn Store> = Arc::new(longlink::store::Memory::new());
    let world = World::with(|plan| plan.store = Arc::clone(&store)).await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    befriend(&mut anna, &mut bob).await;
    settled(&world).await;
    let first: pb::PresenceReply = anna.call(Command::Presence, &pb::PresenceRequest::default()).await;
    drop(bob);
    let World { server, .. } = world;
    server.stop(longlink::wire::CloseReason::Shutdown).await;
    // The memory engine was closed, and reads on.
    let world = World::with(|plan| plan.store = store).await;
    let mut anna = back(&world, "anna", "device").await;
    let second: pb::PresenceReply = anna.call(Command::Presence, &pb::PresenceRequest::default()).await;
    assert_ne!(second.epoch, first.epoch);
    let bob = second.states[0];
    assert!(!bob.online && bob.last_seen_at_ms >= TODAY_MS, "{bob:?}");
}

// Limits.
#[tokio::test(start_paused = true)]
async fn at_most_five_hundred_are_asked_for_at_once() {
    let (_world, mut anna, _bob) = two().await;
    for (count, code) in [(500, Code::Ok), (501, Code::TooLarge)] {
        assert_eq!(anna.code(Command::Presence, &pb::PresenceRequest { users: vec![2; count] }).await, code);
    }
}
