//! Erasing an account (U22 to U25): what goes, and what stays.

use std::sync::Arc;

use longlink::id::QueueId;
use longlink::store::Memory;
use longlink::wire::pb::{self, CloseReason, ContactState, GroupEventKind};
use longlink::wire::{Code, Command};
use prost::Message;

use crate::support::files::{file, get};
use crate::support::http::{cgi, users_online};
use crate::support::people::{ask, befriend, block, contact_pushed, contacts, left_of};
use crate::support::requests::{password, register};
use crate::support::{Gate, Peer, World, hello, text_to};

fn delete(password: &str) -> pb::DeleteAccountRequest {
    pb::DeleteAccountRequest { password: password.into() }
}

/// Waits until everything is done that was begun.
async fn erased(world: &World, count: u64) {
    while world.server.metrics().accounts_erased.get() < count {
        // Asking takes a while, and lets the server get on.
        users_online(world).await;
    }
}

async fn create(peer: &mut Peer, name: &str, members: &[i64]) -> i64 {
    let request = pb::GroupCreateRequest { name: name.into(), members: members.into(), client_msg_id: name.into() };
    let reply: pb::GroupCreateReply = peer.call(Command::GroupCreate, &request).await;
    assert_eq!(reply.code(), Code::Ok);
    reply.group
}

/// What happened to groups, of what is pushed next.
async fn events(peer: &mut Peer, count: usize) -> Vec<(i64, GroupEventKind, Vec<i64>)> {
    let entries = peer.entries(count).await;
    let event = |entry: pb::Entry| {
        let event = pb::GroupEvent::decode(entry.content).unwrap();
        (entry.to, event.kind(), event.users)
    };
    entries.into_iter().map(event).collect()
}

// U22.
#[tokio::test]
async fn it_takes_the_password_and_ends_every_link_and_token() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    let login: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    assert_eq!(desk.code(Command::Hello, &password("anna", "a password", "desk")).await, Code::Ok);
    for wrong in ["", "wrong"] {
        assert_eq!(phone.code(Command::DeleteAccount, &delete(wrong)).await, Code::WrongCredentials);
    }
    assert_eq!(phone.code(Command::DeleteAccount, &delete("a password")).await, Code::Ok);
    for link in [&mut phone, &mut desk] {
        assert_eq!(link.closed().await, Some(CloseReason::AccountEnded));
    }
    let mut peer = world.stranger().await;
    assert_eq!(peer.code(Command::Hello, &hello(&login.token, "phone", None)).await, Code::BadToken);
    let again = password("anna", "a password", "phone");
    assert_eq!(peer.code(Command::Hello, &again).await, Code::WrongCredentials);
    let refused: pb::Refusal = cgi(&world, "group_list", &login.token, &pb::GroupListRequest {}).await;
    assert_eq!(refused.code(), Code::BadToken);
}

// U23.
#[tokio::test]
async fn entries_stay_under_the_number_and_the_name_is_free_for_somebody_else() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut bob = world.logged_in("bob").await;
    let sent: pb::SendReply = cgi(&world, "send", &token, &text_to(bob.user, "1", "stays")).await;
    assert_eq!(sent.code(), Code::Ok);
    bob.entries(1).await;
    let reply: pb::DeleteAccountReply = cgi(&world, "delete_account", &token, &delete("")).await;
    assert_eq!(reply.code(), Code::Ok);
    erased(&world, 1).await;

    let request = pb::UsersRequest { ids: vec![anna], names: vec!["anna".into()] };
    let users: pb::UsersReply = bob.call(Command::Users, &request).await;
    assert_eq!(users.users, [pb::User { id: anna, deleted: true, ..Default::default() }]);
    let history: pb::HistoryReply =
        bob.call(Command::History, &pb::HistoryRequest { peer: anna, ..Default::default() }).await;
    assert_eq!((history.entries[0].from, &history.entries[0].content[..]), (anna, &b"stays"[..]));
    assert_eq!(bob.code(Command::Send, &text_to(anna, "2", "gone")).await, Code::NotFound);
    assert_eq!(bob.code(Command::ContactSet, &ask(anna)).await, Code::NotFound);

    let made: pb::RegisterReply = bob.call(Command::Register, &register("Anna", "a password", "")).await;
    assert_eq!((made.code(), made.user_id), (Code::Ok, bob.user + 1), "another number, and nothing of the first one's");
}

