//! Links over WebSockets (W1 to W6): by hand, byte for byte, and with a client library.

use futures_util::{SinkExt, StreamExt};
use longlink::http::Origins;
use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};
use prost::Message as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::http::{Answer, exchange, read_head};
use crate::support::web::Web;
use crate::support::{VERSION, World, bytes, hello, text_to};

// W1, W2.
#[tokio::test]
async fn a_browser_and_a_tcp_client_talk() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let (mut web, bob) = Web::logged_in(&world, "bob").await;
    assert_eq!(anna.send(bob, "1", "to the browser").await.code(), Code::Ok);
    let (cmd, seq, body) = web.hear().await;
    assert_eq!((cmd, seq), (Command::PushEntries as u32, 0));
    let entries = pb::EntriesPush::decode(&body[..]).unwrap().entries;
    assert_eq!((entries[0].from, &entries[0].content[..]), (anna.user, &b"to the browser"[..]));
    let reply: pb::SendReply = web.call(Command::Send, 2, &text_to(anna.user, "2", "from the browser")).await;
    assert_eq!((reply.code(), reply.queue_id), (Code::Ok, 2));
    assert_eq!(anna.entries(1).await[0].content, &b"from the browser"[..]);
}

// W2: many frames at once are many messages.
#[tokio::test]
async fn a_page_of_entries_and_what_follows_come_each_in_a_message_of_its_own() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let (mut web, bob) = Web::logged_in(&world, "bob").await;
    let text = "x".repeat(3_000);
    for id in 0..200 {
        anna.ask(Command::Send, &text_to(bob, &id.to_string(), &text)).await;
    }
    let mut places = Vec::new();
    while places.len() < 200 {
        let entries = pb::EntriesPush::decode(&web.hear().await.2[..]).unwrap().entries;
        places.extend(entries.iter().map(|entry| entry.queue_id));
    }
    assert_eq!(places, (1..=200).collect::<Vec<_>>());
}

// W3.
#[tokio::test]
async fn a_ping_is_answered_with_what_it_said() {
    let world = World::new().await;
    let mut web = Web::connect(&world).await;
    web.socket.send(Message::Ping(b"are you there"[..].into())).await.unwrap();
    let Some(Ok(Message::Pong(said))) = web.socket.next().await else { panic!("no pong") };
    assert_eq!(&said[..], b"are you there");
}

// W3: when the client closes, so does the server.
#[tokio::test]
async fn a_close_is_answered_with_a_close() {
    let world = World::new().await;
    let (mut web, _) = Web::logged_in(&world, "anna").await;
    web.socket.close(None).await.unwrap();
    assert_eq!(web.closed().await, (vec![], Some(1000)));
}

// W4.
#[tokio::test]
async fn the_close_comes_behind_the_closing_push() {
    let world = World::new().await;
    let (mut web, _) = Web::logged_in(&world, "anna").await;
    let reply: pb::LogOutReply = web.call(Command::LogOut, 2, &pb::LogOutRequest {}).await;
    assert_eq!(reply.code(), Code::Ok);
    assert_eq!(web.closed().await, (vec![CloseReason::LoggedOut], Some(1000)));
}

// W5.
#[tokio::test]
async fn a_text_message_ends_the_link() {
    let world = World::new().await;
    let mut web = Web::connect(&world).await;
    web.socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(web.closed().await, (vec![CloseReason::BadFrame], Some(1003)));
}

// W5.
#[tokio::test]
async fn a_message_that_is_not_exactly_one_frame_ends_the_link() {
    let world = World::new().await;
    let one = bytes(VERSION, 6, u32::MAX, &[]);
    for message in [[&one[..], &one].concat(), one[..19].to_vec(), vec![], [&one[..], &[0]].concat(), vec![0; 20]] {
        let mut web = Web::connect(&world).await;
        web.socket.send(Message::binary(message.clone())).await.unwrap();
        assert_eq!(web.closed().await, (vec![CloseReason::BadFrame], Some(1002)), "{message:?}");
    }
}

/// The bytes of a client's piece of a message, with a mask.
fn piece(first: u8, content: &[u8]) -> Vec<u8> {
    let mut piece = head(first, content.len() as u64);
    piece.extend(content.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    piece
}

const MASK: [u8; 4] = [0xA1, 0x02, 0x33, 0x74];

fn head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..=125 => head.push(0x80 | length as u8),
        126..=0xFFFF => {
            head.push(0x80 | 126);
            head.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend_from_slice(&length.to_be_bytes());
        }
    }
    head.extend_from_slice(&MASK);
    head
}

fn handshake(world: &World, more: &str) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n",
        world.server.http()
    )
}

const OFFER: &str = "Sec-WebSocket-Protocol: longlink.v1\r\n";

/// A WebSocket by hand, behind its handshake; `more` is sent along with that.
async fn raw(world: &World, more: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    let mut said = handshake(world, OFFER).into_bytes();
    said.extend_from_slice(more);
    stream.write_all(&said).await.unwrap();
    let head = read_head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    stream
}

/// What the server says until it closes.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    rest
}

/// The goodbye, byte by byte: a message with a `ClosingPush`, then the close.
fn goodbye(version: u32, reason: CloseReason, code: u16) -> Vec<u8> {
    let body = pb::ClosingPush { reason: reason.into(), ..Default::default() }.encode_to_vec();
    let frame = bytes(version, Command::PushClosing as u32, 0, &body);
    [&[0x82, frame.len() as u8][..], &frame, &[0x88, 2], &code.to_be_bytes()].concat()
}

