//! Readers: slow ones, and ones that come while others write (E6, E7, L14).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use longlink::wire::Command;
use longlink::wire::pb;
use tokio::io::DuplexStream;
use tokio::task::JoinSet;

use crate::support::{Gate, Peer, World, pass, text_to};

/// A world in which little fits: a link falls behind soon.
async fn tight() -> World {
    World::with(|plan| {
        plan.bounds.outbox_bytes_max = 2_000;
        plan.chat.page_bytes = 1_000;
    })
    .await
}

/// A reader that has not taken anything yet since its hello.
async fn slow_reader(world: &World, name: &str) -> Peer<DuplexStream> {
    let (_, token) = world.user(name).await;
    let mut slow = world.piped_through(512).await;
    slow.hello(&token, "phone", None).await;
    slow
}

// L14, E6.
#[tokio::test]
async fn a_slow_reader_holds_nobody_up_and_gets_everything_once_in_order() {
    let world = tight().await;
    let mut slow = slow_reader(&world, "slow").await;
    let (mut quick, mut anna) = (world.piped_in("quick").await, world.piped_in("anna").await);
    let mut next = 1;
    for round in 1..=3 {
        for _ in 0..200 {
            let id = next.to_string();
            assert_eq!(anna.send(0, &id, &"x".repeat(100)).await.queue_id, next);
            assert_eq!(quick.places(1).await, [next], "round {round}");
            next += 1;
        }
        // Everything that it was too slow for, and then what comes live again.
        assert_eq!(slow.places(200).await, (next - 200..next).collect::<Vec<_>>());
        slow.nothing_pushed().await;
        for _ in 0..3 {
            anna.send(slow.user, &next.to_string(), "live").await;
            assert_eq!(slow.places(1).await, [next]);
            next += 1;
        }
    }
}

// E6: entries that no page and no outbox holds are pushed all the same, one at a time.
#[tokio::test]
async fn an_entry_that_is_larger_than_every_bound_gets_through() {
    let world = tight().await;
    let mut slow = slow_reader(&world, "slow").await;
    let mut anna = world.piped_in("anna").await;
    for id in 1..=5 {
        anna.send(slow.user, &id.to_string(), &"x".repeat(300_000)).await;
    }
    let entries = slow.entries(5).await;
    assert!(entries.iter().all(|entry| entry.content.len() == 300_000));
    slow.nothing_pushed().await;
}

// E11, E12: its own entries may come to a link that fell behind, but none of them twice.
#[tokio::test]
async fn a_slow_reader_that_writes_misses_nothing_of_what_others_write_in_between() {
    let world = tight().await;
    let mut slow = slow_reader(&world, "slow").await;
    let mut anna = world.piped_in("anna").await;
    let mut asked = Vec::new();
    for id in 1..=20 {
        asked.push(slow.ask(Command::Send, &text_to(slow.user, &id.to_string(), "mine")).await);
        for part in 1..=10 {
            anna.send(slow.user, &format!("{id} {part}"), &"x".repeat(100)).await;
        }
    }
    let mut own = Vec::new();
    for seq in asked {
        own.push(slow.reply(seq).await.read::<pb::SendReply>().queue_id);
    }
    let mut seen = Vec::new();
    while seen.iter().filter(|place| !own.contains(place)).count() < 200 {
        seen.extend(
            slow.pushed::<pb::EntriesPush>(Command::PushEntries).await.entries.iter().map(|entry| entry.queue_id),
        );
    }
    assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
    slow.nothing_pushed().await;
}

// S5: states are left out where entries have to wait.
#[tokio::test]
async fn what_may_be_lost_does_not_delay_what_may_not() {
    let world = tight().await;
    let mut slow = slow_reader(&world, "slow").await;
    let mut anna = world.piped_in("anna").await;
    for id in 1..=100 {
        anna.send(slow.user, &id.to_string(), &"x".repeat(100)).await;
        let typing: pb::TypingReply = anna.call(Command::Typing, &pb::TypingRequest { peer: slow.user }).await;
        assert_eq!(typing, pb::TypingReply::default());
    }
    let (mut places, mut typing) = (Vec::new(), 0);
    while places.len() < 100 {
        let push = slow.push().await;
        if push.cmd == Command::PushTyping as u32 {
            typing += 1;
        } else {
            places.extend(push.read::<pb::EntriesPush>().entries.iter().map(|entry| entry.queue_id));
        }
    }
    assert_eq!(places, (1..=100).collect::<Vec<_>>());
    assert!(typing < 100);
}

// E7: however a login falls between the sends of others.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_falls_between_catching_up_and_what_comes_live() {
    const SENDERS: usize = 3;
    const ROUNDS: usize = 40;
    let world = Arc::new(World::with(|plan| plan.chat.page_bytes = 500).await);
    let (reader, token) = world.user("reader").await;
    let over = Arc::new(AtomicBool::new(false));
    let mut senders = JoinSet::new();
    for number in 0..SENDERS {
        let (world, over) = (Arc::clone(&world), Arc::clone(&over));
        let mut peer = world.logged_in(&format!("sender {number}")).await;
        senders.spawn(async move {
            let mut written = Vec::new();
            while !over.load(Ordering::Relaxed) {
                written.push(peer.send(reader, &written.len().to_string(), "hi").await.queue_id);
            }
            written
        });
    }
    let (mut epoch, mut taken) = (String::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut peer = world.stranger().await;
        let resume = (round > 0).then(|| (&*epoch, taken.last().copied().unwrap_or(0)));
        let reply = peer.hello(&token, "phone", resume.or(Some(("", 0)))).await;
        epoch = reply.epoch;
        // A few pages, and then away in the middle of whatever comes.
        for _ in 0..round % 7 + 1 {
            let push: pb::EntriesPush = peer.pushed(Command::PushEntries).await;
            taken.extend(push.entries.iter().map(|entry| entry.queue_id));
        }
    }
    over.store(true, Ordering::Relaxed);
    let mut written = senders.join_all().await.concat();
    written.sort_unstable();
    let mut peer = world.stranger().await;
    peer.hello(&token, "phone", Some((&epoch, *taken.last().unwrap()))).await;
    let rest = written.len() - taken.len();
    taken.extend(peer.places(rest).await);
    assert_eq!(taken, written);
    peer.nothing_pushed().await;
}

// L10: what is not read is not lost. The gate keeps every request open.
#[tokio::test(start_paused = true)]
async fn at_64_requests_in_flight_no_more_is_read_and_nothing_is_lost() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let mut anna = world.piped_in("anna").await;
    gate.shut();
    let mut asked = Vec::new();
    for id in 1..=200 {
        asked.push(anna.ask(Command::Send, &text_to(anna.user, &id.to_string(), "hi")).await);
    }
    pass(60_000).await;
    assert_eq!(gate.waiting(), 64);
    gate.open();
    // In the log they stand in their order; the replies may come in any (F13).
    let mut places = vec![0; asked.len()];
    for _ in &asked {
        let reply = anna.hear().await.unwrap();
        places[reply.seq as usize - 2] = reply.read::<pb::SendReply>().queue_id;
    }
    assert_eq!(places, (1..=200).collect::<Vec<_>>());
    anna.noop().await;
}
