//! The short link (C1 to C8): requests by HTTP, as Mars sends them and as a business backend does.

use longlink::wire::pb::{self, ResumeOutcome};
use longlink::wire::{COMMANDS, Code, Command};
use prost::Message;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::http::{Answer, exchange, read_answer};
use crate::support::requests::{password, register};
use crate::support::{World, hello, text_to};

/// As Mars' short link writes it; what it may add goes into `more`.
fn mars(path: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nAccept: */*\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/octet-stream\r\nHost: 127.0.0.1\r\n{more}User-Agent: MicroMessenger Client\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// Asks as Mars does, and reads the reply and then the end of the connection.
async fn ask<R: Message + Default>(world: &World, command: &str, token: &str, request: &impl Message) -> R {
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    let more = if token.is_empty() { String::new() } else { bearer(token) };
    stream.write_all(&mars(&format!("/cgi/{command}"), &more, &request.encode_to_vec())).await.unwrap();
    let answer = read_answer(&mut stream).await;
    assert!(answer.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", answer.head);
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, b"", "the connection is closed, as was asked");
    R::decode(&answer.body[..]).unwrap()
}

/// Asks as a business backend does.
async fn json(world: &World, command: &str, token: &str, request: &Value) -> Value {
    let answer = exchange(world.server.http(), &json_request(command, token, &request.to_string())).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    serde_json::from_str(answer.text()).unwrap()
}

fn json_request(command: &str, token: &str, body: &str) -> Vec<u8> {
    let more = if token.is_empty() { String::new() } else { bearer(token) };
    format!(
        "POST /cgi/{command} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json; charset=utf-8\r\n{more}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

// C1, C2, C4.
#[tokio::test]
async fn what_is_sent_by_short_link_is_pushed_on_the_long_one() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut bob = world.logged_in("bob").await;
    let sent: pb::SendReply = ask(&world, "send", &token, &text_to(bob.user, "1", "short")).await;
    assert_eq!((sent.code(), sent.queue_id, sent.duplicate), (Code::Ok, 1, false));
    let entry = bob.entries(1).await.remove(0);
    assert_eq!((entry.from, &entry.content[..]), (anna, &b"short"[..]));
    let again: pb::SendReply = ask(&world, "send", &token, &text_to(bob.user, "1", "short")).await;
    assert!(again.duplicate && again.queue_id == 1);
    bob.send(anna, "2", "long").await;
    let page: pb::SyncReply = ask(&world, "sync", &token, &pb::SyncRequest { after: 1, limit: 0, wait_ms: 0 }).await;
    assert_eq!((page.entries.len(), &page.entries[0].content[..], page.cursor), (1, &b"long"[..], 2));
}

// C5.
#[tokio::test]
async fn a_hello_by_password_gives_a_token_and_makes_no_link() {
    let world = World::new().await;
    let made: pb::RegisterReply = ask(&world, "register", "", &register("anna", "a password", "")).await;
    assert_eq!(made.code(), Code::Ok);
    let wrong: pb::HelloReply = ask(&world, "hello", "", &password("anna", "another", "phone")).await;
    assert_eq!((wrong.code(), wrong.token.as_str()), (Code::WrongCredentials, ""));
    let reply: pb::HelloReply = ask(&world, "hello", "", &password("anna", "a password", "phone")).await;
    assert_eq!((reply.code(), reply.user_id, reply.resumed()), (Code::Ok, made.user_id, ResumeOutcome::Live));
    assert_eq!(world.server.links().count(), 0);
    let mut peer = world.stranger().await;
    peer.hello(&reply.token, "phone", None).await;
    let sent: pb::SendReply = ask(&world, "send", &reply.token, &text_to(made.user_id, "1", "to myself")).await;
    assert_eq!(sent.code(), Code::Ok);
    // The long link of the same device hears it: the short one has no link to be spared.
    assert_eq!(peer.entries(1).await[0].content, &b"to myself"[..]);
    let resumed: pb::HelloReply = ask(&world, "hello", "", &hello(&reply.token, "phone", Some(("another", 7)))).await;
    assert_eq!((resumed.resumed(), resumed.head), (ResumeOutcome::StartOver, 1));
}

// C5: logged out is logged out.
#[tokio::test]
async fn a_token_that_was_ended_is_worth_nothing() {
    let world = World::new().await;
    let _: pb::RegisterReply = ask(&world, "register", "", &register("anna", "a password", "")).await;
    let token = ask::<pb::HelloReply>(&world, "hello", "", &password("anna", "a password", "phone")).await.token;
    let listed: pb::GroupListReply = ask(&world, "group_list", &token, &pb::GroupListRequest {}).await;
    assert_eq!(listed.code(), Code::Ok);
    let out: pb::LogOutReply = ask(&world, "log_out", &token, &pb::LogOutRequest {}).await;
    assert_eq!(out.code(), Code::Ok);
    let refused: pb::Refusal = ask(&world, "group_list", &token, &pb::GroupListRequest {}).await;
    assert_eq!(refused.code(), Code::BadToken);
}

// C3: at every command, in both forms, with status 200.
#[tokio::test]
async fn every_command_is_there_and_a_refusal_is_a_code() {
    let world = World::new().await;
    for row in COMMANDS {
        if matches!(row.command, Command::Hello | Command::Register) {
            continue;
        }
        let nobody: pb::Refusal = ask(&world, row.name, "", &pb::GroupListRequest {}).await;
        assert_eq!(nobody.code(), Code::NotLoggedIn, "{}", row.name);
        let bad = json(&world, row.name, "nonsense", &json!({})).await;
        assert_eq!(bad["code"], "CODE_BAD_TOKEN", "{}", row.name);
    }
    let unknown: pb::Refusal = ask(&world, "no_such", "", &pb::GroupListRequest {}).await;
    assert_eq!(unknown.code(), Code::UnknownCommand);
    let (_, token) = world.user("anna").await;
    let garbage = exchange(world.server.http(), &mars("/cgi/send", &bearer(&token), b"\xFF\xFF")).await;
    assert_eq!((garbage.status, pb::Refusal::decode(&garbage.body[..]).unwrap().code()), (200, Code::BadRequest));
}

// C7.
#[tokio::test]
async fn a_backend_speaks_json() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut bob = world.logged_in("bob").await;
    let send = json!({ "to": bob.user.to_string(), "clientMsgId": "1", "contentType": 1, "content": "aGk=", "new": 1 });
    let reply = json(&world, "send", &token, &send).await;
    assert_eq!(
        (&reply["code"], &reply["queueId"], &reply["duplicate"]),
        (&json!("CODE_OK"), &json!("1"), &json!(false))
    );
    assert_eq!(bob.entries(1).await[0].content, &b"hi"[..]);
    let page = json(&world, "sync", &token, &json!({ "after": 0 })).await;
    assert_eq!(page["entries"][0]["content"], "aGk=");
    assert_eq!(page["entries"][0]["from"], anna.to_string());
    for body in ["{", "[]", "{\"to\":\"x\"}", "{} {}"] {
        let answer = exchange(world.server.http(), &json_request("send", &token, body)).await;
        let reply: Value = serde_json::from_str(answer.text()).unwrap();
        assert_eq!((answer.status, &reply["code"]), (200, &json!("CODE_BAD_REQUEST")), "{body}");
    }
    let none = exchange(world.server.http(), &json_request("group_list", &token, "")).await;
    assert_eq!(none.text(), r#"{"code":"CODE_OK","message":"","groups":[]}"#);
}

// C2: several requests on one connection, where nobody asks to close it; the path as a proxy gets it.
#[tokio::test]
async fn a_connection_is_kept_where_it_may_be() {
    let world = World::new().await;
    let (user, token) = world.user("anna").await;
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    for id in 1..=3 {
        let body = text_to(user, &id.to_string(), "hi").encode_to_vec();
        let kept = String::from_utf8_lossy(&mars("http://127.0.0.1/cgi/send", &bearer(&token), b"")).into_owned();
        let kept = kept.replace("Connection: close", "Connection: Keep-Alive");
        let kept = kept.replace("Content-Length: 0", &format!("Content-Length: {}", body.len()));
        stream.write_all(&[kept.as_bytes(), &body].concat()).await.unwrap();
        let answer: Answer = read_answer(&mut stream).await;
        assert_eq!(pb::SendReply::decode(&answer.body[..]).unwrap().queue_id, id);
    }
}

// C8: a stranger's body is as bounded as a stranger's frame.
#[tokio::test]
async fn a_body_over_the_limit_is_refused_by_its_length() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    for (command, more, length) in [("hello", String::new(), 8_193), ("send", bearer(&token), (1 << 20) + 1)] {
        let head = String::from_utf8(mars(&format!("/cgi/{command}"), &more, b"")).unwrap();
        let head = head.replace("Content-Length: 0", &format!("Content-Length: {length}"));
        let answer = exchange(world.server.http(), head.as_bytes()).await;
        assert_eq!((answer.status, pb::Refusal::decode(&answer.body[..]).unwrap().code()), (200, Code::TooLarge));
    }
}

// C3.
#[tokio::test]
async fn another_method_or_a_page_of_elsewhere_gets_nothing() {
    let world = World::new().await;
    let get = exchange(world.server.http(), b"GET /cgi/send HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    let page =
        mars("/cgi/register", "Origin: http://evil.example\r\n", &register("anna", "a password", "").encode_to_vec());
    assert_eq!(exchange(world.server.http(), &page).await.status, 403);
}

// C1: the API tells of itself.
#[tokio::test]
async fn the_api_lists_every_command() {
    let world = World::new().await;
    let told = |path: &'static str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        let address = world.server.http();
        async move { serde_json::from_str::<Value>(exchange(address, request.as_bytes()).await.text()).unwrap() }
    };
    let (overview, openapi) = (told("/api").await, told("/api/openapi.json").await);
    assert_eq!(overview["openapi"], "/api/openapi.json");
    assert_eq!(overview["commands"].as_array().unwrap().len(), COMMANDS.len());
    assert_eq!(openapi["openapi"], "3.1.0");
    assert_eq!(openapi["paths"].as_object().unwrap().len(), COMMANDS.len());
}
