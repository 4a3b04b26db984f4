//! The end of a link (L15 to L17, N4): the reason arrives, whatever else is on its way.

use longlink::store::StoreError;
use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};
use tokio::io::AsyncReadExt;

use crate::support::peer::NOOP;
use crate::support::{Gate, Peer, VERSION, World, bytes, hello, pass, text_to};

/// What a link may have on its way to the server when it is closed: two frames of the longest kind, half of one, and
/// more than the kernel's first window.
fn in_flight() -> Vec<u8> {
    let long = bytes(VERSION, 999, 5, &[7; 8_000]);
    [bytes(VERSION, 6, NOOP, &[]).repeat(5_000), long.repeat(20), long[..900].to_vec()].concat()
}

/// The reason that a socket hears as its end, and that it was an end and not a reset.
async fn ends(mut peer: Peer, say: &[u8]) -> Option<CloseReason> {
    peer.write(&[say, &in_flight()].concat()).await;
    let reason = peer.closed().await;
    assert!(peer.stream.take_error().unwrap().is_none(), "the link was reset");
    reason
}

// L15: for all that a link can be closed for by what it says.
#[tokio::test]
async fn the_reason_arrives_although_there_are_bytes_that_nobody_reads() {
    let world = World::new().await;
    let bad = bytes(VERSION, Command::Send as u32, 0, &[]);
    assert_eq!(ends(world.stranger().await, &bad).await, Some(CloseReason::BadFrame));
    assert_eq!(ends(world.logged_in("anna").await, &bad).await, Some(CloseReason::BadFrame));
    let long = [0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 110, 0, 0, 0, 7, 0x7F, 0, 0, 0];
    assert_eq!(ends(world.stranger().await, &long).await, Some(CloseReason::FrameTooLong));
    let held = bytes(VERSION, Command::GroupList as u32, 5, &[]).repeat(17);
    assert_eq!(ends(world.stranger().await, &held).await, Some(CloseReason::TooMuchBeforeLogin));

    let mut peer = world.stranger().await;
    for _ in 0..4 {
        assert_eq!(peer.code(Command::Hello, &hello("no token", "phone", None)).await, Code::BadToken);
    }
    let fifth = bytes(VERSION, Command::Hello as u32, 99, &[]);
    assert_eq!(ends(peer, &fifth).await, Some(CloseReason::TooManyLogins));
}

// L15: and for what others do.
#[tokio::test]
async fn the_reason_arrives_although_the_peer_is_in_the_middle_of_saying_something() {
    let world = World::with(|plan| plan.bounds.strangers_max = 1).await;
    let half = bytes(VERSION, 999, 5, &[7; 8_000]);

    let mut stranger = world.stranger().await;
    stranger.noop().await;
    stranger.write(&half[..4_000]).await;
    let _newcomer = world.stranger().await;
    assert_eq!(stranger.closed().await, Some(CloseReason::Crowded));
    stranger.write(&half[4_000..]).await;
    assert!(stranger.stream.take_error().unwrap().is_none(), "the link was reset");

    let (_, token) = world.user("anna").await;
    let mut old = world.stranger().await;
    old.hello(&token, "phone", None).await;
    old.write(&half[..4_000]).await;
    let mut new = world.stranger().await;
    new.hello(&token, "phone", None).await;
    assert_eq!(old.closed().await, Some(CloseReason::Replaced));

    new.write(&half[..4_000]).await;
    world.server.chat().set_disabled("anna", true).await.unwrap();
    assert_eq!(new.closed().await, Some(CloseReason::AccountEnded));
}

// L15, L17.
#[tokio::test]
async fn what_is_said_behind_a_log_out_does_not_eat_its_reply() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let out = bytes(VERSION, Command::LogOut as u32, 50, &[]);
    anna.write(&[out, in_flight()].concat()).await;
    let mut heard = Vec::new();
    while let Some(frame) = anna.hear().await {
        heard.push(frame);
    }
    let goodbye = heard.pop().unwrap();
    assert_eq!(goodbye.read::<pb::ClosingPush>().reason(), CloseReason::LoggedOut);
    assert_eq!(heard.iter().filter(|frame| frame.seq == 50 && frame.code() == Code::Ok).count(), 1);
}

