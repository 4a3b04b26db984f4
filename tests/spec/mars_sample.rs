//! The chat of Mars' sample apps (A1 to A6): the bytes that they send, and those that they must get.

use longlink::chat::mars_sample::Settings;
use longlink::http::Origins;
use longlink::wire::mars::{
    ConversationListResponse, HelloResponse, MessagePush, SendMessageRequest, SendMessageResponse,
};
use longlink::wire::{Code, Command, pb};
use prost::Message;

use crate::support::http::{Answer, exchange};
use crate::support::{Peer, World};

/// As the apps name their commands.
const HELLO: u32 = 1;
const SEND_MESSAGE: u32 = 3;
const CONVERSATION_LIST: u32 = 4;
const HELLO2: u32 = 8;
const MESSAGE_PUSH: u32 = 10_001;

async fn world() -> World {
    with_sends(1_000).await
}

async fn with_sends(sends_per_minute: u32) -> World {
    World::with(|plan| {
        plan.mars_sample = Some(Settings { sends_per_minute });
        plan.doors.mars_sample = true;
        plan.rules.first_client_version = 200;
    })
    .await
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Writes a frame that was recorded, and gives the bytes of the one that comes back.
async fn exchanged(peer: &mut Peer, hex: &str) -> Vec<u8> {
    peer.write(&bytes(hex)).await;
    written(peer).await
}

async fn written(peer: &mut Peer) -> Vec<u8> {
    let heard = peer.hear().await.expect("the link has ended");
    crate::support::peer::bytes(heard.version, heard.cmd, heard.seq, &heard.body)
}

fn said(from: &str, text: &str, topic: &str) -> SendMessageRequest {
    SendMessageRequest {
        access_token: "test_token".into(),
        from: from.into(),
        to: "all".into(),
        text: text.into(),
        topic: topic.into(),
    }
}

async fn say(peer: &mut Peer, request: &SendMessageRequest) -> SendMessageResponse {
    peer.say(SEND_MESSAGE, 1, &request.encode_to_vec()).await;
    peer.reply(1).await.read()
}

/// As Mars' short link asks.
async fn short(world: &World, path: &str, body: &[u8]) -> Answer {
    let head = format!(
        "POST {path} HTTP/1.1\r\nAccept: */*\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/octet-stream\r\nHost: 127.0.0.1\r\nUser-Agent: MicroMessenger Client\r\n\r\n",
        body.len()
    );
    exchange(world.server.http(), &[head.as_bytes(), body].concat()).await
}

// A1, A2.
#[tokio::test]
async fn the_frames_of_the_apps_are_answered_byte_for_byte() {
    let world = world().await;
    let mut phone = world.stranger().await;
    let hello =
        exchanged(&mut phone, "00000014 000000c8 00000001 00000001 00000014 0a05616c696365 120b48656c6c6f20776f726c64");
    assert_eq!(
        hello.await,
        bytes("00000014 000000c8 00000001 00000001 0000001a 0800 1216636f6e67726174756c6174696f6e732c20616c696365")
    );
    let message = exchanged(
        &mut phone,
        "00000014 000000c8 00000003 00000002 0000001f \
         0a0a746573745f746f6b656e 1205616c696365 1a03616c6c 22026869 2a0130",
    );
    assert_eq!(
        message.await,
        bytes(
            "00000014 000000c8 00000003 00000002 00000028 0800 1216636f6e67726174756c6174696f6e732c20616c696365 \
             1a05616c696365 22026869 2a0130"
        )
    );
}

// A3: also to one that has said nothing yet, and not to the one who said it.
#[tokio::test]
async fn what_a_stranger_says_is_pushed_to_every_other_one() {
    let world = world().await;
    let mut silent = world.stranger().await;
    let mut phone = world.stranger().await;
    // An app of its own version is pushed its own.
    let mut other = world.stranger().await;
    other.write(&bytes("00000014 00000007 00000006 ffffffff 00000000")).await;
    assert_eq!(written(&mut other).await, bytes("00000014 00000007 00000006 ffffffff 00000000"));
    assert_eq!(say(&mut phone, &said("alice", "hi", "0")).await.err_code, 0);
    let push = "00002711 00000000 0000000e 0a0130 12026869 1a05616c696365";
    assert_eq!(written(&mut silent).await, bytes(&format!("00000014 000000c8 {push}")));
    assert_eq!(written(&mut other).await, bytes(&format!("00000014 00000007 {push}")));
    phone.nothing_pushed().await;
}

// L9 holds for the sample, too.
#[tokio::test]
async fn what_is_said_without_waiting_is_pushed_in_its_order() {
    let world = world().await;
    let (mut phone, mut other) = (world.stranger().await, world.stranger().await);
    let texts: Vec<String> = (1..=40).map(|number| number.to_string()).collect();
    let frames = texts.iter().zip(1..).map(|(text, seq)| {
        crate::support::peer::bytes(200, SEND_MESSAGE, seq, &said("alice", text, "0").encode_to_vec())
    });
    phone.write(&frames.collect::<Vec<_>>().concat()).await;
    for text in &texts {
        assert_eq!(other.push().await.read::<MessagePush>().content, *text);
    }
}

// A2, A6: nothing is said to be kept that is not.
#[tokio::test]
async fn what_cannot_be_said_is_answered_with_every_field_and_nothing_is_stored() {
    let world = with_sends(1).await;
    let mut phone = world.stranger().await;
    let before = world.server.chat().head();
    let unknown = said("alice", "hi", "3");
    let answer = say(&mut phone, &unknown).await;
    assert_eq!(
        (answer.err_code, answer.text, answer.from, answer.topic),
        (-1, unknown.text, unknown.from, unknown.topic)
    );
    assert_eq!(answer.err_msg, "there is no topic \"3\"; there are 0, 1 and 2");
    phone.say(SEND_MESSAGE, 2, b"\xff\xff").await;
    let unreadable = phone.reply(2).await;
    // All five fields, empty ones too.
    assert!(unreadable.body.ends_with(b"\x1a\x00\x22\x00\x2a\x00"), "{:x?}", unreadable.body);
    assert_eq!(unreadable.read::<SendMessageResponse>().err_code, -1);
    assert_eq!(world.server.chat().head(), before);
    assert_eq!(say(&mut phone, &said("alice", "one", "0")).await.err_code, 0);
    assert_eq!(say(&mut phone, &said("alice", "two", "0")).await.err_code, -1, "one a minute, and this is two");
    phone.say(HELLO, 3, b"\xff\xff").await;
    assert_eq!(phone.reply(3).await.read::<HelloResponse>().retcode, -1);
}

// A4.
#[tokio::test]
async fn the_topics_are_three_groups_of_the_log() {
    let world = world().await;
    let mut anna = world.logged_in("anna").await;
    let groups: pb::GroupListReply = anna.call(Command::GroupList, &pb::GroupListRequest {}).await;
    let names: Vec<&str> = groups.groups.iter().map(|group| &*group.name).collect();
    assert_eq!(names, ["STN Discuss", "Xlog Discuss", "SDT Discuss"]);
    let mut phone = world.stranger().await;
    assert_eq!(say(&mut phone, &said("a: b", "c: d", "1")).await.err_code, 0);
    let entry = anna.entries(1).await.remove(0);
    assert_eq!((entry.to, &entry.content[..]), (groups.groups[1].id, &b"a: b: c: d"[..]));
    assert_ne!(entry.from, anna.user);
    let found: pb::FindUsersReply = anna.call(Command::FindUsers, &pb::FindUsersRequest::default()).await;
    assert_eq!(
        found.users.iter().map(|user| &*user.name).collect::<Vec<_>>(),
        ["anna"],
        "nobody is behind the account"
    );
    let old = exchange(world.server.http(), b"POST /Message/GetUsers?isAll=true HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(old.text(), format!("[{{\"id\":{},\"userName\":\"anna\"}}]", anna.user));
    // And back: under the name of who wrote it.
    anna.send(groups.groups[2].id, "1", "from a user").await;
    let push: MessagePush = phone.push().await.read();
    assert_eq!((&*push.topic, &*push.from, &*push.content), ("2", "anna", "from a user"));
    // What a stranger called "a: b" said was told apart from the name, too.
    let mut other = world.stranger().await;
    assert_eq!(say(&mut phone, &said("a: b", "c: d", "1")).await.err_code, 0);
    let push: MessagePush = other.push().await.read();
    assert_eq!((&*push.from, &*push.content), ("a: b", "c: d"));
}

// A5: promise 5 holds here as well.
#[tokio::test]
async fn who_is_logged_in_says_it_as_themselves_whatever_the_message_claims() {
    let world = world().await;
    let mut anna = world.logged_in("anna").await;
    let mut phone = world.stranger().await;
    assert_eq!(say(&mut anna, &said("root", "hi", "0")).await.err_code, 0);
    let push: MessagePush = phone.push().await.read();
    assert_eq!((&*push.from, &*push.content), ("anna", "hi"));
    // Who is logged in gets entries, and none of the sample's pushes.
    assert_eq!(say(&mut phone, &said("alice", "hello", "0")).await.err_code, 0);
    let entries = anna.entries(1).await;
    assert_eq!(
        (&entries[0].content[..], anna.pushes.iter().any(|push| push.cmd == MESSAGE_PUSH)),
        (&b"alice: hello"[..], false)
    );
}

// A1: Android asks for the list with an empty token, iOS with its own.
#[tokio::test]
async fn the_short_link_has_the_four_paths() {
    let world = world().await;
    for body in ["0a001000", "0a06313233343536 1000", "0a001003", "ffff", ""] {
        let answer = short(&world, "/mars/getconvlist", &bytes(body)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/octet-stream")));
        let list = ConversationListResponse::decode(&answer.body[..]).unwrap().list;
        let rows: Vec<_> = list.iter().map(|row| (&*row.topic, &*row.notice, &*row.name)).collect();
        assert_eq!(rows, [("0", "STN Discuss", "Mars"), ("1", "Xlog Discuss", "Mars"), ("2", "SDT Discuss", "Mars")]);
    }
    let mut phone = world.stranger().await;
    phone.say(CONVERSATION_LIST, 9, &bytes("0a001000")).await;
    assert_eq!(phone.reply(9).await.body, short(&world, "/mars/getconvlist", &bytes("0a001000")).await.body);

    let hello = short(&world, "/mars/hello", &bytes("0a05616c69636512026869")).await;
    assert_eq!(hello.body, bytes("0800 1216636f6e67726174756c6174696f6e732c20616c696365"));
    let asked = bytes("0a05616c6963651204 36344b42");
    let dump = HelloResponse::decode(&short(&world, "/mars/hello2", &asked).await.body[..]).unwrap();
    assert_eq!((dump.errmsg.as_deref(), dump.dump_content.map(|dump| dump.len())), (Some("hello mars"), Some(65_536)));
    phone.say(HELLO2, 10, &bytes("0a05616c69636512026869")).await;
    assert_eq!(phone.reply(10).await.read::<HelloResponse>().dump_content, None);

    // From nowhere on the long link, so to all that are there.
    let sent = short(&world, "/mars/sendmessage", &said("bob", "by http", "0").encode_to_vec()).await;
    assert_eq!(SendMessageResponse::decode(&sent.body[..]).unwrap().err_code, 0);
    assert_eq!(phone.push().await.read::<MessagePush>().content, "by http");
    assert_eq!(short(&world, "/mars/other", b"").await.status, 404);
    assert_eq!(exchange(world.server.http(), b"GET /mars/hello HTTP/1.1\r\nHost: h\r\n\r\n").await.status, 405);
}

#[tokio::test]
async fn a_restart_finds_the_topics_and_brings_in_who_is_new_but_nobody_who_left() {
    let world = world().await;
    let mut anna = world.logged_in("anna").await;
    let groups: pb::GroupListReply = anna.call(Command::GroupList, &pb::GroupListRequest {}).await;
    assert_eq!(anna.code(Command::GroupLeave, &pb::GroupLeaveRequest { group: groups.groups[0].id }).await, Code::Ok);
    let head = world.server.chat().head();
    world.server.chat().open_mars_sample(Settings { sends_per_minute: 1 }).await.unwrap();
    assert_eq!(world.server.chat().head(), head, "nothing was new");
    let bob = world.logged_in("bob").await;
    assert_eq!(world.server.chat().head().get(), head.get() + 3, "bob came into three groups");
    drop(bob);
}

#[tokio::test]
async fn where_it_is_off_nothing_of_it_is_there() {
    let world = World::new().await;
    let mut phone = world.stranger().await;
    for cmd in [HELLO, SEND_MESSAGE, CONVERSATION_LIST, HELLO2] {
        phone.say(cmd, cmd, &said("a", "b", "0").encode_to_vec()).await;
        assert_eq!(phone.reply(cmd).await.code(), Code::UnknownCommand);
    }
    assert_eq!(short(&world, "/mars/hello", b"").await.status, 404);
}

#[tokio::test]
async fn a_page_of_elsewhere_may_not() {
    let world = World::with(|plan| {
        plan.mars_sample = Some(Settings { sends_per_minute: 1 });
        plan.doors.mars_sample = true;
        plan.doors.origins = Origins::SameHost;
    })
    .await;
    let request = b"POST /mars/hello HTTP/1.1\r\nHost: h\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(exchange(world.server.http(), request).await.status, 403);
}
