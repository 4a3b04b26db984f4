//! Before login (L1 to L7): what a stranger may do, and how one becomes a user.

use longlink::store::StoreError;
use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};
use prost::Message;

use crate::support::requests::{password, register};
use crate::support::{Gate, Peer, VERSION, World, bytes, hello, pass, text_to};

const IDENTIFY: u32 = 0xFFFF_FFFE;

// L4, and the table of sequences: by its sequence alone, whatever its command.
#[tokio::test]
async fn identify_is_a_hello_under_any_command() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let body = hello(&token, "phone", None).encode_to_vec();
    for cmd in [100, 1, 110, 999, 0xFF00_0064, 0xFF00_0000, 0] {
        let mut peer = world.stranger().await;
        peer.say(cmd, IDENTIFY, &body).await;
        let reply = peer.reply(IDENTIFY).await;
        assert_eq!((reply.cmd, reply.read::<pb::HelloReply>().user_id), (cmd, anna));
        assert_eq!(peer.send(anna, &cmd.to_string(), "hi").await.code(), Code::Ok);
    }
}

// L2, L3.
#[tokio::test]
async fn what_is_asked_before_the_hello_is_answered_after_it_in_order() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    for id in 1..=5 {
        peer.ask(Command::Send, &text_to(anna, &id.to_string(), "early")).await;
    }
    // One of them cannot be read: refused in its turn.
    peer.say(Command::Send as u32, 50, b"\xFF\xFF").await;
    peer.say(Command::Hello as u32, 99, &hello(&token, "phone", None).encode_to_vec()).await;
    assert_eq!(peer.hear().await.unwrap().seq, 99);
    for seq in 1..=5 {
        let reply = peer.hear().await.unwrap();
        assert_eq!((reply.seq, reply.read::<pb::SendReply>().queue_id), (seq, i64::from(seq)));
    }
    let refused = peer.hear().await.unwrap();
    assert_eq!((refused.seq, refused.code()), (50, Code::BadRequest));
}

// L2.
#[tokio::test]
async fn noop_register_and_unknown_commands_are_answered_while_others_wait_for_the_login() {
    let world = World::new().await;
    let mut peer = world.stranger().await;
    peer.ask(Command::GroupList, &pb::GroupListRequest {}).await;
    peer.noop().await;
    assert_eq!(peer.code(Command::Register, &register("anna", "a password", "")).await, Code::Ok);
    peer.say(999, 50, b"").await;
    assert_eq!(peer.reply(50).await.code(), Code::UnknownCommand);
    let hello = peer.ask(Command::Hello, &password("anna", "a password", "phone")).await;
    assert_eq!(peer.reply(hello).await.code(), Code::Ok);
    assert_eq!(peer.hear().await.unwrap().seq, 1);
}

/// The code with which each of the next replies refuses.
async fn refusals(peer: &mut Peer, seqs: std::ops::RangeInclusive<u32>) -> Vec<Code> {
    let mut codes = Vec::new();
    for seq in seqs {
        let heard = peer.hear().await.unwrap();
        assert_eq!(heard.seq, seq);
        codes.push(heard.code());
    }
    codes
}

// L2: the 16 themselves are allowed.
#[tokio::test]
async fn sixteen_frames_are_held_and_one_more_ends_the_link() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    for id in 1..=16 {
        peer.ask(Command::Send, &text_to(anna, &id.to_string(), "early")).await;
    }
    peer.hello(&token, "phone", None).await;
    assert_eq!(refusals(&mut peer, 1..=16).await, [Code::Ok; 16]);

    let mut peer = world.stranger().await;
    for _ in 1..=17 {
        peer.ask(Command::GroupList, &pb::GroupListRequest {}).await;
    }
    assert_eq!(peer.closed().await, Some(CloseReason::TooMuchBeforeLogin));
}

