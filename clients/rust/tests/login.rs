use longlink::wire::{CloseReason, Code, Command};
use longlink_client::pb::hello_request::Credential;
use longlink_client::{
    AskError, Broken, Client, Ended, Event, OnceError, Protection, Resume, SendError, Settings, ask_once, pb,
};
use tokio::net::TcpListener;

use crate::support::{
    ME, Port, back_again, connected, disconnected, ended, entry, logged_in, next_entry, pipes, settings, welcome,
};

fn refusal(code: Code) -> pb::HelloReply {
    pb::HelloReply { code: code.into(), message: "no".into(), ..Default::default() }
}

#[tokio::test]
async fn a_client_says_who_it_is_and_learns_as_whom_it_is_in() {
    let port = Port::open().await;
    let (client, mut events) = Client::connect(port.address.to_string(), settings());
    let mut server = port.accept().await;
    let hello = server.let_in(pb::HelloReply { token: "t".into(), ..welcome() }).await;
    let password = pb::PasswordCredential { name: "anna".into(), password: "secret".into() };
    assert_eq!(hello.credential, Some(Credential::Password(password)));
    assert_eq!((hello.device_id.as_str(), hello.resume), ("device", None));

    let me = client.ready().await.unwrap();
    assert_eq!((me.user_id, me.user_name.as_str(), me.head, me.cursor), (ME, "anna", 10, 10));
    assert_eq!(me.token.as_ref().map(|token| token.expose()), Some("t"));
    assert!(!format!("{me:?}").contains("\"t\""), "a token must not reach a log");
    assert_eq!(connected(&mut events).await, me);
    assert!(client.is_connected());
}

#[tokio::test]
async fn after_a_cut_it_comes_back_by_the_token_and_resumes_at_its_cursor() {
    let port = Port::open().await;
    let (_client, mut events) = Client::connect(port.address.to_string(), settings());
    let mut server = port.accept().await;
    server.let_in(pb::HelloReply { token: "t".into(), ..welcome() }).await;
    server.push([entry(11), entry(13)]).await;
    connected(&mut events).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 11);
    assert_eq!(next_entry(&mut events).await.queue_id, 13);
    drop(server);
    assert!(matches!(disconnected(&mut events).await, Broken::Gone | Broken::Lost(_)));

    let mut server = port.accept().await;
    let hello = server.let_in(back_again()).await;
    assert_eq!(hello.credential, Some(Credential::Token("t".into())));
    assert_eq!(hello.resume, Some(pb::Resume { epoch: "first".into(), cursor: 13 }));
    assert_eq!(connected(&mut events).await.cursor, 13);
    assert_eq!(events.resume(), Some(&Resume { epoch: "first".into(), cursor: 13 }));
}

#[tokio::test]
async fn a_saved_place_is_presented_at_the_first_login() {
    let (pipe, mut pipes) = pipes();
    let resume = Resume { epoch: "first".into(), cursor: 4 };
    let (_client, mut events) = Client::connect_with(pipe, Settings { resume: Some(resume), ..settings() });
    let mut server = pipes.accept().await;
    let hello = server.let_in(back_again()).await;
    assert_eq!(hello.resume, Some(pb::Resume { epoch: "first".into(), cursor: 4 }));
    server.push([entry(4), entry(5)]).await;
    assert_eq!(connected(&mut events).await.cursor, 4);
    assert_eq!(next_entry(&mut events).await.queue_id, 5);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_falls_back_to_the_password_on_the_same_link() {
    let (_client, mut events, mut server, mut pipes) = {
        let (pipe, mut pipes) = pipes();
        let (client, mut events) = Client::connect_with(pipe, settings());
        let mut server = pipes.accept().await;
        server.let_in(pb::HelloReply { token: "t".into(), ..welcome() }).await;
        connected(&mut events).await;
        (client, events, server, pipes)
    };
    server.close_with(CloseReason::Shutdown).await;
    disconnected(&mut events).await;

    let mut server = pipes.accept().await;
    assert_eq!(server.let_in(refusal(Code::BadToken)).await.credential, Some(Credential::Token("t".into())));
    assert!(matches!(server.let_in(back_again()).await.credential, Some(Credential::Password(_))));
    connected(&mut events).await;
}

#[tokio::test]
async fn a_wrong_password_ends_the_client_and_says_so() {
    let (pipe, mut pipes) = pipes();
    let (client, mut events) = Client::connect_with(pipe, settings());
    let sending = client.send(3, "too early").unwrap();
    pipes.accept().await.let_in(refusal(Code::WrongCredentials)).await;
    let why = ended(&mut events).await;
    assert!(matches!(&why, Ended::LoginRefused(refused) if refused.code == Code::WrongCredentials));
    assert_eq!(client.ready().await, Err(why.clone()));
    assert_eq!(sending.await, Err(AskError::Closed(why.clone())));
    assert_eq!(client.send(3, "too late").unwrap_err(), SendError::Closed(why.clone()));
    assert_eq!(client.groups().await, Err(AskError::Closed(why)));
}

#[tokio::test(start_paused = true)]
async fn a_login_refused_for_now_is_tried_again() {
    let (pipe, mut pipes) = pipes();
    let (_client, mut events) = Client::connect_with(pipe, settings());
    pipes.accept().await.let_in(refusal(Code::Overloaded)).await;
    assert!(
        matches!(disconnected(&mut events).await, Broken::LoginRefused(refused) if refused.code == Code::Overloaded)
    );
    pipes.accept().await.let_in(welcome()).await;
    connected(&mut events).await;
}

#[tokio::test]
async fn a_stop_reason_ends_the_client_for_good() {
    let (client, mut events, mut server, _pipes) = logged_in(settings()).await;
    server.push([entry(11)]).await;
    server.close_with(CloseReason::Replaced).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 11, "what came before is not lost");
    let why = Ended::Stopped { number: CloseReason::Replaced.into(), message: String::new() };
    assert_eq!(ended(&mut events).await, why);
    assert_eq!(client.ready().await, Err(why));
    assert!(server.heard().await.is_none(), "the client hangs up");
}

