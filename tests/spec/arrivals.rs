//! What has arrived and who has read it (S6 to S9).

use std::sync::Arc;
use std::time::Duration;

use longlink::store::{Change, Directory, Expect, Keep, Memory};
use longlink::wire::pb;
use longlink::wire::{Code, Command};
use tokio::time::timeout;

use super::amends::group_of;
use crate::support::peer::Wire;
use crate::support::{Peer, World};

async fn delivered<S: Wire>(who: &mut Peer<S>, up_to: i64) {
    assert_eq!(who.code(Command::MarkDelivered, &pb::MarkDeliveredRequest { up_to }).await, Code::Ok);
}

/// The next receipt: at whom it arrived, and up to where.
async fn receipt<S: Wire>(who: &mut Peer<S>) -> (i64, i64) {
    let push: pb::ReceiptPush = who.pushed(Command::PushReceipt).await;
    assert_eq!((push.reader, push.up_to), (push.peer, 0));
    (push.reader, push.delivered_up_to)
}

async fn marks<S: Wire>(who: &mut Peer<S>, peer: i64) -> Vec<(i64, i64, i64)> {
    let reply: pb::ReadMarksReply = who.call(Command::ReadMarks, &pb::ReadMarksRequest { peer }).await;
    reply.marks.iter().map(|mark| (mark.reader, mark.up_to, mark.delivered_up_to)).collect()
}

// S6, S7.
#[tokio::test]
async fn writers_are_told_what_has_arrived_and_may_ask() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    anna.send(2, "1", "one").await;
    eve.send(2, "2", "two").await;
    anna.send(2, "3", "three").await;
    anna.send(3, "4", "to eve").await;
    assert_eq!(marks(&mut anna, 2).await, []);
    delivered(&mut bob, 2).await;
    // Each of what they wrote themselves.
    assert_eq!(receipt(&mut anna).await, (2, 1));
    eve.entries(1).await;
    assert_eq!(receipt(&mut eve).await, (2, 2));
    assert_eq!(marks(&mut anna, 2).await, [(2, 0, 1)]);
    // Never back, and never beyond the log: then nothing is new.
    delivered(&mut bob, 1).await;
    delivered(&mut bob, -5).await;
    assert_eq!(marks(&mut anna, 2).await, [(2, 0, 1)]);
    delivered(&mut bob, i64::MAX).await;
    assert_eq!(receipt(&mut anna).await, (2, 3));
    assert_eq!(marks(&mut anna, 2).await, [(2, 0, 3)]);
    delivered(&mut bob, 4).await;
    for peer in [&mut anna, &mut eve] {
        peer.noop().await;
        assert_eq!(peer.pushes, []);
    }
    // What arrived at oneself is no news, and to whom nothing was written nothing is told.
    assert_eq!(marks(&mut bob, 1).await, []);
    assert_eq!(marks(&mut eve, 1).await, []);
}

// S6: whoever comes with a cursor has what lies before it.
#[tokio::test]
async fn a_login_and_a_sync_tell_what_has_arrived() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let (bob, token) = world.user("bob").await;
    anna.send(bob, "1", "one").await;
    anna.send(bob, "2", "two").await;
    let mut device = world.stranger().await;
    let epoch = device.hello(&token, "phone", None).await.epoch;
    anna.nothing_pushed().await;
    let mut device = world.stranger().await;
    device.hello(&token, "desk", Some((&epoch, 1))).await;
    assert_eq!(receipt(&mut anna).await, (bob, 1));
    let sync = pb::SyncRequest { after: 2, ..Default::default() };
    assert_eq!(device.code(Command::Sync, &sync).await, Code::Ok);
    assert_eq!(receipt(&mut anna).await, (bob, 2));
    assert_eq!(marks(&mut anna, bob).await, [(bob, 0, 2)]);
    // Another log's cursor says nothing.
    let mut device = world.stranger().await;
    device.hello(&token, "desk", Some(("0000000000000000", 2))).await;
    anna.noop().await;
    assert_eq!(anna.pushes, []);
}

