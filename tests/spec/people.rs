//! Who there is (U1 to U3, U8).

use longlink::wire::{Code, Command, pb};

use crate::support::{Peer, World};

async fn find(peer: &mut Peer, prefix: &str, after: &str, limit: u32) -> (Vec<String>, bool) {
    let request = pb::FindUsersRequest { prefix: prefix.into(), after: after.into(), limit };
    let reply: pb::FindUsersReply = peer.call(Command::FindUsers, &request).await;
    assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
    (reply.users.into_iter().map(|user| user.name).collect(), reply.more)
}

// U2.
#[tokio::test]
async fn people_are_found_by_how_their_names_begin_a_page_at_a_time() {
    let world = World::new().await;
    for name in ["Bob", "anna", "Antonia", "小明", "ANDREA", "小红"] {
        world.user(name).await;
    }
    let mut peer = world.logged_in("zoe").await;
    let (all, more) = find(&mut peer, "", "", 0).await;
    assert_eq!(
        (all, more),
        (["ANDREA", "anna", "Antonia", "Bob", "zoe", "小明", "小红"].map(String::from).into(), false)
    );
    assert_eq!(find(&mut peer, "aN", "", 2).await, (vec!["ANDREA".into(), "anna".into()], true));
    assert_eq!(find(&mut peer, "aN", "Anna", 2).await, (vec!["Antonia".into()], false));
    assert_eq!(find(&mut peer, "小", "", 0).await.0, ["小明", "小红"]);
    assert_eq!(find(&mut peer, "nobody", "", 0).await, (Vec::new(), false));
}

// U2, U3.
#[tokio::test]
async fn where_people_are_not_listed_nobody_looks_through_them_or_watches_them() {
    let world = World::with(|plan| plan.chat.people_listed = false).await;
    let bob = world.logged_in("bob").await;
    let mut anna = world.logged_in("anna").await;
    assert_eq!(anna.code(Command::FindUsers, &pb::FindUsersRequest::default()).await, Code::NotAllowed);
    let request = pb::UsersRequest { ids: vec![], names: vec!["BOB".into()] };
    let reply: pb::UsersReply = anna.call(Command::Users, &request).await;
    assert_eq!(reply.users, [pb::User { id: bob.user, name: "bob".into(), ..Default::default() }]);
}

// U3.
#[tokio::test]
async fn who_has_a_link_is_shown_as_online_until_it_ends() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let bob = world.logged_in("bob").await;
    let request = pb::UsersRequest { ids: vec![bob.user], names: vec![] };
    let reply: pb::UsersReply = anna.call(Command::Users, &request).await;
    assert!(reply.users[0].online);
    drop(bob);
    loop {
        let reply: pb::UsersReply = anna.call(Command::Users, &request).await;
        if !reply.users[0].online {
            break;
        }
    }
}

// U8.
#[tokio::test]
async fn the_list_is_looked_through_only_so_often() {
    let world = World::with(|plan| plan.chat.finds_per_minute = 3).await;
    let mut anna = world.logged_in("anna").await;
    let mut bob = world.logged_in("bob").await;
    for _ in 0..3 {
        assert_eq!(anna.code(Command::FindUsers, &pb::FindUsersRequest::default()).await, Code::Ok);
    }
    assert_eq!(anna.code(Command::FindUsers, &pb::FindUsersRequest::default()).await, Code::RateLimited);
    assert_eq!(bob.code(Command::FindUsers, &pb::FindUsersRequest::default()).await, Code::Ok, "each has their own");
}
