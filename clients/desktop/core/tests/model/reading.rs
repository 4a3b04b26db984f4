//! Who has read how far: what is told, and when.

use longlink_client::{Code, pb};
use longlink_desktop_core::model::{AnswerError, Answered, Asking, Opened, ReadCount, Talk, Told};

use super::support::*;

fn marks(asking: &Asking) -> Option<(i64, i64)> {
    match asking {
        Asking::MarkRead(request) => Some((request.peer, request.up_to)),
        _ => None,
    }
}

fn told(stage: &mut Stage) -> Vec<(i64, i64)> {
    stage.all_asked(marks).into_iter().map(|(_, mark)| mark).collect()
}

/// Anna's conversation is open and has these unread.
fn opened(last: i64) -> Stage {
    let mut stage = Stage::online(0);
    stage.entries((1..=last).map(|place| text(place, ANNA, ME, "m")));
    stage.open(ANNA, items((1..=last).map(|place| text(place, ANNA, ME, "m"))), false);
    stage.wishes();
    stage
}

#[test]
fn only_what_was_on_the_screen_of_a_focused_window_is_read() {
    let mut stage = opened(5);
    stage.session.seen(5);
    assert_eq!(stage.unread(ANNA), (5, 0));
    stage.session.set_focused(true);
    stage.session.seen(3);
    assert_eq!(stage.unread(ANNA), (2, 0));
    assert_eq!(told(&mut stage), [(ANNA, 3)]);
    stage.session.seen(2);
    assert_eq!(stage.session.talks.get(ANNA).unwrap().read_up_to, 3, "a mark never goes back");
}

#[test]
fn marks_are_merged_and_told_once_a_second() {
    let mut stage = opened(9);
    stage.session.set_focused(true);
    for place in 1..=9 {
        stage.session.seen(place);
        stage.session.seen(place);
        stage.pass(10);
    }
    assert_eq!(told(&mut stage), [(ANNA, 1)]);
    stage.pass(300);
    stage.settle();
    assert_eq!(stage.session.wake_at_ms(), Some(NOON + 1_000));
    stage.pass(1_000);
    assert_eq!(told(&mut stage), [(ANNA, 9)]);
    stage.pass(1_000);
    assert_eq!(told(&mut stage), []);
    assert_eq!(stage.session.wake_at_ms(), None);
}

#[test]
fn a_mark_that_was_lost_is_told_again_and_one_that_is_refused_is_not() {
    let mut stage = opened(5);
    stage.session.set_focused(true);
    stage.session.seen(5);
    let (ticket, _) = stage.asked(marks);
    stage.fail(ticket, AnswerError::Undecided);
    stage.pass(1_000);
    let (ticket, mark) = stage.asked(marks);
    assert_eq!(mark, (ANNA, 5));
    stage.fail(ticket, AnswerError::Refused { code: Code::NotFound, message: String::new() });
    stage.pass(1_000);
    stage.session.seen(5);
    stage.pass(1_000);
    assert_eq!(told(&mut stage), []);
}

#[test]
fn what_was_read_without_a_link_is_told_when_there_is_one() {
    let mut stage = opened(5);
    stage.tell(Told::Disconnected { why: longlink_client::Broken::Gone, retry_in: std::time::Duration::ZERO });
    stage.session.set_focused(true);
    stage.session.seen(5);
    stage.pass(5_000);
    assert_eq!(told(&mut stage), []);
    assert_eq!(stage.unread(ANNA), (0, 0));
    stage.connect(5, 5);
    stage.pass(0);
    assert_eq!(told(&mut stage), [(ANNA, 5)]);
}

#[test]
fn what_was_read_before_a_restart_and_not_told_is_told_after_it() {
    let talk = Talk { read_up_to: 9, rank: 9, ..Talk::new(ANNA) };
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::new(Opened { user_id: ME, talks: vec![talk], ..Opened::default() })));
    stage.connect(9, 9);
    let (ticket, _) = stage.asked(|asking| matches!(asking, Asking::Conversations(_)).then_some(()));
    let conversations = vec![conversation(ANNA, text(9, ANNA, ME, "m"), 4, 5)];
    stage.answer(ticket, Answered::Conversations(pb::ConversationsReply { conversations, ..Default::default() }));
    assert_eq!(stage.unread(ANNA), (0, 0));
    stage.pass(0);
    assert_eq!(told(&mut stage), [(ANNA, 9)]);
}

