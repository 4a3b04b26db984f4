//! Coming into a group by its link (G12, G13).

use longlink::wire::pb::{self, GroupEventKind as Kind, GroupJoin, GroupRole, GroupRules};
use longlink::wire::{Code, Command};

use crate::support::groups::{create, dissolve, event, invite, joined_by, members, role, rules, say};
use crate::support::{Peer, World};

async fn link(peer: &mut Peer, group: i64, renew: bool) -> Result<String, Code> {
    let reply: pb::GroupLinkReply = peer.call(Command::GroupLink, &pb::GroupLinkRequest { group, renew }).await;
    if reply.code() == Code::Ok { Ok(reply.link) } else { Err(reply.code()) }
}

async fn join(peer: &mut Peer, link: &str) -> Result<bool, Code> {
    let request = pb::GroupJoinRequest { link: link.into(), greeting: "it is me".into() };
    let reply: pb::GroupJoinReply = peer.call(Command::GroupJoin, &request).await;
    if reply.code() == Code::Ok {
        assert_eq!((reply.group, &*reply.name), (-1, "the crew"));
        Ok(reply.joined)
    } else {
        assert_eq!((reply.group, &*reply.name), (0, ""), "a refusal tells nothing of the group");
        Err(reply.code())
    }
}

async fn answer(peer: &mut Peer, group: i64, user: i64, accept: bool) -> Code {
    peer.code(Command::GroupAnswer, &pb::GroupAnswerRequest { group, user, accept }).await
}

async fn asking(peer: &mut Peer, group: i64) -> Vec<i64> {
    let request = pb::GroupRequestsRequest { group, after: 0 };
    let reply: pb::GroupRequestsReply = peer.call(Command::GroupRequests, &request).await;
    assert_eq!((reply.code(), reply.more), (Code::Ok, false), "{}", reply.message);
    assert!(reply.requests.iter().all(|request| request.greeting == "it is me" && request.asked_at_ms > 0));
    reply.requests.into_iter().map(|request| request.user.unwrap().id).collect()
}

// G12.
#[tokio::test]
async fn who_has_the_link_of_an_open_group_comes_in() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    let group = create(&mut anna, "1", &[2]).await;
    assert_eq!(link(&mut anna, group, false).await, Err(Code::NotAllowed), "nobody joins at first");
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Open)).await, Code::Ok);
    assert_eq!(link(&mut eve, group, false).await, Err(Code::NotFound));
    let first = link(&mut anna, group, false).await.unwrap();
    assert_eq!(first.len(), 22);
    assert_eq!(link(&mut bob, group, false).await, Ok(first.clone()), "one link for all");
    assert_eq!(link(&mut bob, group, true).await, Err(Code::NotAllowed));
    anna.entries(2).await;
    assert_eq!(join(&mut eve, &first).await, Ok(true));
    assert_eq!(event(&mut anna).await, (Kind::Joined, vec![3], 3));
    assert_eq!(event(&mut eve).await, (Kind::Joined, vec![3], 3));
    assert_eq!(say(&mut eve, group, "hi all").await, Code::Ok);
    assert_eq!(join(&mut eve, &first).await, Ok(true), "and again: nothing happens");
    assert_eq!(anna.entries(1).await[0].content, "hi all");
    anna.nothing_pushed().await;
}

// G12: each of these is as if there were no such link.
#[tokio::test]
async fn a_link_ends_when_it_is_renewed_when_the_group_closes_and_when_it_ends() {
    let world = World::new().await;
    let (mut anna, mut eve) = (world.logged_in("anna").await, world.logged_in("eve").await);
    let group = create(&mut anna, "1", &[]).await;
    for nonsense in ["", "nonsense", "AAAAAAAAAAAAAAAAAAAAAA", "\0", &"x".repeat(10_000)] {
        assert_eq!(join(&mut eve, nonsense).await, Err(Code::NotFound), "{nonsense:?}");
    }
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Open)).await, Code::Ok);
    let first = link(&mut anna, group, false).await.unwrap();
    let second = link(&mut anna, group, true).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(join(&mut eve, &first).await, Err(Code::NotFound));

    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Closed)).await, Code::Ok);
    assert_eq!(join(&mut eve, &second).await, Err(Code::NotFound));
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Open)).await, Code::Ok);
    assert_eq!(join(&mut eve, &second).await, Err(Code::NotFound), "it does not come back");

    let third = link(&mut anna, group, false).await.unwrap();
    assert_eq!(dissolve(&mut anna, group).await, Code::Ok);
    assert_eq!(join(&mut eve, &third).await, Err(Code::NotFound));
}

// G12: it is another way to invite.
#[tokio::test]
async fn where_only_admins_invite_only_they_are_given_the_link() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let group = create(&mut anna, "1", &[2]).await;
    let strict = GroupRules { only_admins_invite: true, ..joined_by(GroupJoin::Open) };
    assert_eq!(rules(&mut anna, group, strict).await, Code::Ok);
    assert_eq!(link(&mut bob, group, false).await, Err(Code::NotAllowed));
    assert_eq!(role(&mut anna, group, &[2], GroupRole::Admin).await, Code::Ok);
    assert!(link(&mut bob, group, true).await.is_ok());
}

