//! Writing: seen at once, kept, refused, tried again, thrown away.

use longlink_client::{Code, pb};
use longlink_desktop_core::model::{
    Delivery, Failure, NewMessage, OUTBOX_MAX, Opened, Outgoing, Progress, Session, Source, Told, Unfit, Wish,
};
use prost::Message;

use super::support::*;

fn sent(stage: &mut Stage) -> Vec<Outgoing> {
    stage.take(|wish| match wish {
        Wish::Send(outgoing) => Some(outgoing.clone()),
        _ => None,
    })
}

fn deliveries(stage: &Stage) -> Vec<Delivery> {
    stage.session.thread.iter().flat_map(|thread| &thread.items).map(|item| item.delivery.clone()).collect()
}

fn path(name: &str) -> Source {
    Source::Path(name.into())
}

#[test]
fn a_message_is_seen_at_once_and_comes_to_its_place() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, items([text(10, ANNA, ME, "hi")]), false);
    let message = NewMessage { text: "hello".into(), reply_to: 10, mentions: vec![ANNA] };
    let id = stage.session.send(ANNA, message).unwrap();
    let outgoing = sent(&mut stage).remove(0);
    assert_eq!((outgoing.to, outgoing.reply_to, outgoing.mentions.as_slice()), (ANNA, 10, &[ANNA][..]));
    assert_eq!((outgoing.content.as_slice(), &outgoing.client_msg_id), (&b"hello"[..], &id));
    assert_eq!(deliveries(&stage), [Delivery::Kept, Delivery::Sending]);
    stage.tell(Told::Kept { client_msg_id: id, queue_id: 12, sent_at_ms: NOON + 5 });
    // Somebody else's with a smaller number comes after the answer (E10).
    stage.entries([text(11, ANNA, ME, "wait")]);
    assert_eq!(stage.shown_texts(), ["hi", "wait", "hello"]);
    let last = stage.session.thread.as_ref().unwrap().items[2].clone();
    assert_eq!((last.queue_id, last.sent_at_ms, last.reply_to, last.delivery), (12, NOON + 5, 10, Delivery::Kept));
    assert_eq!(words(stage.session.talks.get(ANNA).unwrap().last.as_ref().unwrap()), "hello");
}

#[test]
fn messages_stand_in_the_order_in_which_they_were_written() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let ids: Vec<_> = ["a", "b", "c"].map(|it| stage.session.send(ANNA, NewMessage::text(it)).unwrap()).into();
    assert_eq!(sent(&mut stage).iter().map(|it| it.client_msg_id.clone()).collect::<Vec<_>>(), ids);
    stage.tell(Told::Kept { client_msg_id: ids[0].clone(), queue_id: 11, sent_at_ms: NOON });
    assert_eq!(stage.shown(), [(11, "a".into()), (0, "b".into()), (0, "c".into())]);
}

#[test]
fn a_message_to_somebody_else_is_not_shown_here_and_brings_that_conversation_up() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, BEN, ME, "b"), text(2, ANNA, ME, "a")]);
    stage.open(ANNA, items([text(2, ANNA, ME, "a")]), false);
    stage.session.send(BEN, NewMessage::text("hello")).unwrap();
    assert_eq!(stage.shown_texts(), ["a"]);
    assert_eq!(stage.list(), [BEN, ANNA]);
    assert_eq!(stage.session.outbox.last_to(BEN).unwrap().content, b"hello");
}

#[test]
fn what_was_refused_says_why_and_goes_again_under_the_same_name() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let id = stage.session.send(ANNA, NewMessage::text("hello")).unwrap();
    sent(&mut stage);
    stage.tell(Told::Refused { client_msg_id: id.clone(), failure: Failure::refused(Code::NotAllowed) });
    let Delivery::Failed(failure) = deliveries(&stage).remove(0) else { panic!("it failed") };
    assert_eq!(failure.code(), Some(Code::NotAllowed));
    assert_eq!(stage.session.outbox.failed(), 1);
    stage.session.retry(&id);
    stage.session.retry(&id);
    assert_eq!(deliveries(&stage), [Delivery::Sending]);
    let again = sent(&mut stage);
    assert_eq!(again.iter().map(|it| &it.client_msg_id).collect::<Vec<_>>(), [&id], "wished once");
}

