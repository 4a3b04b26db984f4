//! How much may come from one address and from one user. Over pipes, in a time that stands still, where time counts.

use longlink::link::tcp::TcpTransport;
use longlink::metrics::Limit;
use longlink::proxy::{Networks, Settings, parse_network};
use longlink::wire::{CloseReason, Code, Command, pb};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;

use crate::support::groups::{creation, invite};
use crate::support::http::read_answer;
use crate::support::{Peer, World, pass, text_to};

/// Comes from an address; `None`: there is no place.
fn come(world: &World, address: &str) -> Option<Peer<DuplexStream>> {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let address: std::net::IpAddr = address.parse().unwrap();
    world.server.connect(TcpTransport::new(theirs), address.into())?;
    Some(Peer::over(ours))
}

fn count(world: &World, limit: Limit) -> u64 {
    world.server.metrics().limited_count(limit)
}

#[tokio::test(start_paused = true)]
async fn connections_of_one_address_come_no_faster_than_they_may() {
    let world = World::with(|plan| {
        plan.bounds.links_per_address_max = 3;
        plan.bounds.connects_per_address_per_s = 2;
    })
    .await;
    // As many as there may be at once, and then two a second.
    let came = async |address: &str| {
        let mut peer = come(&world, address)?;
        peer.noop().await;
        drop(peer);
        while world.server.links().count() > 0 {
            tokio::task::yield_now().await;
        }
        Some(())
    };
    for _ in 0..3 {
        assert!(came("192.0.2.1").await.is_some());
    }
    assert!(came("192.0.2.1").await.is_none());
    assert!(came("192.0.2.2").await.is_some(), "another one's are their own");
    pass(500).await;
    assert!(came("192.0.2.1").await.is_some());
    assert!(came("192.0.2.1").await.is_none());
    assert_eq!(count(&world, Limit::ConnectsOfAddress), 2);
    assert_eq!(world.server.metrics().connections_refused.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_strangers_of_one_address_crowd_out_one_another_and_nobody_else() {
    let world = World::with(|plan| plan.bounds.strangers_per_address_max = 2).await;
    let (_, token) = world.user("anna").await;
    let mut other = come(&world, "192.0.2.2").unwrap();
    pass(60_000).await;
    let mut known = come(&world, "192.0.2.1").unwrap();
    known.hello(&token, "phone", None).await;
    let mut first = come(&world, "192.0.2.1").unwrap();
    pass(60_000).await;
    let mut second = come(&world, "192.0.2.1").unwrap();
    second.noop().await;
    pass(60_000).await;
    let mut third = come(&world, "192.0.2.1").unwrap();
    third.noop().await;
    assert_eq!(first.closed().await, Some(CloseReason::Crowded), "the one that was silent for longest");
    for link in [&mut other, &mut known, &mut second, &mut third] {
        link.noop().await;
    }
    // Who logs in is no stranger any more, and leaves room for one.
    second.hello(&token, "desk", None).await;
    let mut fourth = come(&world, "192.0.2.1").unwrap();
    fourth.noop().await;
    third.noop().await;
}

#[tokio::test]
async fn an_address_has_only_so_many_http_connections_but_for_a_proxy_that_asks_for_others() {
    let request = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    let ask = async |world: &World| {
        let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
        stream.write_all(request).await.unwrap();
        stream
    };
    let world = World::with(|plan| plan.bounds.web_per_address_max = 1).await;
    let mut first = ask(&world).await;
    assert_eq!(read_answer(&mut first).await.status, 200);
    let mut said = Vec::new();
    let _ = ask(&world).await.read_to_end(&mut said).await;
    assert_eq!((said, count(&world, Limit::HttpConnectionsOfAddress)), (vec![], 1));
    drop(first);
    let mut said = Vec::new();
    while said.is_empty() {
        let mut next = TcpStream::connect(world.server.http()).await.unwrap();
        next.write_all(b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.unwrap();
        let _ = next.read_to_end(&mut said).await;
    }

    let world = World::with(|plan| {
        plan.bounds.web_per_address_max = 1;
        let forwarded_from = Networks::new(vec![parse_network("127.0.0.1").unwrap()]);
        plan.proxies = Settings { forwarded_from, ..Settings::default() };
    })
    .await;
    let mut all = Vec::new();
    for _ in 0..3 {
        let mut stream = ask(&world).await;
        assert_eq!(read_answer(&mut stream).await.status, 200);
        all.push(stream);
    }
}

/// Sends to oneself until it is refused; how many were kept, and the refusal's words.
async fn send_on(peer: &mut Peer<DuplexStream>, id: &mut u32, text: &str) -> (usize, String) {
    let mut kept = 0;
    loop {
        *id += 1;
        let user = peer.user;
        let reply: pb::SendReply = peer.call(Command::Send, &text_to(user, &id.to_string(), text)).await;
        if reply.code() == Code::RateLimited {
            return (kept, reply.message);
        }
        assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
        kept += 1;
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_sends_so_many_at_once_and_then_so_many_a_second_over_all_links() {
    let world = World::with(|plan| plan.chat.of_user.sends_per_second = 3).await;
    let (_, token) = world.user("anna").await;
    let (mut phone, mut desk) = (world.piped().await, world.piped().await);
    phone.hello(&token, "phone", None).await;
    desk.hello(&token, "desk", None).await;
    let mut id = 0;
    let (kept, words) = send_on(&mut phone, &mut id, "x").await;
    assert_eq!(kept, 30);
    assert!(words.contains("the next is possible in 334 ms"), "{words}");
    assert_eq!(send_on(&mut desk, &mut id, "x").await.0, 0, "another device is no way round");
    // Nor is changing what was sent.
    let edit = pb::EditRequest {
        peer: phone.user,
        queue_id: 1,
        client_msg_id: "edit".into(),
        content_type: 1,
        content: "y".into(),
    };
    assert_eq!(phone.code(Command::Edit, &edit).await, Code::RateLimited);
    pass(1_000).await;
    assert_eq!(send_on(&mut desk, &mut id, "x").await.0, 2, "at a rate that is never exceeded");
    assert!(count(&world, Limit::SendsPerSecond) >= 4);
    let mut bob = world.piped_in("bob").await;
    assert_eq!(send_on(&mut bob, &mut id, "x").await.0, 30, "others' are their own");
}

#[tokio::test(start_paused = true)]
async fn a_user_sends_so_many_messages_and_so_many_bytes_a_day() {
    let world = World::with(|plan| {
        plan.chat.of_user.sends_per_day = 48;
        plan.chat.of_user.bytes_per_day = 1_000;
    })
    .await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let mut id = 0;
    assert_eq!(send_on(&mut anna, &mut id, "x").await.0, 48);
    assert_eq!(send_on(&mut bob, &mut id, &"x".repeat(300)).await.0, 3);
    assert_eq!((count(&world, Limit::SendsPerDay), count(&world, Limit::BytesPerDay)), (1, 1));
    let hour = async || {
        for _ in 0..6 {
            pass(600_000).await;
        }
    };
    // Nobody is heard meanwhile: an hour is longer than a link may be silent.
    drop((anna, bob));
    hour().await;
    let (mut anna, mut bob) = (world.piped().await, world.piped().await);
    let token = |name| world.server.chat().make_token(name).unwrap().0;
    anna.hello(&token("anna"), "device", None).await;
    bob.hello(&token("bob"), "device", None).await;
    assert_eq!(send_on(&mut anna, &mut id, "x").await.0, 2, "a day's share of an hour");
    assert_eq!(send_on(&mut bob, &mut id, &"x".repeat(100)).await.0, 1, "what was left of it, and an hour's share");
    let long = text_to(bob.user, "too long for a day", &"x".repeat(1_001));
    assert_eq!(bob.code(Command::Send, &long).await, Code::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn a_user_makes_so_many_groups_a_day_and_is_in_so_many() {
    let world = World::with(|plan| {
        plan.chat.of_user.groups_max = 3;
        plan.chat.of_user.groups_made_per_day = 4;
    })
    .await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let mut made = Vec::new();
    for id in ["1", "2", "3"] {
        let reply: pb::GroupCreateReply = anna.call(Command::GroupCreate, &creation(id, &[])).await;
        assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
        made.push(reply.group);
    }
    // A retry is no new one, though there would be no room for it.
    let again: pb::GroupCreateReply = anna.call(Command::GroupCreate, &creation("3", &[])).await;
    assert_eq!((again.code(), again.group), (Code::Ok, made[2]));
    assert_eq!(anna.code(Command::GroupCreate, &creation("4", &[])).await, Code::RateLimited);
    assert_eq!(bob.code(Command::GroupCreate, &creation("5", &[anna.user])).await, Code::TooLarge);
    let reply: pb::GroupCreateReply = bob.call(Command::GroupCreate, &creation("6", &[])).await;
    assert_eq!(invite(&mut bob, reply.group, &[anna.user]).await, Code::TooLarge);
    assert_eq!((count(&world, Limit::GroupsMade), count(&world, Limit::Groups)), (1, 3));
    // Who leaves one has room for another.
    assert_eq!(crate::support::groups::leave(&mut anna, made[0]).await, Code::Ok);
    assert_eq!(invite(&mut bob, reply.group, &[anna.user]).await, Code::Ok);
}

#[tokio::test]
async fn a_content_that_is_too_long_is_refused_and_the_longest_is_not() {
    let world = World::with(|plan| plan.chat.content_bytes_max = 1_000).await;
    let mut anna = world.logged_in("anna").await;
    let text = |id, length| text_to(1, id, &"x".repeat(length));
    assert_eq!(anna.code(Command::Send, &text("1", 1_001)).await, Code::TooLarge);
    assert_eq!(anna.code(Command::Send, &text("2", 1_000)).await, Code::Ok);
}
