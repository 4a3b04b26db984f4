//! Receipts and typing (S).

use std::sync::Arc;

use longlink::store::Memory;
use longlink::wire::pb;
use longlink::wire::{Code, Command};

use crate::support::peer::Wire;
use crate::support::{Peer, World};

async fn mark<S: Wire>(reader: &mut Peer<S>, peer: i64, up_to: i64) {
    assert_eq!(reader.code(Command::MarkRead, &pb::MarkReadRequest { peer, up_to }).await, Code::Ok);
}

/// Who has read up to where, as `asker` is told.
async fn marks<S: Wire>(asker: &mut Peer<S>, peer: i64) -> Vec<(i64, i64)> {
    let reply: pb::ReadMarksReply = asker.call(Command::ReadMarks, &pb::ReadMarksRequest { peer }).await;
    assert_eq!(reply.code(), Code::Ok);
    reply.marks.iter().map(|mark| (mark.reader, mark.up_to)).collect()
}

async fn receipt<S: Wire>(peer: &mut Peer<S>) -> (i64, i64, i64) {
    let push: pb::ReceiptPush = peer.pushed(Command::PushReceipt).await;
    (push.reader, push.peer, push.up_to)
}

async fn typing<S: Wire>(peer: &mut Peer<S>) -> (i64, i64) {
    let push: pb::TypingPush = peer.pushed(Command::PushTyping).await;
    (push.user, push.peer)
}

/// Anna on two devices, Bob, and Eve whom nothing of it concerns.
struct Four {
    world: World,
    phone: Peer,
    desk: Peer,
    bob: Peer,
    eve: Peer,
}

async fn four() -> Four {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    phone.hello(&token, "phone", None).await;
    desk.hello(&token, "desk", None).await;
    let (bob, eve) = (world.logged_in("bob").await, world.logged_in("eve").await);
    Four { world, phone, desk, bob, eve }
}

// S1, S2.
#[tokio::test]
async fn a_receipt_reaches_the_other_side_and_ones_own_other_devices() {
    let Four { world: _world, mut phone, mut desk, mut bob, mut eve } = four().await;
    for id in 1..=3 {
        bob.send(phone.user, &id.to_string(), "hi").await;
    }
    phone.places(3).await;
    desk.places(3).await;
    mark(&mut phone, bob.user, 2).await;
    assert_eq!(receipt(&mut bob).await, (1, 1, 2), "each names the other");
    assert_eq!(receipt(&mut desk).await, (1, 2, 2));
    for peer in [&mut phone, &mut eve] {
        peer.nothing_pushed().await;
    }
    for (asker, with) in [(&mut phone, 2), (&mut desk, 2), (&mut bob, 1)] {
        assert_eq!(marks(asker, with).await, [(1, 2)]);
    }
    assert_eq!(marks(&mut eve, 1).await, []);
    assert_eq!(marks(&mut eve, 2).await, []);
}

// S1.
#[tokio::test]
async fn a_read_mark_never_goes_back_and_never_beyond_the_log() {
    let Four { world: _world, mut phone, mut desk, mut bob, .. } = four().await;
    for id in 1..=5 {
        bob.send(phone.user, &id.to_string(), "hi").await;
    }
    for (up_to, kept) in [(4, 4), (2, 4), (0, 4), (-9, 4), (i64::MIN, 4), (4, 4), (i64::MAX, 5)] {
        mark(&mut desk, bob.user, up_to).await;
        assert_eq!(marks(&mut bob, 1).await, [(1, kept)], "after {up_to}");
    }
    // Only what moved was told.
    assert_eq!((receipt(&mut bob).await, receipt(&mut bob).await), ((1, 1, 4), (1, 1, 5)));
    bob.nothing_pushed().await;
    mark(&mut bob, phone.user, 3).await;
    assert_eq!(marks(&mut phone, 2).await, [(1, 5), (2, 3)]);
}

// S1, S2: in a group, the group is the conversation's name for everybody.
#[tokio::test]
async fn in_a_group_all_members_are_told_and_may_ask() {
    let Four { world, mut phone, mut desk, mut bob, mut eve } = four().await;
    let request = pb::GroupCreateRequest { name: "us".into(), members: vec![bob.user], client_msg_id: "group".into() };
    let group = phone.call::<pb::GroupCreateReply>(Command::GroupCreate, &request).await.group;
    for peer in [&mut phone, &mut desk, &mut bob] {
        peer.places(1).await;
    }
    mark(&mut phone, group, 1).await;
    assert_eq!(phone.code(Command::Typing, &pb::TypingRequest { peer: group }).await, Code::Ok);
    for peer in [&mut bob, &mut desk] {
        assert_eq!(receipt(peer).await, (1, group, 1));
        assert_eq!(typing(peer).await, (1, group));
    }
    mark(&mut bob, group, 1).await;
    assert_eq!(receipt(&mut phone).await, (2, group, 1));
    assert_eq!(marks(&mut bob, group).await, [(1, 1), (2, 1)]);
    phone.nothing_pushed().await;
    eve.nothing_pushed().await;
    let mut carol = world.logged_in("carol").await;
    assert_eq!(carol.code(Command::ReadMarks, &pb::ReadMarksRequest { peer: group }).await, Code::NotFound);
}