// U24.
#[tokio::test]
async fn contacts_blocks_marks_and_last_seen_go() {
    let store = Arc::new(Memory::new());
    let world = World::with(|plan| plan.store = Arc::<Memory>::clone(&store)).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    befriend(&mut anna, &mut bob).await;
    assert_eq!(anna.code(Command::ContactSet, &ask(eve.user)).await, Code::Ok);
    contact_pushed(&mut eve).await;
    assert_eq!(anna.code(Command::Block, &block(eve.user, true)).await, Code::Ok);
    assert_eq!(eve.code(Command::Block, &block(anna.user, true)).await, Code::Ok);
    bob.send(anna.user, "1", "hi").await;
    for peer in [bob.user, 0] {
        assert_eq!(anna.code(Command::MarkRead, &pb::MarkReadRequest { peer, up_to: 1 }).await, Code::Ok);
    }
    let delivered = pb::MarkDeliveredRequest { up_to: 1 };
    assert_eq!(anna.code(Command::MarkDelivered, &delivered).await, Code::Ok);
    let pinned = pb::ConversationSettings { pinned: true, muted: false };
    let pin = pb::ConversationSetRequest { peer: bob.user, settings: Some(pinned) };
    assert_eq!(anna.code(Command::ConversationSet, &pin).await, Code::Ok);
    let before = left_of(store.as_ref(), 1);
    for prefix in ["account/", "contact/", "block/", "mark/", "delivered/", "talk/"] {
        assert!(before.iter().any(|(found, _)| *found == prefix), "no {prefix} in {before:?}");
    }
    assert_eq!(anna.code(Command::DeleteAccount, &delete("")).await, Code::Ok);
    anna.closed().await;
    erased(&world, 1).await;
    for peer in [&mut bob, &mut eve] {
        assert_eq!(contact_pushed(peer).await, (1, ContactState::None));
        assert_eq!(contacts(peer).await, []);
    }
    let left = left_of(store.as_ref(), 1);
    let theirs = [3_i64.to_be_bytes(), 1_i64.to_be_bytes()].concat();
    assert_eq!(left, [("block/", theirs), ("erased/", 1_i64.to_be_bytes().to_vec())], "Eve's list is Eve's");
    let listed: pb::BlockListReply = eve.call(Command::BlockList, &pb::BlockListRequest::default()).await;
    assert!(listed.users[0].deleted);
    assert_eq!(eve.code(Command::Block, &block(1, false)).await, Code::Ok);
}

// U24.
#[tokio::test]
async fn what_was_uploaded_and_asked_for_goes_and_what_others_have_as_well_stays() {
    let world = World::new().await;
    let ((anna, hers), (_, his)) = (world.user("anna").await, world.user("bob").await);
    let own = file(&world, &hers, b"hers alone").await;
    let shared = file(&world, &hers, b"both have it").await;
    assert_eq!(file(&world, &his, b"both have it").await, shared);
    let create = pb::GroupCreateRequest { name: "door".into(), client_msg_id: "g".into(), ..Default::default() };
    let group = cgi::<pb::GroupCreateReply>(&world, "group_create", &his, &create).await.group;
    let rules = pb::GroupRules { join: pb::GroupJoin::Approval.into(), ..Default::default() };
    let change = pb::GroupChangeRequest { group, rules: Some(rules), ..Default::default() };
    assert_eq!(cgi::<pb::Refusal>(&world, "group_change", &his, &change).await.code(), Code::Ok);
    let link = pb::GroupLinkRequest { group, renew: false };
    let link = cgi::<pb::GroupLinkReply>(&world, "group_link", &his, &link).await.link;
    let join = pb::GroupJoinRequest { link, greeting: String::new() };
    assert_eq!(cgi::<pb::Refusal>(&world, "group_join", &hers, &join).await.code(), Code::Ok);
    let asking = pb::GroupRequestsRequest { group, after: 0 };
    let who = async || cgi::<pb::GroupRequestsReply>(&world, "group_requests", &his, &asking).await.requests;
    assert_eq!(who().await[0].user.as_ref().unwrap().id, anna);

    assert_eq!(cgi::<pb::Refusal>(&world, "delete_account", &hers, &delete("")).await.code(), Code::Ok);
    erased(&world, 1).await;
    assert_eq!(who().await, []);
    for (hash, status) in [(own, 404), (shared, 200)] {
        assert_eq!(get(world.server.http(), &format!("/files/{hash}"), &his, "").await.status, status);
    }
}

