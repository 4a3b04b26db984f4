//! The list of conversations (K).

use longlink::wire::pb::{self, conversation::Who};
use longlink::wire::{Code, Command};
use prost::Message;

use super::amends::{edit, group_of, recall};
use crate::support::peer::Wire;
use crate::support::{Peer, World, text_to};

async fn list<S: Wire>(who: &mut Peer<S>, before: i64, limit: u32) -> pb::ConversationsReply {
    let reply: pb::ConversationsReply =
        who.call(Command::Conversations, &pb::ConversationsRequest { before, limit }).await;
    assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
    reply
}

/// Peer, last entry, unread, mentions of each.
fn told(reply: &pb::ConversationsReply) -> Vec<(i64, i64, u32, u32)> {
    let last = |talk: &pb::Conversation| talk.last.as_ref().map_or(0, |entry| entry.queue_id);
    reply.conversations.iter().map(|talk| (talk.peer, last(talk), talk.unread, talk.mentions)).collect()
}

async fn set<S: Wire>(who: &mut Peer<S>, peer: i64, pinned: bool, muted: bool) -> Code {
    let settings = Some(pb::ConversationSettings { pinned, muted });
    who.code(Command::ConversationSet, &pb::ConversationSetRequest { peer, settings }).await
}

async fn mark<S: Wire>(who: &mut Peer<S>, peer: i64, up_to: i64) {
    assert_eq!(who.code(Command::MarkRead, &pb::MarkReadRequest { peer, up_to }).await, Code::Ok);
}

// K1, K2, K3.
#[tokio::test]
async fn the_list_has_every_conversation_the_latest_first_with_what_is_unread() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    assert_eq!(list(&mut anna, 0, 0).await, pb::ConversationsReply::default());
    bob.send(1, "1", "one").await;
    bob.send(1, "2", "two").await;
    anna.send(3, "3", "to eve").await;
    let group = group_of(&mut anna, &[2]).await;
    bob.send(0, "5", "to all").await;
    let page = list(&mut anna, 0, 0).await;
    assert_eq!(told(&page), [(0, 5, 1, 0), (group, 4, 0, 0), (3, 3, 0, 0), (2, 2, 2, 0)]);
    assert_eq!((page.unread, page.more), (3, false));
    let who = page.conversations.iter().map(|talk| match &talk.who {
        Some(Who::User(user)) => user.name.clone(),
        Some(Who::Group(group)) => format!("{} of {}", group.name, group.member_count),
        None => String::new(),
    });
    assert_eq!(who.collect::<Vec<_>>(), ["", "us of 2", "eve", "bob"]);

    // What is written moves its conversation up, one's own too; read is what lies before the mark.
    mark(&mut anna, 2, 1).await;
    eve.send(1, "6", "back").await;
    bob.send(group, "7", "in the group").await;
    let mentions = pb::SendRequest { mentions: vec![1], ..text_to(group, "8", "anna!") };
    assert_eq!(bob.code(Command::Send, &mentions).await, Code::Ok);
    anna.send(group, "9", "yes").await;
    let page = list(&mut anna, 0, 0).await;
    assert_eq!(told(&page), [(group, 9, 2, 1), (3, 6, 1, 0), (0, 5, 1, 0), (2, 2, 1, 0)]);
    assert_eq!(page.unread, 5);
    assert_eq!(page.conversations[3].read_up_to, 1);
    // Each has a list of their own.
    assert_eq!(told(&list(&mut bob, 0, 0).await), [(group, 9, 1, 0), (0, 5, 0, 0), (1, 2, 0, 0)]);
    assert_eq!(told(&list(&mut eve, 0, 0).await), [(1, 6, 1, 0), (0, 5, 1, 0)]);
}

