//! How a server stops.

use std::time::Duration;

use longlink::store::Log;
use longlink::wire::Command;
use longlink::wire::pb::{self, CloseReason};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::support::peer::NOOP;
use crate::support::{Gate, VERSION, World, bytes, pass, text_to};

#[tokio::test]
async fn every_link_is_told_and_nobody_comes_in_any_more() {
    let world = World::new().await;
    let mut links = vec![world.logged_in("anna").await, world.stranger().await];
    for link in &mut links {
        link.noop().await;
        // Bytes on their way do not eat the goodbye.
        link.write(&bytes(VERSION, 6, NOOP, &[]).repeat(3_000)).await;
    }
    let (tcp, stopping) = (world.server.tcp(), world.server.stop(CloseReason::Shutdown));
    let told = async {
        for link in &mut links {
            assert_eq!(link.closed().await, Some(CloseReason::Shutdown));
        }
        drop(links);
    };
    tokio::join!(stopping, told);
    assert!(TcpStream::connect(tcp).await.is_err());
}

#[tokio::test]
async fn a_silent_stranger_is_told_with_the_version_0() {
    let world = World::new().await;
    let mut stranger = world.stranger().await;
    while world.server.links().count() == 0 {
        tokio::task::yield_now().await;
    }
    let (_, goodbye) = tokio::join!(world.server.stop(CloseReason::Shutdown), async {
        let goodbye = stranger.hear().await.unwrap();
        drop(stranger);
        goodbye
    });
    assert_eq!((goodbye.version, goodbye.seq, goodbye.cmd), (0, 0, Command::PushClosing as u32));
}

// L16.
#[tokio::test(start_paused = true)]
async fn what_was_accepted_is_answered_before_the_server_stops() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let mut anna = world.piped_in("anna").await;
    gate.shut();
    for id in 1..=50 {
        anna.ask(Command::Send, &text_to(anna.user, &id.to_string(), "hi")).await;
    }
    while gate.waiting() < 50 {
        tokio::task::yield_now().await;
    }
    let told = async {
        pass(1_000).await;
        gate.open();
        for place in 1..=50 {
            assert_eq!(anna.hear().await.unwrap().read::<pb::SendReply>().queue_id, place);
        }
        assert_eq!(anna.closed().await, Some(CloseReason::Shutdown));
        drop(anna);
    };
    tokio::join!(world.server.stop(CloseReason::Shutdown), told);
    // The store was closed after all that, not before.
    assert_eq!(gate.head(longlink::store::Partition(0)).get(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_server_stops_in_bounded_time_whatever_its_links_do() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let mut waiting = world.piped_in("waiting").await;
    let deaf = world.piped_through(16).await;
    gate.shut();
    waiting.ask(Command::Send, &text_to(waiting.user, "1", "hi")).await;
    let mut links = Vec::new();
    for _ in 0..100 {
        links.push(world.piped().await);
    }
    pass(1).await;
    let from = Instant::now();
    timeout(Duration::from_secs(60), world.server.stop(CloseReason::Shutdown)).await.unwrap();
    assert!(from.elapsed() <= Duration::from_secs(6), "{:?}", from.elapsed());
    for mut link in links {
        assert_eq!(link.closed().await, Some(CloseReason::Shutdown));
    }
    assert_eq!(waiting.closed().await, Some(CloseReason::Shutdown));
    drop(deaf);
}

// They all come back at once, to somewhere else: they are told one after the other.
#[tokio::test(start_paused = true)]
async fn links_are_told_at_the_rate_that_is_set() {
    let world = World::with(|plan| {
        plan.drain.timeout_ms = 60_000;
        plan.drain.closes_per_second = 100;
    })
    .await;
    let mut links = Vec::new();
    for _ in 0..300 {
        links.push(world.piped().await);
    }
    let from = Instant::now();
    let told = async {
        let mut told = Vec::new();
        for link in &mut links {
            let waited = timeout(Duration::from_secs(60), link.closed());
            told.push((waited.await.unwrap(), from.elapsed().as_millis()));
        }
        drop(links);
        told
    };
    let (_, told) = tokio::join!(world.server.stop(CloseReason::Shutdown), told);
    assert!(told.iter().all(|(reason, _)| *reason == Some(CloseReason::Shutdown)));
    let last = told.iter().map(|(_, at_ms)| *at_ms).max().unwrap();
    assert!((2_800..=3_500).contains(&last), "the last one was told after {last} ms");
}

// N: STORE_FAILED.
#[tokio::test]
async fn a_server_whose_log_fails_knows_it_and_tells_its_links() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = gate.clone()).await;
    let mut anna = world.logged_in("anna").await;
    gate.fail();
    assert!(world.server.failed().await.to_string().contains("the disk is gone"));
    let told = async {
        assert_eq!(anna.closed().await, Some(CloseReason::StoreFailed));
        drop(anna);
    };
    tokio::join!(world.server.stop(CloseReason::StoreFailed), told);
}