// A peer that hears the reason and does not go is not waited for longer than the goodbye timeout, or 1 MiB.
#[tokio::test(start_paused = true)]
async fn who_does_not_close_in_turn_is_left_after_the_goodbye_timeout() {
    let world = World::new().await;
    let mut silent = world.piped().await;
    silent.say(Command::Send as u32, 0, &[]).await;
    assert_eq!(silent.closed().await, Some(CloseReason::BadFrame));
    pass(1_999).await;
    assert_eq!(world.server.links().count(), 1);
    pass(2).await;
    assert_eq!(world.server.links().count(), 0);

    let mut loud = world.piped().await;
    loud.say(Command::Send as u32, 0, &[]).await;
    assert_eq!(loud.closed().await, Some(CloseReason::BadFrame));
    loud.write(&vec![0; 1 << 20]).await;
    pass(1).await;
    assert_eq!(world.server.links().count(), 0);
}

// L15: where the client does not read, it cannot come, and the link ends all the same.
#[tokio::test(start_paused = true)]
async fn a_goodbye_that_nobody_reads_is_given_up() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut deaf = world.piped_through(512).await;
    deaf.hello(&token, "phone", None).await;
    world.piped_in("bob").await.send(anna, "1", &"x".repeat(2_000)).await;
    deaf.say(Command::Send as u32, 0, &[]).await;
    pass(2_001).await;
    assert_eq!(world.server.links().count(), 0);
    let mut rest = Vec::new();
    deaf.stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.len() <= 512);
}

// L16: a reply that is owed comes before the reason.
#[tokio::test(start_paused = true)]
async fn what_was_accepted_is_answered_before_the_goodbye() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let mut anna = world.piped_in("anna").await;
    gate.shut();
    let seqs = [1, 2, 3].map(|id| text_to(anna.user, &id.to_string(), "hi"));
    for request in &seqs {
        anna.ask(Command::Send, request).await;
    }
    anna.say(Command::Send as u32, 0, &[]).await;
    pass(1_500).await;
    gate.open();
    for place in 1..=3 {
        assert_eq!(anna.hear().await.unwrap().read::<pb::SendReply>().queue_id, place);
    }
    assert_eq!(anna.closed().await, Some(CloseReason::BadFrame));
}

// L16: a disk that stands still does not keep the reason from the client.
#[tokio::test(start_paused = true)]
async fn what_is_not_answered_in_time_is_left_undecided_and_the_reason_still_comes() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let (anna, token) = world.user("anna").await;
    let mut peer = world.piped().await;
    let epoch = peer.hello(&token, "phone", None).await.epoch;
    gate.shut();
    peer.ask(Command::Send, &text_to(anna, "1", "hi")).await;
    peer.say(Command::Send as u32, 0, &[]).await;
    assert_eq!(peer.closed().await, Some(CloseReason::BadFrame));
    assert_eq!(peer.pushes, []);
    drop(peer);
    // It was written after all: the retry finds it, and the inbox has it once.
    gate.open();
    let mut peer = world.piped().await;
    peer.hello(&token, "phone", Some((&epoch, 0))).await;
    let again = peer.send(anna, "1", "hi").await;
    assert_eq!((again.queue_id, again.duplicate), (1, true));
    assert_eq!(peer.places(1).await, [1]);
    peer.nothing_pushed().await;
}

// N3, E2: what the log cannot take is refused with a code, and the link lives.
#[tokio::test]
async fn what_the_log_does_not_take_is_refused_for_now() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let mut anna = world.logged_in("anna").await;
    let full = StoreError::DiskFull { free_mb: 1, reserve_mb: 100 };
    for (error, code) in [(StoreError::Overloaded, Code::Overloaded), (full, Code::StoreUnavailable)] {
        gate.refuse(Some(error));
        let seq = anna.ask(Command::Send, &text_to(anna.user, "1", "hi")).await;
        let refused = anna.reply(seq).await;
        assert_eq!((refused.code(), refused.code().is_temporary()), (code, true));
        gate.refuse(None);
    }
    assert!(!anna.send(anna.user, "1", "hi").await.duplicate);
}
