//! Wrong passwords: what they cost whoever tries them, and not the others. Time stands still unless a test lets it pass.

use longlink::metrics::Limit;
use longlink::wire::pb;
use longlink::wire::{Code, Command};
use tokio::io::DuplexStream;
use tokio::time::Instant;

use crate::support::http::cgi;
use crate::support::requests::password;
use crate::support::web::Web;
use crate::support::{Peer, World, pass};

const RIGHT: &str = "a password";

/// What comes of a password on a link of its own, which no other refused login has ended.
async fn attempt(peer: &mut Peer<DuplexStream>, name: &str, given: &str, device: &str) -> Code {
    peer.code(Command::Hello, &password(name, given, device)).await
}

/// Tries wrong passwords from here until one has to wait; how many there were.
async fn until_delayed(world: &World, name: &str, device: &str) -> usize {
    let mut wrong = 0;
    let mut peer = world.piped().await;
    loop {
        if wrong % 4 == 0 {
            // The fifth refusal for good would end the link.
            peer = world.piped().await;
        }
        let code = attempt(&mut peer, name, "wrong", device).await;
        if code == Code::RateLimited {
            return wrong;
        }
        assert_eq!(code, Code::WrongCredentials);
        wrong += 1;
    }
}

async fn with_anna(change: impl FnOnce(&mut longlink::server::Plan)) -> World {
    let world = World::with(change).await;
    world.server.chat().add_account("anna", Some(RIGHT.to_owned())).await.unwrap();
    world
}

#[tokio::test(start_paused = true)]
async fn each_wrong_password_makes_the_next_one_wait_longer_and_the_right_one_too() {
    let world = with_anna(|_| {}).await;
    assert_eq!(until_delayed(&world, "anna", "thief").await, 5);
    // The last two: one is forgotten while the next is waited for.
    for wait_s in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900] {
        // Not even the right one, or the delay would tell which it is.
        let mut peer = world.piped().await;
        assert_eq!(attempt(&mut peer, "anna", RIGHT, "thief").await, Code::RateLimited);
        pass(wait_s * 1000 - 1).await;
        let refused: pb::HelloReply = peer.call(Command::Hello, &password("anna", "wrong", "thief")).await;
        assert_eq!(refused.code(), Code::RateLimited);
        assert!(refused.message.ends_with("in 1 ms"), "{}", refused.message);
        pass(1).await;
        assert_eq!(attempt(&mut peer, "anna", "wrong", "thief").await, Code::WrongCredentials, "after {wait_s} s");
    }
    pass(900_000).await;
    assert_eq!(attempt(&mut world.piped().await, "anna", RIGHT, "thief").await, Code::Ok);
    assert!(world.server.metrics().limited_count(Limit::WrongPasswordsOfName) > 20);
}

