//! Who is what in a group, and what each may do to others (G6 to G11, G14).

use longlink::wire::pb::{self, GroupEventKind as Kind, GroupRole, GroupRules};
use longlink::wire::{Code, Command};

use crate::support::groups::{
    create, dissolve, event, history, invite, leave, members, mute, only_group, remove, role, rules, say, whole_event,
};
use crate::support::{Peer, TODAY_MS, World};

/// An owner, an admin and a member of a group, who have heard of it; and the group.
async fn three(world: &World) -> (Peer, Peer, Peer, i64) {
    let mut owner = world.logged_in("owner").await;
    let (mut admin, mut member) = (world.logged_in("admin").await, world.logged_in("member").await);
    let group = create(&mut owner, "1", &[admin.user, member.user]).await;
    assert_eq!(role(&mut owner, group, &[admin.user], GroupRole::Admin).await, Code::Ok);
    for peer in [&mut owner, &mut admin, &mut member] {
        assert_eq!(event(peer).await.0, Kind::Created);
        assert_eq!(event(peer).await, (Kind::AdminsMade, vec![2], 1));
    }
    (owner, admin, member, group)
}

// G7, G14.
#[tokio::test]
async fn everybody_is_shown_who_is_what() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    for (peer, is) in [(&mut owner, GroupRole::Owner), (&mut admin, GroupRole::Admin), (&mut member, GroupRole::Member)]
    {
        assert_eq!(only_group(peer).await.role(), is);
        let listed = members(peer, group).await;
        assert_eq!((listed.owner, &listed.admins[..], &listed.muted[..]), (1, &[2][..], &[][..]));
    }
}

// G8: from the reply on, and those who were put out see that they were, and nothing behind it.
#[tokio::test]
async fn who_was_put_out_neither_writes_nor_reads() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    assert_eq!(say(&mut member, group, "hi").await, Code::Ok);
    assert_eq!(remove(&mut admin, group, &[member.user, 99]).await, Code::Ok, "who is not in it is passed over");
    assert_eq!(say(&mut member, group, "one more thing").await, Code::NotFound);
    assert_eq!(say(&mut owner, group, "at last").await, Code::Ok);
    assert_eq!(event(&mut member).await, (Kind::Removed, vec![3], 2));
    member.nothing_pushed().await;
    assert_eq!(history(&mut member, group).await, [4, 3, 2, 1]);
    assert_eq!(history(&mut admin, group).await, [5, 4, 3, 2, 1]);
    assert_eq!(leave(&mut member, group).await, Code::NotFound);
    assert_eq!(remove(&mut admin, group, &[member.user]).await, Code::Ok, "nothing is done twice");
    assert_eq!(history(&mut admin, group).await, [5, 4, 3, 2, 1]);

    assert_eq!(invite(&mut admin, group, &[member.user]).await, Code::Ok);
    assert_eq!(event(&mut member).await, (Kind::Joined, vec![3], 2));
    assert_eq!(say(&mut member, group, "back again").await, Code::Ok);
}

// G7: as a whole, if there is one among them who may not be touched.
#[tokio::test]
async fn nobody_acts_on_who_stands_as_high() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    let second = world.user("second admin").await.0;
    assert_eq!(invite(&mut owner, group, &[second]).await, Code::Ok);
    assert_eq!(role(&mut owner, group, &[second], GroupRole::Admin).await, Code::Ok);
    for others in [&[1][..], &[2], &[second], &[3, second], &[3, 1]] {
        assert_eq!(remove(&mut admin, group, others).await, Code::NotAllowed, "{others:?}");
        assert_eq!(mute(&mut admin, group, others, -1).await, Code::NotAllowed, "{others:?}");
    }
    for others in [&[1][..], &[2], &[3], &[]] {
        assert_eq!(remove(&mut member, group, others).await, Code::NotAllowed, "{others:?}");
        assert_eq!(mute(&mut member, group, others, 0).await, Code::NotAllowed, "{others:?}");
    }
    assert_eq!(remove(&mut owner, group, &[1]).await, Code::NotAllowed, "they leave, or hand it over");
    assert_eq!(members(&mut owner, group).await.members.len(), 4);
    assert_eq!(remove(&mut owner, group, &[2, 3, second]).await, Code::Ok);
    assert_eq!(members(&mut owner, group).await.members.len(), 1);
}

