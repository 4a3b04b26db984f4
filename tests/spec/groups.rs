//! Groups (G).

use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::sync::Arc;

use longlink::auth::password::Passwords;
use longlink::chat::{Asked, Caller, Chat, Origin, Parts};
use longlink::id::LinkId;
use longlink::metrics::Metrics;
use longlink::router::Router;
use longlink::store::Memory;
use longlink::wire::pb::{self, GroupEventKind};
use longlink::wire::{Code, Command, Request};
use prost::Message;

use crate::support::groups::{create, creation, event, history, invite, leave};
use crate::support::plan;
use crate::support::{World, text_to};

// G1, G5.
#[tokio::test]
async fn whoever_is_in_a_group_from_the_start_learns_it_from_the_log() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let (mut bob, mut eve) = (world.logged_in("bob").await, world.logged_in("eve").await);
    // Twice the same, and the maker too: each is in it once.
    let group = create(&mut anna, "1", &[2, 2, 1]).await;
    for peer in [&mut anna, &mut bob] {
        let entry = peer.entries(1).await.remove(0);
        assert_eq!((entry.to, entry.from), (group, 1));
        let event = pb::GroupEvent::decode(entry.content).unwrap();
        let mut users = event.users.clone();
        users.sort_unstable();
        assert_eq!((event.kind(), users, &*event.name), (GroupEventKind::Created, vec![1, 2], "the crew"));
        let listed: pb::GroupListReply = peer.call(Command::GroupList, &pb::GroupListRequest {}).await;
        let [listed] = &listed.groups[..] else { panic!("{listed:?}") };
        let about = (listed.id, &*listed.name, listed.owner, listed.member_count, listed.joined_at);
        assert_eq!(about, (group, "the crew", 1, 2, entry.queue_id));
        let members: pb::GroupMembersReply =
            peer.call(Command::GroupMembers, &pb::GroupMembersRequest { group, after: 0 }).await;
        let names: Vec<&str> = members.members.iter().map(|member| &*member.name).collect();
        assert_eq!((names, members.more), (vec!["anna", "bob"], false));
    }
    eve.nothing_pushed().await;
    let members: pb::GroupMembersReply =
        anna.call(Command::GroupMembers, &pb::GroupMembersRequest { group, after: 1 }).await;
    assert_eq!(members.members.iter().map(|member| member.id).collect::<Vec<_>>(), [2]);
}

// G4.
#[tokio::test]
async fn a_retried_creation_finds_the_group_that_the_first_one_made() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut bob = world.logged_in("bob").await;
    let mut anna = world.stranger().await;
    anna.hello(&token, "phone", None).await;
    let first: pb::GroupCreateReply = anna.call(Command::GroupCreate, &creation("1", &[bob.user])).await;
    drop(anna);
    let mut anna = world.stranger().await;
    anna.hello(&token, "phone", None).await;
    let again: pb::GroupCreateReply = anna.call(Command::GroupCreate, &creation("1", &[bob.user])).await;
    assert_eq!(first, again);
    assert_ne!(create(&mut anna, "2", &[]).await, first.group);
    assert_eq!(event(&mut bob).await.0, GroupEventKind::Created);
    bob.nothing_pushed().await;
}

// E3, G4: a name that was used for a message is no group's.
#[tokio::test]
async fn a_creation_under_the_name_of_a_message_is_refused() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let group = create(&mut anna, "group", &[]).await;
    anna.entries(1).await;
    anna.send(anna.user, "to a user", "hi").await;
    anna.send(group, "to a group", "hi").await;
    for id in ["to a user", "to a group"] {
        assert_eq!(anna.code(Command::GroupCreate, &creation(id, &[])).await, Code::BadRequest, "{id}");
    }
}