// U25.
#[tokio::test]
async fn groups_are_left_handed_over_and_the_last_one_ends_them() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let (mut bob, mut carl) = (world.logged_in("bob").await, world.logged_in("carl").await);
    let owned = create(&mut anna, "owned", &[carl.user]).await;
    let invite = pb::GroupInviteRequest { group: owned, members: vec![bob.user] };
    assert_eq!(anna.code(Command::GroupInvite, &invite).await, Code::Ok);
    let joined = create(&mut bob, "joined", &[anna.user]).await;
    let alone = create(&mut anna, "alone", &[]).await;
    carl.entries(2).await;
    bob.entries(2).await;
    assert_eq!(anna.code(Command::DeleteAccount, &delete("")).await, Code::Ok);
    anna.closed().await;
    erased(&world, 1).await;

    let handed = (owned, GroupEventKind::HandedOver, vec![carl.user]);
    let left = (owned, GroupEventKind::Left, vec![anna.user]);
    assert_eq!(events(&mut carl, 2).await, [handed.clone(), left.clone()], "the one who was longest in it");
    assert_eq!(events(&mut bob, 3).await, [handed, left, (joined, GroupEventKind::Left, vec![anna.user])]);
    let members = |group| pb::GroupMembersRequest { group, after: 0 };
    let reply: pb::GroupMembersReply = bob.call(Command::GroupMembers, &members(owned)).await;
    assert_eq!(reply.members.iter().map(|user| user.id).collect::<Vec<_>>(), [bob.user, carl.user]);
    let log = world.server.chat().read_log(QueueId::START, 1_000).unwrap();
    let end = log.iter().rfind(|entry| entry.to.get() == alone).unwrap().group_event().unwrap();
    assert_eq!((end.kind(), end.users), (GroupEventKind::Dissolved, vec![anna.user]));
}

// U22: whatever a crash leaves undone is done at the next start. The store takes one write more in each round before it
// takes none, so that the crash comes behind every step once.
#[tokio::test]
async fn a_crash_behind_any_step_of_it_is_made_up_for_at_the_next_start() {
    let mut rounds = 0;
    loop {
        let store = Gate::new();
        let world = World::with(|plan| plan.store = Arc::<Gate>::clone(&store)).await;
        let group = full_life(&world).await;
        store.refuse_writes_after(Some(rounds));
        let done = world.server.chat().erase_account("anna").await;
        store.refuse_writes_after(None);
        if done.is_ok() {
            break;
        }
        let next = World::with(|plan| plan.store = Arc::<Gate>::clone(&store)).await;
        if rounds == 0 {
            assert!(next.server.chat().make_token("anna").is_ok(), "nothing was begun, and nothing is done");
        } else {
            erased(&next, 1).await;
            assert_eq!(left_of(store.as_ref(), 1), [("erased/", 1_i64.to_be_bytes().to_vec())], "{rounds} steps");
            let bob = next.server.chat().make_token("bob").unwrap().0;
            let members = pb::GroupMembersRequest { group, after: 0 };
            let reply: pb::GroupMembersReply = cgi(&next, "group_members", &bob, &members).await;
            assert_eq!(reply.members.iter().map(|user| user.id).collect::<Vec<_>>(), [2]);
            let log = next.server.chat().read_log(QueueId::START, 1_000).unwrap();
            let events = log.iter().filter_map(|entry| entry.group_event());
            let leavings = events.filter(|event| event.kind() == GroupEventKind::Left).count();
            assert_eq!(leavings, 1, "left once, after {rounds} steps");
        }
        rounds += 1;
    }
    assert!(rounds > 5, "only {rounds} steps were found");
}

/// Anna with a contact, a block, a read mark and a group of hers, whose number is given.
async fn full_life(world: &World) -> i64 {
    let ((_, anna), (_, bob)) = (world.user("anna").await, world.user("bob").await);
    world.user("eve").await;
    let create = pb::GroupCreateRequest { name: "both".into(), members: vec![2], client_msg_id: "g".into() };
    let made: pb::GroupCreateReply = cgi(world, "group_create", &anna, &create).await;
    let mark = pb::MarkReadRequest { peer: made.group, up_to: made.queue_id };
    let codes = [
        cgi::<pb::Refusal>(world, "contact_set", &anna, &ask(2)).await,
        cgi(world, "contact_set", &bob, &ask(1)).await,
        cgi(world, "block", &anna, &block(3, true)).await,
        cgi(world, "mark_read", &anna, &mark).await,
    ];
    assert_eq!(codes.map(|reply| reply.code()), [Code::Ok; 4]);
    made.group
}
