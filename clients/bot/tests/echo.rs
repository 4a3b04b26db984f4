use crate::support::{ANNA, BOB, Bot, CATS, Server, said};

#[tokio::test]
async fn an_echo_answers_private_messages_with_the_same_text_once() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["echo"]);
    assert!(bot.shows().await.starts_with("connecting"));
    assert_eq!(bot.shows().await, "logged in as user 7");
    server.push(said(11, BOB, CATS, "not to me alone")).await;
    server.push(said(12, ANNA, ANNA, "a note to self")).await;
    let mut of_an_echo = said(13, BOB, ANNA, "not again");
    of_an_echo.client_msg_id = "echo-5".into();
    server.push(of_an_echo).await;
    server.push(said(14, BOB, ANNA, "hi")).await;
    let answer = server.sent().await;
    assert_eq!((answer.to, &answer.content[..], answer.client_msg_id.as_str()), (BOB, &b"hi"[..], "echo-14"));
    assert_eq!(bot.shows().await, "answered entry 14 of user 3 by entry 11");
}
