use std::time::Duration;

use longlink::wire::{Code, Command};
use longlink_client::{AskError, Broken, Client, Event, Settings, pb};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{back_again, connected, disconnected, entry, is_noop, logged_in, next_entry, pipes, settings};

const MINUTE: Duration = Duration::from_secs(60);

/// The server completes the handshake, echoes one noop, and then keeps the connection open without another word: a
/// paused machine, or a network that swallows everything.
#[tokio::test(start_paused = true)]
async fn a_server_that_goes_silent_is_left_eight_seconds_after_a_noop() {
    let (_client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let begun = Instant::now();
    assert!(is_noop(&server.heard().await.unwrap()));
    assert_eq!(begun.elapsed().as_secs(), 60);
    server.echo_noop().await;
    assert!(is_noop(&server.heard().await.unwrap()));
    assert_eq!(begun.elapsed().as_secs(), 120);

    assert_eq!(disconnected(&mut events).await, Broken::Silent);
    assert_eq!(begun.elapsed().as_secs(), 128);
    pipes.accept().await.let_in(back_again()).await;
    connected(&mut events).await;
}

/// The server swallows everything, while the app writes more often than the heartbeat: what we say ourselves must not
/// pass for a sign of life.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_noticed_although_the_app_writes_all_day() {
    let (client, mut events, _server, _pipes) = logged_in(settings()).await;
    let begun = Instant::now();
    let writing = async {
        loop {
            let _ = client.send(3, "anybody there?");
            sleep(Duration::from_secs(1)).await;
        }
    };
    let why = tokio::select! {
        why = disconnected(&mut events) => why,
        () = writing => unreachable!("it writes all day"),
    };
    assert_eq!(why, Broken::TimedOut(Command::Send));
    assert!(begun.elapsed() <= settings().request_timeout + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn one_unanswered_question_breaks_the_link_and_its_asker_knows_why() {
    let (client, mut events, mut server, _pipes) = logged_in(settings()).await;
    let later = async {
        sleep(Duration::from_secs(5)).await;
        client.groups().await
    };
    let (first, second) = tokio::join!(client.read_marks(3), later);
    assert_eq!(first, Err(AskError::TimedOut));
    assert_eq!(second, Err(AskError::Disconnected));
    assert_eq!(disconnected(&mut events).await, Broken::TimedOut(Command::ReadMarks));
    server.asked::<pb::ReadMarksRequest>().await;
    server.asked::<pb::GroupListRequest>().await;
    assert!(server.heard().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_hello_is_left() {
    let (pipe, mut pipes) = pipes();
    let (_client, mut events) = Client::connect_with(pipe, settings());
    let begun = Instant::now();
    let silent = pipes.accept().await;
    assert_eq!(disconnected(&mut events).await, Broken::TimedOut(Command::Hello));
    assert_eq!(begun.elapsed().as_secs(), 10);
    drop(silent);
}

/// The app takes no event for an hour. The server can push no more than what fits on the way; the link is kept alive,
/// nothing is lost, and nobody is blamed.
#[tokio::test(start_paused = true)]
async fn an_app_that_takes_nothing_stops_the_reading_and_loses_nothing() {
    let (client, mut events, mut server, _pipes) = logged_in(Settings { events_max: 2, ..settings() }).await;
    let total = 400;
    let story = async {
        // The pipe takes 64 KiB, the client's buffers less than that: most of it finds no room.
        let big = |queue_id| pb::Entry { content: vec![b'x'; 1000].into(), ..entry(queue_id) };
        for queue_id in 11..11 + total {
            if timeout(MINUTE * 3, server.push([big(queue_id)])).await.is_err() {
                return (queue_id, server);
            }
        }
        panic!("the client read on although nobody took what it read");
    };
    let (stuck_at, mut server) = story.await;
    assert!(stuck_at < 11 + 200, "stuck at {stuck_at}");
    let sending = client.send(3, "hello").unwrap();
    sleep(MINUTE * 60).await;
    assert!(client.is_connected(), "a busy app is no reason to leave");
    let mut noops = 0;
    let mut send_seq = None;
    while noops < 60 {
        let frame = server.heard().await.unwrap();
        if is_noop(&frame) {
            noops += 1;
        } else {
            assert_eq!(frame.cmd_id, Command::Send as u32);
            assert_eq!(send_seq.replace(frame.seq), None);
        }
    }
    // An asker that does not take events itself gets an answer all the same, and the link stays.
    assert_eq!(client.groups().await, Err(AskError::TimedOut));
    assert!(client.is_connected());

    // The frame that was cut off while it found no room is still whole in the server's buffer.
    let story = async {
        for queue_id in stuck_at + 1..11 + total {
            server.push([entry(queue_id)]).await;
        }
        // The server may take its time as always, from when it is read again.
        sleep(Duration::from_secs(5)).await;
        server.say(Command::Send, send_seq.unwrap(), pb::SendReply { queue_id: 999, ..Default::default() }).await;
        server
    };
    let taking = async {
        for queue_id in 11..11 + total {
            assert_eq!(next_entry(&mut events).await.queue_id, queue_id);
        }
    };
    let (_server, ()) = tokio::join!(story, taking);
    assert_eq!(sending.await.unwrap().queue_id, 999, "an answer that we did not read is not late");
    assert!(client.is_connected());
}

#[tokio::test(start_paused = true)]
async fn the_pauses_between_attempts_stay_within_their_bounds() {
    let (pipe, mut pipes) = pipes();
    let bounds = Settings { pause_min: Duration::from_secs(1), pause_max: Duration::from_secs(8), ..settings() };
    let (_client, mut events) = Client::connect_with(pipe, bounds);
    let mut paused = Duration::ZERO;
    for bound_s in [1, 2, 4].into_iter().chain([8; 37]) {
        let refusal = pb::HelloReply { code: Code::Internal.into(), ..Default::default() };
        pipes.accept().await.let_in(refusal).await;
        let begun = Instant::now();
        let Some(Event::Disconnected { retry_in, .. }) = events.recv().await else {
            panic!("not disconnected");
        };
        assert!(retry_in <= Duration::from_secs(bound_s), "{retry_in:?} is more than {bound_s} s");
        pipes.dialled().await;
        assert!(begun.elapsed() >= retry_in);
        paused += retry_in;
    }
    // 40 pauses, each a random part of its bound: 155 s on average, and 40 s at most if they did not grow.
    assert!(paused > Duration::from_secs(60), "{paused:?} in all");
}

/// The machine has slept, and the link is dead without a word: the app need not wait for the next heartbeat to learn it.
#[tokio::test(start_paused = true)]
async fn who_is_told_to_hurry_finds_a_dead_link_within_eight_seconds() {
    let (client, mut events, mut server, _pipes) = logged_in(settings()).await;
    let begun = Instant::now();
    client.reconnect_now().await;
    assert!(is_noop(&server.heard().await.unwrap()));
    assert_eq!(disconnected(&mut events).await, Broken::Silent);
    assert_eq!(begun.elapsed().as_secs(), 8);
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_hurry_and_has_a_good_link_keeps_it() {
    let (client, mut events, mut server, _pipes) = logged_in(settings()).await;
    client.reconnect_now().await;
    assert!(is_noop(&server.heard().await.unwrap()));
    server.echo_noop().await;
    sleep(Duration::from_secs(20)).await;
    server.push([entry(11)]).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 11);
}

/// The network was away for so long that the pauses have become very long ones. When it is back, nobody waits for their end.
#[tokio::test(start_paused = true)]
async fn who_is_told_to_hurry_does_not_wait_for_the_end_of_the_pause() {
    const LONG: Duration = Duration::from_secs(24 * 3600);
    let settings = Settings { pause_min: LONG, pause_max: LONG, ..settings() };
    let (client, mut events, server, mut pipes) = logged_in(settings).await;
    // Said while there is a link, it does not shorten the pause behind it.
    client.reconnect_now().await;
    drop(server);
    disconnected(&mut events).await;
    let begun = Instant::now();
    assert!(timeout(Duration::from_millis(1), pipes.dialled()).await.is_err(), "it waits");
    client.reconnect_now().await;
    pipes.accept().await.let_in(back_again()).await;
    connected(&mut events).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}
