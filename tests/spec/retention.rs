//! A log that keeps a while (R1 to R6): what those see who come late, and what stays.

use longlink::chat::retention::Retention;
use longlink::wire::pb::{self, ContentType, ResumeOutcome};
use longlink::wire::{Code, Command};
use tokio::io::DuplexStream;

use crate::support::http::exchange;
use crate::support::{Peer, World, pass, text_to};

const HOUR_MS: u64 = 3600 * 1000;

/// A server whose log keeps an hour.
async fn world() -> World {
    World::with(|plan| {
        plan.chat.retention = Retention { keep_ms: Some(HOUR_MS as i64), keep_bytes: None };
        // Nobody says a noop for hours here.
        plan.rules.idle_timeout_ms = u64::MAX;
    })
    .await
}

async fn sync(peer: &mut Peer<DuplexStream>, after: i64) -> pb::SyncReply {
    peer.call(Command::Sync, &pb::SyncRequest { after, limit: 0, wait_ms: 0 }).await
}

async fn history(peer: &mut Peer<DuplexStream>, with: i64) -> (Vec<i64>, bool) {
    let request = pb::HistoryRequest { peer: with, before: 0, limit: 0 };
    let reply: pb::HistoryReply = peer.call(Command::History, &request).await;
    (places(&reply.entries), reply.more)
}

fn places(entries: &[pb::Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.queue_id).collect()
}

/// Anna, bob, and the epoch; three messages of anna's of two hours ago, and one of now.
async fn late(world: &World) -> (Peer<DuplexStream>, Peer<DuplexStream>, String, String) {
    let (mut anna, (bob, token)) = (world.piped_in("anna").await, world.user("bob").await);
    for number in 1..=3 {
        anna.send(bob, &number.to_string(), "old").await;
    }
    pass(2 * HOUR_MS).await;
    anna.send(bob, "4", "new").await;
    pass(2 * 60_000).await;
    let mut peer = world.piped().await;
    let hello = peer.hello(&token, "phone", None).await;
    assert_eq!(hello.kept_from, 4);
    (anna, peer, hello.epoch, token)
}

// R1, R2, R3.
#[tokio::test(start_paused = true)]
async fn who_comes_too_late_is_told_where_the_gap_ends() {
    let world = world().await;
    let (mut anna, mut bob, epoch, token) = late(&world).await;
    for (after, gap) in [(0, true), (2, true), (3, false), (4, false)] {
        let page = sync(&mut bob, after).await;
        assert_eq!(places(&page.entries), if after < 4 { vec![4] } else { vec![] });
        assert_eq!((page.kept_from, page.kept_from > after + 1, page.cursor), (4, gap, 4));
    }
    assert_eq!(history(&mut bob, anna.user).await, (vec![4], false));
    let bob_id = bob.user;
    assert_eq!(history(&mut anna, bob_id).await, (vec![4], false));
    // On a link the pushes go on behind the gap.
    let mut tablet = world.piped().await;
    let hello = tablet.hello(&token, "tablet", Some((&epoch, 1))).await;
    assert_eq!((hello.resumed(), hello.kept_from, hello.head), (ResumeOutcome::Continued, 4, 4));
    assert_eq!(places(&tablet.entries(1).await), [4]);
}

// R4: the name goes with the message.
#[tokio::test(start_paused = true)]
async fn what_is_removed_is_not_known_by_its_name_any_more() {
    let world = world().await;
    let (mut anna, bob, ..) = late(&world).await;
    let again: pb::SendReply = anna.call(Command::Send, &text_to(bob.user, "4", "new")).await;
    assert_eq!((again.duplicate, again.queue_id), (true, 4));
    let again: pb::SendReply = anna.call(Command::Send, &text_to(bob.user, "1", "old")).await;
    assert_eq!((again.duplicate, again.queue_id), (false, 5));
}

