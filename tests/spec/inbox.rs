//! Entries, inbox and reader (E1 to E12).

use longlink::wire::Command;
use longlink::wire::pb::{self, ResumeOutcome};

use crate::support::{TODAY_MS, World, pass, text_to};

// E5, E11, L8.
#[tokio::test]
async fn a_message_reaches_the_peer_and_the_senders_other_device_but_not_the_link_it_came_from() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut phone = world.stranger().await;
    phone.hello(&token, "phone", None).await;
    let mut desk = world.stranger().await;
    desk.hello(&token, "desk", None).await;
    let mut bob = world.logged_in("bob").await;

    let sent = phone.send(bob.user, "1", "hello").await;
    let expected = pb::Entry {
        queue_id: sent.queue_id,
        from: anna,
        to: bob.user,
        client_msg_id: "1".into(),
        content_type: pb::ContentType::Text as u32,
        content: "hello".into(),
        sent_at_ms: sent.sent_at_ms,
        ..Default::default()
    };
    assert_eq!((sent.queue_id, sent.duplicate), (1, false));
    for peer in [&mut bob, &mut desk] {
        assert_eq!(peer.entries(1).await[0], expected);
    }
    phone.nothing_pushed().await;
}

// E1: the server's clock, and one order for all.
#[tokio::test(start_paused = true)]
async fn an_entry_has_the_servers_time_and_the_next_place() {
    let world = World::new().await;
    let mut anna = world.piped_in("anna").await;
    pass(1_234).await;
    let one = anna.send(anna.user, "1", "hi").await;
    pass(10).await;
    let other = anna.send(anna.user, "2", "hi").await;
    assert!((TODAY_MS + 1_234..TODAY_MS + 1_300).contains(&one.sent_at_ms));
    assert_eq!((other.queue_id, other.sent_at_ms), (2, one.sent_at_ms + 10));
}

// E5: also an entry that one wrote to oneself, once.
#[tokio::test]
async fn what_one_writes_to_oneself_comes_once() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    let epoch = phone.hello(&token, "phone", None).await.epoch;
    desk.hello(&token, "desk", None).await;
    phone.send(anna, "1", "a note").await;
    assert_eq!(desk.places(1).await, [1]);
    desk.nothing_pushed().await;
    let mut later = world.stranger().await;
    later.hello(&token, "later", Some((&epoch, 0))).await;
    assert_eq!(later.places(1).await, [1]);
    later.nothing_pushed().await;
}

// E5, P8.
#[tokio::test]
async fn nobody_sees_what_others_write_to_one_another() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let (_, token) = world.user("eve").await;
    let mut eve = world.stranger().await;
    let epoch = eve.hello(&token, "phone", None).await.epoch;
    anna.send(bob.user, "1", "secret").await;
    bob.send(anna.user, "1", "more of it").await;
    assert_eq!(bob.places(1).await, [1]);
    eve.nothing_pushed().await;
    let synced: pb::SyncReply = eve.call(Command::Sync, &pb::SyncRequest::default()).await;
    assert_eq!((synced.entries.len(), synced.cursor, synced.more), (0, 2, false));
    for peer in [anna.user, bob.user, 0] {
        let history: pb::HistoryReply =
            eve.call(Command::History, &pb::HistoryRequest { peer, ..Default::default() }).await;
        assert_eq!(history.entries, []);
    }
    let mut again = world.stranger().await;
    again.hello(&token, "phone", Some((&epoch, 0))).await;
    again.nothing_pushed().await;
}

// E6, E8.
#[tokio::test]
async fn who_comes_back_with_a_cursor_gets_what_was_missed_once_and_in_order() {
    let world = World::new().await;
    let (bob, token) = world.user("bob").await;
    let mut anna = world.logged_in("anna").await;
    let mut peer = world.stranger().await;
    let epoch = peer.hello(&token, "phone", None).await.epoch;
    anna.send(bob, "1", "one").await;
    assert_eq!(peer.places(1).await, [1]);
    drop(peer);
    for id in 2..=300 {
        anna.send(bob, &id.to_string(), "more").await;
    }
    let mut peer = world.stranger().await;
    let reply = peer.hello(&token, "phone", Some((&epoch, 1))).await;
    assert_eq!((reply.resumed(), reply.head), (ResumeOutcome::Continued, 300));
    anna.send(bob, "301", "live").await;
    assert_eq!(peer.places(300).await, (2..=301).collect::<Vec<_>>());
    peer.nothing_pushed().await;
}