fn noop() -> Vec<u8> {
    bytes(VERSION, 6, u32::MAX, &[])
}

// W1, W2: also what comes along with the handshake, byte by byte, and in pieces with a ping in between.
#[tokio::test]
async fn a_message_may_come_in_any_pieces() {
    let world = World::new().await;
    let noop = noop();
    let echo = [&[0x82, 20][..], &noop].concat();
    let mut stream = raw(&world, &piece(0x82, &noop)).await;
    let mut heard = [0; 22];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard[..], &echo[..]);
    for byte in piece(0x82, &noop) {
        stream.write_all(&[byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard[..], &echo[..]);
    let cut = [&piece(0x02, &noop[..7])[..], &piece(0x89, b"hi"), &piece(0x00, b""), &piece(0x80, &noop[7..])].concat();
    stream.write_all(&cut).await.unwrap();
    let mut heard = [0; 26];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard[..], [&[0x8A, 2, b'h', b'i'][..], &echo].concat());
}

// W5: the head is enough.
#[tokio::test]
async fn a_message_over_the_limit_ends_the_link_before_its_content_comes() {
    let world = World::new().await;
    for begun in [head(0x82, 8_193), head(0x82, u64::MAX), [piece(0x02, &[0; 8_000]), head(0x80, 193)].concat()] {
        let stream = raw(&world, &begun).await;
        assert_eq!(rest(stream).await, goodbye(0, CloseReason::FrameTooLong, 1009));
    }
}

// W5, F4: the longest is allowed, and is longer behind the login.
#[tokio::test]
async fn the_limit_itself_is_allowed_and_grows_with_the_login() {
    let world = World::new().await;
    let mut web = Web::connect(&world).await;
    web.say(999, 5, &[0; 8_172]).await;
    assert_eq!(web.hear().await.1, 5);
    let (mut web, user) = Web::logged_in(&world, "anna").await;
    let reply: pb::SendReply = web.call(Command::Send, 2, &text_to(user, "1", &"x".repeat(400_000))).await;
    assert_eq!(reply.code(), Code::Ok);
    web.say(999, 3, &vec![0; (1 << 20) - 20]).await;
    assert_eq!(web.hear().await.1, 3);
    web.socket.send(Message::binary(bytes(VERSION, 999, 4, &vec![0; (1 << 20) - 19]))).await.unwrap();
    assert_eq!(web.closed().await, (vec![CloseReason::FrameTooLong], Some(1009)));
}

// W5.
#[tokio::test]
async fn what_rfc_6455_forbids_ends_the_link() {
    let world = World::new().await;
    let noop = noop();
    for bad in [
        [&[0x82, 20][..], &noop].concat(),
        piece(0xC2, &noop),
        piece(0x83, b""),
        piece(0x80, &noop),
        piece(0x09, b""),
        head(0x89, 126),
        [piece(0x02, &noop[..5]), piece(0x82, &noop)].concat(),
    ] {
        let stream = raw(&world, &bad).await;
        assert_eq!(rest(stream).await, goodbye(0, CloseReason::BadFrame, 1002), "{bad:?}");
    }
}

async fn answer(world: &World, request: String) -> Answer {
    exchange(world.server.http(), request.as_bytes()).await
}

// W6.
#[tokio::test]
async fn a_page_of_another_origin_gets_no_link() {
    let world = World::new().await;
    let from = |origin: &str| handshake(&world, &format!("{OFFER}Origin: {origin}\r\n"));
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(answer(&world, from(origin)).await.status, 403, "{origin}");
    }
    assert_eq!(world.server.links().count(), 0);
    let listed = Origins::Listed(vec!["https://chat.example".into()]);
    let world = World::with(|plan| plan.doors.origins = listed).await;
    let from = |origin: &str| handshake(&world, &format!("{OFFER}Origin: {origin}\r\nConnection: close\r\n"));
    assert_eq!(answer(&world, from("https://other.example")).await.status, 403);
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    stream.write_all(from("https://chat.example").as_bytes()).await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 101 "));
}

// W1.
#[tokio::test]
async fn a_handshake_without_the_subprotocol_or_of_another_version_is_refused() {
    let world = World::new().await;
    let refused = answer(&world, handshake(&world, "Sec-WebSocket-Protocol: chat\r\n")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("longlink.v1"), "{}", refused.text());
    assert_eq!(answer(&world, handshake(&world, "")).await.status, 400);
    let old = handshake(&world, OFFER).replace("Version: 13", "Version: 8");
    let refused = answer(&world, old).await;
    assert_eq!((refused.status, refused.header("sec-websocket-version")), (426, Some("13")));
    let plain = format!("GET /ws HTTP/1.1\r\nHost: {}\r\n\r\n", world.server.http());
    assert_eq!(answer(&world, plain).await.status, 426);
}

// W6, L1: bounds are those of all links.
#[tokio::test]
async fn a_websocket_beyond_the_bound_of_links_is_refused() {
    let world = World::with(|plan| plan.bounds.links_max = 1).await;
    let web = Web::connect(&world).await;
    assert_eq!(answer(&world, handshake(&world, OFFER)).await.status, 503);
    drop(web);
}

// L7 across doors.
#[tokio::test]
async fn a_device_that_comes_back_over_tcp_takes_the_websockets_place() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut web = Web::connect(&world).await;
    let _: pb::HelloReply = web.call(Command::Hello, 1, &hello(&token, "device", None)).await;
    let mut peer = world.stranger().await;
    peer.hello(&token, "device", None).await;
    assert_eq!(web.closed().await, (vec![CloseReason::Replaced], Some(1000)));
}
