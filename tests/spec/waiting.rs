//! A sync that waits (C6): reading at once without a link.

use std::time::Duration;

use longlink::wire::{CloseReason, Code, pb};
use prost::Message;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::support::http::{read_answer, users_online, waiting};
use crate::support::{Peer, World};

fn sync(token: &str, after: i64, wait_ms: u32) -> Vec<u8> {
    let body = pb::SyncRequest { after, limit: 0, wait_ms }.encode_to_vec();
    let head = format!(
        "POST /cgi/sync HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

async fn page(stream: &mut TcpStream) -> pb::SyncReply {
    pb::SyncReply::decode(&read_answer(stream).await.body[..]).unwrap()
}

fn texts(page: &pb::SyncReply) -> Vec<&[u8]> {
    page.entries.iter().map(|entry| &entry.content[..]).collect()
}

#[tokio::test]
async fn who_waits_is_answered_by_the_next_entry_and_reads_on_from_its_cursor() {
    let world = World::new().await;
    let (bob, token) = world.user("bob").await;
    let mut anna = world.logged_in("anna").await;
    let mut stream = waiting(&world, &sync(&token, 0, 30_000)).await;
    // Not theirs: it neither answers nor is skipped over wrongly.
    anna.send(anna.user, "0", "a note to herself").await;
    anna.send(bob, "1", "first").await;
    let first = page(&mut stream).await;
    assert_eq!((first.code(), texts(&first)), (Code::Ok, vec![&b"first"[..]]));
    // What is there already is not waited for.
    anna.send(bob, "2", "second").await;
    anna.send(bob, "3", "third").await;
    stream.write_all(&sync(&token, first.cursor, 30_000)).await.unwrap();
    let next = page(&mut stream).await;
    assert_eq!(texts(&next), [&b"second"[..], b"third"]);
    assert_eq!(users_online(&world).await, 1, "nothing listens once it is answered");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_empty_after_its_time_and_after_half_a_minute_at_most() {
    let world = World::new().await;
    let (_, token) = world.user("bob").await;
    for (wait_ms, lasts_ms) in [(0, 0), (1_500, 1_500), (u32::MAX, 30_000)] {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
        stream.write_all(&sync(&token, 7, wait_ms)).await.unwrap();
        let reply = page(&mut stream).await;
        assert_eq!((reply.code(), reply.entries.len(), reply.cursor), (Code::Ok, 0, 7));
        let lasted = begun.elapsed();
        assert!((lasted.as_millis() as u64).abs_diff(lasts_ms) <= 2, "{lasted:?} for {wait_ms}");
    }
}

#[tokio::test]
async fn who_goes_while_waiting_leaves_nothing_and_a_stopping_server_answers() {
    let world = World::new().await;
    let (_, token) = world.user("bob").await;
    drop(waiting(&world, &sync(&token, 0, 30_000)).await);
    while users_online(&world).await != 0 {}
    let mut stream = waiting(&world, &sync(&token, 0, 30_000)).await;
    let (answer, ()) = tokio::join!(page(&mut stream), world.server.stop(CloseReason::Shutdown));
    assert_eq!((answer.code(), answer.entries.len()), (Code::Ok, 0));
}

// On a link the entries are pushed: a wait there would only keep a request open.
#[tokio::test]
async fn on_a_link_nothing_waits() {
    let world = World::new().await;
    let mut bob: Peer = world.logged_in("bob").await;
    let asked = pb::SyncRequest { after: 0, limit: 0, wait_ms: 30_000 };
    let answered = bob.call::<pb::SyncReply>(longlink::wire::Command::Sync, &asked);
    let reply = tokio::time::timeout(Duration::from_secs(20), answered).await.expect("it waited");
    assert_eq!((reply.code(), reply.entries.len()), (Code::Ok, 0));
}

#[tokio::test]
async fn one_wait_too_many_of_one_user_is_told_to_come_later() {
    let world = World::new().await;
    let (_, token) = world.user("bob").await;
    let mut streams = Vec::new();
    for _ in 0..65 {
        let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
        stream.write_all(&sync(&token, 0, 30_000)).await.unwrap();
        streams.push(stream);
    }
    let answers = streams.iter_mut().map(|stream| Box::pin(page(stream)));
    let (first, _, _) = futures_util::future::select_all(answers).await;
    assert_eq!(first.code(), Code::Overloaded);
}
