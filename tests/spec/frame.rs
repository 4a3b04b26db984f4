//! The frame (F), as bytes on a socket.

use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};
use prost::Message;
use tokio::net::UdpSocket;

use crate::support::peer::NOOP;
use crate::support::{Peer, VERSION, World, bytes, hello, text_to};

/// A header alone, whatever its numbers promise.
fn header(head_length: u32, body_length: u32) -> Vec<u8> {
    let numbers = [head_length, VERSION, Command::Send as u32, 7, body_length];
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// A frame with options in it.
fn with_options(options: &[u8], cmd: u32, seq: u32, body: &[u8]) -> Vec<u8> {
    let plain = bytes(VERSION, cmd, seq, body);
    let head_length = (20 + options.len() as u32).to_be_bytes();
    [&head_length[..], &plain[4..20], options, body].concat()
}

/// What a link is told that says these bytes and nothing more.
async fn told(mut peer: Peer, bytes: &[u8]) -> Option<CloseReason> {
    peer.write(bytes).await;
    peer.closed().await
}

// F2.
#[tokio::test]
async fn options_between_header_and_body_are_skipped() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    let body = hello(&token, "phone", None).encode_to_vec();
    peer.write(&with_options(&[0xFF; 1000], Command::Hello as u32, 1, &body)).await;
    assert_eq!(peer.reply(1).await.read::<pb::HelloReply>().user_id, anna);

    // Options that look like frames, and a frame right behind them.
    let noop = bytes(VERSION, 6, NOOP, &[]);
    let body = text_to(anna, "1", "hi").encode_to_vec();
    peer.write(&[with_options(&noop.repeat(3), Command::Send as u32, 2, &body), noop].concat()).await;
    assert_eq!(peer.reply(2).await.read::<pb::SendReply>().queue_id, 1);
    assert_eq!(peer.hear().await.unwrap().seq, NOOP);
}

// F2, F5.
#[tokio::test]
async fn a_header_shorter_than_20_bytes_ends_the_link() {
    let world = World::new().await;
    for head_length in [0, 1, 19] {
        assert_eq!(told(world.stranger().await, &header(head_length, 0)).await, Some(CloseReason::BadFrame));
    }
    assert_eq!(told(world.logged_in("anna").await, &header(19, 4)).await, Some(CloseReason::BadFrame));
}

// F3.
#[tokio::test]
async fn lengths_that_overflow_32_bits_together_are_too_long() {
    let world = World::new().await;
    let anna = world.logged_in("anna").await;
    assert_eq!(told(anna, &header(u32::MAX, 21)).await, Some(CloseReason::FrameTooLong));
    for (head_length, body_length) in [(20, u32::MAX), (u32::MAX, u32::MAX), (1 << 31, 1 << 31), (u32::MAX - 19, 20)] {
        let peer = world.stranger().await;
        assert_eq!(told(peer, &header(head_length, body_length)).await, Some(CloseReason::FrameTooLong));
    }
}

// F4, F5: by the header alone, before a byte of the body came.
#[tokio::test]
async fn a_stranger_may_send_8_kib_and_not_one_byte_more() {
    let world = World::new().await;
    let mut peer = world.stranger().await;
    peer.say(999, 1, &[0; 8 * 1024 - 20]).await;
    assert_eq!(peer.reply(1).await.code(), Code::UnknownCommand);
    assert_eq!(told(peer, &header(20, 8 * 1024 - 19)).await, Some(CloseReason::FrameTooLong));
    let peer = world.stranger().await;
    assert_eq!(told(peer, &header(21, 8 * 1024 - 20)).await, Some(CloseReason::FrameTooLong), "options count");
}

// F4, F5.
#[tokio::test]
async fn a_user_may_send_1_mib_and_not_one_byte_more() {
    let world = World::new().await;
    let mut peer = world.logged_in("anna").await;
    peer.say(999, 100, &vec![0; (1 << 20) - 20]).await;
    assert_eq!(peer.reply(100).await.code(), Code::UnknownCommand);
    assert_eq!(told(peer, &header(20, (1 << 20) - 19)).await, Some(CloseReason::FrameTooLong));
    let peer = world.logged_in("bob").await;
    assert_eq!(told(peer, &header(21, (1 << 20) - 20)).await, Some(CloseReason::FrameTooLong), "options count");
}

