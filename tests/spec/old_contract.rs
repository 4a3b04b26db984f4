//! The old HTTP contract (O1 to O9), byte by byte as its three clients speak it.

use std::time::Duration;

use longlink::http::Origins;
use longlink::http::old_contract::Mode;
use longlink::wire::Code;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::support::http::{Answer, exchange, read_answer, read_head, users_online, waiting};
use crate::support::{World, text_to};

/// A server with `User01` to `User03`, whose numbers are 1 to 3, and their tokens.
async fn world() -> (World, Vec<String>) {
    with_mode(Mode::Open).await
}

async fn with_mode(mode: Mode) -> (World, Vec<String>) {
    let world = World::with(|plan| plan.doors.old_contract.mode = mode).await;
    let mut tokens = Vec::new();
    for number in 1..=3 {
        let (user, token) = world.user(&format!("User0{number}")).await;
        assert_eq!(user, number);
        tokens.push(token);
    }
    (world, tokens)
}

/// As `HttpURLConnection` on Android writes it. A body that is `None` is no body and no type of one.
fn android(method: &str, path: &str, body: Option<&str>) -> Vec<u8> {
    let typed = if body.is_some() { "Content-Type: application/json; charset=UTF-8\r\n" } else { "" };
    let body = body.unwrap_or_default();
    let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!(
        "{method} {path} HTTP/1.1\r\n{typed}User-Agent: Dalvik/2.1.0 (Linux; U; Android 9; Pixel)\r\n\
         Host: 10.0.2.2:808\r\nConnection: Keep-Alive\r\nAccept-Encoding: gzip\r\n{length}\r\n{body}"
    )
    .into_bytes()
}

