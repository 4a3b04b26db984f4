use longlink::wire::{Code, Command};
use longlink_client::{AskError, SendError, Settings, pb};
use tokio::time::Instant;

use crate::support::{back_again, connected, disconnected, logged_in, settings};

fn refusal(code: Code) -> pb::SendReply {
    pb::SendReply { code: code.into(), message: "no".into(), ..Default::default() }
}

#[tokio::test]
async fn answers_may_come_in_any_order() {
    let (client, _events, mut server, _pipes) = logged_in(settings()).await;
    let first = client.send(3, "first").unwrap();
    let second = client.send(3, "second").unwrap();
    let (first_seq, request) = server.asked::<pb::SendRequest>().await;
    assert_eq!((request.to, &request.content[..], request.content_type), (3, &b"first"[..], 1));
    let (second_seq, request) = server.asked::<pb::SendRequest>().await;
    assert_eq!(&request.content[..], b"second");
    server.say(Command::Send, second_seq, pb::SendReply { queue_id: 12, ..Default::default() }).await;
    server.say(Command::Send, first_seq, pb::SendReply { queue_id: 11, ..Default::default() }).await;
    assert_eq!(second.await.unwrap().queue_id, 12);
    assert_eq!(first.await.unwrap().queue_id, 11);
}

#[tokio::test(start_paused = true)]
async fn unanswered_sends_go_out_again_in_order_under_their_own_names() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let sendings: Vec<_> = (0..5).map(|n| client.send(3, n.to_string()).unwrap()).collect();
    server.keep(11).await;
    server.asked::<pb::SendRequest>().await;
    drop(server);
    disconnected(&mut events).await;
    let late = client.send(3, "5").unwrap();

    let mut server = pipes.accept().await;
    server.let_in(back_again()).await;
    connected(&mut events).await;
    let mut names = Vec::new();
    for queue_id in 12..17 {
        let request = server.keep(queue_id).await;
        assert_eq!(request.content, (queue_id - 11).to_string());
        names.push(request.client_msg_id);
    }
    let expected = sendings.iter().skip(1).chain([&late]).map(|sending| sending.client_msg_id().to_owned());
    assert_eq!(names, expected.collect::<Vec<_>>());
    for (sending, queue_id) in sendings.into_iter().chain([late]).zip(11..) {
        assert_eq!(sending.await.unwrap().queue_id, queue_id);
    }
}

/// The server is set up anew while a message has no answer. Its peer's number may mean somebody else there.
#[tokio::test(start_paused = true)]
async fn a_message_for_one_log_is_not_sent_to_another() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let request = |text: &str| pb::SendRequest { to: 3, client_msg_id: text.into(), ..Default::default() };
    let strict = client.send_request_in("first", request("strict")).unwrap();
    let lenient = client.send_request(request("lenient")).unwrap();
    assert_eq!(server.asked::<pb::SendRequest>().await.1.client_msg_id, "strict", "the log is the right one");
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    let resumed = pb::ResumeOutcome::StartOver.into();
    server.let_in(pb::HelloReply { epoch: "second".into(), resumed, ..back_again() }).await;
    assert_eq!(strict.await, Err(AskError::AnotherLog));
    let late = client.send_request_in("first", request("late")).unwrap();
    assert_eq!(late.await, Err(AskError::AnotherLog));
    assert_eq!(server.keep(1).await.client_msg_id, "lenient");
    lenient.await.unwrap();
}

#[tokio::test]
async fn questions_that_wait_do_not_keep_a_message_waiting() {
    let (client, _events, mut server, _pipes) = logged_in(Settings { in_flight_max: 1, ..settings() }).await;
    let ask = || client.ask(pb::GroupListRequest {});
    let story = async {
        let (seq, _) = server.asked::<pb::GroupListRequest>().await;
        let message = client.send(3, "between them").unwrap();
        server.say(Command::GroupList, seq, pb::GroupListReply::default()).await;
        server.keep(11).await;
        for _ in 0..2 {
            let (seq, _) = server.asked::<pb::GroupListRequest>().await;
            server.say(Command::GroupList, seq, pb::GroupListReply::default()).await;
        }
        message.await
    };
    let (first, second, third, kept) = tokio::join!(ask(), ask(), ask(), story);
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(kept.unwrap().queue_id, 11);
}

