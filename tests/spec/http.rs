//! The HTTP port as a whole: how long it waits, how much it takes, and in which order it answers.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::support::World;
use crate::support::http::{exchange, read_answer};

/// Reads until the server closes; what it said and how long that took.
async fn to_the_end(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut said = Vec::new();
    // However the server ends it: what counts is that it does.
    let _ = stream.read_to_end(&mut said).await;
    (String::from_utf8(said).unwrap(), begun.elapsed())
}

async fn begun(world: &World, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_not_waited_for_longer_than_the_request_timeout() {
    let world = World::new().await;
    for beginning in [&b""[..], b"POST /cgi/sync HT", b"POST /cgi/sync HTTP/1.1\r\nHost: h\r\nX-Slow: "] {
        let (_, lasted) = to_the_end(begun(&world, beginning).await).await;
        assert_eq!(lasted.as_secs(), 30, "{beginning:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_answered_after_the_request_timeout() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let head =
        format!("POST /cgi/sync HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n");
    let mut stream = begun(&world, head.as_bytes()).await;
    stream.write_all(b"half").await.unwrap();
    let begun = Instant::now();
    let answer = read_answer(&mut stream).await;
    assert_eq!((answer.status, begun.elapsed().as_secs()), (200, 30));
    assert!(String::from_utf8_lossy(&answer.body).contains("took too long"));
}

#[tokio::test]
async fn requests_that_come_without_waiting_are_answered_in_their_order() {
    let world = World::new().await;
    let one = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    let two = "POST /cgi/none HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let mut stream = begun(&world, format!("{one}{two}{one}").as_bytes()).await;
    assert_eq!(read_answer(&mut stream).await.text(), "ok\n");
    assert!(read_answer(&mut stream).await.text().contains("CODE_UNKNOWN_COMMAND"));
    assert_eq!(read_answer(&mut stream).await.text(), "ok\n");
}

#[tokio::test]
async fn a_head_that_is_too_long_or_is_none_is_refused_and_the_connection_ends() {
    let world = World::new().await;
    let long = format!("GET /healthz HTTP/1.1\r\nHost: h\r\nX-Long: {}\r\n\r\n", "x".repeat(500_000));
    for (bytes, status) in [(long.as_bytes(), "431"), (b"\x00\x00\x00\x14 a frame at the wrong port\r\n\r\n", "400")] {
        let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
        // The server may have closed before all of it was written.
        let _ = stream.write_all(bytes).await;
        let mut said = vec![0; 12];
        timeout(Duration::from_secs(30), stream.read_exact(&mut said)).await.expect("no answer").unwrap();
        assert_eq!(String::from_utf8_lossy(&said), format!("HTTP/1.1 {status}"));
    }
    assert_eq!(exchange(world.server.http(), b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await.status, 200);
}

#[tokio::test]
async fn a_connection_too_many_is_closed_and_the_next_one_finds_a_place() {
    let world = World::with(|plan| plan.doors.connections_max = 1).await;
    let mut first = begun(&world, b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(read_answer(&mut first).await.status, 200);
    let second = TcpStream::connect(world.server.http()).await.unwrap();
    assert_eq!(timeout(Duration::from_secs(30), to_the_end(second)).await.expect("it stays open").0, "");
    drop(first);
    loop {
        let mut next = begun(&world, b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
        let mut said = String::new();
        if next.read_to_string(&mut said).await.is_ok() && said.ends_with("ok\n") {
            break;
        }
    }
}
