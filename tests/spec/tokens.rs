//! Login tokens (T).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use longlink::wire::pb;
use longlink::wire::{Code, Command};

use crate::support::requests::password;
use crate::support::{TODAY_MS, World, hello, pass};

/// The token that a device gets for its password.
async fn device_token(world: &World, name: &str, device: &str) -> pb::HelloReply {
    world.server.chat().add_account(name, Some("a password".to_owned())).await.unwrap();
    let mut peer = world.piped().await;
    let reply: pb::HelloReply = peer.call(Command::Hello, &password(name, "a password", device)).await;
    assert_eq!(reply.code(), Code::Ok);
    reply
}

/// What a stranger gets for a token.
async fn code(world: &World, token: &str, device: &str) -> Code {
    world.piped().await.code(Command::Hello, &hello(token, device, None)).await
}

// T3.
#[tokio::test]
async fn a_devices_token_logs_in_no_other_device() {
    let world = World::new().await;
    let token = device_token(&world, "anna", "phone").await.token;
    assert_eq!(code(&world, &token, "Phone").await, Code::BadToken);
    assert_eq!(code(&world, &token, "phone").await, Code::Ok);
    let (_, any_device) = world.user("bob").await;
    assert_eq!(code(&world, &any_device, "phone").await, Code::Ok);
    assert_eq!(code(&world, &any_device, "desk").await, Code::Ok);
}

// T1, T3, T4, T5.
#[tokio::test(start_paused = true)]
async fn a_token_ends_with_its_time_and_a_link_does_not() {
    let world = World::with(|plan| plan.chat.token_ttl_s = 600).await;
    let pb::HelloReply { token, token_expires_at_ms, .. } = device_token(&world, "anna", "phone").await;
    assert_eq!(token_expires_at_ms, TODAY_MS + 600_000);
    let mut link = world.piped().await;
    assert_eq!(link.hello(&token, "phone", None).await.token, "");

    // Later than half of its time, there is a new one.
    pass(300_000).await;
    let mut again = world.piped().await;
    let fresh = again.hello(&token, "phone", None).await;
    assert_eq!(fresh.token_expires_at_ms, TODAY_MS + 900_000);

    // A backend's clock may be a minute behind.
    pass(359_999).await;
    assert_eq!(code(&world, &token, "phone").await, Code::Ok);
    let mut last = world.piped().await;
    last.hello(&token, "phone", None).await;
    pass(1).await;
    assert_eq!(code(&world, &token, "phone").await, Code::BadToken);
    last.noop().await;
    assert_eq!(code(&world, &fresh.token, "phone").await, Code::Ok);
}

// T2, P8.
#[tokio::test]
async fn a_token_that_was_changed_or_made_elsewhere_is_worth_nothing() {
    let world = World::new().await;
    let token = device_token(&world, "anna", "phone").await.token;
    let elsewhere = World::new().await;
    let foreign = device_token(&elsewhere, "anna", "phone").await.token;
    let parts: Vec<&str> = token.split('.').collect();
    let json = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let somebody = json(&claims.replace("\"sub\":\"1\"", "\"sub\":\"2\""));
    assert_ne!(somebody, parts[1]);
    let none = json(r#"{"alg":"none","typ":"JWT"}"#);
    let bad = [
        foreign,
        String::new(),
        "a.b.c".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{somebody}.{}", parts[0], parts[2]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{token}A"),
        format!("{token}{}", "A".repeat(4096)),
    ];
    for bad in bad {
        assert_eq!(code(&world, &bad, "phone").await, Code::BadToken, "{bad}");
    }
    assert_eq!(code(&world, &token, "phone").await, Code::Ok);
}

// L17.
#[tokio::test(start_paused = true)]
async fn logging_out_ends_this_devices_token_alone() {
    let world = World::new().await;
    let phone_token = device_token(&world, "anna", "phone").await.token;
    let mut desk = world.piped().await;
    let desk_token = desk.call::<pb::HelloReply>(Command::Hello, &password("anna", "a password", "desk")).await.token;
    let mut phone = world.piped().await;
    phone.hello(&phone_token, "phone", None).await;

    let seq = phone.ask(Command::LogOut, &pb::LogOutRequest {}).await;
    assert_eq!(phone.reply(seq).await.code(), Code::Ok);
    assert_eq!(phone.closed().await, Some(pb::CloseReason::LoggedOut));
    assert_eq!(code(&world, &phone_token, "phone").await, Code::BadToken);
    desk.noop().await;
    world.piped().await.hello(&desk_token, "desk", None).await;

    // A token that the device gets afterwards is a good one.
    let mut phone = world.piped().await;
    let reply: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    assert_eq!(code(&world, &reply.token, "phone").await, Code::Ok);
    assert_eq!(code(&world, &phone_token, "phone").await, Code::BadToken);
}

// L17, T3: a backend's token knows nothing of devices and of their logins; it ends with its time, or with the account's.
#[tokio::test(start_paused = true)]
async fn logging_out_does_not_end_a_backends_token() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut phone = world.piped().await;
    phone.hello(&token, "phone", None).await;
    assert_eq!(phone.code(Command::LogOut, &pb::LogOutRequest {}).await, Code::Ok);
    assert_eq!(phone.closed().await, Some(pb::CloseReason::LoggedOut));
    assert_eq!(code(&world, &token, "phone").await, Code::Ok);
    pass(1_000).await;
    world.server.chat().set_disabled("anna", true).await.unwrap();
    world.server.chat().set_disabled("anna", false).await.unwrap();
    assert_eq!(code(&world, &token, "phone").await, Code::BadToken);
}
