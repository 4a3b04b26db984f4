use longlink::wire::Command;
use longlink_client::{Event, Resume, pb};

use crate::support::{back_again, connected, disconnected, entry, logged_in, next_entry, own_entry, settings};

#[tokio::test]
async fn what_is_pushed_twice_is_taken_once() {
    let (_client, mut events, mut server, _pipes) = logged_in(settings()).await;
    server.push([entry(9), entry(11), entry(11), entry(12)]).await;
    server.push([entry(11), entry(12), entry(14)]).await;
    for queue_id in [11, 12, 14] {
        assert_eq!(next_entry(&mut events).await, entry(queue_id));
        assert_eq!(events.resume(), Some(&Resume { epoch: "first".into(), cursor: queue_id }));
    }
}

#[tokio::test(start_paused = true)]
async fn an_own_entry_known_from_its_answer_is_not_given_again_after_a_reconnect() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let sending = client.send(3, "hello").unwrap();
    let id = sending.client_msg_id().to_owned();
    server.keep(11).await;
    assert_eq!(sending.await.unwrap().queue_id, 11);
    drop(server);
    disconnected(&mut events).await;

    let mut server = pipes.accept().await;
    let hello = server.let_in(back_again()).await;
    assert_eq!(hello.resume.unwrap().cursor, 10, "an answer does not move the cursor");
    server.push([own_entry(11, &id), entry(12)]).await;
    connected(&mut events).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 12);
}

#[tokio::test(start_paused = true)]
async fn an_own_entry_moves_the_place_to_resume_at_although_it_is_not_given() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let sending = client.send(3, "hello").unwrap();
    let id = sending.client_msg_id().to_owned();
    server.keep(11).await;
    sending.await.unwrap();
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    server.let_in(back_again()).await;
    connected(&mut events).await;
    server.push([own_entry(11, &id)]).await;
    server.say(Command::PushTyping, 0, pb::TypingPush { user: 3, peer: 3 }).await;
    assert!(matches!(events.recv().await, Some(Event::Typing(_))));
    assert_eq!(events.resume().unwrap().cursor, 11);
}

#[tokio::test(start_paused = true)]
async fn an_own_entry_whose_answer_was_lost_is_given_and_can_be_told_by_its_name() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let sending = client.send(3, "hello").unwrap();
    let (_, request) = server.asked::<pb::SendRequest>().await;
    assert_eq!(request.client_msg_id, sending.client_msg_id());
    drop(server);
    disconnected(&mut events).await;

    let mut server = pipes.accept().await;
    server.let_in(back_again()).await;
    connected(&mut events).await;
    server.push([own_entry(11, &request.client_msg_id)]).await;
    assert_eq!(next_entry(&mut events).await.client_msg_id, sending.client_msg_id());
    let (seq, again) = server.asked::<pb::SendRequest>().await;
    assert_eq!(again, request);
    server.say(Command::Send, seq, pb::SendReply { queue_id: 11, duplicate: true, ..Default::default() }).await;
    let kept = sending.await.unwrap();
    assert_eq!((kept.queue_id, kept.duplicate), (11, true));
}

#[tokio::test]
async fn receipts_and_typing_come_in_order_with_entries() {
    let (_client, mut events, mut server, _pipes) = logged_in(settings()).await;
    let receipt = pb::ReceiptPush { reader: 3, peer: 3, up_to: 9, delivered_up_to: 0 };
    let typing = pb::TypingPush { user: 3, peer: 3 };
    server.say(Command::PushTyping, 0, typing).await;
    server.push([entry(11)]).await;
    server.say(Command::PushReceipt, 0, receipt).await;
    assert!(matches!(events.recv().await, Some(Event::Typing(push)) if push == typing));
    assert_eq!(next_entry(&mut events).await.queue_id, 11);
    assert!(matches!(events.recv().await, Some(Event::Receipt(push)) if push == receipt));
}

#[tokio::test]
async fn what_changes_among_people_and_conversations_is_told() {
    let (_client, mut events, mut server, _pipes) = logged_in(settings()).await;
    let presence =
        pb::PresencePush { states: vec![pb::Presence { user: 3, online: true, ..Default::default() }], epoch: 5 };
    let contact = pb::Contact { state: pb::ContactState::Asks.into(), greeting: "hi".into(), ..Default::default() };
    let muted = pb::ConversationSettings { pinned: false, muted: true };
    let conversation = pb::ConversationPush { peer: -4, settings: Some(muted) };
    let request = pb::GroupRequestPush { group: -4, request: Some(pb::GroupRequest::default()) };
    server.say(Command::PushPresence, 0, presence.clone()).await;
    server.say(Command::PushContact, 0, pb::ContactPush { contact: Some(contact.clone()) }).await;
    server.say(Command::PushConversation, 0, conversation).await;
    server.say(Command::PushGroupRequest, 0, request.clone()).await;
    assert!(matches!(events.recv().await, Some(Event::Presence(push)) if push == presence));
    assert!(matches!(events.recv().await, Some(Event::Contact(told)) if told == contact));
    assert!(matches!(events.recv().await, Some(Event::Conversation(push)) if push == conversation));
    assert!(matches!(events.recv().await, Some(Event::GroupRequest(push)) if push == request));
}

#[tokio::test(start_paused = true)]
async fn what_the_log_does_not_keep_any_more_shows_as_a_gap() {
    let (_client, mut events, server, mut pipes) = logged_in(settings()).await;
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    server.let_in(pb::HelloReply { kept_from: 11, ..back_again() }).await;
    let back = connected(&mut events).await;
    assert_eq!((back.cursor, back.kept_from, back.has_gap()), (10, 11, false));
    drop(server);
    disconnected(&mut events).await;
    pipes.accept().await.let_in(pb::HelloReply { kept_from: 12, ..back_again() }).await;
    assert!(connected(&mut events).await.has_gap());
}

#[tokio::test(start_paused = true)]
async fn what_the_app_has_read_by_sync_is_not_given_again() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let (page, ()) = tokio::join!(client.sync(10, 100), async {
        let (seq, request) = server.asked::<pb::SyncRequest>().await;
        assert_eq!((request.after, request.limit), (10, 100));
        let reply = pb::SyncReply { entries: vec![entry(11), entry(12)], cursor: 15, ..Default::default() };
        server.say(Command::Sync, seq, reply).await;
    });
    client.taken(page.unwrap().cursor).await;
    // Asked after it, so answered after it was heard.
    let (typed, ()) = tokio::join!(client.typing(3), async {
        let (seq, _) = server.asked::<pb::TypingRequest>().await;
        server.push([entry(12), entry(15), entry(16)]).await;
        server.say(Command::Typing, seq, pb::TypingReply::default()).await;
    });
    typed.unwrap();
    assert_eq!(next_entry(&mut events).await.queue_id, 16);
    drop(server);
    disconnected(&mut events).await;
    assert_eq!(pipes.accept().await.let_in(back_again()).await.resume.unwrap().cursor, 16);
}

#[tokio::test]
async fn a_client_whose_events_nobody_wants_goes_on_sending() {
    let (client, events, mut server, _pipes) =
        logged_in(longlink_client::Settings { events_max: 1, ..settings() }).await;
    drop(events);
    server.push((11..100).map(entry)).await;
    let sending = client.send(3, "hello").unwrap();
    server.keep(100).await;
    assert_eq!(sending.await.unwrap().queue_id, 100);
}