// E8, E9.
#[tokio::test]
async fn a_cursor_of_another_log_or_from_the_future_starts_over() {
    let world = World::new().await;
    let (bob, token) = world.user("bob").await;
    let mut anna = world.logged_in("anna").await;
    let mut peer = world.stranger().await;
    let epoch = peer.hello(&token, "phone", None).await.epoch;
    for id in 1..=3 {
        anna.send(bob, &id.to_string(), "hi").await;
    }
    for (epoch, cursor) in [(&*epoch, 4), (&*epoch, i64::MAX), ("another", 2), ("", 0), ("", 3)] {
        let mut peer = world.stranger().await;
        let reply = peer.hello(&token, "desk", Some((epoch, cursor))).await;
        assert_eq!((reply.resumed(), reply.head), (ResumeOutcome::StartOver, 3), "{epoch:?} {cursor}");
        assert_eq!(peer.places(3).await, [1, 2, 3]);
        peer.nothing_pushed().await;
    }
    for (cursor, missed) in [(3, vec![]), (2, vec![3]), (0, vec![1, 2, 3]), (-7, vec![1, 2, 3])] {
        let mut peer = world.stranger().await;
        let reply = peer.hello(&token, "desk", Some((&epoch, cursor))).await;
        assert_eq!(reply.resumed(), ResumeOutcome::Continued, "{cursor}");
        assert_eq!(peer.places(missed.len()).await, missed);
        peer.nothing_pushed().await;
    }
}

// E8.
#[tokio::test]
async fn without_a_cursor_only_what_comes_from_now_on_is_pushed() {
    let world = World::new().await;
    let (bob, token) = world.user("bob").await;
    let mut anna = world.logged_in("anna").await;
    anna.send(bob, "1", "before").await;
    let mut peer = world.stranger().await;
    let reply = peer.hello(&token, "phone", None).await;
    assert_eq!((reply.resumed(), reply.head), (ResumeOutcome::Live, 1));
    peer.nothing_pushed().await;
    anna.send(bob, "2", "after").await;
    assert_eq!(peer.places(1).await, [2]);
}

// Limits, N5, E4.
#[tokio::test]
async fn what_may_not_be_written_is_refused_with_a_code_and_is_not_in_the_log() {
    use longlink::wire::Code;
    let world = World::with(|plan| plan.chat.content_bytes_max = 1_000).await;
    let mut anna = world.logged_in("anna").await;
    let good = text_to(anna.user, "good", "hi");
    let with = |change: fn(&mut pb::SendRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let refused = [
        (with(|send| send.to = 99), Code::NotFound),
        (with(|send| send.to = -99), Code::NotFound),
        (with(|send| send.to = i64::MIN), Code::BadRequest),
        (with(|send| send.client_msg_id = String::new()), Code::BadRequest),
        (with(|send| send.client_msg_id = "x".repeat(65)), Code::BadRequest),
        (with(|send| send.content = vec![b'x'; 1_001].into()), Code::TooLarge),
        (with(|send| send.content = vec![0xFF].into()), Code::BadRequest),
        (with(|send| send.content_type = 100), Code::NotAllowed),
        (with(|send| send.content_type = 199), Code::NotAllowed),
    ];
    for (request, code) in refused {
        assert_eq!(anna.code(Command::Send, &request).await, code, "{request:?}");
    }
    let taken = [
        with(|send| send.client_msg_id = "ü".repeat(32)),
        with(|send| (send.client_msg_id, send.content) = ("2".into(), vec![b'x'; 1_000].into())),
        with(|send| (send.client_msg_id, send.content) = ("3".into(), vec![].into())),
        with(|send| (send.client_msg_id, send.content_type, send.content) = ("4".into(), 1000, vec![0xFF].into())),
        with(|send| (send.client_msg_id, send.content_type) = ("5".into(), u32::MAX)),
        with(|send| (send.client_msg_id, send.content_type) = ("6".into(), 0)),
    ];
    for (place, request) in (1..).zip(taken) {
        let reply: pb::SendReply = anna.call(Command::Send, &request).await;
        assert_eq!((reply.code(), reply.queue_id), (Code::Ok, place), "{request:?}");
    }
    let synced: pb::SyncReply = anna.call(Command::Sync, &pb::SyncRequest::default()).await;
    assert_eq!(synced.entries.len(), 6);
    assert_eq!((synced.entries[3].content_type, &synced.entries[3].content[..]), (1000, &[0xFF][..]));
}