// G2: both the entry that brought them in and the one by which they left.
#[tokio::test]
async fn members_see_what_is_written_from_their_joining_to_their_leaving() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let (eve, token) = world.user("eve").await;
    let mut live = world.stranger().await;
    let epoch = live.hello(&token, "live", None).await.epoch;
    let group = create(&mut anna, "1", &[bob.user]).await;
    anna.send(group, "2", "before eve").await;
    assert_eq!(invite(&mut bob, group, &[eve]).await, Code::Ok);
    anna.send(group, "4", "with eve").await;
    assert_eq!(live.places(2).await, [3, 4]);
    live.send(group, "5", "from eve").await;
    assert_eq!(leave(&mut live, group).await, Code::Ok);
    assert_eq!(event(&mut live).await, (GroupEventKind::Left, vec![eve], eve));
    bob.send(group, "7", "after eve").await;
    assert_eq!(bob.places(6).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(anna.places(5).await, [1, 3, 5, 6, 7], "two of them were its own");
    live.nothing_pushed().await;

    // The same in every other way of reading.
    let mut late = world.stranger().await;
    late.hello(&token, "late", Some((&epoch, 0))).await;
    assert_eq!(late.places(4).await, [3, 4, 5, 6]);
    late.nothing_pushed().await;
    let synced: pb::SyncReply = late.call(Command::Sync, &pb::SyncRequest::default()).await;
    assert_eq!(synced.entries.iter().map(|entry| entry.queue_id).collect::<Vec<_>>(), [3, 4, 5, 6]);
    assert_eq!(history(&mut late, group).await, [6, 5, 4, 3]);
    assert_eq!(history(&mut bob, group).await, [7, 6, 5, 4, 3, 2, 1]);

    // Who comes back sees the second stay too, and not what was said in between.
    assert_eq!(invite(&mut anna, group, &[eve]).await, Code::Ok);
    bob.send(group, "9", "again with eve").await;
    assert_eq!(late.places(2).await, [8, 9]);
    assert_eq!(history(&mut late, group).await, [9, 8, 6, 5, 4, 3]);
    let listed: pb::GroupListReply = late.call(Command::GroupList, &pb::GroupListRequest {}).await;
    assert_eq!((listed.groups[0].joined_at, listed.groups[0].member_count), (8, 3));
}

// G3, P8.
#[tokio::test]
async fn for_all_but_its_members_a_group_does_not_exist() {
    let world = World::new().await;
    let (mut anna, mut eve) = (world.logged_in("anna").await, world.logged_in("eve").await);
    let group = create(&mut anna, "1", &[]).await;
    for number in [group, group - 1] {
        let asked = [
            eve.code(Command::Send, &text_to(number, "1", "let me in")).await,
            invite(&mut eve, number, &[1]).await,
            leave(&mut eve, number).await,
            eve.code(Command::GroupMembers, &pb::GroupMembersRequest { group: number, after: 0 }).await,
            eve.code(Command::MarkRead, &pb::MarkReadRequest { peer: number, up_to: 1 }).await,
            eve.code(Command::ReadMarks, &pb::ReadMarksRequest { peer: number }).await,
            eve.code(Command::Typing, &pb::TypingRequest { peer: number }).await,
        ];
        assert_eq!(asked, [Code::NotFound; 7]);
        assert_eq!(history(&mut eve, number).await, [0; 0]);
    }
    assert_eq!(history(&mut anna, group).await, [1]);
    let listed: pb::GroupListReply = eve.call(Command::GroupList, &pb::GroupListRequest {}).await;
    assert_eq!(listed.groups, []);
}

// G3: and who has left is not one any more, from the reply on.
#[tokio::test]
async fn who_has_left_writes_no_more() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let group = create(&mut anna, "1", &[bob.user]).await;
    bob.send(group, "1", "hi").await;
    assert_eq!(leave(&mut bob, group).await, Code::Ok);
    assert_eq!(bob.code(Command::Send, &text_to(group, "2", "one more thing")).await, Code::NotFound);
    assert_eq!(leave(&mut bob, group).await, Code::NotFound);
    assert_eq!(anna.places(3).await, [1, 2, 3]);
    anna.nothing_pushed().await;
    // The last one may leave too; the log keeps what was said.
    assert_eq!(leave(&mut anna, group).await, Code::Ok);
    assert_eq!(history(&mut anna, group).await, [4, 3, 2, 1]);
}