#[test]
fn only_what_has_not_been_taken_can_be_thrown_away() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let id = stage.session.send(ANNA, NewMessage::text("hello")).unwrap();
    assert!(!stage.session.discard(&id), "it may be in the log already");
    stage.tell(Told::Refused { client_msg_id: id.clone(), failure: Failure::refused(Code::NotFound) });
    assert!(stage.session.discard(&id));
    assert!(stage.shown().is_empty());
    assert!(stage.wishes().contains(&Wish::Discard { client_msg_id: id.clone() }));
    stage.tell(Told::Kept { client_msg_id: id, queue_id: 11, sent_at_ms: NOON });
    assert!(stage.shown().is_empty());
    assert!(!stage.list().contains(&ANNA), "nothing was said there");
}

#[test]
fn a_file_goes_from_its_name_to_its_content() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let caption = NewMessage::text("look");
    let id = stage.session.send_file(ANNA, path("/home/me/a cat.png"), "", true, caption).unwrap();
    let outgoing = sent(&mut stage).remove(0);
    let media = pb::Media::decode(outgoing.content.as_slice()).unwrap();
    assert_eq!((media.name.as_str(), media.caption.as_str(), media.hash.as_str()), ("a cat.png", "look", ""));
    assert_eq!(deliveries(&stage), [Delivery::Uploading]);
    let half = Progress { done: 50, of: 100 };
    stage.tell(Told::Uploading { client_msg_id: id.clone(), progress: half });
    assert_eq!(stage.session.outbox.progress(&id), Some(half));
    let media = pb::Media { width: 40, ..media };
    stage.tell(Told::Prepared { client_msg_id: id.clone(), media: Box::new(media.clone()), is_picture: true });
    assert_eq!(deliveries(&stage), [Delivery::Uploading]);
    let media = pb::Media { hash: "ab".repeat(32), ..media };
    stage.tell(Told::Uploaded { client_msg_id: id.clone(), media: Box::new(media.clone()), is_picture: true });
    assert_eq!(deliveries(&stage), [Delivery::Sending]);
    assert_eq!(stage.session.outbox.progress(&id), None);
    stage.tell(Told::Kept { client_msg_id: id, queue_id: 11, sent_at_ms: NOON });
    let item = stage.session.thread.as_ref().unwrap().items[0].clone();
    let longlink_desktop_core::model::Content::Upload(upload) = item.content else { panic!("{item:?}") };
    assert_eq!((upload.media, upload.is_picture), (media, true));
}

#[test]
fn a_file_that_is_still_going_up_can_be_called_off() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let id = stage.session.send_file(ANNA, path("/a.bin"), "", false, NewMessage::default()).unwrap();
    assert!(stage.session.discard(&id));
    assert!(stage.shown().is_empty());
    assert!(stage.wishes().contains(&Wish::Discard { client_msg_id: id }));
}

#[test]
fn the_name_of_a_file_is_made_fit() {
    let name_of = |source, name: &str| {
        let mut stage = Stage::online(10);
        stage.session.send_file(ANNA, source, name, false, NewMessage::default()).unwrap();
        let outgoing = sent(&mut stage).remove(0);
        pb::Media::decode(outgoing.content.as_slice()).unwrap().name
    };
    assert_eq!(name_of(path("/home/me/../x/报告.pdf"), ""), "报告.pdf");
    assert_eq!(name_of(Source::Bytes(vec![1].into()), "a/b\\c\n.png"), "abc.png");
    let long = "长".repeat(100);
    assert_eq!(name_of(path("/x"), &long), "长".repeat(85), "255 bytes, and no letter cut in two");
}