// S1: with everyone, nobody is told, and each sees the own mark alone.
#[tokio::test]
async fn who_has_read_what_everyone_got_is_nobodys_business() {
    let Four { world: _world, mut phone, mut desk, mut bob, .. } = four().await;
    bob.send(0, "1", "to all").await;
    phone.places(1).await;
    desk.places(1).await;
    mark(&mut phone, 0, 1).await;
    assert_eq!(receipt(&mut desk).await, (1, 0, 1));
    bob.nothing_pushed().await;
    assert_eq!((marks(&mut desk, 0).await, marks(&mut bob, 0).await), (vec![(1, 1)], vec![]));
}

// S3, S5.
#[tokio::test]
async fn typing_reaches_the_other_side_and_is_never_stored() {
    let Four { world, mut phone, mut desk, mut bob, mut eve } = four().await;
    assert_eq!(phone.code(Command::Typing, &pb::TypingRequest { peer: bob.user }).await, Code::Ok);
    assert_eq!((typing(&mut bob).await, typing(&mut desk).await), ((1, 1), (1, 2)));
    eve.nothing_pushed().await;
    for (peer, code) in [(99, Code::NotFound), (-99, Code::NotFound), (i64::MIN, Code::BadRequest)] {
        assert_eq!(phone.code(Command::Typing, &pb::TypingRequest { peer }).await, code);
        assert_eq!(phone.code(Command::MarkRead, &pb::MarkReadRequest { peer, up_to: 1 }).await, code);
        assert_eq!(phone.code(Command::ReadMarks, &pb::ReadMarksRequest { peer }).await, code);
    }
    assert_eq!(world.server.chat().head().get(), 0);
    phone.nothing_pushed().await;
}

// S4.
#[tokio::test]
async fn in_a_large_group_nobody_is_told_who_reads_and_who_writes() {
    let Four { world, mut phone, mut desk, mut bob, .. } = four().await;
    let mut members = vec![bob.user];
    for number in 0..199 {
        members.push(world.user(&format!("member {number}")).await.0);
    }
    let request = |members: &[i64], id: &str| pb::GroupCreateRequest {
        name: "crowd".into(),
        members: members.to_vec(),
        client_msg_id: id.into(),
    };
    let group = phone.call::<pb::GroupCreateReply>(Command::GroupCreate, &request(&members[..100], "1")).await.group;
    // With 200 members they are still told, with one more they are not.
    for (some, told) in [(&members[100..199], true), (&members[199..], false)] {
        let invite = pb::GroupInviteRequest { group, members: some.to_vec() };
        assert_eq!(phone.code(Command::GroupInvite, &invite).await, Code::Ok);
        bob.places(if told { 2 } else { 1 }).await;
        assert_eq!(phone.code(Command::Typing, &pb::TypingRequest { peer: group }).await, Code::Ok);
        if told {
            assert_eq!(typing(&mut bob).await, (1, group));
        }
        bob.nothing_pushed().await;
    }
    desk.places(2).await;
    assert_eq!(
        (typing(&mut desk).await, desk.places(1).await, typing(&mut desk).await),
        ((1, group), vec![3], (1, group))
    );
}

// S1, S3: a group that was talked in before the server started is as good as a fresh one.
#[tokio::test]
async fn a_group_that_has_been_quiet_since_the_start_is_told_too() {
    let store = Arc::new(Memory::new());
    let before = World::with(|plan| plan.store = store.clone()).await;
    let mut anna = before.logged_in("anna").await;
    let bob = before.user("bob").await.0;
    let request = pb::GroupCreateRequest { name: "us".into(), members: vec![bob], client_msg_id: "group".into() };
    let group = anna.call::<pb::GroupCreateReply>(Command::GroupCreate, &request).await.group;

    let after = World::with(|plan| plan.store = store).await;
    let (mut anna, mut bob) = (after.stranger().await, after.stranger().await);
    anna.hello(&after.server.chat().make_token("anna").unwrap().0, "phone", None).await;
    bob.hello(&after.server.chat().make_token("bob").unwrap().0, "phone", None).await;
    for _ in 0..2 {
        assert_eq!(anna.code(Command::Typing, &pb::TypingRequest { peer: group }).await, Code::Ok);
        assert_eq!(typing(&mut bob).await, (1, group));
    }
    // Who left is told no more.
    assert_eq!(bob.code(Command::GroupLeave, &pb::GroupLeaveRequest { group }).await, Code::Ok);
    bob.places(1).await;
    assert_eq!(anna.code(Command::Typing, &pb::TypingRequest { peer: group }).await, Code::Ok);
    bob.nothing_pushed().await;
}
