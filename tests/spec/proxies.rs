//! Proxies that say whom a connection is from. What is believed shows by whom the bound on links of one address holds
//! up: here an address may have one link.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use longlink::proxy::{Networks, Settings, parse_network};
use longlink::server::Plan;
use longlink_client::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::http::exchange;
use crate::support::peer::bytes;
use crate::support::tls::{HTTP, LINK, encrypt};
use crate::support::web::Web;
use crate::support::{Peer, World};

const PATIENCE: Duration = Duration::from_secs(30);
const V2_START: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

fn networks(texts: &[&str]) -> Networks {
    Networks::new(texts.iter().map(|text| parse_network(text).unwrap()).collect())
}

/// One link an address, and whoever connects is a proxy with a header.
fn announced(plan: &mut Plan) {
    plan.bounds.links_per_address_max = 1;
    plan.proxies =
        Settings { header_from: networks(&["127.0.0.0/8"]), header_timeout_ms: 10_000, ..Settings::default() };
}

/// One link an address, and whoever connects is a proxy for HTTP.
fn forwarding(plan: &mut Plan) {
    plan.bounds.links_per_address_max = 1;
    plan.proxies = Settings { forwarded_from: networks(&["127.0.0.0/8"]), ..Settings::default() };
}

fn v1(from: &str) -> Vec<u8> {
    format!("PROXY TCP4 {from} 10.0.0.1 4711 8081\r\n").into_bytes()
}

fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [V2_START, &[0x20 | command, family], &length, rest].concat()
}

fn v2_of(from: &str) -> Vec<u8> {
    match from.parse().unwrap() {
        IpAddr::V4(from) => v2(1, 0x11, &[&from.octets()[..], &[10, 0, 0, 1], &[1, 2, 3, 4]].concat()),
        IpAddr::V6(from) => v2(1, 0x21, &[&from.octets()[..], &Ipv6Addr::LOCALHOST.octets(), &[1, 2, 3, 4]].concat()),
    }
}

async fn connect(at: SocketAddr, header: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(header).await.unwrap();
    stream
}

/// Whether a link comes of it: a noop is echoed, or the connection is closed without a frame.
async fn is_link(peer: &mut Peer<Connection>) -> bool {
    let noop = bytes(200, 6, u32::MAX, &[]);
    let mut echo = [0; 20];
    let answered = async {
        peer.stream.write_all(&noop).await?;
        peer.stream.read_exact(&mut echo).await
    };
    timeout(PATIENCE, answered).await.expect("neither a link nor an end").is_ok()
}

fn plain(stream: TcpStream) -> Peer<Connection> {
    Peer::over(Connection::Plain(stream))
}

async fn closed(stream: &mut TcpStream) {
    let mut heard = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("the server does not close");
    assert_eq!(heard, b"");
}