// G13.
#[tokio::test]
async fn admins_let_in_who_asks_and_are_told_at_once() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let (mut carl, mut eve) = (world.logged_in("carl").await, world.logged_in("eve").await);
    let group = create(&mut anna, "1", &[2, 3]).await;
    assert_eq!(role(&mut anna, group, &[2], GroupRole::Admin).await, Code::Ok);
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Approval)).await, Code::Ok);
    let link = link(&mut carl, group, false).await.unwrap();
    for peer in [&mut anna, &mut bob, &mut carl] {
        peer.entries(3).await;
    }
    assert_eq!(join(&mut eve, &link).await, Ok(false));
    for peer in [&mut anna, &mut bob] {
        let push: pb::GroupRequestPush = peer.pushed(Command::PushGroupRequest).await;
        let request = push.request.unwrap();
        let user = request.user.unwrap();
        assert_eq!((push.group, user.id, &*user.name, &*request.greeting), (group, 4, "eve", "it is me"));
    }
    assert_eq!(join(&mut eve, &link).await, Ok(false), "admins are not told twice");
    assert_eq!(say(&mut eve, group, "let me in").await, Code::NotFound);
    assert_eq!(asking(&mut bob, group).await, [4]);
    let listing = pb::GroupRequestsRequest { group, after: 0 };
    assert_eq!(carl.code(Command::GroupRequests, &listing).await, Code::NotAllowed);
    assert_eq!(eve.code(Command::GroupRequests, &listing).await, Code::NotFound);
    assert_eq!(answer(&mut carl, group, 4, true).await, Code::NotAllowed);
    assert_eq!(answer(&mut bob, group, 3, true).await, Code::NotFound, "they did not ask");

    assert_eq!(answer(&mut bob, group, 4, true).await, Code::Ok);
    for peer in [&mut anna, &mut bob, &mut carl, &mut eve] {
        assert_eq!(event(peer).await, (Kind::Joined, vec![4], 2));
        peer.nothing_pushed().await;
    }
    assert_eq!(asking(&mut bob, group).await, [0; 0]);
    assert_eq!(answer(&mut anna, group, 4, true).await, Code::NotFound, "the other was faster");
    assert_eq!(say(&mut eve, group, "thanks").await, Code::Ok);
}

// G13: who is declined is not told, and may ask again.
#[tokio::test]
async fn who_is_declined_or_invited_does_not_ask_any_more() {
    let world = World::new().await;
    let (mut anna, mut eve) = (world.logged_in("anna").await, world.logged_in("eve").await);
    let group = create(&mut anna, "1", &[]).await;
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Approval)).await, Code::Ok);
    let link = link(&mut anna, group, false).await.unwrap();
    assert_eq!(join(&mut eve, &link).await, Ok(false));
    assert_eq!(answer(&mut anna, group, 2, false).await, Code::Ok);
    assert_eq!(asking(&mut anna, group).await, [0; 0]);
    eve.nothing_pushed().await;
    assert_eq!(join(&mut eve, &link).await, Ok(false));
    assert_eq!(asking(&mut anna, group).await, [2]);
    assert_eq!(invite(&mut anna, group, &[2]).await, Code::Ok);
    assert_eq!(asking(&mut anna, group).await, [0; 0]);
}

// G13: a page at a time.
#[tokio::test]
async fn those_who_ask_are_listed_by_their_numbers() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let group = create(&mut anna, "1", &[]).await;
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Approval)).await, Code::Ok);
    let link = link(&mut anna, group, false).await.unwrap();
    for number in 0..101 {
        let mut peer = world.logged_in(&format!("eve {number}")).await;
        assert_eq!(join(&mut peer, &link).await, Ok(false));
    }
    let mut seen: Vec<i64> = Vec::new();
    for (after, count, more) in [(0, 100, true), (101, 1, false)] {
        let request = pb::GroupRequestsRequest { group, after };
        let reply: pb::GroupRequestsReply = anna.call(Command::GroupRequests, &request).await;
        assert_eq!((reply.requests.len(), reply.more), (count, more));
        seen.extend(reply.requests.iter().map(|request| request.user.as_ref().unwrap().id));
    }
    assert!(seen.into_iter().eq(2..=102));
}

// G12, limits.
#[tokio::test]
async fn a_full_group_takes_nobody_by_its_link_either() {
    let world = World::with(|plan| plan.chat.group_members_max = 2).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    let group = create(&mut anna, "1", &[]).await;
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Approval)).await, Code::Ok);
    let link = link(&mut anna, group, false).await.unwrap();
    assert_eq!(join(&mut bob, &link).await, Ok(false));
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Open)).await, Code::Ok);
    assert_eq!(join(&mut eve, &link).await, Ok(true));
    assert_eq!(join(&mut bob, &link).await, Err(Code::TooLarge));
    assert_eq!(answer(&mut anna, group, 2, true).await, Code::TooLarge);
    assert_eq!(asking(&mut anna, group).await, [2], "they still ask");
    assert_eq!(members(&mut anna, group).await.members.len(), 2);
}

// Limits.
#[tokio::test]
async fn nobody_joins_without_end() {
    let world = World::with(|plan| plan.chat.group_joins_per_minute = 3).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let long = pb::GroupJoinRequest { link: "x".into(), greeting: "x".repeat(201) };
    assert_eq!(anna.code(Command::GroupJoin, &long).await, Code::BadRequest);
    for _ in 0..3 {
        assert_eq!(join(&mut anna, "guessing").await, Err(Code::NotFound));
    }
    assert_eq!(join(&mut anna, "guessing").await, Err(Code::RateLimited));
    assert_eq!(join(&mut bob, "guessing").await, Err(Code::NotFound), "another one's tries are their own");
}
