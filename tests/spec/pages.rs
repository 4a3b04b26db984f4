//! Reading by pages: sync forwards and history backwards (E13 to E15).

use longlink::wire::pb;
use longlink::wire::{Code, Command};

use crate::support::peer::Wire;
use crate::support::{Peer, World};

async fn sync<S: Wire>(peer: &mut Peer<S>, after: i64, limit: u32) -> pb::SyncReply {
    let reply: pb::SyncReply = peer.call(Command::Sync, &pb::SyncRequest { after, limit, wait_ms: 0 }).await;
    assert_eq!(reply.code(), Code::Ok);
    reply
}

async fn history<S: Wire>(peer: &mut Peer<S>, with: i64, before: i64, limit: u32) -> pb::HistoryReply {
    let reply: pb::HistoryReply = peer.call(Command::History, &pb::HistoryRequest { peer: with, before, limit }).await;
    assert_eq!(reply.code(), Code::Ok);
    reply
}

fn places(entries: &[pb::Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.queue_id).collect()
}

// E13, E15.
#[tokio::test]
async fn a_page_ends_at_its_limit_and_the_next_goes_on_at_its_cursor() {
    let world = World::new().await;
    let (mut anna, bob) = (world.logged_in("anna").await, world.user("bob").await.0);
    for id in 1..=250 {
        anna.send(bob, &id.to_string(), "hi").await;
    }
    for (limit, pages) in
        [(100, vec![100, 100, 50]), (0, vec![100, 100, 50]), (125, vec![125, 125]), (1_000, vec![250])]
    {
        let (mut cursor, mut taken, mut lengths) = (0, Vec::new(), Vec::new());
        loop {
            let page = sync(&mut anna, cursor, limit).await;
            lengths.push(page.entries.len());
            taken.extend(places(&page.entries));
            assert!(page.cursor >= cursor);
            cursor = page.cursor;
            if !page.more {
                break;
            }
        }
        assert_eq!((lengths, cursor), (pages, 250), "limit {limit}");
        assert_eq!(taken, (1..=250).collect::<Vec<_>>());
    }
    let one = sync(&mut anna, 249, 1).await;
    assert_eq!((places(&one.entries), one.more), (vec![250], false));
    anna.nothing_pushed().await;
}

// Limits: who asks for more than 1,000 gets 1,000.
#[tokio::test]
async fn no_page_has_more_than_1000_entries() {
    let world = World::with(|plan| plan.chat.page_bytes = 1 << 20).await;
    let mut anna = world.logged_in("anna").await;
    for id in 1..=1_001 {
        anna.send(anna.user, &id.to_string(), "").await;
    }
    for limit in [1_001, u32::MAX] {
        let page = sync(&mut anna, 0, limit).await;
        assert_eq!((page.entries.len(), page.more, page.cursor), (1_000, true, 1_000));
        let page = history(&mut anna, 1, 0, limit).await;
        assert_eq!((page.entries.len(), page.more), (1_000, true));
    }
}

// E15.
#[tokio::test]
async fn a_page_ends_at_its_bytes_but_holds_one_entry() {
    let world = World::with(|plan| plan.chat.page_bytes = 10_000).await;
    let mut anna = world.logged_in("anna").await;
    for (id, length) in [(1, 4_000), (2, 4_000), (3, 4_000), (4, 400_000), (5, 1)] {
        anna.send(anna.user, &id.to_string(), &"x".repeat(length)).await;
    }
    let mut pages = Vec::new();
    let (mut cursor, mut more) = (0, true);
    while more {
        let page = sync(&mut anna, cursor, 0).await;
        (cursor, more) = (page.cursor, page.more);
        pages.push(places(&page.entries));
    }
    assert_eq!(pages, [vec![1, 2], vec![3], vec![4], vec![5]]);
    let mut pages = Vec::new();
    let (mut before, mut more) = (0, true);
    while more {
        let page = history(&mut anna, 1, before, 0).await;
        (before, more) = (page.entries.last().unwrap().queue_id, page.more);
        pages.push(places(&page.entries));
    }
    assert_eq!(pages, [vec![5], vec![4], vec![3, 2], vec![1]]);
}

// E13.
#[tokio::test]
async fn a_cursor_passes_over_what_is_others_and_never_goes_back() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    anna.send(bob.user, "1", "hi").await;
    bob.send(eve.user, "1", "hi").await;
    anna.send(bob.user, "2", "hi").await;
    let page = sync(&mut eve, 0, 1).await;
    assert_eq!((places(&page.entries), page.cursor, page.more), (vec![2], 3, false));
    for after in [3, 4, 1_000_000, i64::MAX] {
        let page = sync(&mut eve, after, 10).await;
        assert_eq!((page.entries.len(), page.cursor, page.more), (0, after, false));
    }
    assert_eq!(places(&sync(&mut bob, -5, 0).await.entries), [1, 2, 3]);
}

// E14.
#[tokio::test]
async fn history_reads_one_conversation_backwards() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    anna.send(bob.user, "1", "hi").await;
    bob.send(anna.user, "2", "hi").await;
    eve.send(anna.user, "3", "not of it").await;
    anna.send(0, "4", "to all").await;
    anna.send(anna.user, "5", "a note").await;
    bob.send(0, "6", "to all").await;
    anna.send(bob.user, "7", "bye").await;
    for (asker, with) in [(&mut anna, 2), (&mut bob, 1)] {
        assert_eq!(places(&history(asker, with, 0, 0).await.entries), [7, 2, 1]);
        let page = history(asker, with, 0, 2).await;
        assert_eq!((places(&page.entries), page.more), (vec![7, 2], true));
        let page = history(asker, with, 2, 2).await;
        assert_eq!((places(&page.entries), page.more), (vec![1], false));
        assert_eq!(places(&history(asker, with, 1, 2).await.entries), [0; 0]);
        assert_eq!(places(&history(asker, 0, 0, 0).await.entries), [6, 4]);
    }
    assert_eq!(places(&history(&mut anna, 1, 0, 0).await.entries), [5]);
    assert_eq!(places(&history(&mut eve, 1, i64::MAX, 0).await.entries), [3]);
    assert_eq!(places(&history(&mut eve, 0, 0, 0).await.entries), [6, 4]);
    // There is nothing with who is not there, and that is all that is said of them.
    assert_eq!(places(&history(&mut eve, 999, 0, 0).await.entries), [0; 0]);
    assert_eq!(
        eve.code(Command::History, &pb::HistoryRequest { peer: i64::MIN, ..Default::default() }).await,
        Code::BadRequest
    );
}