// G7.
#[tokio::test]
async fn the_owner_makes_admins_and_hands_the_group_over() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    for peer in [&mut admin, &mut member] {
        for is in [GroupRole::Member, GroupRole::Admin, GroupRole::Owner] {
            assert_eq!(role(peer, group, &[1], is).await, Code::NotAllowed);
            assert_eq!(role(peer, group, &[2, 3], is).await, Code::NotAllowed);
        }
    }
    assert_eq!(role(&mut owner, group, &[3, 99], GroupRole::Admin).await, Code::NotFound, "not in it");
    assert_eq!(role(&mut owner, group, &[1], GroupRole::Member).await, Code::NotAllowed, "it needs an owner");
    assert_eq!(role(&mut owner, group, &[2, 3], GroupRole::Owner).await, Code::BadRequest, "one owner");
    let unknown = pb::GroupRoleRequest { group, members: vec![2], role: 7 };
    assert_eq!(owner.code(Command::GroupRole, &unknown).await, Code::BadRequest);
    assert_eq!(role(&mut owner, group, &[2, 3], GroupRole::Admin).await, Code::Ok);
    assert_eq!(event(&mut owner).await, (Kind::AdminsMade, vec![3], 1), "the other is one");
    assert_eq!(role(&mut owner, group, &[2], GroupRole::Member).await, Code::Ok);
    assert_eq!(event(&mut owner).await, (Kind::AdminsEnded, vec![2], 1));

    assert_eq!(role(&mut owner, group, &[2], GroupRole::Owner).await, Code::Ok);
    assert_eq!(event(&mut owner).await, (Kind::HandedOver, vec![2], 1));
    let listed = members(&mut owner, group).await;
    assert_eq!((listed.owner, &listed.admins[..]), (2, &[1, 3][..]), "who was it before is an admin");
    assert_eq!(dissolve(&mut owner, group).await, Code::NotAllowed);
    // Who is an admin may give it up.
    assert_eq!(role(&mut owner, group, &[1], GroupRole::Member).await, Code::Ok);
    assert_eq!(only_group(&mut owner).await.role(), GroupRole::Member);
    assert_eq!(remove(&mut admin, group, &[1, 3]).await, Code::Ok);
}

// G9.
#[tokio::test]
async fn an_owner_who_leaves_hands_the_group_over() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    assert_eq!(leave(&mut owner, group).await, Code::Ok);
    assert_eq!(event(&mut member).await, (Kind::HandedOver, vec![2], 1), "to an admin rather than a member");
    assert_eq!(event(&mut member).await, (Kind::Left, vec![1], 1));
    assert_eq!(only_group(&mut admin).await.role(), GroupRole::Owner);
    assert_eq!(invite(&mut member, group, &[1]).await, Code::Ok);
    assert_eq!(event(&mut member).await.0, Kind::Joined);
    assert_eq!(members(&mut member, group).await.admins, [0; 0], "who comes back is a member");
    // The one who has been in it longer, though with a greater number.
    assert_eq!(leave(&mut admin, group).await, Code::Ok);
    assert_eq!(event(&mut member).await, (Kind::HandedOver, vec![3], 2));
    assert_eq!(event(&mut member).await, (Kind::Left, vec![2], 2));
    assert_eq!(leave(&mut owner, group).await, Code::Ok);
    assert_eq!(event(&mut member).await, (Kind::Left, vec![1], 1));
    // With the last one it ends.
    assert_eq!(leave(&mut member, group).await, Code::Ok);
    assert_eq!(event(&mut member).await, (Kind::Dissolved, vec![3], 3));
    assert_eq!(say(&mut member, group, "anybody there?").await, Code::NotFound);
}

// G9: for all of them at once, and what was said stays readable.
#[tokio::test]
async fn a_group_that_was_dissolved_is_over_for_everybody() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    assert_eq!(dissolve(&mut admin, group).await, Code::NotAllowed);
    assert_eq!(dissolve(&mut member, group).await, Code::NotAllowed);
    assert_eq!(dissolve(&mut owner, group).await, Code::Ok);
    for peer in [&mut owner, &mut admin, &mut member] {
        assert_eq!(event(peer).await, (Kind::Dissolved, vec![1, 2, 3], 1));
        assert_eq!(say(peer, group, "still here?").await, Code::NotFound);
        assert_eq!(invite(peer, group, &[3]).await, Code::NotFound);
        assert_eq!(dissolve(peer, group).await, Code::NotFound);
        assert_eq!(history(peer, group).await, [3, 2, 1]);
        let listed: pb::GroupListReply = peer.call(Command::GroupList, &pb::GroupListRequest {}).await;
        assert_eq!(listed.groups, []);
        peer.nothing_pushed().await;
    }
}