#[tokio::test(start_paused = true)]
async fn a_stop_reason_before_login_is_obeyed_too() {
    let (pipe, mut pipes) = pipes();
    let (_client, mut events) = Client::connect_with(pipe, settings());
    let mut server = pipes.accept().await;
    let (_, _) = server.asked::<pb::HelloRequest>().await;
    server.close_with(CloseReason::TooManyLogins).await;
    assert!(matches!(ended(&mut events).await, Ended::Stopped { number: 205, .. }));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_reported_and_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (client, mut events) = Client::connect(address.to_string(), settings());
    assert!(matches!(disconnected(&mut events).await, Broken::Unreachable(_)));
    assert!(matches!(disconnected(&mut events).await, Broken::Unreachable(_)));
    assert!(!client.is_connected());
}

#[tokio::test(start_paused = true)]
async fn another_log_is_an_event_of_its_own() {
    let (_client, mut events, server, mut pipes) = logged_in(settings()).await;
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    let resumed = pb::ResumeOutcome::StartOver.into();
    server.let_in(pb::HelloReply { epoch: "second".into(), head: 2, resumed, ..welcome() }).await;
    server.push([entry(1), entry(2)]).await;
    assert!(matches!(events.recv().await, Some(Event::StartOver { epoch }) if epoch == "second"));
    assert_eq!(events.resume(), Some(&Resume { epoch: "second".into(), cursor: 0 }));
    assert_eq!(connected(&mut events).await.cursor, 0);
    assert_eq!(next_entry(&mut events).await.queue_id, 1);
    assert_eq!(next_entry(&mut events).await.queue_id, 2);
}

#[tokio::test]
async fn bytes_that_are_no_frames_break_the_link_and_nothing_else() {
    use tokio::io::AsyncWriteExt;
    let port = Port::open().await;
    let (_client, mut events) = Client::connect(port.address.to_string(), settings());
    let mut raw = port.accept().await.into_inner();
    raw.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    assert!(matches!(disconnected(&mut events).await, Broken::Frame(_)));
    let mut server = port.accept().await;
    server.let_in(welcome()).await;
    connected(&mut events).await;
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_frame_loses_nothing() {
    use tokio::io::AsyncWriteExt;
    let port = Port::open().await;
    let (_client, mut events) = Client::connect(port.address.to_string(), settings());
    let mut server = port.accept().await;
    server.let_in(welcome()).await;
    server.push([entry(11)]).await;
    let mut raw = server.into_inner();
    raw.write_all(&[0, 0, 0, 20, 0, 0, 0, 42, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2]).await.unwrap();
    drop(raw);
    connected(&mut events).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 11);
    assert!(matches!(disconnected(&mut events).await, Broken::Gone | Broken::Lost(_)));
    let mut server = port.accept().await;
    assert_eq!(server.let_in(back_again()).await.resume.unwrap().cursor, 11);
}

#[tokio::test]
async fn closing_ends_the_link_and_dropping_the_last_handle_does_too() {
    let (client, mut events, mut server, _pipes) = logged_in(settings()).await;
    client.close().await;
    assert_eq!(ended(&mut events).await, Ended::Closed);
    assert!(server.heard().await.is_none());

    let (client, mut events, mut server, _pipes) = logged_in(settings()).await;
    let other = client.clone();
    drop(client);
    assert!(other.is_connected());
    drop(other);
    assert_eq!(ended(&mut events).await, Ended::Closed);
    assert!(server.heard().await.is_none());
}

#[tokio::test]
async fn frames_of_unknown_kinds_are_passed_over() {
    let (_client, mut events, mut server, _pipes) = logged_in(settings()).await;
    server.say(Command::SignallingKeep, 0, ()).await;
    server.say(Command::Send, 999, pb::SendReply::default()).await;
    server.push([entry(11)]).await;
    assert_eq!(next_entry(&mut events).await.queue_id, 11);
}

#[tokio::test]
async fn an_account_is_made_on_a_link_of_its_own() {
    let port = Port::open().await;
    let request = pb::RegisterRequest { name: "anna".into(), password: "secret".into(), ..Default::default() };
    let (made, ()) = tokio::join!(ask_once(port.address.to_string(), Protection::None, request.clone()), async {
        let mut server = port.accept().await;
        let (seq, heard) = server.asked_by::<pb::RegisterRequest>(1).await;
        assert_eq!(heard, request);
        server.say(Command::Register, seq, pb::RegisterReply { user_id: 9, ..Default::default() }).await;
        assert!(server.heard().await.is_none(), "one question, and the link is gone");
    });
    assert_eq!(made.unwrap().user_id, 9);

    let (made, ()) = tokio::join!(ask_once(port.address.to_string(), Protection::None, request), async {
        let mut server = port.accept().await;
        let (seq, _) = server.asked_by::<pb::RegisterRequest>(1).await;
        server.say(Command::Register, seq, refusal(Code::NameTaken)).await;
    });
    assert!(matches!(made, Err(OnceError::Refused(no)) if no.code == Code::NameTaken));
}