// K3, E22: nobody is told to read that something changed, and the list shows what it is now.
#[tokio::test]
async fn a_recall_or_an_edit_is_not_unread_and_moves_nothing_up() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    bob.send(1, "1", "one").await;
    bob.send(1, "2", "two").await;
    let group = group_of(&mut bob, &[1]).await;
    bob.send(group, "4", "in the group").await;
    eve.send(1, "5", "hi").await;
    assert_eq!(edit(&mut bob, 1, 1, "e", "one!").await.code(), Code::Ok);
    assert_eq!(recall(&mut bob, 1, 2, "r").await.code(), Code::Ok);
    assert_eq!(edit(&mut bob, group, 4, "g", "in our group").await.code(), Code::Ok);
    let page = list(&mut anna, 0, 0).await;
    assert_eq!(told(&page), [(3, 5, 1, 0), (group, 4, 1, 0), (2, 2, 2, 0)]);
    let last: Vec<_> = page.conversations.iter().map(|talk| talk.last.clone().unwrap()).collect();
    assert_eq!((&last[1].content[..], last[1].changed_by), (&b"in our group"[..], 8));
    assert_eq!((last[2].content_type, &last[2].content[..], last[2].changed_by), (101, &b""[..], 7));
}

// K1.
#[tokio::test]
async fn a_group_is_listed_while_one_is_in_it() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let group = group_of(&mut anna, &[2]).await;
    anna.send(group, "1", "one").await;
    assert_eq!(set(&mut bob, group, true, false).await, Code::Ok);
    assert_eq!(told(&list(&mut bob, 0, 0).await), [(group, 2, 1, 0)]);
    assert_eq!(bob.code(Command::GroupLeave, &pb::GroupLeaveRequest { group }).await, Code::Ok);
    assert_eq!(told(&list(&mut bob, 0, 0).await), []);
    // What was set can be taken back from outside, but nothing set.
    assert_eq!(set(&mut bob, group, true, false).await, Code::NotFound);
    assert_eq!(set(&mut bob, group, false, false).await, Code::Ok);
    // Who comes back has not missed what was said meanwhile: it is not theirs.
    anna.send(group, "2", "two").await;
    let invite = pb::GroupInviteRequest { group, members: vec![2] };
    assert_eq!(anna.code(Command::GroupInvite, &invite).await, Code::Ok);
    anna.send(group, "3", "three").await;
    assert_eq!(told(&list(&mut bob, 0, 0).await), [(group, 6, 1, 0)]);
}

// K2.
#[tokio::test]
async fn pages_go_on_from_where_the_last_one_ended() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    for number in 2..=30 {
        let user = world.user(&format!("user {number}")).await.0;
        anna.send(user, &number.to_string(), "hi").await;
    }
    assert_eq!(set(&mut anna, 5, true, false).await, Code::Ok);
    let (mut peers, mut before) = (Vec::new(), 0);
    for (size, more) in [(11, true), (10, true), (8, false)] {
        let page = list(&mut anna, before, 10).await;
        assert_eq!((page.conversations.len(), page.more), (size, more));
        peers.extend(page.conversations.iter().map(|talk| talk.peer));
        before = page.next;
    }
    assert_eq!(peers, std::iter::once(5).chain((2..=30).rev().filter(|peer| *peer != 5)).collect::<Vec<_>>());
    assert_eq!(list(&mut anna, 1, 10).await.conversations, []);
}

// K2, K5: a page fits into a frame, whatever was said.
#[tokio::test]
async fn a_page_of_long_messages_ends_early_and_shows_their_beginning() {
    let world = World::with(|plan| plan.chat.page_bytes = 8_192).await;
    let mut anna = world.logged_in("anna").await;
    for number in 2..=30 {
        let user = world.user(&format!("user {number}")).await.0;
        anna.send(user, &number.to_string(), &"long ".repeat(10_000)).await;
    }
    let (mut listed, mut before, mut pages) = (0, 0, 0);
    loop {
        let page = list(&mut anna, before, 200).await;
        assert!(page.encoded_len() < 8_192 + 2_048);
        assert!(page.conversations.iter().all(|talk| talk.last.as_ref().unwrap().content.len() == 1_024));
        (listed, before, pages) = (listed + page.conversations.len(), page.next, pages + 1);
        if !page.more {
            break;
        }
    }
    assert_eq!((listed, pages), (29, 4));
}

