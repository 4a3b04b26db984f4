//! Ending logins before their time (T6).

use longlink::wire::pb::CloseReason;
use longlink::wire::{Code, Command, pb};

use crate::support::requests::password;
use crate::support::{World, hello, pass};

/// What a stranger gets for a token.
async fn code(world: &World, token: &str, device: &str) -> Code {
    world.piped().await.code(Command::Hello, &hello(token, device, None)).await
}

// T6, L17.
#[tokio::test(start_paused = true)]
async fn ending_a_login_ends_its_links_and_every_token_that_came_of_it() {
    let world = World::with(|plan| plan.chat.token_ttl_s = 600).await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut phone = world.piped().await;
    let first: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    let mut desk = world.piped().await;
    let other: pb::HelloReply = desk.call(Command::Hello, &password("anna", "a password", "desk")).await;

    // Later than half of its time the token gives a new one, which is of the same login.
    pass(301_000).await;
    let mut again = world.piped().await;
    let second = again.hello(&first.token, "phone", None).await;
    assert_ne!(second.token, "");
    assert_eq!(phone.closed().await, Some(CloseReason::Replaced));

    world.server.chat().revoke_token(&first.token).await.unwrap();
    assert_eq!(again.closed().await, Some(CloseReason::AccountEnded));
    for token in [&first.token, &second.token] {
        assert_eq!(code(&world, token, "phone").await, Code::BadToken);
    }
    desk.noop().await;
    assert_eq!(code(&world, &other.token, "desk").await, Code::Ok);
    let mut phone = world.piped().await;
    let third: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    assert_eq!(code(&world, &third.token, "phone").await, Code::Ok, "a new proof is a new login");
}

// T6: the link's login is that of the token which it was given for the password.
#[tokio::test(start_paused = true)]
async fn a_link_by_password_ends_with_the_token_that_it_was_given() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut phone = world.piped().await;
    let given: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    let (login, _) = world.server.chat().revoke_token(&given.token).await.unwrap();
    assert_eq!(phone.closed().await, Some(CloseReason::AccountEnded));
    // Ending it once more, by its name, is no mistake.
    world.server.chat().revoke_login(login).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn ending_a_device_leaves_the_others_and_ending_a_user_leaves_nobody() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut peers = Vec::new();
    for device in ["phone", "desk"] {
        let mut peer = world.piped().await;
        let reply: pb::HelloReply = peer.call(Command::Hello, &password("anna", "a password", device)).await;
        peers.push((peer, reply.token));
    }
    let [(mut phone, phones), (mut desk, desks)] = <[_; 2]>::try_from(peers).ok().unwrap();
    world.server.chat().revoke_device("anna", "phone").await.unwrap();
    assert_eq!(phone.closed().await, Some(CloseReason::AccountEnded));
    assert_eq!(code(&world, &phones, "phone").await, Code::BadToken);
    desk.noop().await;

    let backends = world.server.chat().make_token("anna").unwrap().0;
    pass(1_000).await;
    world.server.chat().revoke_user("anna").await.unwrap();
    assert_eq!(desk.closed().await, Some(CloseReason::AccountEnded));
    for (token, device) in [(&desks, "desk"), (&backends, "phone")] {
        assert_eq!(code(&world, token, device).await, Code::BadToken);
    }
    let mut peer = world.piped().await;
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::Ok);
}

#[tokio::test]
async fn an_ended_login_is_remembered_over_a_restart() {
    let world = World::on_disk(|_| {}).await;
    let (_, token) = world.user("anna").await;
    world.server.chat().revoke_token(&token).await.unwrap();
    let world = world.restarted(|_| {}).await;
    assert_eq!(world.server.chat().revoked_logins(), 1);
    assert_eq!(code(&world, &token, "phone").await, Code::BadToken);
}

#[tokio::test(start_paused = true)]
async fn an_ended_login_is_forgotten_when_its_tokens_would_have_expired() {
    let world = World::with(|plan| plan.chat.token_ttl_s = 600).await;
    let (_, token) = world.user("anna").await;
    world.server.chat().revoke_token(&token).await.unwrap();
    // The leeway of a minute counts.
    pass(658_000).await;
    world.server.chat().forget_expired_logins().await.unwrap();
    assert_eq!(world.server.chat().revoked_logins(), 1);
    pass(3_000).await;
    world.server.chat().forget_expired_logins().await.unwrap();
    assert_eq!(world.server.chat().revoked_logins(), 0);
    assert_eq!(code(&world, &token, "phone").await, Code::BadToken, "it has expired by itself");
}

#[tokio::test]
async fn what_is_no_token_of_ours_ends_nothing() {
    let world = World::new().await;
    let elsewhere = World::new().await;
    let (_, foreign) = elsewhere.user("anna").await;
    for token in ["", "a.b.c", &foreign] {
        let refused = world.server.chat().revoke_token(token).await.unwrap_err();
        assert_eq!(refused.code, Code::BadRequest, "{token:?}");
    }
    assert_eq!(world.server.chat().revoked_logins(), 0);
}
