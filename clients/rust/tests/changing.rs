use longlink::wire::{Code, Command};
use longlink_client::{AskError, Content, pb};

use crate::support::{back_again, connected, disconnected, logged_in, settings};

#[tokio::test(start_paused = true)]
async fn a_recall_is_asked_again_over_a_lost_link_under_the_same_name() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let (recalled, ()) = tokio::join!(client.recall(3, 9), async {
        let (_, first) = server.asked::<pb::RecallRequest>().await;
        assert_eq!((first.peer, first.queue_id), (3, 9));
        drop(server);
        disconnected(&mut events).await;
        let mut server = pipes.accept().await;
        server.let_in(back_again()).await;
        connected(&mut events).await;
        let (seq, again) = server.asked::<pb::RecallRequest>().await;
        assert_eq!(again, first);
        server.say(Command::Recall, seq, pb::RecallReply { queue_id: 12, ..Default::default() }).await;
    });
    assert_eq!(recalled.unwrap(), 12);
}

#[tokio::test]
async fn an_edit_that_is_too_late_is_refused_and_not_repeated() {
    let (client, _events, mut server, _pipes) = logged_in(settings()).await;
    let (edited, ()) = tokio::join!(client.edit(-4, 9, "better"), async {
        let (seq, request) = server.asked::<pb::EditRequest>().await;
        assert_eq!((request.peer, request.queue_id, &request.content[..]), (-4, 9, &b"better"[..]));
        let refusal = pb::Refusal { code: Code::TooLate.into(), message: "too late".into() };
        server.say(Command::Edit, seq, refusal).await;
    });
    assert!(matches!(edited, Err(AskError::Refused(refused)) if refused.code == Code::TooLate));
}

#[tokio::test]
async fn an_answer_says_what_it_answers_and_whom_it_mentions() {
    let (client, _events, mut server, _pipes) = logged_in(settings()).await;
    let content = Content::from("look").replying_to(9).mentioning([3, 0]);
    let sending = client.send(-4, content).unwrap();
    let request = server.keep(11).await;
    assert_eq!((request.to, &request.content[..], request.reply_to), (-4, &b"look"[..], 9));
    assert_eq!(request.mentions, [3, 0]);
    assert_eq!(sending.await.unwrap().queue_id, 11);
}

#[tokio::test]
async fn a_picture_is_sent_as_what_was_uploaded() {
    use prost::Message;
    let (client, _events, mut server, _pipes) = logged_in(settings()).await;
    let media = pb::Media { hash: "ab".repeat(32), name: "cat.png".into(), size: 9, ..Default::default() };
    let _sending = client.send(3, Content::media(pb::ContentType::Picture, &media)).unwrap();
    let request = server.keep(11).await;
    assert_eq!(request.content_type, pb::ContentType::Picture as u32);
    assert_eq!(pb::Media::decode(request.content).unwrap(), media);
}