// K4.
#[tokio::test]
async fn what_one_sets_is_ones_own_and_told_to_the_other_devices() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    phone.hello(&token, "phone", None).await;
    desk.hello(&token, "desk", None).await;
    let (mut bob, mut eve) = (world.logged_in("bob").await, world.logged_in("eve").await);
    bob.send(1, "1", "one").await;
    eve.send(1, "2", "two").await;
    for peer in [&mut phone, &mut desk] {
        peer.entries(2).await;
    }
    assert_eq!(set(&mut phone, 2, true, true).await, Code::Ok);
    let push: pb::ConversationPush = desk.pushed(Command::PushConversation).await;
    let both = pb::ConversationSettings { pinned: true, muted: true };
    assert_eq!(push, pb::ConversationPush { peer: 2, settings: Some(both) });
    for peer in [&mut phone, &mut bob, &mut eve] {
        peer.nothing_pushed().await;
    }
    // Pinned is first, and muted is not in the sum.
    let page = list(&mut desk, 0, 1).await;
    assert_eq!(told(&page), [(2, 1, 1, 0), (3, 2, 1, 0)]);
    assert_eq!((page.conversations[0].settings, page.unread), (Some(both), 1));
    assert_eq!(list(&mut desk, 3, 0).await.conversations.len(), 1, "a later page has no pinned ones");
    assert_eq!(told(&list(&mut bob, 0, 0).await), [(1, 1, 0, 0)]);

    // With nobody spoken to yet, it is there all the same.
    let carol = world.user("carol").await.0;
    assert_eq!(set(&mut phone, carol, true, false).await, Code::Ok);
    assert_eq!(told(&list(&mut phone, 0, 0).await), [(2, 1, 1, 0), (carol, 0, 0, 0), (3, 2, 1, 0)]);
    assert_eq!(set(&mut phone, carol, false, false).await, Code::Ok);
    assert_eq!(set(&mut phone, 2, false, false).await, Code::Ok);
    assert_eq!(told(&list(&mut phone, 0, 0).await), [(3, 2, 1, 0), (2, 1, 1, 0)]);
    for (peer, code) in [(99, Code::NotFound), (-99, Code::NotFound), (i64::MIN, Code::BadRequest)] {
        assert_eq!(set(&mut phone, peer, true, false).await, code);
    }
}

// K4.
#[tokio::test]
async fn a_hundred_are_pinned_at_most() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    for number in 2..=102 {
        let user = world.user(&format!("user {number}")).await.0;
        let code = if number <= 101 { Code::Ok } else { Code::TooLarge };
        assert_eq!(set(&mut anna, user, true, false).await, code, "{user}");
    }
    assert_eq!(set(&mut anna, 102, false, true).await, Code::Ok, "muted may be more");
    assert_eq!(set(&mut anna, 2, true, true).await, Code::Ok, "what is pinned may be set again");
}

// K3.
#[tokio::test]
async fn unread_ones_are_counted_up_to_a_thousand() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    for id in 0..1_005 {
        bob.send(1, &id.to_string(), "hi").await;
    }
    assert_eq!(told(&list(&mut anna, 0, 0).await), [(2, 1_005, 1_000, 0)]);
    mark(&mut anna, 2, 10).await;
    let page = list(&mut anna, 0, 0).await;
    assert_eq!((told(&page), page.unread), (vec![(2, 1_005, 995, 0)], 995));
    mark(&mut anna, 2, i64::MAX).await;
    assert_eq!(list(&mut anna, 0, 0).await.unread, 0);
}