#[test]
fn who_answers_before_looking_has_it_read_for_the_other_devices_too() {
    let mut stage = opened(5);
    stage.session.set_focused(true);
    let id = stage.session.send(ANNA, longlink_desktop_core::model::NewMessage::text("yes")).unwrap();
    stage.tell(Told::Kept { client_msg_id: id, queue_id: 6, sent_at_ms: NOON });
    assert_eq!(stage.unread(ANNA), (0, 0));
    stage.session.seen(6);
    assert_eq!(told(&mut stage), [(ANNA, 6)]);
}

#[test]
fn what_another_device_has_read_is_read_here() {
    let mut stage = opened(5);
    stage.tell(Told::Receipt(pb::ReceiptPush { reader: ME, peer: ANNA, up_to: 4, delivered_up_to: 0 }));
    assert_eq!(stage.unread(ANNA), (1, 0));
    stage.session.set_focused(true);
    stage.session.seen(4);
    assert_eq!(told(&mut stage), [], "the server knows that");
}

#[test]
fn how_far_the_other_side_has_read_is_asked_for_when_it_opens_and_told_from_then_on() {
    let mut stage = Stage::online(9);
    stage.open(ANNA, items([text(8, ME, ANNA, "a"), text(9, ME, ANNA, "b")]), false);
    let (ticket, _) = stage.asked(|asking| matches!(asking, Asking::ReadMarks(_)).then_some(()));
    let mark = pb::ReadMark { reader: ANNA, up_to: 8, delivered_up_to: 9 };
    stage.answer(ticket, Answered::ReadMarks(pb::ReadMarksReply { marks: vec![mark], ..Default::default() }));
    let thread = stage.session.thread.as_ref().unwrap();
    assert_eq!((thread.read_by_peer, thread.delivered_to_peer), (8, 9));
    let push =
        |up_to, delivered_up_to| Told::Receipt(pb::ReceiptPush { reader: ANNA, peer: ANNA, up_to, delivered_up_to });
    stage.tell(push(9, 0));
    stage.tell(push(3, 2));
    let thread = stage.session.thread.as_ref().unwrap();
    assert_eq!((thread.read_by_peer, thread.delivered_to_peer), (9, 9));
}

#[test]
fn of_a_group_the_counts_of_ones_own_messages_are_asked_for_together() {
    let mut stage = Stage::online(9);
    let groups = vec![group(GROUP, "friends", pb::GroupRole::Member)];
    stage.tell(Told::Opened(Box::new(Opened { user_id: ME, groups, ..Opened::default() })));
    stage.open(GROUP, items([text(7, ME, GROUP, "a"), text(8, ANNA, GROUP, "b"), text(9, ME, GROUP, "c")]), false);
    for _ in 0..5 {
        stage.tell(Told::Receipt(pb::ReceiptPush { reader: ANNA, peer: GROUP, up_to: 9, delivered_up_to: 0 }));
    }
    stage.pass(1_000);
    let (ticket, ids) = stage.asked(|asking| match asking {
        Asking::Readers(request) => Some(request.queue_ids.clone()),
        _ => None,
    });
    assert_eq!(ids, [9, 7]);
    let counts = vec![pb::ReadCount { queue_id: 9, read: 1, members: 3 }];
    stage.answer(ticket, Answered::Readers(pb::ReadersReply { counts, ..Default::default() }));
    let thread = stage.session.thread.as_ref().unwrap();
    assert_eq!(thread.counts.get(&9), Some(&ReadCount { read: 1, members: 3 }));
}

#[test]
fn who_has_read_a_message_of_a_group_comes_a_page_at_a_time() {
    let mut stage = Stage::online(9);
    stage.session.ask_readers(GROUP, 9);
    let readers = |asking: &Asking| match asking {
        Asking::Readers(request) => Some(request.after),
        _ => None,
    };
    let (ticket, after) = stage.asked(readers);
    assert_eq!(after, 0);
    let counts = vec![pb::ReadCount { queue_id: 9, read: 2, members: 5 }];
    let first = pb::ReadersReply { counts, readers: vec![ANNA], more: true, ..Default::default() };
    stage.answer(ticket, Answered::Readers(first));
    stage.session.ask_more_readers().unwrap();
    let (ticket, after) = stage.asked(readers);
    assert_eq!(after, ANNA);
    stage.answer(ticket, Answered::Readers(pb::ReadersReply { readers: vec![BEN], ..Default::default() }));
    let readers = stage.session.readers.as_ref().unwrap();
    assert_eq!((readers.users.as_slice(), readers.read, readers.members), (&[ANNA, BEN][..], 2, 5));
    assert!(!readers.has_more && !readers.is_asking);
}
