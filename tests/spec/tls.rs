//! Links and HTTP over TLS: who gets in, who is held up by whom, and what becomes of a certificate.

use std::fs;
use std::time::Duration;

use longlink::tls::certificate::Files;
use longlink::wire::{CloseReason, Code, Command, pb};
use longlink_client::{Connection, Trust};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::support::tls::{HTTP, LINK, certify, encrypt, files};
use crate::support::web::Web;
use crate::support::{Peer, World};

const PATIENCE: Duration = Duration::from_secs(30);

/// Reads until the server closes or resets.
async fn end_of(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut heard = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("the server does not close");
    heard
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not in time: {what}"));
}

#[tokio::test]
async fn a_long_message_comes_through_tls_as_it_was_sent() {
    let world = World::encrypted(|_| {}).await;
    let (_, token) = world.user("anna").await;
    let mut anna = world.encrypted_stranger().await;
    anna.hello(&token, "device", None).await;
    let mut bob = world.logged_in("bob").await;
    // Several records each way, and the last one not full.
    for length in [1, 16_383, 16_384, 16_385, 300_000] {
        let text: String = (0..length).map(|place| char::from(b'a' + (place % 23) as u8)).collect();
        anna.send(bob.user, &format!("to {length}"), &text).await;
        assert_eq!(bob.entries(1).await[0].content, text.as_bytes());
        bob.send(anna.user, &format!("from {length}"), &text).await;
        assert_eq!(anna.entries(1).await[0].content, text.as_bytes());
    }
}

#[tokio::test]
async fn who_is_told_to_go_hears_why_and_then_that_tls_is_over() {
    let world = World::encrypted(|_| {}).await;
    let mut peer = world.encrypted_stranger().await;
    // Not a frame.
    peer.write(&[0; 20]).await;
    // An end without TLS' own goodbye would be an error here, and not an end.
    assert_eq!(peer.closed().await, Some(CloseReason::BadFrame));

    let (web, _) = Web::logged_in(&world, "carl").await;
    let encrypted = Web::encrypted(&world).await;
    let mut link = world.encrypted_stranger().await;
    link.noop().await;
    let (stopped, heard, by_web, _) =
        tokio::join!(world.server.stop(CloseReason::Shutdown), link.closed(), encrypted.closed(), web.closed());
    assert_eq!((stopped, heard), ((), Some(CloseReason::Shutdown)));
    assert_eq!(by_web.0, [CloseReason::Shutdown]);
}

#[tokio::test]
async fn a_peer_that_says_goodbye_is_gone_at_once() {
    let world = World::encrypted(|_| {}).await;
    let mut peer = world.encrypted_stranger().await;
    peer.noop().await;
    assert_eq!(world.server.links().count(), 1);
    peer.stream.shutdown().await.unwrap();
    end_of(&mut peer.stream).await;
    until("its place is free", async || world.server.links().count() == 0).await;
}

#[tokio::test]
async fn what_is_no_handshake_is_closed_and_costs_others_nothing() {
    let world = World::encrypted(|_| {}).await;
    let ports = world.server.ports();
    for port in [ports.tcp_tls.unwrap(), ports.https.unwrap()] {
        for garbage in [
            &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
            // A noop in the clear.
            &[0, 0, 0, 20, 0, 0, 0, 200, 0, 0, 0, 6, 255, 255, 255, 255, 0, 0, 0, 0],
            // A record that promises more than one may have, and one of a kind that there is not.
            &[22, 3, 1, 255, 255, 1, 0],
            &[99, 3, 3, 0, 5, 1, 2, 3, 4, 5],
        ] {
            let mut stream = TcpStream::connect(port).await.unwrap();
            stream.write_all(garbage).await.unwrap();
            let heard = end_of(&mut stream).await;
            // An alert at most, which is a record of kind 21.
            assert!(heard.is_empty() || heard[0] == 21, "{garbage:?}: {heard:?}");
        }
    }
    until("all are counted", async || world.server.metrics().handshakes_failed.get() == 8).await;
    until("their places are free", async || world.server.links().count() == 0).await;
    world.encrypted_stranger().await.noop().await;
}