// G10: from the reply on, in a time that stands still.
#[tokio::test(start_paused = true)]
async fn who_is_muted_writes_again_when_the_time_is_over() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let group = create(&mut anna, "1", &[2]).await;
    assert_eq!(mute(&mut anna, group, &[2, 99], 60_000).await, Code::Ok);
    assert_eq!(say(&mut bob, group, "but").await, Code::NotAllowed);
    let (told, from) = {
        assert_eq!(event(&mut bob).await.0, Kind::Created);
        whole_event(&mut bob).await
    };
    assert_eq!((told.kind(), &told.users[..], from), (Kind::Muted, &[2][..], 1));
    let until_ms = told.until_ms;
    assert!((TODAY_MS + 60_000..TODAY_MS + 120_000).contains(&until_ms), "{until_ms}");
    assert_eq!(only_group(&mut bob).await.muted_until_ms, until_ms);
    assert_eq!(members(&mut anna, group).await.muted, [pb::GroupMuted { user: 2, until_ms }]);
    crate::support::pass(60_000).await;
    assert_eq!(say(&mut bob, group, "but").await, Code::Ok);
    assert_eq!(only_group(&mut bob).await.muted_until_ms, 0);
    assert_eq!(members(&mut anna, group).await.muted, []);
}

// G10.
#[tokio::test]
async fn a_mute_holds_until_it_is_lifted_also_for_who_leaves_and_comes_back() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    assert_eq!(mute(&mut admin, group, &[3], -2).await, Code::BadRequest);
    assert_eq!(mute(&mut admin, group, &[3], -1).await, Code::Ok);
    assert_eq!(event(&mut owner).await, (Kind::Muted, vec![3], 2));
    assert_eq!(mute(&mut admin, group, &[3], -1).await, Code::Ok, "and is not said twice");
    assert_eq!(say(&mut member, group, "but").await, Code::NotAllowed);
    assert_eq!(leave(&mut member, group).await, Code::Ok);
    assert_eq!(event(&mut owner).await.0, Kind::Left);
    assert_eq!(invite(&mut admin, group, &[3]).await, Code::Ok);
    assert_eq!(event(&mut owner).await.0, Kind::Joined);
    assert_eq!(say(&mut member, group, "still").await, Code::NotAllowed);
    assert_eq!(mute(&mut owner, group, &[2, 3], 0).await, Code::Ok);
    assert_eq!(event(&mut owner).await, (Kind::Unmuted, vec![3], 1), "the other was not muted");
    assert_eq!(say(&mut member, group, "thanks").await, Code::Ok);
    // The owner mutes admins too, and whoever becomes the owner is free: nobody else could lift it.
    assert_eq!(mute(&mut owner, group, &[2], -1).await, Code::Ok);
    assert_eq!(say(&mut admin, group, "what?").await, Code::NotAllowed);
    assert_eq!(leave(&mut owner, group).await, Code::Ok);
    assert_eq!(say(&mut admin, group, "well").await, Code::Ok);
}

// G2, E3: what was in the log before the mute is answered as any retry.
#[tokio::test]
async fn a_retry_of_what_was_said_before_the_mute_finds_it() {
    let world = World::new().await;
    let (mut owner, _admin, mut member, group) = three(&world).await;
    let first = member.send(group, "once", "before").await;
    assert_eq!(mute(&mut owner, group, &[3], -1).await, Code::Ok);
    let again = member.send(group, "once", "before").await;
    assert_eq!((again.queue_id, again.duplicate), (first.queue_id, true));
}