// S8.
#[tokio::test]
async fn it_is_told_how_many_of_a_group_have_read_what_and_who() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let (mut eve, mut carol) = (world.logged_in("eve").await, world.logged_in("carol").await);
    let group = group_of(&mut anna, &[2, 3]).await;
    anna.send(group, "1", "one").await;
    bob.send(group, "2", "two").await;
    let invite = pb::GroupInviteRequest { group, members: vec![4] };
    assert_eq!(anna.code(Command::GroupInvite, &invite).await, Code::Ok);
    anna.send(group, "3", "three").await;
    for (reader, up_to) in [(&mut anna, 5), (&mut bob, 3), (&mut eve, 2), (&mut carol, 5)] {
        assert_eq!(reader.code(Command::MarkRead, &pb::MarkReadRequest { peer: group, up_to }).await, Code::Ok);
    }
    let request = |queue_ids: &[i64], after| pb::ReadersRequest { group, queue_ids: queue_ids.to_vec(), after };
    let reply: pb::ReadersReply = anna.call(Command::Readers, &request(&[5, 2, 3], 0)).await;
    let counts: Vec<_> = reply.counts.iter().map(|count| (count.queue_id, count.read, count.members)).collect();
    // Who came later does not count for what was said before, nor the writer for their own.
    assert_eq!((counts, reply.readers), (vec![(5, 1, 3), (2, 2, 2), (3, 1, 2)], vec![]));
    let reply: pb::ReadersReply = anna.call(Command::Readers, &request(&[2], 0)).await;
    assert_eq!((reply.readers, reply.more), (vec![2, 3], false));
    let reply: pb::ReadersReply = anna.call(Command::Readers, &request(&[2], 2)).await;
    assert_eq!(reply.readers, [3]);
    // Who is no member any more is not counted.
    assert_eq!(eve.code(Command::GroupLeave, &pb::GroupLeaveRequest { group }).await, Code::Ok);
    let reply: pb::ReadersReply = bob.call(Command::Readers, &request(&[2], 0)).await;
    assert_eq!((reply.counts[0].read, reply.counts[0].members), (1, 1));

    assert_eq!(eve.code(Command::Readers, &request(&[2], 0)).await, Code::NotFound);
    assert_eq!(carol.code(Command::Readers, &request(&[2], 0)).await, Code::NotFound, "not hers to see");
    assert_eq!(anna.code(Command::Readers, &request(&[99], 0)).await, Code::NotFound);
    assert_eq!(anna.code(Command::Readers, &request(&[1], 0)).await, Code::NotAllowed);
    assert_eq!(anna.code(Command::Readers, &request(&[2; 101], 0)).await, Code::TooLarge);
    let nobody = pb::ReadersRequest { group: 2, queue_ids: vec![2], after: 0 };
    assert_eq!(anna.code(Command::Readers, &nobody).await, Code::BadRequest);
}

// S1: a data directory of before has its marks under other keys.
#[tokio::test]
async fn marks_that_an_earlier_version_kept_are_still_there() {
    let store = Arc::new(Memory::new());
    let old = |kind: &[u8], numbers: &[i64], up_to: i64| {
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        Change {
            key: [b"read/", kind, &numbers].concat(),
            value: Some(up_to.to_be_bytes().to_vec()),
            expect: Expect::Absent,
        }
    };
    let marks_of_before =
        vec![old(b"p", &[1, 2, 1], 1), old(b"p", &[1, 2, 2], 2), old(b"g", &[-1, 2], 3), old(b"e", &[1], 3)];
    timeout(Duration::from_secs(30), store.change(marks_of_before, Keep::Durable)).await.unwrap().unwrap();
    let world = World::with(|plan| plan.store = store.clone()).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    assert_eq!(group_of(&mut anna, &[2]).await, -1);
    assert_eq!(marks(&mut bob, 1).await, [(1, 1, 0), (2, 2, 0)]);
    assert_eq!(marks(&mut anna, -1).await, [(2, 3, 0)]);
    assert_eq!(marks(&mut anna, 0).await, [(1, 3, 0)]);
    assert_eq!(store.list(b"read/", None, 9).unwrap(), []);
}