// F5. Bytes that nobody has read when a socket is closed make the kernel reset the link, and a reset may throw away what
// the other side has not read yet: the goodbye.
#[tokio::test]
async fn nothing_is_read_behind_a_bad_frame_and_the_goodbye_still_arrives() {
    let world = World::new().await;
    let mut peer = world.logged_in("anna").await;
    let noops = bytes(VERSION, 6, NOOP, &[]).repeat(10_000);
    peer.write(&[header(20, u32::MAX), noops].concat()).await;
    assert_eq!(peer.closed().await, Some(CloseReason::FrameTooLong));
    assert_eq!(peer.pushes, []);
    assert!(peer.stream.take_error().unwrap().is_none(), "the link was reset");
}

// F7.
#[tokio::test]
async fn one_byte_at_a_time_is_as_good_as_all_at_once() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    let body = hello(&token, "phone", None).encode_to_vec();
    let frames = [bytes(VERSION, 6, NOOP, &[]), with_options(b"opt", Command::Hello as u32, 1, &body)].concat();
    for byte in frames {
        peer.write(&[byte]).await;
    }
    assert_eq!(peer.hear().await.unwrap().seq, NOOP);
    assert_eq!(peer.reply(1).await.read::<pb::HelloReply>().user_id, anna);
}

// F7.
#[tokio::test]
async fn a_frame_may_be_cut_anywhere() {
    let world = World::new().await;
    let mut peer = world.piped_in("anna").await;
    let frame = with_options(b"options", 999, 5, b"the body");
    for cut in 1..frame.len() {
        peer.write(&frame[..cut]).await;
        // The server has read the first piece: it answers what lay before it only then.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        peer.write(&frame[cut..]).await;
        assert_eq!(peer.reply(5).await.code(), Code::UnknownCommand, "cut at {cut}");
    }
}

// F7.
#[tokio::test]
async fn many_frames_in_one_write_are_all_answered_in_turn() {
    let world = World::new().await;
    let mut peer = world.logged_in("anna").await;
    let frames: Vec<u8> = (100..1100).flat_map(|seq| bytes(VERSION, 999, seq, b"x")).collect();
    peer.write(&frames).await;
    for seq in 100..1100 {
        let reply = peer.hear().await.unwrap();
        assert_eq!((reply.cmd, reply.seq), (999, seq));
    }
}

// F8.
#[tokio::test]
async fn the_version_heard_last_is_in_everything_that_is_said() {
    let world = World::new().await;
    let mut bob = world.logged_in("bob").await;
    let mut anna = world.logged_in("anna").await;
    for version in [7, 0, 200, u32::MAX, 8] {
        anna.write(&bytes(version, 6, NOOP, &[])).await;
        assert_eq!(anna.reply(NOOP).await.version, version);
        anna.write(&bytes(version, 999, 50, &[])).await;
        assert_eq!(anna.reply(50).await.version, version);
        bob.send(anna.user, &version.to_string(), "hi").await;
        assert_eq!(anna.push().await.version, version, "a push too");
    }
    anna.write(&bytes(8, 6, 0, &[])).await;
    anna.hear().await.unwrap();
    anna.write(&bytes(9, 999, 0, &[])).await;
    let goodbye = anna.hear().await.unwrap();
    assert_eq!((goodbye.cmd, goodbye.version), (Command::PushClosing as u32, 9), "the goodbye too");
}

// F9: five fields with their defaults are no bytes.
#[tokio::test]
async fn a_reply_of_nothing_but_defaults_has_an_empty_body() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let seq = anna.ask(Command::Typing, &pb::TypingRequest { peer: anna.user }).await;
    let reply = anna.reply(seq).await;
    assert_eq!((reply.cmd, &reply.body[..]), (Command::Typing as u32, &[][..]));
    // And an empty request is one, not a frame without a message.
    anna.say(Command::GroupList as u32, 77, &[]).await;
    assert_eq!(anna.reply(77).await.code(), Code::Ok);
}

