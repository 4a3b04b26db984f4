use longlink::wire::{Code, Command};
use longlink_client::{Settings, pb};
use tokio::time::{Duration, Instant};

use crate::support::{back_again, connected, disconnected, entry, logged_in, next_entry, settings};

fn telling() -> Settings {
    Settings { tell_delivered: true, ..settings() }
}

#[tokio::test(start_paused = true)]
async fn what_the_app_has_taken_is_told_merged_and_once_a_second() {
    let (_client, mut events, mut server, _pipes) = logged_in(telling()).await;
    server.push([entry(11), entry(12), entry(13)]).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 11);
    let (seq, told) = server.asked::<pb::MarkDeliveredRequest>().await;
    assert_eq!(told.up_to, 11, "only what the app has");
    let told_at = Instant::now();
    server.say(Command::MarkDelivered, seq, pb::MarkDeliveredReply::default()).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 12);
    assert_eq!(next_entry(&mut events).await.queue_id, 13);
    let (_, told) = server.asked::<pb::MarkDeliveredRequest>().await;
    assert_eq!(told.up_to, 13);
    assert!(told_at.elapsed() >= Duration::from_secs(1), "{:?}", told_at.elapsed());
}

#[tokio::test(start_paused = true)]
async fn after_a_reconnect_hello_has_told_it() {
    let (client, mut events, mut server, mut pipes) = logged_in(telling()).await;
    server.push([entry(11)]).await;
    next_entry(&mut events).await;
    assert_eq!(server.asked::<pb::MarkDeliveredRequest>().await.1.up_to, 11);
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    assert_eq!(server.let_in(back_again()).await.resume.unwrap().cursor, 11);
    connected(&mut events).await;
    // Nothing is said about it again, so the next word is this.
    let (typed, ()) = tokio::join!(client.typing(3), async {
        let (seq, _) = server.asked::<pb::TypingRequest>().await;
        server.say(Command::Typing, seq, pb::TypingReply::default()).await;
    });
    typed.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_of_before_is_told_once_and_then_no_more() {
    let (client, mut events, mut server, _pipes) = logged_in(telling()).await;
    server.push([entry(11)]).await;
    next_entry(&mut events).await;
    let (seq, _) = server.asked::<pb::MarkDeliveredRequest>().await;
    let refusal = pb::Refusal { code: Code::UnknownCommand.into(), message: "no".into() };
    server.say(Command::MarkDelivered, seq, refusal).await;
    server.push([entry(12)]).await;
    next_entry(&mut events).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (typed, ()) = tokio::join!(client.typing(3), async {
        let (seq, _) = server.asked::<pb::TypingRequest>().await;
        server.say(Command::Typing, seq, pb::TypingReply::default()).await;
    });
    typed.unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_a_new_log_nothing_is_told_that_was_taken_of_the_old_one() {
    let (_client, mut events, mut server, mut pipes) = logged_in(telling()).await;
    server.push([entry(500)]).await;
    next_entry(&mut events).await;
    assert_eq!(server.asked::<pb::MarkDeliveredRequest>().await.1.up_to, 500);
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    let another =
        pb::HelloReply { epoch: "second".into(), resumed: pb::ResumeOutcome::StartOver.into(), ..back_again() };
    server.let_in(another).await;
    server.push([entry(1)]).await;
    // The app has not even heard yet that there is another log.
    assert!(matches!(events.recv().await, Some(longlink_client::Event::StartOver { .. })));
    connected(&mut events).await;
    next_entry(&mut events).await;
    assert_eq!(server.asked::<pb::MarkDeliveredRequest>().await.1.up_to, 1);
}
