//! What browsers are told about pages of other hosts, and how the server says that it is ready.

use longlink::http::Origins;

use crate::support::World;
use crate::support::http::{Answer, exchange};

async fn world(origins: Origins) -> World {
    World::with(|plan| plan.doors.origins = origins).await
}

/// As a browser asks before a page's first request with a token.
async fn preflight(world: &World, origin: &str) -> Answer {
    let request = format!(
        "OPTIONS /cgi/sync HTTP/1.1\r\nHost: here:8080\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\
         Access-Control-Request-Headers: authorization,content-type\r\n\r\n"
    );
    exchange(world.server.http(), request.as_bytes()).await
}

const ALLOWED: &str = "access-control-allow-origin";

#[tokio::test]
async fn by_default_no_page_of_another_host_may_read_anything() {
    let world = world(Origins::SameHost).await;
    let answer = preflight(&world, "https://chat.example").await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (403, None));
    let api = b"GET /api HTTP/1.1\r\nHost: h\r\nOrigin: https://chat.example\r\n\r\n";
    assert_eq!(exchange(world.server.http(), api).await.header(ALLOWED), None);
}

#[tokio::test]
async fn a_listed_page_may_ask_with_its_token_and_another_may_not() {
    let world = world(Origins::Listed(vec!["https://chat.example".into()])).await;
    let answer = preflight(&world, "https://chat.example").await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (200, Some("https://chat.example")));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,content-type,range,if-range"));
    assert_eq!(answer.header("access-control-allow-credentials"), None, "cookies stay at home");
    assert_eq!(preflight(&world, "https://evil.example").await.header(ALLOWED), None);
    // The answer itself is readable for the page, also when it is a refusal.
    let ask =
        |origin: &str| format!("POST /cgi/sync HTTP/1.1\r\nHost: h\r\nOrigin: {origin}\r\nContent-Length: 0\r\n\r\n");
    let answer = exchange(world.server.http(), ask("https://chat.example").as_bytes()).await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (200, Some("https://chat.example")));
    let answer = exchange(world.server.http(), ask("https://evil.example").as_bytes()).await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (403, None));
}

#[tokio::test]
async fn with_any_origin_every_page_may() {
    let world = world(Origins::Any).await;
    assert_eq!(preflight(&world, "https://anywhere.example").await.header(ALLOWED), Some("*"));
}

#[tokio::test]
async fn a_server_that_has_no_place_for_a_link_is_not_ready() {
    let world = World::with(|plan| plan.bounds.links_max = 1).await;
    let ask = async || exchange(world.server.http(), b"GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!((ask().await.status, ask().await.text()), (200, "ready\n"));
    let mut only = world.stranger().await;
    only.noop().await;
    let answer = ask().await;
    assert_eq!((answer.status, answer.text()), (503, "there are as many links as there may be\n"));
    assert_eq!(exchange(world.server.http(), b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await.status, 200);
    drop(only);
    while ask().await.status != 200 {}
}
