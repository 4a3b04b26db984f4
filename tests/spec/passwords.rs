//! Changing the own password (U7): it ends every other login.

use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};

use crate::support::http::cgi;
use crate::support::requests::password;
use crate::support::{World, hello};

fn change(old: &str, new: &str) -> pb::ChangePasswordRequest {
    pb::ChangePasswordRequest { old_password: old.into(), new_password: new.into() }
}

#[tokio::test]
async fn a_changed_password_ends_every_other_login_and_the_asking_link_lives_on() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    let phone_login: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    let desk_login: pb::HelloReply = desk.call(Command::Hello, &password("anna", "a password", "desk")).await;

    let reply: pb::ChangePasswordReply = phone.call(Command::ChangePassword, &change("a password", "a new one")).await;
    assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
    assert_eq!(desk.closed().await, Some(CloseReason::AccountEnded));
    phone.nothing_pushed().await;

    let mut peer = world.stranger().await;
    for ended in [&phone_login.token, &desk_login.token] {
        for device in ["phone", "desk"] {
            assert_eq!(peer.code(Command::Hello, &hello(ended, device, None)).await, Code::BadToken);
        }
    }
    let mut peer = world.stranger().await;
    let old = password("anna", "a password", "phone");
    assert_eq!(peer.code(Command::Hello, &old).await, Code::WrongCredentials);
    world.stranger().await.hello(&reply.token, "phone", None).await;
    assert_eq!(peer.code(Command::Hello, &password("anna", "a new one", "desk")).await, Code::Ok);
    assert!(reply.token_expires_at_ms > crate::support::TODAY_MS);
}

#[tokio::test]
async fn by_http_it_ends_all_links_and_gives_a_token_for_the_device() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut phone = world.stranger().await;
    let login: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    let reply: pb::ChangePasswordReply =
        cgi(&world, "change_password", &login.token, &change("a password", "a new one")).await;
    assert_eq!(reply.code(), Code::Ok);
    assert_eq!(phone.closed().await, Some(CloseReason::AccountEnded));
    let listed: pb::Refusal = cgi(&world, "group_list", &login.token, &pb::GroupListRequest {}).await;
    assert_eq!(listed.code(), Code::BadToken);
    world.stranger().await.hello(&reply.token, "phone", None).await;
}

#[tokio::test]
async fn a_wrong_password_changes_nothing_and_is_tried_only_so_often() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut phone = world.stranger().await;
    let login: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    for bad in ["123", &"p".repeat(129)] {
        assert_eq!(phone.code(Command::ChangePassword, &change("a password", bad)).await, Code::BadRequest);
    }
    for _ in 0..5 {
        assert_eq!(phone.code(Command::ChangePassword, &change("wrong", "a new one")).await, Code::WrongCredentials);
    }
    assert_eq!(phone.code(Command::ChangePassword, &change("a password", "a new one")).await, Code::RateLimited);
    let by_http: pb::Refusal = cgi(&world, "change_password", &login.token, &change("a password", "a new one")).await;
    assert_eq!(by_http.code(), Code::RateLimited, "another door is no way round");
    world.stranger().await.hello(&login.token, "phone", None).await;
}

#[tokio::test]
async fn an_account_without_a_password_gets_its_first_one_for_an_empty_one() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    assert_eq!(anna.code(Command::ChangePassword, &change("guess", "a password")).await, Code::WrongCredentials);
    assert_eq!(anna.code(Command::ChangePassword, &change("", "a password")).await, Code::Ok);
    let mut peer = world.stranger().await;
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::Ok);
}