// R5.
#[tokio::test(start_paused = true)]
async fn a_group_is_what_it_was_when_its_messages_are_gone() {
    let world = world().await;
    let mut anna = world.piped_in("anna").await;
    let mut bob = world.piped_in("bob").await;
    let create = pb::GroupCreateRequest { name: "us".into(), members: vec![bob.user], client_msg_id: "1".into() };
    let group = anna.call::<pb::GroupCreateReply>(Command::GroupCreate, &create).await.group;
    anna.send(group, "2", "old").await;
    pass(2 * HOUR_MS).await;
    bob.send(group, "3", "new").await;
    pass(2 * 60_000).await;
    let page = sync(&mut bob, 0).await;
    assert_eq!((places(&page.entries), page.kept_from), (vec![1, 3], 3));
    assert_eq!(page.entries[0].content_type, ContentType::GroupEvent as u32);
    assert_eq!(history(&mut bob, group).await, (vec![3, 1], false));
    let list: pb::GroupListReply = anna.call(Command::GroupList, &pb::GroupListRequest {}).await;
    let of_bob: pb::GroupListReply = bob.call(Command::GroupList, &pb::GroupListRequest {}).await;
    assert_eq!((list.groups[0].member_count, of_bob.groups[0].joined_at), (2, 1));
    anna.send(group, "4", "still here").await;
    let retried: pb::GroupCreateReply = anna.call(Command::GroupCreate, &create).await;
    assert_eq!((retried.code(), retried.group), (Code::Ok, group), "its making is kept, and its name with it");
}

// R6: at the edge of the old contract.
#[tokio::test(start_paused = true)]
async fn the_old_contract_goes_on_behind_the_gap() {
    let world = world().await;
    let (_, bob, ..) = late(&world).await;
    for queue_id in [0, 1, 3] {
        let request = format!(
            "GET /Message/Receive?userId={}&queueId={queue_id} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            bob.user
        );
        let answer = exchange(world.server.http(), request.as_bytes()).await;
        assert!(answer.text().contains("\"queueID\":4"), "{}", answer.text());
    }
}

// R1: by size, and counted.
#[tokio::test(start_paused = true)]
async fn a_log_that_is_too_large_loses_its_oldest_and_never_its_last() {
    let keep_bytes = 10_000;
    let world = World::with(|plan| {
        plan.chat.retention = Retention { keep_ms: None, keep_bytes: Some(keep_bytes) };
        plan.rules.idle_timeout_ms = u64::MAX;
    })
    .await;
    let mut anna = world.piped_in("anna").await;
    let own = anna.user;
    for number in 0..40 {
        anna.send(own, &number.to_string(), &"x".repeat(1_000)).await;
    }
    pass(2 * 60_000).await;
    let page = sync(&mut anna, 0).await;
    let kept = page.entries.len() as u64;
    assert!((8..=9).contains(&kept), "{kept} of a thousand bytes each are kept of {keep_bytes}");
    assert_eq!((page.kept_from, page.cursor), (41 - kept as i64, 40));
    let metrics = exchange(world.server.http(), b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n").await;
    for line in [
        format!("longlink_log_kept_from {}", page.kept_from),
        format!("longlink_entries_removed_total {}", page.kept_from - 1),
    ] {
        assert!(metrics.text().lines().any(|known| known == line), "{line}\n{}", metrics.text());
    }
    anna.send(own, "large", &"x".repeat(20_000)).await;
    pass(2 * 60_000).await;
    assert_eq!(places(&sync(&mut anna, 0).await.entries), [41]);
}

// R1: by default nothing goes.
#[tokio::test(start_paused = true)]
async fn by_default_everything_is_kept_for_ever() {
    let world = World::with(|plan| plan.rules.idle_timeout_ms = u64::MAX).await;
    let mut anna = world.piped_in("anna").await;
    let own = anna.user;
    anna.send(own, "1", "old").await;
    pass(24 * HOUR_MS).await;
    anna.send(own, "2", "new").await;
    let page = sync(&mut anna, 0).await;
    assert_eq!((places(&page.entries), page.kept_from), (vec![1, 2], 0));
}
