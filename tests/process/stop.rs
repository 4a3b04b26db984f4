//! Going down: what every link is told, what is finished, and how the process ends.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{TcpListener, UdpSocket};

use longlink::wire::{CloseReason, Command, pb};
use rustix::process::Signal;

use super::program::{Home, Program, spawn};
use super::raw::{self, Ear};
use crate::support::text_to;

/// What a link heard until its end: the places of its own sends by their sequence, and the reason that was its last
/// word.
async fn hear_out(mut ear: Ear) -> (BTreeMap<u32, i64>, Option<CloseReason>) {
    let (mut kept, mut reason) = (BTreeMap::new(), None);
    while let Some(frame) = ear.hear().await {
        assert_eq!(reason, None, "something after the goodbye");
        if frame.is(Command::Send) {
            let reply: pb::SendReply = frame.read();
            assert_eq!(reply.code(), pb::Code::Ok, "{}", reply.message);
            assert_eq!(kept.insert(frame.seq, reply.queue_id), None, "answered twice");
        } else if frame.is(Command::PushClosing) {
            reason = Some(frame.read::<pb::ClosingPush>().reason());
        }
    }
    (kept, reason)
}

/// Eight people write to a ninth without waiting for answers. As soon as somebody was answered, the signal comes.
async fn stop_among_senders(home: &Home, program: &mut Program, signal: Signal) -> BTreeSet<i64> {
    let (reader, _) = home.user("reader").await;
    let mut hearing = Vec::new();
    // More than the server reads at once: it stops in the middle of what was sent.
    let text = "x".repeat(1000);
    let (answered, mut first) = tokio::sync::mpsc::channel(1);
    for number in 0..8 {
        let (_, token) = home.user(&format!("sender{number}")).await;
        let (mut ear, mut mouth) = raw::connect(program.tcp).await.unwrap();
        raw::log_in(&mut ear, &mut mouth, &token, "phone", None).await.unwrap();
        for id in 0..500 {
            mouth.ask(Command::Send, &text_to(reader, &id.to_string(), &text)).await.unwrap();
        }
        let answered = answered.clone();
        hearing.push(spawn(async move {
            let first = ear.hear().await.unwrap();
            let reply: pb::SendReply = first.read();
            assert_eq!(reply.code(), pb::Code::Ok, "{}", reply.message);
            let _ = answered.try_send(());
            let (mut kept, reason) = hear_out(ear).await;
            // The link stays open for writing until the server has said all.
            drop(mouth);
            kept.insert(first.seq, reply.queue_id);
            assert_eq!(reason, Some(CloseReason::Shutdown));
            assert!(kept.values().is_sorted(), "the order of the link is the order of the log: {kept:?}");
            kept.into_values()
        }));
    }
    first.recv().await.unwrap();
    program.signal(signal);
    let mut all = BTreeSet::new();
    for heard in hearing {
        all.extend(heard.await.unwrap());
    }
    all
}

#[tokio::test]
async fn on_sigterm_every_accepted_send_is_answered_and_every_link_is_told() {
    stops_in_order(Signal::TERM).await;
}

#[tokio::test]
async fn ctrl_c_stops_in_the_same_order() {
    stops_in_order(Signal::INT).await;
}

async fn stops_in_order(signal: Signal) {
    let home = Home::new();
    let mut program = home.serve().await;
    let answered = stop_among_senders(&home, &mut program, signal).await;
    let ended = program.ended().await;
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    assert!(ended.sentence().contains("stopped"), "{ended:?}");

    // What was answered is what is there: nothing was taken and not answered, either.
    let log = home.ok(&["log", "show", "--after", "0", "--limit", "10000", "--json"]).await;
    let kept: BTreeSet<i64> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["queue_id"].as_i64().unwrap())
        .collect();
    assert_eq!(kept, answered);

    let again = home.serve().await;
    assert_eq!(again.stop().await.code(), Some(0));
}

#[tokio::test]
async fn a_peer_that_does_not_read_does_not_keep_the_server_from_stopping() {
    let home = Home::with("link.goodbye_timeout_ms = 200");
    let mut program = home.serve().await;
    let stuck = fill(&home, &program).await;
    let (_, token) = home.user("other").await;
    let (mut ear, mut mouth) = raw::connect(program.tcp).await.unwrap();
    raw::log_in(&mut ear, &mut mouth, &token, "phone", None).await.unwrap();
    program.signal(Signal::TERM);
    assert_eq!(hear_out(ear).await.1, Some(CloseReason::Shutdown));
    let ended = program.ended().await;
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    drop(stuck);
}

#[tokio::test]
async fn asked_twice_it_ends_at_once() {
    let home = Home::with("link.goodbye_timeout_ms = 60000\nstop.drain_timeout_s = 3600");
    let mut program = home.serve().await;
    let stuck = fill(&home, &program).await;
    program.signal(Signal::TERM);
    program.logged("stopping").await;
    program.signal(Signal::TERM);
    let ended = program.ended().await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("nothing that was acknowledged is lost"), "{ended:?}");
    drop(stuck);
}

/// A link with more written to it than its socket takes, of a peer that reads nothing.
async fn fill(home: &Home, program: &Program) -> (Ear, raw::Mouth) {
    let (stuck_user, token) = home.user("stuck").await;
    let (mut ear, mut mouth) = raw::connect(program.tcp).await.unwrap();
    raw::log_in(&mut ear, &mut mouth, &token, "phone", None).await.unwrap();
    let (_, token) = home.user("writer").await;
    let mut writer = program.log_in(&token, "phone").await;
    // Sockets on loopback take some megabytes.
    let text = "x".repeat(60_000);
    for id in 0..200 {
        writer.send(stuck_user, &id.to_string(), &text).await;
    }
    (ear, mouth)
}

#[tokio::test]
async fn a_taken_port_is_named_and_the_exit_code_is_1() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (tcp, udp) = (taken.local_addr().unwrap(), datagrams.local_addr().unwrap());
    for (flag, address) in [("--tcp", tcp), ("--http", tcp), ("--tcp", udp)] {
        let ended = home.start(&[flag, &address.to_string()]).ended().await;
        assert_eq!(ended.code(), Some(1), "{ended:?}");
        assert!(ended.sentence().starts_with("longlink: cannot listen on "), "{ended:?}");
        assert!(ended.sentence().contains(&address.to_string()), "{ended:?}");
        assert_eq!(ended.stdout, "", "nothing is promised before it listens");
    }
    // And nothing is left behind that would be in the way.
    assert_eq!(home.serve().await.stop().await.code(), Some(0));
}
