//! Profiles (U4 to U6): what people say of themselves, and who sees it.

use longlink::wire::{Code, Command, pb};

use crate::support::http::cgi;
use crate::support::{Peer, World, files};

async fn set(peer: &mut Peer, request: &pb::ProfileSetRequest) -> pb::ProfileSetReply {
    peer.call(Command::ProfileSet, request).await
}

async fn shown_to(peer: &mut Peer, user: i64) -> pb::User {
    let request = pb::UsersRequest { ids: vec![user], names: vec![] };
    peer.call::<pb::UsersReply>(Command::Users, &request).await.users.remove(0)
}

// U4.
#[tokio::test]
async fn what_is_set_is_shown_to_others_and_what_is_left_out_stays() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut bob = world.logged_in("bob").await;
    let mut phone = world.stranger().await;
    phone.hello(&token, "phone", None).await;
    let request = pb::ProfileSetRequest {
        nickname: Some("Änni".into()),
        sex: Some(pb::Sex::Female.into()),
        bio: Some("two\nlines".into()),
        ..Default::default()
    };
    let reply = set(&mut phone, &request).await;
    let mut wanted = pb::User {
        id: anna,
        name: "anna".into(),
        nickname: "Änni".into(),
        sex: pb::Sex::Female.into(),
        bio: "two\nlines".into(),
        ..Default::default()
    };
    assert_eq!((reply.code(), reply.user, reply.presence_hidden), (Code::Ok, Some(wanted.clone()), false));
    wanted.online = true;
    assert_eq!(shown_to(&mut bob, anna).await, wanted);

    let less = pb::ProfileSetRequest { nickname: Some(String::new()), ..Default::default() };
    let reply: pb::ProfileSetReply = cgi(&world, "profile_set", &token, &less).await;
    wanted.nickname.clear();
    assert_eq!(reply.code(), Code::Ok);
    assert_eq!(shown_to(&mut bob, anna).await, wanted);

    let asked = set(&mut phone, &pb::ProfileSetRequest::default()).await;
    wanted.online = false;
    assert_eq!(asked.user, Some(wanted), "who sets nothing is told what there is");
}

// U4, Limits.
#[tokio::test]
async fn what_is_too_long_or_unprintable_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let nickname = |text: &str| pb::ProfileSetRequest { nickname: Some(text.into()), ..Default::default() };
    let bio = |text: &str| pb::ProfileSetRequest { bio: Some(text.into()), ..Default::default() };
    let sex = |sex| pb::ProfileSetRequest { sex: Some(sex), ..Default::default() };
    for good in [nickname(&"n".repeat(64)), bio(&"b".repeat(500)), bio("a\nb"), sex(0), sex(3)] {
        assert_eq!(anna.code(Command::ProfileSet, &good).await, Code::Ok, "{good:?}");
    }
    let before = shown_to(&mut anna, 1).await;
    for bad in [
        nickname(&"n".repeat(65)),
        nickname("a\nb"),
        nickname("\u{7f}"),
        bio(&"b".repeat(501)),
        bio("a\u{0}b"),
        sex(4),
        sex(-1),
    ] {
        assert_eq!(anna.code(Command::ProfileSet, &bad).await, Code::BadRequest, "{bad:?}");
    }
    assert_eq!(shown_to(&mut anna, 1).await, before);
}

// U5.
#[tokio::test]
async fn an_avatar_is_one_that_was_uploaded() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut anna = world.stranger().await;
    anna.hello(&token, "device", None).await;
    let hash = files::avatar(&world, &token, &files::png(1, 1)).await;
    let unknown = "cd".repeat(32);
    let avatar = |hash: &str| pb::ProfileSetRequest { avatar: Some(hash.into()), ..Default::default() };
    assert_eq!(anna.code(Command::ProfileSet, &avatar(&hash)).await, Code::Ok);
    for (wrong, code) in [
        (unknown.as_str(), Code::NotFound),
        (&hash[1..], Code::BadRequest),
        (&hash.to_uppercase(), Code::BadRequest),
        (&format!("{}/..", &hash[3..]), Code::BadRequest),
    ] {
        assert_eq!(anna.code(Command::ProfileSet, &avatar(wrong)).await, code, "{wrong}");
    }
    assert_eq!(shown_to(&mut anna, 1).await.avatar, hash);
    assert_eq!(anna.code(Command::ProfileSet, &avatar("")).await, Code::Ok);
    assert_eq!(shown_to(&mut anna, 1).await.avatar, "");
}

// U6: also from the list of the old contract.
#[tokio::test]
async fn who_hides_their_presence_is_shown_as_online_to_nobody() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let mut bob = world.logged_in("bob").await;
    let hidden = |hidden| pb::ProfileSetRequest { presence_hidden: Some(hidden), ..Default::default() };
    for (is_hidden, listed) in [(true, vec![bob.user]), (false, vec![anna.user, bob.user])] {
        assert_eq!(set(&mut anna, &hidden(is_hidden)).await.presence_hidden, is_hidden);
        assert_eq!(shown_to(&mut bob, 1).await.online, !is_hidden);
        let online = world.server.chat().online_and(Vec::new()).await.unwrap();
        assert_eq!(online.iter().map(|user| user.id).collect::<Vec<_>>(), listed);
    }
}