#[tokio::test]
async fn a_full_queue_is_an_error_at_once_and_has_room_again_after_an_answer() {
    let (client, _events, mut server, _pipes) = logged_in(Settings { sends_max: 2, ..settings() }).await;
    let first = client.send(3, "1").unwrap();
    let _second = client.send(3, "2").unwrap();
    assert_eq!(client.send(3, "3").unwrap_err(), SendError::QueueFull { max: 2 });
    server.keep(11).await;
    first.await.unwrap();
    let _third = client.send(3, "3").unwrap();
    assert_eq!(&server.asked::<pb::SendRequest>().await.1.content[..], b"2");
    assert_eq!(&server.asked::<pb::SendRequest>().await.1.content[..], b"3");
}

#[tokio::test]
async fn what_no_frame_can_carry_is_refused_before_it_is_sent() {
    let (client, _events, _server, _pipes) = logged_in(settings()).await;
    let content = "x".repeat(1024 * 1024);
    assert!(matches!(client.send(3, content), Err(SendError::TooLarge { .. })));
    let members = vec![i64::MAX; 200_000];
    assert!(matches!(client.group_invite(-1, members).await, Err(AskError::Refused(no)) if no.code == Code::TooLarge));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_now_is_tried_again_and_the_others_wait_behind_it() {
    let (client, _events, mut server, _pipes) = logged_in(Settings { in_flight_max: 1, ..settings() }).await;
    let first = client.send(3, "1").unwrap();
    let second = client.send(3, "2").unwrap();
    for code in [Code::RateLimited, Code::StoreUnavailable] {
        let (seq, request) = server.asked::<pb::SendRequest>().await;
        assert_eq!(request.client_msg_id, first.client_msg_id());
        server.say(Command::Send, seq, refusal(code)).await;
    }
    assert_eq!(server.keep(11).await.client_msg_id, first.client_msg_id());
    assert_eq!(server.keep(12).await.client_msg_id, second.client_msg_id());
    assert_eq!(first.await.unwrap().queue_id, 11);
    assert_eq!(second.await.unwrap().queue_id, 12);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_has_room_is_asked_with_pauses_and_not_for_ever() {
    let (client, _events, mut server, _pipes) = logged_in(Settings { send_attempts_max: 8, ..settings() }).await;
    let sending = client.send(3, "1").unwrap();
    let begun = Instant::now();
    for _ in 0..8 {
        let (seq, _) = server.asked::<pb::SendRequest>().await;
        server.say(Command::Send, seq, refusal(Code::Overloaded)).await;
    }
    assert!(matches!(sending.await, Err(AskError::Refused(no)) if no.code == Code::Overloaded));
    // Seven pauses, each a random part of one that doubles. That they come to less is as likely as one in a billion.
    let longest = settings().pause_min * 127;
    assert!((longest / 100..=longest).contains(&begun.elapsed()), "virtual time: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_refusal_for_good_is_told_at_once() {
    let (client, _events, mut server, _pipes) = logged_in(settings()).await;
    let sending = client.send(99, "1").unwrap();
    let (seq, _) = server.asked::<pb::SendRequest>().await;
    server.say(Command::Send, seq, refusal(Code::NotFound)).await;
    assert!(matches!(sending.await, Err(AskError::Refused(no)) if no.code == Code::NotFound && no.message == "no"));
}

#[tokio::test(start_paused = true)]
async fn a_question_fails_with_its_link_and_waits_for_one_at_most_for_the_timeout() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let (answer, ()) = tokio::join!(client.groups(), async {
        server.asked::<pb::GroupListRequest>().await;
        drop(server);
    });
    assert_eq!(answer, Err(AskError::Disconnected));
    disconnected(&mut events).await;

    // A server that takes the connection but never answers hello: the question is never put on a link.
    let silent = pipes.accept().await;
    let begun = Instant::now();
    assert_eq!(client.groups().await, Err(AskError::Disconnected));
    assert!(begun.elapsed() >= settings().request_timeout);
    drop(silent);
}

#[tokio::test]
async fn a_question_asked_before_login_is_answered_after_it() {
    let (pipe, mut pipes) = crate::support::pipes();
    let (client, _events) = longlink_client::Client::connect_with(pipe, settings());
    let (groups, ()) = tokio::join!(client.groups(), async {
        let mut server = pipes.accept().await;
        server.let_in(crate::support::welcome()).await;
        let (seq, _) = server.asked::<pb::GroupListRequest>().await;
        let groups = vec![pb::Group { id: -5, name: "cats".into(), ..Default::default() }];
        server.say(Command::GroupList, seq, pb::GroupListReply { groups, ..Default::default() }).await;
    });
    assert_eq!(groups.unwrap()[0].id, -5);
}