// L2: the 16 KiB themselves are allowed, and headers do not count.
#[tokio::test]
async fn sixteen_kib_of_bodies_are_held_and_one_byte_more_ends_the_link() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let full = [8_000, 8_000, 384];
    for (last, outcome) in [(None, None), (Some(1), Some(CloseReason::TooMuchBeforeLogin))] {
        let mut peer = world.stranger().await;
        for (seq, length) in full.into_iter().chain(last).enumerate() {
            peer.say(Command::Send as u32, seq as u32 + 1, &vec![0; length]).await;
        }
        if outcome.is_some() {
            assert_eq!(peer.closed().await, outcome);
        } else {
            peer.say(Command::Hello as u32, 99, &hello(&token, "phone", None).encode_to_vec()).await;
            assert_eq!(peer.hear().await.unwrap().code(), Code::Ok);
            assert_eq!(refusals(&mut peer, 1..=3).await, [Code::BadRequest; 3]);
        }
    }
}

// L3.
#[tokio::test(start_paused = true)]
async fn what_was_held_for_4_s_without_a_hello_is_refused_and_the_link_lives() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut peer = world.piped().await;
    peer.ask(Command::Send, &text_to(anna, "1", "early")).await;
    pass(3_000).await;
    peer.ask(Command::Send, &text_to(anna, "2", "a little later")).await;
    pass(999).await;
    peer.nothing_pushed().await;
    let from = tokio::time::Instant::now();
    for seq in [1, 2] {
        assert_eq!(peer.reply(seq).await.code(), Code::NotLoggedIn);
    }
    assert_eq!(from.elapsed().as_millis(), 1);
    peer.hello(&token, "phone", None).await;
    assert_eq!(peer.send(anna, "1", "early").await.queue_id, 1, "what was refused was not written");
}

// L3, L5: whether the hello was wrong or could not be read.
#[tokio::test]
async fn a_refused_hello_refuses_what_was_held_at_once_and_may_be_tried_again() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    for (wrong, code) in
        [(hello("no token", "phone", None).encode_to_vec(), Code::BadToken), (vec![0xFF], Code::BadRequest)]
    {
        let mut peer = world.stranger().await;
        peer.ask(Command::Send, &text_to(anna, "1", "early")).await;
        peer.say(Command::Hello as u32, 50, &wrong).await;
        let reply = peer.hear().await.unwrap();
        assert_eq!((reply.seq, reply.code()), (50, code));
        assert_eq!(refusals(&mut peer, 1..=1).await, [Code::NotLoggedIn]);
        assert_eq!(peer.hello(&token, "phone", None).await.user_id, anna);
    }
}

// L5, N1: each of them is answered, the last one too.
#[tokio::test]
async fn the_fifth_refused_hello_ends_the_link() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let bad = || hello("no token", "phone", None).encode_to_vec();
    let kinds = [(bad(), Code::BadToken), (b"\xFF\xFF".to_vec(), Code::BadRequest), (vec![], Code::BadRequest)];
    for last in &kinds {
        let mut peer = world.stranger().await;
        for (seq, (body, code)) in kinds.iter().chain([&kinds[0], last]).enumerate() {
            peer.say(Command::Hello as u32, seq as u32 + 1, body).await;
            assert_eq!(peer.hear().await.unwrap().code(), *code);
        }
        assert_eq!(peer.closed().await, Some(CloseReason::TooManyLogins));
    }
    let mut peer = world.stranger().await;
    for seq in 1..=4 {
        peer.say(Command::Hello as u32, seq, &bad()).await;
        peer.hear().await.unwrap();
    }
    peer.hello(&token, "phone", None).await;
}

// L5: a server that is busy does not send its users away.
#[tokio::test]
async fn a_hello_that_is_refused_for_now_does_not_count() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let (_, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    gate.refuse(Some(StoreError::Overloaded));
    for _ in 0..20 {
        assert_eq!(peer.code(Command::Hello, &hello(&token, "phone", None)).await, Code::Overloaded);
    }
    gate.refuse(None);
    peer.hello(&token, "phone", None).await;
}