#[test]
fn what_the_server_would_refuse_is_not_even_sent() {
    let mut stage = Stage::online(10);
    let session = &mut stage.session;
    let max = 65_536;
    assert_eq!(session.send(ANNA, NewMessage::text(" \n ")), Err(Unfit::Empty));
    let long = "x".repeat(max + 1);
    assert_eq!(session.send(ANNA, NewMessage::text(long)), Err(Unfit::TooLong { length: max + 1, max }));
    session.send(ANNA, NewMessage::text("x".repeat(max))).unwrap();
    let mentions: Vec<_> = (1..=101).collect();
    let crowd = NewMessage { text: "hi".into(), mentions, ..NewMessage::default() };
    assert_eq!(session.send(ANNA, crowd), Err(Unfit::TooMany { count: 101, max: 100 }));
    let all = NewMessage { text: "hi".into(), mentions: vec![0], ..NewMessage::default() };
    assert_eq!(session.send(ANNA, all.clone()), Err(Unfit::NotAllowed), "only a group has all its members");
    assert_eq!(session.send(GROUP, all), Err(Unfit::NotAllowed), "nor one in which the person is not");
    let long = NewMessage::text("x".repeat(60_000));
    assert!(matches!(session.send_file(ANNA, path("/x"), "", true, long), Err(Unfit::TooLong { .. })));
}

#[test]
fn so_many_may_wait_and_no_more() {
    let mut stage = Stage::online(10);
    for _ in 0..OUTBOX_MAX {
        stage.session.send(ANNA, NewMessage::text("x")).unwrap();
    }
    let one_more = stage.session.send(ANNA, NewMessage::text("x"));
    assert_eq!(one_more, Err(Unfit::TooMany { count: OUTBOX_MAX + 1, max: OUTBOX_MAX }));
}

#[test]
fn what_was_written_before_a_restart_is_there_after_it() {
    let mut before = Stage::online(10);
    before.session.send(ANNA, NewMessage::text("hello")).unwrap();
    let outbox = sent(&mut before);
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::new(Opened { user_id: ME, outbox: outbox.clone(), ..Opened::default() })));
    stage.open(ANNA, vec![], false);
    assert_eq!(stage.shown(), [(0, "hello".into())]);
    assert!(sent(&mut stage).is_empty(), "who kept it sends it");
    stage.connect(10, 10);
    stage.tell(Told::Kept { client_msg_id: outbox[0].client_msg_id.clone(), queue_id: 11, sent_at_ms: NOON });
    assert_eq!(stage.shown(), [(11, "hello".into())]);
}

#[test]
fn nothing_goes_out_by_itself_that_was_written_for_another_log() {
    let mut stage = Stage::online(10);
    stage.session.send(ANNA, NewMessage::text("hello")).unwrap();
    stage.tell(Told::StartOver);
    stage.connect(0, 3);
    stage.open(ANNA, vec![], false);
    assert_eq!(deliveries(&stage), [Delivery::Failed(Failure::AnotherLog)]);
}

#[test]
fn what_waits_for_its_answer_is_behind_what_others_say_meanwhile() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    stage.session.send(ANNA, NewMessage::text("mine")).unwrap();
    stage.entries([text(11, ANNA, ME, "theirs")]);
    assert_eq!(stage.shown_texts(), ["theirs", "mine"]);
}

#[test]
fn a_session_can_be_made_anew() {
    let session = Session::default();
    assert_eq!((session.me, session.unread().messages, session.wake_at_ms()), (0, 0, None));
}

#[test]
fn what_came_while_one_wrote_without_a_link_is_not_read_by_that() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    stage.tell(Told::Disconnected { why: longlink_client::Broken::Gone, retry_in: std::time::Duration::ZERO });
    let blind = stage.session.send(ANNA, NewMessage::text("are you there?")).unwrap();
    let lost = stage.session.send(ANNA, NewMessage::text("hello?")).unwrap();
    stage.pass(1_000);
    stage.connect(10, 11);
    stage.tell(Told::Kept { client_msg_id: blind, queue_id: 12, sent_at_ms: NOON });
    stage.entries([text(11, ANNA, ME, "unseen"), pb::Entry { client_msg_id: lost, ..text(13, ME, ANNA, "hello?") }]);
    assert_eq!(stage.shown_texts(), ["unseen", "are you there?", "hello?"]);
    assert_eq!(stage.unread(ANNA), (1, 0));
    let seeing = stage.session.send(ANNA, NewMessage::text("ah")).unwrap();
    stage.tell(Told::Kept { client_msg_id: seeing, queue_id: 14, sent_at_ms: NOON });
    assert_eq!(stage.unread(ANNA), (0, 0), "who writes has read what was there");
}
