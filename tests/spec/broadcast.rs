//! Writing to everyone (E4).

use longlink::chat::Broadcast;
use longlink::wire::{Code, Command};

use crate::support::{World, pass, text_to};

#[tokio::test]
async fn what_is_written_to_everyone_reaches_everyone_once() {
    let world = World::new().await;
    let (_, token) = world.user("away").await;
    let epoch = {
        let mut away = world.stranger().await;
        away.hello(&token, "phone", None).await.epoch
    };
    let mut anna = world.logged_in("anna").await;
    let mut links = Vec::new();
    for number in 0..20 {
        links.push(world.logged_in(&format!("user {number}")).await);
    }
    let mut stranger = world.stranger().await;
    anna.send(0, "1", "hello, world").await;
    for link in &mut links {
        assert_eq!(link.entries(1).await[0].to, 0);
        link.nothing_pushed().await;
    }
    anna.nothing_pushed().await;
    stranger.nothing_pushed().await;
    let mut away = world.stranger().await;
    away.hello(&token, "phone", Some((&epoch, 0))).await;
    assert_eq!(away.places(1).await, [1]);
    away.nothing_pushed().await;
}

#[tokio::test]
async fn only_who_may_writes_to_everyone() {
    for (broadcast, anna_may, bob_may) in [
        (Broadcast::Everybody, true, true),
        (Broadcast::Nobody, false, false),
        (Broadcast::Named(vec!["ANNA".into()]), true, false),
        (Broadcast::Named(vec![]), false, false),
    ] {
        let world = World::with(|plan| plan.chat.broadcast = broadcast.clone()).await;
        for (name, may) in [("anna", anna_may), ("bob", bob_may)] {
            let mut peer = world.logged_in(name).await;
            let code = peer.code(Command::Send, &text_to(0, "1", "to all")).await;
            assert_eq!(code, if may { Code::Ok } else { Code::NotAllowed }, "{name} with {broadcast:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_can_do_so_only_so_often() {
    let world = World::with(|plan| plan.chat.broadcasts_per_minute = 3).await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let mut next = 0;
    for (pause_ms, codes) in [
        (0, vec![Code::Ok, Code::Ok, Code::Ok, Code::RateLimited]),
        (20_000, vec![Code::Ok, Code::RateLimited]),
        (60_000, vec![Code::Ok, Code::Ok, Code::Ok, Code::RateLimited]),
    ] {
        pass(pause_ms).await;
        for code in codes {
            next += 1;
            assert_eq!(anna.code(Command::Send, &text_to(0, &next.to_string(), "to all")).await, code, "{next}");
        }
    }
    // It is about everyone alone, and about one user.
    anna.send(bob.user, "to one", "hi").await;
    assert_eq!(bob.code(Command::Send, &text_to(0, "1", "to all")).await, Code::Ok);
    assert_eq!(world.server.chat().head().get(), 9);
}