#[tokio::test]
async fn tls_at_a_plain_door_gets_no_link() {
    let world = World::encrypted(|_| {}).await;
    let stream = TcpStream::connect(world.server.tcp()).await.unwrap();
    let refused = timeout(PATIENCE, encrypt(stream, world.folder(), LINK)).await.expect("it is closed");
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_slow_handshake_holds_nobody_up_and_has_a_deadline() {
    let world = World::encrypted(|plan| plan.tls.as_mut().unwrap().1.handshake_timeout_ms = 300).await;
    let port = world.server.ports().tcp_tls.unwrap();
    // One that has nothing to say has shaken hands all the same.
    let mut quiet = world.encrypted_stranger().await;
    let mut silent = TcpStream::connect(port).await.unwrap();
    let mut half = TcpStream::connect(port).await.unwrap();
    // The beginning of a hello.
    half.write_all(&[22, 3, 1, 1, 0, 1, 0, 0]).await.unwrap();
    let mut peer = world.encrypted_stranger().await;
    peer.noop().await;
    assert_eq!((end_of(&mut silent).await, end_of(&mut half).await), (vec![], vec![]));
    until("both are counted", async || world.server.metrics().handshakes_failed.get() == 2).await;
    peer.noop().await;
    until("only the honest ones are there", async || world.server.links().count() == 2).await;
    quiet.noop().await;
}

#[tokio::test]
async fn at_the_bound_the_handshake_that_has_taken_longest_makes_room() {
    let world = World::encrypted(|plan| plan.tls.as_mut().unwrap().1.handshakes_max = 3).await;
    let port = world.server.ports().tcp_tls.unwrap();
    let mut flood = Vec::new();
    for count in 1..=9 {
        flood.push(TcpStream::connect(port).await.unwrap());
        until("it has begun", async || world.server.metrics().handshakes.get() == count).await;
    }
    // Those that came first are gone, and an honest one comes in all the same.
    for stream in &mut flood[..6] {
        assert_eq!(end_of(stream).await, b"");
    }
    until("no more than three are left", async || world.server.links().count() <= 3).await;
    world.encrypted_stranger().await.noop().await;
}

#[tokio::test]
async fn connections_in_their_handshake_count_at_their_address() {
    let world = World::encrypted(|plan| plan.bounds.links_per_address_max = 2).await;
    let port = world.server.ports().tcp_tls.unwrap();
    let held = [TcpStream::connect(port).await.unwrap(), TcpStream::connect(port).await.unwrap()];
    until("they are there", async || world.server.links().count() == 2).await;
    assert_eq!(end_of(&mut TcpStream::connect(port).await.unwrap()).await, b"");
    drop(held);
    until("they are gone", async || world.server.links().count() == 0).await;
    world.encrypted_stranger().await.noop().await;
}

#[tokio::test]
async fn a_handshake_does_not_keep_the_server_from_stopping() {
    let world = World::encrypted(|_| {}).await;
    let mut silent = TcpStream::connect(world.server.ports().tcp_tls.unwrap()).await.unwrap();
    let mut web = TcpStream::connect(world.server.ports().https.unwrap()).await.unwrap();
    until("both have begun", async || world.server.metrics().handshakes.get() == 2).await;
    // Sooner than the handshakes' deadline and the drain's.
    timeout(Duration::from_secs(4), world.server.stop(CloseReason::Shutdown)).await.expect("it stops");
    assert_eq!((end_of(&mut silent).await, end_of(&mut web).await), (vec![], vec![]));
}

#[tokio::test]
async fn each_door_speaks_its_own_protocol_and_whoever_names_none_may_come() {
    let world = World::encrypted(|_| {}).await;
    let ports = world.server.ports();
    for (port, alpn, may) in [
        (ports.tcp_tls, LINK, true),
        (ports.tcp_tls, HTTP, false),
        (ports.https, HTTP, true),
        (ports.https, LINK, false),
        (ports.https, b"h2", false),
    ] {
        let stream = TcpStream::connect(port.unwrap()).await.unwrap();
        assert_eq!(encrypt(stream, world.folder(), alpn).await.is_ok(), may, "{port:?} {alpn:?}");
    }
    let mut config = (*Trust::file(&files(world.folder()).certificate).unwrap().config(LINK).unwrap()).clone();
    config.alpn_protocols.clear();
    let stream = TcpStream::connect(ports.tcp_tls.unwrap()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await.unwrap();
    Peer::over(Connection::Tls(Box::new(stream))).noop().await;
}

#[tokio::test]
async fn https_answers_as_http_does() {
    let world = World::encrypted(|_| {}).await;
    let mut stream = world.encrypted_to(HTTP).await.unwrap();
    for _ in 0..2 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"\r\n\r\nok\n") {
            assert_ne!(timeout(PATIENCE, stream.read_buf(&mut heard)).await.unwrap().unwrap(), 0, "{heard:?}");
        }
        assert!(heard.starts_with(b"HTTP/1.1 200 "));
    }
}

#[tokio::test]
async fn a_new_certificate_is_for_new_links_and_the_old_ones_live_on() {
    let world = World::encrypted(|_| {}).await;
    let mut before = world.encrypted_stranger().await;
    before.noop().await;
    let old = tempfile::tempdir().unwrap();
    fs::copy(files(world.folder()).certificate, files(old.path()).certificate).unwrap();

    certify(world.folder(), 2020, 2100);
    world.server.reload().await;
    before.noop().await;
    world.encrypted_stranger().await.noop().await;
    let stream = TcpStream::connect(world.server.ports().tcp_tls.unwrap()).await.unwrap();
    assert!(encrypt(stream, old.path(), LINK).await.is_err(), "who knows the old one only");

    // What cannot be used changes nothing: expired, foreign key, no PEM, not there.
    let good = tempfile::tempdir().unwrap();
    for part in [|files: Files| files.certificate, |files: Files| files.key] {
        fs::copy(part(files(world.folder())), part(files(good.path()))).unwrap();
    }
    let spoil: [&dyn Fn(); 4] = [
        &|| certify(world.folder(), 2020, 2026),
        &|| {
            certify(world.folder(), 2020, 2100);
            fs::copy(files(good.path()).certificate, files(world.folder()).certificate).unwrap();
        },
        &|| fs::write(files(world.folder()).certificate, "no PEM").unwrap(),
        &|| fs::remove_file(files(world.folder()).key).unwrap(),
    ];
    for spoil in spoil {
        spoil();
        world.server.reload().await;
        let stream = TcpStream::connect(world.server.ports().tcp_tls.unwrap()).await.unwrap();
        Peer::over(encrypt(stream, good.path(), LINK).await.unwrap()).noop().await;
    }
    before.noop().await;
}

#[tokio::test]
async fn a_refused_login_over_tls_is_answered_like_any_other() {
    let world = World::encrypted(|_| {}).await;
    let mut peer = world.encrypted_stranger().await;
    let hello = crate::support::hello("no token", "device", None);
    assert_eq!(peer.call::<pb::HelloReply>(Command::Hello, &hello).await.code(), Code::BadToken);
    peer.noop().await;
}