/// Waits until so many connections were closed for their header.
async fn refused(world: &World, count: u64) {
    let waited = timeout(PATIENCE, async {
        while world.server.metrics().proxy_headers_refused.get() < count {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not {count} were refused"));
    assert_eq!(world.server.metrics().proxy_headers_refused.get(), count);
}

#[tokio::test]
async fn a_proxys_header_says_at_every_door_where_a_link_comes_from() {
    let world = World::encrypted(announced).await;
    let ports = world.server.ports();
    for (header, place) in [(v1 as fn(&str) -> Vec<u8>, 1), (v2_of, 2)] {
        let from = |host: u8| header(&format!("192.0.{place}.{host}"));
        let mut tcp = plain(connect(ports.tcp.unwrap(), &from(1)).await);
        assert!(is_link(&mut tcp).await);

        let stream = connect(ports.tcp_tls.unwrap(), &from(2)).await;
        let mut tls = Peer::over(encrypt(stream, world.folder(), LINK).await.unwrap());
        assert!(is_link(&mut tls).await);

        let url = format!("ws://{}/ws", ports.http.unwrap());
        let web = Web::over(Connection::Plain(connect(ports.http.unwrap(), &from(3)).await), &url).await;

        let stream = connect(ports.https.unwrap(), &from(4)).await;
        let url = format!("wss://{}/ws", ports.https.unwrap());
        let wss = Web::over(encrypt(stream, world.folder(), HTTP).await.unwrap(), &url).await;

        // Whichever door they came through, they have their link, and another one comes in nowhere.
        for host in 1..=4 {
            assert!(!is_link(&mut plain(connect(ports.tcp.unwrap(), &from(host)).await)).await, "{host}");
        }
        let refused = [
            &from(1)[..],
            b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: longlink.v1\r\n\
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        ]
        .concat();
        assert_eq!(exchange(ports.http.unwrap(), &refused).await.status, 503);
        drop((tcp, tls, web, wss));
    }
    assert_eq!(world.server.metrics().proxy_headers_refused.get(), 0);
}

#[tokio::test]
async fn a_header_may_come_byte_by_byte_and_what_lies_behind_it_is_not_touched() {
    let world = World::with(announced).await;
    let noop = bytes(200, 6, u32::MAX, &[]);
    for (header, ends) in [(v1 as fn(&str) -> Vec<u8>, [1, 2]), (v2_of, [3, 4])] {
        let mut peer = plain(connect(world.server.tcp(), b"").await);
        for byte in [header(&format!("192.0.2.{}", ends[0])), noop.clone()].concat() {
            peer.stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let mut echo = [0; 20];
        timeout(PATIENCE, peer.stream.read_exact(&mut echo)).await.unwrap().unwrap();
        assert_eq!(echo[..], noop[..]);
        // And in one piece, with two frames behind it.
        let all = [header(&format!("192.0.2.{}", ends[1])), noop.clone(), noop.clone()].concat();
        let mut at_once = connect(world.server.tcp(), &all).await;
        let mut echoes = [0; 40];
        timeout(PATIENCE, at_once.read_exact(&mut echoes)).await.unwrap().unwrap();
        assert_eq!(echoes[..], noop.repeat(2)[..]);
    }
}

#[tokio::test]
async fn a_header_of_somebody_else_is_not_believed() {
    let world = World::with(|plan| {
        announced(plan);
        plan.proxies.header_from = networks(&["10.0.0.0/8", "::1"]);
    })
    .await;
    // Its first four bytes are the length of a header that no frame has.
    let mut liar = Peer::over(connect(world.server.tcp(), &v1("192.0.2.1")).await);
    assert_eq!(liar.closed().await, Some(longlink::wire::CloseReason::FrameTooLong));
    assert_eq!(exchange(world.server.http(), &[&v1("192.0.2.1")[..], b"\r\n"].concat()).await.status, 400);
    while world.server.links().count() > 0 {
        tokio::task::yield_now().await;
    }
    let mut first = plain(connect(world.server.tcp(), b"").await);
    assert!(is_link(&mut first).await);
    assert!(!is_link(&mut plain(connect(world.server.tcp(), b"").await)).await, "both are from here");
    assert_eq!(world.server.metrics().proxy_headers_refused.get(), 0);
}

#[tokio::test]
async fn a_proxy_that_sends_no_good_header_is_closed() {
    let world = World::with(announced).await;
    let mut long = b"PROXY UNKNOWN ".to_vec();
    long.resize(107, b'x');
    let garbage = [
        // A client that came past the proxy.
        bytes(200, 6, u32::MAX, &[]),
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(),
        [&long[..], b"\r\n"].concat(),
        b"PROXY TCP4 192.0.2.1 10.0.0.1 4711\r\n".to_vec(),
        [V2_START, &[0x21, 0x11, 0xFF, 0xFF]].concat(),
        v2(1, 0x11, &[0; 8]),
    ];
    let mut count = 0;
    for bytes in &garbage {
        for at in [world.server.tcp(), world.server.http()] {
            closed(&mut connect(at, bytes).await).await;
            count += 1;
        }
    }
    refused(&world, count).await;
    // Who says nothing at all is a proxy that looks whether there is a server: nothing to be told of.
    drop(connect(world.server.tcp(), b"").await);
    let mut good = plain(connect(world.server.tcp(), &v1("192.0.2.1")).await);
    assert!(is_link(&mut good).await, "and the others come in");
    refused(&world, count).await;
}

#[tokio::test]
async fn a_header_that_does_not_come_has_a_deadline() {
    let world = World::encrypted(|plan| {
        announced(plan);
        plan.proxies.header_timeout_ms = 300;
    })
    .await;
    let ports = world.server.ports();
    let mut waiting = Vec::new();
    for at in [ports.tcp, ports.tcp_tls, ports.http, ports.https] {
        for begun in [&b""[..], b"PROXY TCP4 192.0.2", V2_START] {
            waiting.push(connect(at.unwrap(), begun).await);
        }
    }
    for stream in &mut waiting {
        closed(stream).await;
    }
    refused(&world, 12).await;
}

#[tokio::test]
async fn what_a_proxy_says_on_its_own_behalf_comes_from_the_proxy() {
    for header in [
        v2(0, 0x00, &[]),
        // Whatever it has for an address is to be passed over.
        v2(0, 0x11, &[192, 0, 2, 1, 10, 0, 0, 1, 1, 2, 3, 4]),
        v2(1, 0x00, &[]),
        v2(1, 0x31, &[b'u'; 216]),
        b"PROXY UNKNOWN\r\n".to_vec(),
    ] {
        let world = World::with(announced).await;
        let mut first = plain(connect(world.server.tcp(), &header).await);
        assert!(is_link(&mut first).await);
        assert!(!is_link(&mut plain(connect(world.server.tcp(), &header).await)).await, "{header:?}");
        assert!(is_link(&mut plain(connect(world.server.tcp(), &v1("192.0.2.1")).await)).await);
    }
}

#[tokio::test]
async fn half_of_an_address_of_ipv6_says_whose_it_is() {
    let world = World::with(announced).await;
    let mut first = plain(connect(world.server.tcp(), &v2_of("2001:db8:1:2::1")).await);
    assert!(is_link(&mut first).await);
    let neighbour = v2_of("2001:db8:1:2:ffff::9");
    assert!(!is_link(&mut plain(connect(world.server.tcp(), &neighbour).await)).await);
    assert!(is_link(&mut plain(connect(world.server.tcp(), &v2_of("2001:db8:1:3::1")).await)).await);
}

/// Asks for a WebSocket, and gives the status of the answer.
async fn web_socket(at: SocketAddr, header: &[u8], forwarded: &str) -> (u16, TcpStream) {
    let mut stream = connect(at, header).await;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: longlink.v1\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{forwarded}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = crate::support::http::read_head(&mut stream).await;
    (head.split(' ').nth(1).unwrap().parse().unwrap(), stream)
}

#[tokio::test]
async fn an_http_proxy_says_for_whom_it_asks_and_nobody_else_does() {
    let world = World::with(forwarding).await;
    let ask = async |forwarded: &str| web_socket(world.server.http(), b"", forwarded).await;
    let (status, _first) = ask("X-Forwarded-For: 192.0.2.1\r\n").await;
    assert_eq!(status, 101);
    assert_eq!(ask("X-Forwarded-For: 192.0.2.1\r\n").await.0, 503);
    // What the client wrote stands before what the proxy saw.
    assert_eq!(ask("X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\n").await.0, 503);
    assert_eq!(ask("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n").await.0, 503);
    let (status, _second) = ask("X-Forwarded-For: 192.0.2.1, 192.0.2.2\r\n").await;
    assert_eq!(status, 101);

    let world = World::with(|plan| plan.bounds.links_per_address_max = 1).await;
    let ask = async |forwarded: &str| web_socket(world.server.http(), b"", forwarded).await;
    let (status, _first) = ask("X-Forwarded-For: 192.0.2.1\r\n").await;
    assert_eq!(status, 101);
    assert_eq!(ask("X-Forwarded-For: 192.0.2.2\r\n").await.0, 503, "both are from here");
}

#[tokio::test]
async fn who_writes_x_forwarded_for_behind_a_proxy_with_a_header_is_not_believed() {
    let world = World::with(|plan| {
        announced(plan);
        // That proxy is believed for both, but what it announces is its client, who is not.
        plan.proxies.forwarded_from = networks(&["127.0.0.1"]);
    })
    .await;
    let ask = async |forwarded: &str| web_socket(world.server.http(), &v1("192.0.2.1"), forwarded).await;
    let (status, _first) = ask("").await;
    assert_eq!(status, 101);
    assert_eq!(ask("X-Forwarded-For: 192.0.2.9\r\n").await.0, 503);
}
