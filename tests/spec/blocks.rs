//! Blocks (U15 to U17): nothing passes between two people of whom one has blocked the other.

use longlink::chat::WriteTo;
use longlink::store::Store;
use longlink::wire::pb;
use longlink::wire::{Code, Command};

use crate::support::http::{cgi, exchange};
use crate::support::people::{answer, ask, befriend, block};
use crate::support::{Gate, Peer, World, text_to};

async fn two() -> (World, Peer, Peer) {
    let world = World::new().await;
    let (anna, bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    (world, anna, bob)
}

async fn blocked_by(peer: &mut Peer) -> Vec<i64> {
    let reply: pb::BlockListReply = peer.call(Command::BlockList, &pb::BlockListRequest::default()).await;
    assert_eq!((reply.code(), reply.more), (Code::Ok, false));
    reply.users.iter().map(|user| user.id).collect()
}

// U15.
#[tokio::test]
async fn neither_writes_nor_types_nor_asks_and_both_are_told_the_same() {
    let (world, mut anna, mut bob) = two().await;
    anna.send(bob.user, "before", "hi").await;
    bob.places(1).await;
    assert_eq!(bob.code(Command::Block, &block(anna.user, true)).await, Code::Ok);
    let mut words = Vec::new();
    for (peer, to) in [(&mut anna, 2), (&mut bob, 1)] {
        let refused: pb::Refusal = peer.call(Command::Send, &text_to(to, "after", "hi")).await;
        words.push((refused.code(), refused.message));
        assert_eq!(peer.code(Command::Typing, &pb::TypingRequest { peer: to }).await, Code::NotAllowed);
        assert_eq!(peer.code(Command::ContactSet, &ask(to)).await, Code::NotAllowed);
    }
    assert_eq!(words[0].0, Code::NotAllowed);
    assert_eq!(words[0], words[1]);
    let mail = format!(r#"{{"From":{},"To":{},"Content":"hi"}}"#, anna.user, bob.user);
    let head = format!("POST /Message/Send HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", mail.len());
    assert_eq!(exchange(world.server.http(), format!("{head}{mail}").as_bytes()).await.status, 403, "at no door");
    for peer in [&mut anna, &mut bob] {
        peer.nothing_pushed().await;
    }
    // A retry of what was sent before is still a retry.
    let again: pb::SendReply = anna.call(Command::Send, &text_to(bob.user, "before", "hi")).await;
    assert!(again.code() == Code::Ok && again.duplicate);

    assert_eq!((blocked_by(&mut anna).await, blocked_by(&mut bob).await), (vec![], vec![anna.user]));
    assert_eq!(bob.code(Command::Block, &block(anna.user, false)).await, Code::Ok);
    assert_eq!(blocked_by(&mut bob).await, [] as [i64; 0]);
    anna.send(bob.user, "again", "hi").await;
    bob.places(1).await;
}

// U15.
#[tokio::test]
async fn nobody_hears_up_to_where_the_other_reads() {
    let (_world, mut anna, mut bob) = two().await;
    anna.send(bob.user, "1", "hi").await;
    bob.places(1).await;
    let mark = |peer| pb::MarkReadRequest { peer, up_to: 1 };
    assert_eq!(anna.code(Command::MarkRead, &mark(bob.user)).await, Code::Ok);
    bob.pushed::<pb::ReceiptPush>(Command::PushReceipt).await;
    assert_eq!(anna.code(Command::Block, &block(bob.user, true)).await, Code::Ok);
    assert_eq!(bob.code(Command::MarkRead, &mark(anna.user)).await, Code::Ok, "one's own marks are one's own");
    anna.nothing_pushed().await;
    for (peer, other) in [(&mut anna, 2), (&mut bob, 1)] {
        let marks: pb::ReadMarksReply = peer.call(Command::ReadMarks, &pb::ReadMarksRequest { peer: other }).await;
        assert_eq!(marks.marks.iter().map(|mark| mark.reader).collect::<Vec<_>>(), [peer.user]);
    }
}

// U16.
#[tokio::test]
async fn groups_are_not_touched() {
    let (_world, mut anna, mut bob) = two().await;
    let request = pb::GroupCreateRequest { name: "both".into(), members: vec![2], client_msg_id: "g".into() };
    let made: pb::GroupCreateReply = anna.call(Command::GroupCreate, &request).await;
    anna.entries(1).await;
    bob.entries(1).await;
    assert_eq!(bob.code(Command::Block, &block(anna.user, true)).await, Code::Ok);
    anna.send(made.group, "1", "hi").await;
    assert_eq!(bob.entries(1).await[0].from, anna.user);
}

#[tokio::test]
async fn who_asked_before_a_block_cannot_be_accepted_under_it() {
    let (_world, mut anna, mut bob) = two().await;
    assert_eq!(anna.code(Command::ContactSet, &ask(bob.user)).await, Code::Ok);
    assert_eq!(anna.code(Command::Block, &block(bob.user, true)).await, Code::Ok);
    assert_eq!(bob.code(Command::ContactAnswer, &answer(anna.user, true)).await, Code::NotAllowed);
    assert_eq!(bob.code(Command::ContactAnswer, &answer(anna.user, false)).await, Code::Ok);
}

#[tokio::test]
async fn one_blocks_others_who_exist_and_again_changes_nothing() {
    let (world, mut anna, _bob) = two().await;
    for (user, code) in
        [(1, Code::BadRequest), (0, Code::BadRequest), (99, Code::NotFound), (2, Code::Ok), (2, Code::Ok)]
    {
        assert_eq!(anna.code(Command::Block, &block(user, true)).await, code, "{user}");
    }
    let token = world.server.chat().make_token("anna").unwrap().0;
    for blocked in [false, false] {
        let reply: pb::BlockReply = cgi(&world, "block", &token, &block(2, blocked)).await;
        assert_eq!(reply.code(), Code::Ok);
    }
    let listed: pb::BlockListReply = cgi(&world, "block_list", &token, &pb::BlockListRequest { after: 0 }).await;
    assert_eq!(listed.users, []);
}

// The answer comes from memory mostly: it must know of blocks that an earlier start has stored.
#[tokio::test]
async fn a_block_outlives_the_server() {
    let store: std::sync::Arc<dyn Store> = std::sync::Arc::new(longlink::store::Memory::new());
    {
        let world = World::with(|plan| plan.store = std::sync::Arc::clone(&store)).await;
        let (mut anna, _bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
        assert_eq!(anna.code(Command::Block, &block(2, true)).await, Code::Ok);
    }
    let world = World::with(|plan| plan.store = store).await;
    let bob = world.server.chat().make_token("bob").unwrap().0;
    let refused: pb::Refusal = cgi(&world, "send", &bob, &text_to(1, "1", "hi")).await;
    assert_eq!(refused.code(), Code::NotAllowed);
}

// U17: who is refused cannot tell a block from the setting.
#[tokio::test]
async fn where_only_contacts_write_to_one_another_others_are_refused_as_if_blocked() {
    let world = World::with(|plan| plan.chat.write_to = WriteTo::Contacts).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let refused: pb::Refusal = anna.call(Command::Send, &text_to(bob.user, "1", "hi")).await;
    assert_eq!(refused.code(), Code::NotAllowed);
    anna.send(anna.user, "2", "to myself").await;
    befriend(&mut anna, &mut bob).await;
    anna.send(bob.user, "3", "hi").await;
    assert_eq!(bob.code(Command::Block, &block(anna.user, true)).await, Code::Ok);
    let blocked: pb::Refusal = anna.call(Command::Send, &text_to(bob.user, "4", "hi")).await;
    assert_eq!(blocked, refused);
}

// It is asked for with every message, so it must not cost a look into the directory.
#[tokio::test]
async fn a_message_between_two_whom_nothing_keeps_apart_looks_up_no_record() {
    let store = Gate::new();
    let world = World::with(|plan| plan.store = std::sync::Arc::<Gate>::clone(&store)).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    assert_eq!(eve.code(Command::Block, &block(bob.user, true)).await, Code::Ok);
    let looks = store.block_looks();
    for number in 0..50 {
        anna.send(bob.user, &number.to_string(), "hi").await;
    }
    bob.entries(50).await;
    assert_eq!(store.block_looks(), looks);
    assert_eq!(anna.code(Command::Send, &text_to(eve.user, "x", "hi")).await, Code::Ok);
    assert_eq!(bob.code(Command::Send, &text_to(eve.user, "x", "hi")).await, Code::NotAllowed);
    assert!(store.block_looks() > looks, "a maybe is looked up");
}

// N3: a failed disk is a reason to come back, and not a failure at this request.
#[tokio::test]
async fn a_block_that_cannot_be_written_is_refused_for_now() {
    let store = Gate::new();
    let world = World::with(|plan| plan.store = std::sync::Arc::<Gate>::clone(&store)).await;
    let (mut anna, bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    store.refuse_writes_after(Some(0));
    assert_eq!(anna.code(Command::Block, &block(bob.user, true)).await, Code::StoreUnavailable);
    store.refuse_writes_after(None);
    assert_eq!(anna.code(Command::Block, &block(bob.user, true)).await, Code::Ok);
}
