//! A group of as many as there may be by default (limits, G2, G9).

use std::sync::Arc;

use longlink::wire::pb::{self, GroupEventKind as Kind};
use longlink::wire::{Code, Command};

use crate::support::groups::{create, dissolve, event, invite, say};
use crate::support::{Peer, World};

const MEMBERS: i64 = 5_000;
/// So many of them are there.
const ONLINE: usize = 100;

// Limits, G2: one more is one too many, everybody reads it, and each message to it is one entry.
#[tokio::test]
async fn a_group_has_five_thousand_members_and_not_one_more() {
    let world = World::new().await;
    let chat = Arc::clone(world.server.chat());
    let mut peers: Vec<Peer> = Vec::new();
    for number in 1..=ONLINE {
        peers.push(world.logged_in(&format!("user {number}")).await);
    }
    for number in ONLINE as i64 + 1..=MEMBERS + 1 {
        assert_eq!(chat.add_account(&format!("user {number}"), None).await.unwrap().get(), number);
    }
    let all: Vec<i64> = (2..=MEMBERS).collect();
    let mut hundreds = all.chunks(100);
    let group = create(&mut peers[0], "1", hundreds.next().unwrap()).await;
    for some in hundreds {
        assert_eq!(invite(&mut peers[0], group, some).await, Code::Ok);
    }
    assert_eq!(invite(&mut peers[0], group, &[MEMBERS + 1]).await, Code::TooLarge);
    assert_eq!(invite(&mut peers[0], group, &[MEMBERS]).await, Code::Ok, "who is in it already");

    let (mut seen, mut after) = (0, 0);
    loop {
        let request = pb::GroupMembersRequest { group, after };
        let reply: pb::GroupMembersReply = peers[0].call(Command::GroupMembers, &request).await;
        seen += reply.members.len();
        let Some(last) = reply.members.last().filter(|_| reply.more) else { break };
        after = last.id;
    }
    assert_eq!(seen, MEMBERS as usize);

    // The creation and 49 invitations.
    assert_eq!(chat.head().get(), 50);
    assert_eq!(say(&mut peers[1], group, "hi all").await, Code::Ok);
    assert_eq!(chat.head().get(), 51);
    for (number, peer) in peers.iter_mut().enumerate() {
        // Those of the first hundred hear everything; the writer of the text not its echo.
        let owed = if number == 1 { 50 } else { 51 };
        assert_eq!(peer.entries(owed).await.last().unwrap().queue_id, if number == 1 { 50 } else { 51 });
    }
    assert_eq!(dissolve(&mut peers[0], group).await, Code::Ok);
    for peer in &mut peers {
        let (kind, users, _) = event(peer).await;
        assert_eq!((kind, users.len()), (Kind::Dissolved, MEMBERS as usize));
        peer.nothing_pushed().await;
    }
}