// L6.
#[tokio::test]
async fn a_second_hello_is_refused_and_the_link_stays_who_it_is() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let (_, other) = world.user("bob").await;
    let mut peer = world.stranger().await;
    peer.hello(&token, "phone", None).await;
    for (cmd, seq) in [(Command::Hello as u32, 50), (1, IDENTIFY)] {
        peer.say(cmd, seq, &hello(&other, "phone", None).encode_to_vec()).await;
        let reply = peer.reply(seq).await;
        assert_eq!((reply.cmd, reply.code()), (cmd, Code::AlreadyLoggedIn));
    }
    peer.send(anna, "1", "to myself").await;
    let synced: pb::SyncReply = peer.call(Command::Sync, &pb::SyncRequest::default()).await;
    assert_eq!(synced.entries[0].from, anna);
}

// L6: two at once. A password takes a moment, so that the second comes while the first is being decided.
#[tokio::test]
async fn a_hello_while_another_is_being_decided_is_refused() {
    let world = World::new().await;
    let chat = world.server.chat();
    chat.add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut peer = world.stranger().await;
    let body = password("anna", "a password", "phone").encode_to_vec();
    let twice = [bytes(VERSION, 100, 1, &body), bytes(VERSION, 100, 2, &body)].concat();
    peer.write(&twice).await;
    let (one, other) = (peer.hear().await.unwrap(), peer.hear().await.unwrap());
    assert_eq!((one.seq, one.code()), (2, Code::AlreadyLoggedIn));
    assert_eq!((other.seq, other.code()), (1, Code::Ok));
}

// L4: what a hello must say, and what it is told.
#[tokio::test]
async fn hello_by_password_tells_who_one_is_and_gives_a_token_for_next_time() {
    let world = World::new().await;
    let mut peer = world.stranger().await;
    let made: pb::RegisterReply = peer.call(Command::Register, &register("Anna", "a password", "")).await;
    let reply: pb::HelloReply = peer.call(Command::Hello, &password("anna", "a password", "phone")).await;
    assert_eq!((reply.code(), reply.user_id, &*reply.user_name), (Code::Ok, made.user_id, "Anna"));
    assert_eq!((reply.heartbeat_interval_ms, reply.idle_timeout_ms), (240_000, 900_000));
    assert_eq!((reply.epoch.len(), reply.head), (16, 0));
    assert!(reply.token_expires_at_ms > crate::support::TODAY_MS);

    let mut again = world.stranger().await;
    let by_token = again.hello(&reply.token, "phone", None).await;
    assert_eq!((by_token.user_id, &*by_token.token), (made.user_id, ""), "a fresh token is good for long enough");
}

// L4. Who does not know the password is not told whether there is such a user.
#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let world = World::new().await;
    world.server.chat().add_account("anna", Some("a password".to_owned())).await.unwrap();
    world.user("tokens only").await;
    let mut peer = world.stranger().await;
    let mut told = Vec::new();
    for name in ["anna", "nobody", "tokens only"] {
        told.push(peer.call::<pb::Refusal>(Command::Hello, &password(name, "another", "phone")).await);
    }
    assert_eq!(told[0].code(), Code::WrongCredentials);
    assert!(told.iter().all(|refusal| *refusal == told[0]), "{told:?}");
}

// L4.
#[tokio::test]
async fn a_hello_without_a_credential_or_a_device_is_a_bad_request() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    let no_credential = pb::HelloRequest { credential: None, ..hello("", "phone", None) };
    for bad in [no_credential, hello(&token, "", None), hello(&token, &"d".repeat(65), None)] {
        assert_eq!(peer.code(Command::Hello, &bad).await, Code::BadRequest);
    }
    let long = pb::HelloRequest { client: "c".repeat(1000), ..hello(&token, &"d".repeat(64), None) };
    assert_eq!(peer.code(Command::Hello, &long).await, Code::Ok, "a long name for the client is cut off");
}