// F11.
#[tokio::test]
async fn a_noop_is_echoed_without_its_body_to_strangers_too_and_under_any_sequence() {
    let world = World::new().await;
    for mut peer in [world.stranger().await, world.logged_in("anna").await] {
        for seq in [NOOP, 0, 1, 77, 0xFFFF_FFFE, 0xFFFF_FFFD] {
            peer.say(6, seq, b"a body that would leak in the client").await;
            let echo = peer.hear().await.unwrap();
            assert_eq!((echo.cmd, echo.seq, echo.body), (6, seq, vec![]));
        }
    }
}

// F12.
#[tokio::test]
async fn a_signalling_keep_over_tcp_is_never_answered() {
    let world = World::new().await;
    for mut peer in [world.stranger().await, world.logged_in("anna").await] {
        for (cmd, seq) in [(243, 0xFFFF_FFFD), (243, 0), (243, 5), (243, NOOP), (243, 0xFFFF_FFFE), (1, 0xFFFF_FFFD)] {
            peer.say(cmd, seq, b"").await;
            peer.nothing_pushed().await;
        }
    }
}

// F12: a closed port would answer with an ICMP error, which a connected socket hears as a refusal.
#[tokio::test]
async fn datagrams_to_the_port_are_taken_and_not_answered() {
    let world = World::new().await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(world.server.tcp()).await.unwrap();
    for count in 1..=3 {
        socket.send(&bytes(VERSION, 243, 0, &[])).await.unwrap();
        while world.server.metrics().datagrams.get() < count {
            tokio::task::yield_now().await;
        }
    }
    assert!(socket.try_recv(&mut [0; 64]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
    world.stranger().await.noop().await;
}

// The table of sequences.
#[tokio::test]
async fn a_request_with_the_sequence_of_a_push_or_a_noop_ends_the_link() {
    let world = World::new().await;
    for (cmd, seq) in [(Command::Send as u32, 0), (Command::Hello as u32, 0), (999, 0), (Command::Send as u32, NOOP)] {
        assert_eq!(told(world.stranger().await, &bytes(VERSION, cmd, seq, &[])).await, Some(CloseReason::BadFrame));
    }
    assert_eq!(told(world.logged_in("anna").await, &bytes(1, 110, 0, &[])).await, Some(CloseReason::BadFrame));
}

// N1.
#[tokio::test]
async fn a_command_that_no_request_has_is_refused_and_the_link_lives() {
    let world = World::new().await;
    for mut peer in [world.stranger().await, world.logged_in("anna").await] {
        for cmd in [0, 1, 3, 99, 105, 200, 203, 10_001, 10_002, 0x8000_0000, u32::MAX] {
            peer.say(cmd, 50, b"whatever").await;
            let reply = peer.reply(50).await;
            assert_eq!((reply.cmd, reply.code()), (cmd, Code::UnknownCommand));
            assert_ne!(reply.read::<pb::Refusal>().message, "");
        }
        peer.nothing_pushed().await;
    }
}

// N1.
#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_and_the_link_lives() {
    let world = World::new().await;
    let mut peer = world.logged_in("anna").await;
    for row in longlink::wire::COMMANDS.iter().filter(|row| row.command != Command::Hello) {
        peer.say(row.command as u32, 50, b"\xFF\xFF\xFF").await;
        let reply = peer.reply(50).await;
        assert_eq!((reply.cmd, reply.code()), (row.command as u32, Code::BadRequest), "{}", row.name);
    }
    peer.nothing_pushed().await;
}

// L1, M: racing and probing.
#[tokio::test]
async fn a_link_that_ends_without_a_byte_or_after_a_noop_is_no_offence() {
    let world = World::new().await;
    drop(world.stranger().await);
    let mut probe = world.stranger().await;
    probe.noop().await;
    drop(probe);
    let mut half = world.stranger().await;
    half.write(&bytes(VERSION, 6, NOOP, &[])[..7]).await;
    drop(half);
    while world.server.links().count() > 0 || world.server.metrics().connections.get() < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.server.links().strangers(), 0);
    world.logged_in("anna").await.noop().await;
}