// G6: however far delivery is behind, by which the server knows quickly who is in a group. Here it stands still.
#[tokio::test(start_paused = true)]
async fn a_change_is_answered_when_it_holds_and_not_before() {
    let (metrics, folder) = (Arc::new(Metrics::default()), tempfile::tempdir().unwrap());
    let plan = plan(Arc::new(Memory::new()), folder.path());
    let parts = Parts {
        router: Arc::new(Router::default()),
        metrics: Arc::clone(&metrics),
        passwords: Passwords::new(plan.passwords).unwrap(),
        tokens: Arc::new(plan.tokens),
        uploads: plan.uploads,
        audit: plan.audit,
        clock: plan.clock,
    };
    let chat = Chat::new(plan.store, parts, plan.chat);
    let user = chat.add_account("anna", None).await.unwrap();
    let caller = Caller { user, device: "phone".into(), link: LinkId(1) };
    let origin = Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST).into(), link: caller.link };
    let ask = async |request| match chat.ask(Some(&caller), origin, request) {
        Asked::Done(answer) => answer,
        Asked::Later(answer) => answer.await,
    };
    let mut delivery = pin!(Arc::clone(&chat).deliver(chat.tail()));
    let made = async { ask(Request::GroupCreate(creation("1", &[]))).await.unwrap() };
    let made = tokio::select! {
        error = &mut delivery => panic!("{error}"),
        made = made => made,
    };
    let group = pb::GroupCreateReply::decode(made).unwrap().group;
    ask(Request::Send(text_to(group, "2", "hi"))).await.unwrap();

    // Nobody delivers now, so that the server cannot say in good time that it holds.
    let refused = ask(Request::GroupLeave(pb::GroupLeaveRequest { group })).await.unwrap_err();
    assert_eq!(refused.code, Code::Overloaded);
    let delivered = async {
        while metrics.entries_offered.get() < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        error = &mut delivery => panic!("{error}"),
        () = delivered => {}
    }
    let refused = ask(Request::Send(text_to(group, "3", "one more thing"))).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
    let refused = ask(Request::GroupLeave(pb::GroupLeaveRequest { group })).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
}

// Limits.
#[tokio::test]
async fn a_group_has_bounds() {
    let world = World::with(|plan| plan.chat.group_members_max = 3).await;
    let mut anna = world.logged_in("anna").await;
    let mut others = Vec::new();
    for name in ["b", "c", "d"] {
        others.push(world.user(name).await.0);
    }
    for (name, code) in
        [("", Code::BadRequest), ("x".repeat(65).as_str(), Code::BadRequest), ("a\nb", Code::BadRequest)]
    {
        let request = pb::GroupCreateRequest { name: name.into(), ..creation("bad", &[]) };
        assert_eq!(anna.code(Command::GroupCreate, &request).await, code);
    }
    assert_eq!(anna.code(Command::GroupCreate, &creation("", &[])).await, Code::BadRequest);
    assert_eq!(anna.code(Command::GroupCreate, &creation("1", &[99])).await, Code::NotFound);
    assert_eq!(anna.code(Command::GroupCreate, &creation("1", &[0])).await, Code::BadRequest);
    assert_eq!(anna.code(Command::GroupCreate, &creation("1", &[-1])).await, Code::BadRequest);
    assert_eq!(anna.code(Command::GroupCreate, &creation("1", &[2; 101])).await, Code::TooLarge);
    assert_eq!(anna.code(Command::GroupCreate, &creation("1", &others)).await, Code::TooLarge);
    let group = create(&mut anna, "2", &others[..1]).await;
    assert_eq!(invite(&mut anna, group, &others[1..]).await, Code::TooLarge);
    assert_eq!(invite(&mut anna, group, &others[..2]).await, Code::Ok, "who is in it counts once");
    assert_eq!(invite(&mut anna, group, &others[..2]).await, Code::Ok, "and is passed over");
    assert_eq!(invite(&mut anna, group, &[]).await, Code::Ok);
    assert_eq!(invite(&mut anna, others[0], &[]).await, Code::BadRequest);
    assert_eq!(anna.places(2).await, [1, 2]);
    anna.nothing_pushed().await;
}

// E2, E3: `bot check` found it. A member writes, the answer is lost on the way, and they leave; the retry was refused as
// NOT_FOUND, which says that the message is not in the log, though everybody in the group had read it.
#[tokio::test]
async fn a_retry_is_answered_also_when_its_writer_has_left_the_group_since() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let mut bob = world.logged_in("bob").await;
    let made: pb::GroupCreateReply = anna.call(Command::GroupCreate, &creation("1", &[bob.user])).await;
    let first = bob.send(made.group, "once", "before leaving").await;
    let leaving = pb::GroupLeaveRequest { group: made.group };
    assert_eq!(bob.code(Command::GroupLeave, &leaving).await, Code::Ok);
    let again = bob.send(made.group, "once", "before leaving").await;
    assert_eq!((again.queue_id, again.sent_at_ms, again.duplicate), (first.queue_id, first.sent_at_ms, true));
    let new = text_to(made.group, "another", "after leaving");
    assert_eq!(bob.code(Command::Send, &new).await, Code::NotFound);
}