#[tokio::test(start_paused = true)]
async fn being_delayed_ends_no_link() {
    let world = with_anna(|_| {}).await;
    until_delayed(&world, "anna", "thief").await;
    let mut peer = world.piped().await;
    for _ in 0..20 {
        assert_eq!(attempt(&mut peer, "anna", RIGHT, "phone").await, Code::RateLimited);
    }
    pass(1_000).await;
    assert_eq!(attempt(&mut peer, "anna", RIGHT, "phone").await, Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_has_is_refused_in_the_same_words_and_at_the_same_times() {
    let world = with_anna(|_| {}).await;
    let mut told = Vec::new();
    for name in ["anna", "nobody"] {
        let mut said = Vec::new();
        for round in 0..8 {
            let mut peer = world.piped().await;
            let reply: pb::HelloReply = peer.call(Command::Hello, &password(name, "wrong", "thief")).await;
            said.push((reply.code(), reply.message));
            if round > 5 {
                pass(1_000).await;
            }
        }
        told.push(said);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][0].0, Code::WrongCredentials);
    assert_eq!(told[0][5].0, Code::RateLimited);
    // A name in other letters is the same name.
    until_delayed(&world, "anna", "thief").await;
    assert_eq!(attempt(&mut world.piped().await, "ANNA", "wrong", "thief").await, Code::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn whoever_tries_others_names_keeps_no_owner_out_of_where_they_have_been() {
    let world = with_anna(|_| {}).await;
    let from = async |address: &str, given: &str, device: &str| {
        attempt(&mut world.piped_from(address).await, "anna", given, device).await
    };
    let mut home = world.piped_from("198.51.100.7").await;
    let login: pb::HelloReply = home.call(Command::Hello, &password("anna", RIGHT, "phone")).await;
    assert_eq!(login.code(), Code::Ok);
    for hour in 0..5 {
        // From an address of its own each time, and with a try whenever one may be.
        let mut wrong = 0;
        while from(&format!("192.0.2.{hour}"), "wrong", "thief").await == Code::WrongCredentials {
            wrong += 1;
        }
        assert!((1..=5).contains(&wrong), "{wrong} in hour {hour}");
        // The owner: on a new device where they have been, and elsewhere on the device that they had.
        assert_eq!(from("198.51.100.7", RIGHT, "desk").await, Code::Ok);
        assert_eq!(from("203.0.113.7", RIGHT, "phone").await, Code::Ok);
        world.piped_from("203.0.113.99").await.hello(&login.token, "phone", None).await;
        pass(3_600_000).await;
    }
    // On a new device from a new address they have to wait as anybody, or come with a token.
    while from("192.0.2.100", "wrong", "thief").await == Code::WrongCredentials {}
    assert_eq!(from("192.0.2.101", RIGHT, "new").await, Code::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn a_login_by_token_makes_its_place_known() {
    let world = with_anna(|_| {}).await;
    let token = world.server.chat().make_token("anna").unwrap().0;
    let mut peer = world.piped().await;
    assert_eq!(until_delayed(&world, "anna", "thief").await, 5);
    assert_eq!(attempt(&mut peer, "anna", RIGHT, "phone").await, Code::RateLimited);
    world.piped().await.hello(&token, "phone", None).await;
    assert_eq!(attempt(&mut peer, "anna", RIGHT, "phone").await, Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn one_password_for_many_names_is_delayed_at_the_address() {
    let world = with_anna(|plan| plan.chat.wrong_passwords.of_address = 10).await;
    // Whoever has an account of their own wins nothing by logging in to it in between.
    let mut tried = 0;
    loop {
        let mut peer = world.piped().await;
        let code = attempt(&mut peer, &format!("name {tried}"), "123456", "thief").await;
        if code == Code::RateLimited {
            break;
        }
        assert_eq!(code, Code::WrongCredentials);
        tried += 1;
        if tried < 10 {
            assert_eq!(attempt(&mut world.piped().await, "anna", RIGHT, "thief").await, Code::Ok);
        }
    }
    assert_eq!(tried, 10);
    assert_eq!(attempt(&mut world.piped().await, "anna", RIGHT, "phone").await, Code::RateLimited);
    assert!(world.server.metrics().limited_count(Limit::WrongPasswordsOfAddress) >= 2);
    pass(1_000).await;
    assert_eq!(attempt(&mut world.piped().await, "anna", RIGHT, "phone").await, Code::Ok);
    assert_eq!(world.server.metrics().limited_count(Limit::WrongPasswordsOfName), 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_logged_in_has_as_few_guesses_through_all_commands_and_doors() {
    let world = with_anna(|_| {}).await;
    let mut phone = world.piped().await;
    assert_eq!(attempt(&mut phone, "anna", RIGHT, "phone").await, Code::Ok);
    let change = |old: &str| pb::ChangePasswordRequest { old_password: old.into(), new_password: "a new one".into() };
    let delete = pb::DeleteAccountRequest { password: "wrong".into() };
    for _ in 0..2 {
        assert_eq!(phone.code(Command::ChangePassword, &change("wrong")).await, Code::WrongCredentials);
        assert_eq!(phone.code(Command::DeleteAccount, &delete).await, Code::WrongCredentials);
    }
    let mut desk = world.piped().await;
    desk.hello(&world.server.chat().make_token("anna").unwrap().0, "desk", None).await;
    assert_eq!(desk.code(Command::DeleteAccount, &delete).await, Code::WrongCredentials);
    assert_eq!(phone.code(Command::ChangePassword, &change(RIGHT)).await, Code::RateLimited);
    assert_eq!(phone.code(Command::DeleteAccount, &delete).await, Code::RateLimited);
    // It is not what keeps the owner from logging in.
    assert_eq!(attempt(&mut world.piped().await, "anna", RIGHT, "tablet").await, Code::Ok);
    pass(1_000).await;
    assert_eq!(phone.code(Command::ChangePassword, &change(RIGHT)).await, Code::Ok);
}

#[tokio::test]
async fn all_doors_count_the_same_attempts() {
    let world = World::encrypted(|_| {}).await;
    world.server.chat().add_account("anna", Some(RIGHT.to_owned())).await.unwrap();
    let wrong = password("anna", "wrong", "thief");
    let begun = Instant::now();
    let mut codes = Vec::new();
    for round in 1..=3 {
        // Other links each time: the fifth refusal for good would end one.
        let mut web = Web::connect(&world).await;
        let (mut tcp, mut tls) = (world.stranger().await, world.encrypted_stranger().await);
        codes.push(cgi::<pb::HelloReply>(&world, "hello", "", &wrong).await.code());
        codes.push(web.call::<pb::HelloReply>(Command::Hello, round, &wrong).await.code());
        codes.push(tcp.code(Command::Hello, &wrong).await);
        codes.push(tls.code(Command::Hello, &wrong).await);
    }
    assert_eq!(codes[..5], [Code::WrongCredentials; 5]);
    // One more after a second, one after two more, and so on, if the machine was so slow.
    let waited_s = begun.elapsed().as_secs();
    let allowed = 5 + (waited_s + 1).ilog2() as usize;
    let tried = codes.iter().filter(|code| **code == Code::WrongCredentials).count();
    assert!(tried <= allowed, "{tried} in {waited_s} s: {codes:?}");
    assert!(codes.iter().all(|code| [Code::WrongCredentials, Code::RateLimited].contains(code)), "{codes:?}");
}