// G11.
#[tokio::test]
async fn admins_name_the_group_and_make_its_rules() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    let all = GroupRules { join: 1, only_admins_invite: true, only_admins_write: true, members_mention_all: true };
    let change =
        |name: &str| pb::GroupChangeRequest { group, name: Some(name.into()), picture: None, rules: Some(all) };
    assert_eq!(member.code(Command::GroupChange, &change("mine")).await, Code::NotAllowed);
    for name in ["", "a\nb", &"x".repeat(65)] {
        assert_eq!(admin.code(Command::GroupChange, &change(name)).await, Code::BadRequest, "{name:?}");
    }
    let unknown = GroupRules { join: 9, ..all };
    assert_eq!(rules(&mut admin, group, unknown).await, Code::BadRequest);
    assert_eq!(admin.code(Command::GroupChange, &change("ours")).await, Code::Ok);
    let (renamed, from) = whole_event(&mut owner).await;
    assert_eq!((renamed.kind(), &*renamed.name, from), (Kind::Renamed, "ours", 2));
    let (ruled, _) = whole_event(&mut owner).await;
    assert_eq!((ruled.kind(), ruled.rules), (Kind::RulesChanged, Some(all)));
    let shown = only_group(&mut member).await;
    assert_eq!((&*shown.name, shown.rules), ("ours", Some(all)));
    // What is as it was is not said again.
    assert_eq!(admin.code(Command::GroupChange, &change("ours")).await, Code::Ok);
    let nothing = pb::GroupChangeRequest { group, ..Default::default() };
    assert_eq!(admin.code(Command::GroupChange, &nothing).await, Code::Ok);
    owner.nothing_pushed().await;
}

// G11: a picture that nobody uploaded is none, and one may be taken away.
#[tokio::test]
async fn a_picture_is_one_that_was_uploaded() {
    let world = World::new().await;
    let (mut owner, _admin, _member, group) = three(&world).await;
    let change = |picture: &str| pb::GroupChangeRequest { group, picture: Some(picture.into()), ..Default::default() };
    assert_eq!(owner.code(Command::GroupChange, &change("a picture")).await, Code::BadRequest);
    assert_eq!(owner.code(Command::GroupChange, &change(&"AB".repeat(32))).await, Code::BadRequest);
    assert_eq!(owner.code(Command::GroupChange, &change(&"ab".repeat(32))).await, Code::NotFound);
    assert_eq!(owner.code(Command::GroupChange, &change("")).await, Code::Ok);
    owner.nothing_pushed().await;
}

// G11.
#[tokio::test]
async fn rules_say_who_writes_invites_and_mentions_all() {
    let world = World::new().await;
    let (mut owner, mut admin, mut member, group) = three(&world).await;
    let others = [world.user("x").await.0, world.user("y").await.0, world.user("z").await.0];
    let to_all =
        |id: &str, mentions: Vec<i64>| pb::SendRequest { mentions, ..crate::support::text_to(group, id, "all!") };
    assert_eq!(member.code(Command::Send, &to_all("1", vec![2, 0])).await, Code::NotAllowed);
    assert_eq!(member.code(Command::Send, &to_all("1", vec![2])).await, Code::Ok);
    assert_eq!(admin.code(Command::Send, &to_all("1", vec![0])).await, Code::Ok);
    assert_eq!(invite(&mut member, group, &others[..1]).await, Code::Ok);

    let open = GroupRules { members_mention_all: true, ..Default::default() };
    assert_eq!(rules(&mut admin, group, open).await, Code::Ok);
    assert_eq!(member.code(Command::Send, &to_all("2", vec![0])).await, Code::Ok);

    let strict = GroupRules { only_admins_invite: true, only_admins_write: true, ..Default::default() };
    assert_eq!(rules(&mut owner, group, strict).await, Code::Ok);
    assert_eq!(say(&mut member, group, "may I?").await, Code::NotAllowed);
    assert_eq!(invite(&mut member, group, &others[1..2]).await, Code::NotAllowed);
    assert_eq!(say(&mut admin, group, "no").await, Code::Ok);
    assert_eq!(invite(&mut admin, group, &others[1..2]).await, Code::Ok);
    // Reading, and saying that one has read, is everybody's.
    let mark = pb::MarkReadRequest { peer: group, up_to: 1 };
    assert_eq!(member.code(Command::MarkRead, &mark).await, Code::Ok);
    assert_eq!(role(&mut owner, group, &[3], GroupRole::Admin).await, Code::Ok);
    assert_eq!(say(&mut member, group, "now I may").await, Code::Ok);
    assert_eq!(invite(&mut member, group, &others[2..]).await, Code::Ok);
}