/// As `HttpClient` of .NET writes a `StringContent`.
fn windows(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nContent-Type: application/json; charset=utf-8\r\nHost: 127.0.0.1:808\r\n\
         Content-Length: {}\r\nConnection: Keep-Alive\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// As the page server passes a call of jQuery's on.
fn page(path: &str) -> Vec<u8> {
    format!(
        "GET {path}&_=1556001 HTTP/1.1\r\nHost: localhost:808\r\nConnection: keep-alive\r\n\
         Accept: application/json, text/javascript, */*; q=0.01\r\nX-Requested-With: XMLHttpRequest\r\n\
         Accept-Encoding: gzip, deflate\r\nAccept-Language: zh-CN,zh;q=0.9\r\n\r\n"
    )
    .into_bytes()
}

async fn ask(world: &World, request: &[u8]) -> Answer {
    exchange(world.server.http(), request).await
}

/// The body of an answer with status 200 and JSON.
async fn said(world: &World, request: &[u8]) -> String {
    let answer = ask(world, request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    answer.text().to_owned()
}

const OK: &str = r#"{"success":true,"message":null}"#;

/// Sends as the Windows form does, whose answer is 200 and nothing.
async fn send(world: &World, from: i64, to: i64, content: &str) {
    let body = format!(
        r#"{{"QueueID":0,"From":{from},"FromName":"User0{from}","To":{to},"ToName":null,"Content":"{content}"}}"#
    );
    let answer = ask(world, &windows("/Message/Send", &body)).await;
    assert_eq!((answer.status, answer.text(), answer.header("content-length")), (200, "", Some("0")));
}

// O2.
#[tokio::test]
async fn one_logs_in_once_and_out_once() {
    let (world, _) = world().await;
    let login = windows("/Message/Login", r#"{"Id":1,"UserName":"User01"}"#);
    assert_eq!(said(&world, &login).await, OK);
    let again = said(&world, &login).await;
    assert_eq!(again, r#"{"success":false,"message":"the user is logged in already"}"#);
    let logout = windows("/Message/Logout?userId=1", "");
    assert_eq!(said(&world, &logout).await, OK);
    assert_eq!(said(&world, &logout).await, r#"{"success":false,"message":"the user is not logged in"}"#);
    assert_eq!(said(&world, &login).await, OK);
    let nobody = windows("/Message/Login", r#"{"Id":99,"UserName":"User99"}"#);
    assert!(said(&world, &nobody).await.starts_with(r#"{"success":false,"message":"there is no user 99"#));
}

// O3: a number as a string, a POST without a body and without a type.
#[tokio::test]
async fn the_android_client_is_understood() {
    let (world, _) = world().await;
    let login = android("POST", "/Message/Login", Some(r#"{"Id":"3","UserName":"User03"}"#));
    assert_eq!(said(&world, &login).await, OK);
    let all = said(&world, &android("POST", "/Message/GetUsers?isAll=true", None)).await;
    assert_eq!(all, r#"[{"id":1,"userName":"User01"},{"id":2,"userName":"User02"},{"id":3,"userName":"User03"}]"#);
    let logged_in = said(&world, &android("POST", "/Message/GetUsers?isAll=false", None)).await;
    assert_eq!(logged_in, r#"[{"id":0,"userName":"All logined user"},{"id":3,"userName":"User03"}]"#);
    let sent =
        r#"{"queueID":"0","from":"3","fromName":"User03","to":"1","toName":"User01","content":"喂 \"x\"","extra":{}}"#;
    assert_eq!(ask(&world, &android("POST", "/Message/Send", Some(sent))).await.status, 200);
    let received = said(&world, &android("POST", "/Message/Receive?userId=1&queueId=0", None)).await;
    assert_eq!(received, r#"{"queueID":1,"from":3,"fromName":"User03","to":1,"toName":"User01","content":"喂 \"x\""}"#);
}

// O3: `True`, an empty body that is called JSON, Expect: 100-continue.
#[tokio::test]
async fn the_windows_client_is_understood() {
    let (world, _) = world().await;
    assert!(said(&world, &windows("/Message/GetUsers?isAll=True", "")).await.starts_with(r#"[{"id":1,"#));
    assert_eq!(
        said(&world, &windows("/Message/GetUsers?isAll=False", "")).await,
        r#"[{"id":0,"userName":"All logined user"}]"#
    );
    let body = r#"{"QueueID":7,"From":1,"FromName":null,"To":2,"Content":"hi"}"#;
    let head = format!(
        "POST /Message/Send HTTP/1.1\r\nContent-Type: application/json\r\nHost: 127.0.0.1:808\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\nConnection: Keep-Alive\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 100 "));
    stream.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(read_answer(&mut stream).await.status, 200);
    // The same connection goes on.
    stream.write_all(&windows("/Message/Receive?userId=2&queueId=0", "")).await.unwrap();
    let received = read_answer(&mut stream).await;
    assert_eq!(
        received.text(),
        r#"{"queueID":1,"from":1,"fromName":"User01","to":2,"toName":"User02","content":"hi"}"#
    );
}

// O4: one message a call, the first behind the place; one's own are not among them; 0 is everyone.
#[tokio::test]
async fn messages_come_one_by_one_in_order_and_never_ones_own() {
    let (world, _) = world().await;
    for (from, to, content) in [(1, 2, "a"), (2, 1, "b"), (3, 0, "c"), (2, 0, "d"), (1, 3, "e"), (3, 2, "f")] {
        send(&world, from, to, content).await;
    }
    let mut place = 0;
    let mut heard = Vec::new();
    for _ in 0..3 {
        let message = said(&world, &page(&format!("/Message/Receive?userId=2&queueId={place}"))).await;
        let message: serde_json::Value = serde_json::from_str(&message).unwrap();
        place = message["queueID"].as_i64().unwrap();
        heard.push((
            place,
            message["content"].as_str().unwrap().to_owned(),
            message["toName"].as_str().unwrap().to_owned(),
        ));
    }
    let expected = [(1, "a", "User02"), (3, "c", "所有人"), (6, "f", "User02")];
    assert_eq!(heard, expected.map(|(place, content, to)| (place, content.to_owned(), to.to_owned())));
}

// O5. Time is virtual: it moves only while everybody waits.
#[tokio::test(start_paused = true)]
async fn who_waits_in_vain_gets_null_after_thirty_seconds() {
    let (world, _) = world().await;
    for request in
        [page("/Message/Receive?userId=1&queueId=0"), android("POST", "/Message/Receive?userId=1&queueId=5", None)]
    {
        let begun = Instant::now();
        assert_eq!(said(&world, &request).await, "null");
        assert_eq!(begun.elapsed().as_secs(), 30);
    }
}

// O5, O9: from TCP to an old page, at once.
#[tokio::test]
async fn who_waits_is_woken_by_what_a_tcp_client_sends() {
    let (world, tokens) = world().await;
    let mut anna = world.stranger().await;
    anna.hello(&tokens[0], "phone", None).await;
    let mut stream = waiting(&world, &page("/Message/Receive?userId=2&queueId=0")).await;
    // Not for them, and not for old clients.
    anna.send(3, "1", "for another").await;
    let own_type = longlink::wire::pb::SendRequest { content_type: 1_000, ..text_to(2, "2", "no text") };
    assert_eq!(anna.code(longlink::wire::Command::Send, &own_type).await, Code::Ok);
    anna.send(2, "3", "hello").await;
    let received = read_answer(&mut stream).await;
    assert_eq!(
        received.text(),
        r#"{"queueID":3,"from":1,"fromName":"User01","to":2,"toName":"User02","content":"hello"}"#
    );
}

// O9: and back.
#[tokio::test]
async fn a_tcp_client_is_pushed_what_an_old_one_sends() {
    let (world, tokens) = world().await;
    let mut anna = world.stranger().await;
    anna.hello(&tokens[0], "phone", None).await;
    send(&world, 2, 1, "from the old").await;
    let entry = anna.entries(1).await.remove(0);
    assert_eq!((entry.from, entry.to, &entry.content[..]), (2, 1, &b"from the old"[..]));
    // Who has a link is logged in for old clients, too.
    let logged_in = said(&world, &windows("/Message/GetUsers?isAll=False", "")).await;
    assert_eq!(logged_in, r#"[{"id":0,"userName":"All logined user"},{"id":1,"userName":"User01"}]"#);
}

// O5: whoever waits twice, as two windows do, gets it twice.
#[tokio::test]
async fn two_windows_of_one_user_both_receive() {
    let (world, _) = world().await;
    let mut one = waiting(&world, &page("/Message/Receive?userId=2&queueId=0")).await;
    let mut two = TcpStream::connect(world.server.http()).await.unwrap();
    two.write_all(&page("/Message/Receive?userId=2&queueId=0")).await.unwrap();
    send(&world, 1, 2, "both").await;
    assert_eq!(read_answer(&mut one).await.body, read_answer(&mut two).await.body);
}

// O5: nothing is left of a client that has gone.
#[tokio::test]
async fn a_client_that_goes_while_it_waits_leaves_nothing() {
    let (world, _) = world().await;
    let stream = waiting(&world, &page("/Message/Receive?userId=2&queueId=0")).await;
    drop(stream);
    while users_online(&world).await != 0 {}
}

// O6.
#[tokio::test]
async fn one_too_many_is_told_so() {
    let world = World::with(|plan| plan.doors.old_contract.receives_max = 1).await;
    for name in ["User01", "User02"] {
        world.user(name).await;
    }
    let _waits = waiting(&world, &page("/Message/Receive?userId=2&queueId=0")).await;
    let refused = ask(&world, &page("/Message/Receive?userId=1&queueId=0")).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.text(), r#"{"success":false,"message":"1 requests wait for messages, as many as may"}"#);
}

// O5: a server that stops keeps nobody waiting.
#[tokio::test]
async fn who_waits_is_answered_when_the_server_stops() {
    let (world, _) = world().await;
    let mut stream = waiting(&world, &page("/Message/Receive?userId=2&queueId=0")).await;
    let stop = world.server.stop(longlink::wire::CloseReason::Shutdown);
    let (answer, ()) = tokio::join!(read_answer(&mut stream), stop);
    assert_eq!(answer.text(), "null");
}

// O2.
#[tokio::test(start_paused = true)]
async fn a_login_ends_when_no_message_is_asked_for() {
    let (world, _) = world().await;
    let login = windows("/Message/Login", r#"{"Id":1}"#);
    assert_eq!(said(&world, &login).await, OK);
    for _ in 0..4 {
        // Two minutes in all, and the login is still there.
        assert_eq!(said(&world, &page("/Message/Receive?userId=1&queueId=0")).await, "null");
    }
    assert_ne!(said(&world, &login).await, OK);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(said(&world, &login).await, OK);
}

// O7.
#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_a_reason_and_nothing_is_stored() {
    let (world, _) = world().await;
    for (body, status) in [
        (r#"{"From":1,"To":99,"Content":"x"}"#, 404),
        (r#"{"From":99,"To":1,"Content":"x"}"#, 404),
        (r#"{"To":1,"Content":"x"}"#, 404),
        (r#"{"From":0,"To":1,"Content":"x"}"#, 404),
        (r#"{"From":-5,"To":1,"Content":"x"}"#, 404),
        (r#"{"From":1,"To":-5,"Content":"x"}"#, 404),
        (r#"{"From":"one","To":2,"Content":"x"}"#, 400),
        (r#"{"From":1,"To":2.5,"Content":"x"}"#, 400),
        (r#"{"From":1,"To":2,"Content":7}"#, 400),
        (r#"{"From":1,"To":2,"Content":"x","QueueID":[]}"#, 400),
        (r#"{"From":1,"To":2"#, 400),
        ("[]", 400),
        ("From=1&To=2", 400),
    ] {
        let refused = ask(&world, &windows("/Message/Send", body)).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
        assert!(refused.text().starts_with(r#"{"success":false,"message":""#), "{body}: {}", refused.text());
    }
    for body in ["", "null"] {
        let answer = ask(&world, &windows("/Message/Send", body)).await;
        assert_eq!((answer.status, answer.text()), (200, ""));
    }
    assert_eq!(world.server.chat().head().get(), 0);
    send(&world, 1, 2, "").await;
    assert_eq!(world.server.chat().head().get(), 1);
}

// O1, O3.
#[tokio::test]
async fn paths_have_any_case_and_the_method_is_minded() {
    let (world, _) = world().await;
    assert!(said(&world, &windows("/message/getUSERS?ISALL=TRUE", "")).await.starts_with(r#"[{"id":1,"#));
    let get = ask(&world, &page("/Message/Send?x=1")).await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    assert_eq!(ask(&world, &windows("/Message/Delete", "")).await.status, 404);
    assert_eq!(ask(&world, &page("/Message/Receive?userId=x&queueId=0")).await.status, 400);
    assert_eq!(ask(&world, &page("/Message/Receive?userId=99&queueId=0")).await.status, 404);
    let no_length = b"POST /Message/GetUsers?isAll=true HTTP/1.1\r\nHost: h\r\n\r\n";
    assert!(said(&world, no_length).await.starts_with(r#"[{"id":1,"#));
}

fn with_header(request: Vec<u8>, header: &str) -> Vec<u8> {
    String::from_utf8(request).unwrap().replacen("\r\n", &format!("\r\n{header}\r\n"), 1).into_bytes()
}

// O8.
#[tokio::test]
async fn with_tokens_one_acts_for_oneself_alone() {
    let (world, tokens) = with_mode(Mode::Token).await;
    let bearer = |token: &str| format!("Authorization: Bearer {token}");
    let cookie = |token: &str| format!("Cookie: a=b; longlink_token={token}");
    let login = || windows("/Message/Login", r#"{"Id":1}"#);
    assert_eq!(ask(&world, &login()).await.status, 401);
    assert_eq!(ask(&world, &with_header(login(), &bearer("x"))).await.status, 401);
    assert_eq!(ask(&world, &with_header(login(), &bearer(&tokens[1]))).await.status, 403);
    assert_eq!(said(&world, &with_header(login(), &cookie(&tokens[0]))).await, OK);
    for (path, body) in [
        ("/Message/Send", r#"{"From":1,"To":2,"Content":"x"}"#),
        ("/Message/Receive?userId=1&queueId=0", ""),
        ("/Message/Logout?userId=1", ""),
    ] {
        assert_eq!(ask(&world, &windows(path, body)).await.status, 401, "{path}");
        assert_eq!(ask(&world, &with_header(windows(path, body), &bearer(&tokens[1]))).await.status, 403, "{path}");
    }
    assert_eq!(ask(&world, &windows("/Message/GetUsers?isAll=true", "")).await.status, 401);
    assert_eq!(world.server.chat().head().get(), 0);
    let send = windows("/Message/Send", r#"{"From":1,"To":2,"Content":"x"}"#);
    assert_eq!(ask(&world, &with_header(send, &bearer(&tokens[0]))).await.status, 200);
    let receive = page("/Message/Receive?userId=2&queueId=0");
    assert!(said(&world, &with_header(receive, &bearer(&tokens[1]))).await.contains(r#""content":"x""#));
}

// O1, O8.
#[tokio::test]
async fn a_closed_door_and_a_page_of_elsewhere_get_nothing() {
    let (world, _) = with_mode(Mode::Off).await;
    assert_eq!(ask(&world, &windows("/Message/GetUsers?isAll=True", "")).await.status, 404);
    let (world, _) = with_mode(Mode::Open).await;
    let request = || windows("/Message/Send", r#"{"From":1,"To":2,"Content":"x"}"#);
    let elsewhere = with_header(request(), "Origin: http://evil.example");
    assert_eq!(ask(&world, &elsewhere).await.status, 403);
    let here = with_header(request(), "Origin: http://127.0.0.1:808");
    assert_eq!(ask(&world, &here).await.status, 200);
    let world = World::with(|plan| plan.doors.origins = Origins::Any).await;
    world.user("User01").await;
    let anywhere = with_header(windows("/Message/Login", r#"{"Id":1}"#), "Origin: http://evil.example");
    assert_eq!(said(&world, &anywhere).await, OK);
}

// O7: a body over the limit is refused by what it says of itself.
#[tokio::test]
async fn a_body_over_the_limit_is_not_waited_for() {
    let (world, _) = world().await;
    let head =
        "POST /Message/Send HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n";
    assert_eq!(ask(&world, head.as_bytes()).await.status, 413);
}
