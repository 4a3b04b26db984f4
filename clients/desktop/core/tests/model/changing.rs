//! Changing what one wrote, and taking it back.

use longlink_client::{Code, pb};
use longlink_desktop_core::model::{AnswerError, Answered, AskState, Asking, Opened, Told, Unfit};

use super::support::*;

fn recalls(asking: &Asking) -> Option<pb::RecallRequest> {
    match asking {
        Asking::Recall(request) => Some(request.clone()),
        _ => None,
    }
}

fn edits(asking: &Asking) -> Option<pb::EditRequest> {
    match asking {
        Asking::Edit(request) => Some(request.clone()),
        _ => None,
    }
}

fn refused(code: Code) -> AnswerError {
    AnswerError::Refused { code, message: String::new() }
}

#[test]
fn an_edit_shows_when_it_is_answered_and_once_more_does_no_harm() {
    let mut stage = Stage::online(20);
    stage.open(ANNA, items([text(11, ME, ANNA, "helo")]), false);
    let ticket = stage.session.edit(11, "hello").unwrap();
    let (asked, request) = stage.asked(edits);
    assert_eq!((asked, request.peer, request.queue_id, &request.content[..]), (ticket, ANNA, 11, &b"hello"[..]));
    assert_eq!(stage.shown_texts(), ["helo"]);
    stage.answer(ticket, Answered::Edit(pb::EditReply { queue_id: 21, ..Default::default() }));
    assert_eq!(stage.shown_texts(), ["hello"]);
    assert_eq!(stage.session.asks.state(ticket), Some(AskState::Done));
    stage.entries([edit(21, ME, ANNA, 11, "hello")]);
    assert_eq!(stage.shown_texts(), ["hello"]);
}

#[test]
fn a_change_that_is_undecided_goes_again_under_the_same_name() {
    let mut stage = Stage::online(20);
    stage.open(ANNA, items([text(11, ME, ANNA, "oops")]), false);
    let ticket = stage.session.recall(11).unwrap();
    let (_, first) = stage.asked(recalls);
    stage.fail(ticket, AnswerError::Undecided);
    assert_eq!(stage.session.asks.state(ticket), Some(AskState::Failed(AnswerError::Undecided)));
    let ticket = stage.session.recall(11).unwrap();
    let (_, second) = stage.asked(recalls);
    assert_eq!(first.client_msg_id, second.client_msg_id);
    stage.answer(ticket, Answered::Recall(pb::RecallReply { queue_id: 21, ..Default::default() }));
    assert_eq!(stage.shown_texts(), ["(taken back)"]);
}

#[test]
fn after_a_decision_another_try_is_another_change() {
    let mut stage = Stage::online(20);
    stage.open(ANNA, items([text(11, ME, ANNA, "a")]), false);
    let ticket = stage.session.edit(11, "b").unwrap();
    let (_, first) = stage.asked(edits);
    stage.answer(ticket, Answered::Edit(pb::EditReply { queue_id: 21, ..Default::default() }));
    stage.session.edit(11, "c").unwrap();
    let (_, second) = stage.asked(edits);
    assert_ne!(first.client_msg_id, second.client_msg_id);
}

#[test]
fn what_was_too_late_is_not_offered_for_older_ones_any_more() {
    let mut stage = Stage::online(20);
    stage.pass(1_000_000);
    let now = stage.session.now_ms();
    let aged = |queue_id, age| pb::Entry { sent_at_ms: now - age, ..text(queue_id, ME, ANNA, "words") };
    stage.open(ANNA, items([aged(1, 200_000), aged(2, 100_000), aged(3, 1_000)]), false);
    let item = |stage: &Stage, at: usize| stage.session.thread.as_ref().unwrap().items[at].clone();
    assert!(stage.session.may_recall(ANNA, &item(&stage, 0)), "nobody knows the server's limit before");
    let ticket = stage.session.recall(2).unwrap();
    stage.fail(ticket, refused(Code::TooLate));
    assert!(!stage.session.may_recall(ANNA, &item(&stage, 0)));
    assert!(!stage.session.may_recall(ANNA, &item(&stage, 1)));
    assert!(stage.session.may_recall(ANNA, &item(&stage, 2)));
    assert!(stage.session.may_edit(&item(&stage, 0)), "for changing there is another limit");
    assert_eq!(stage.session.recall(1), Err(Unfit::NotAllowed));
}

#[test]
fn only_ones_own_words_can_be_changed_and_an_admin_takes_back_anything() {
    let mut stage = Stage::online(20);
    let admin = group(GROUP, "g", pb::GroupRole::Admin);
    stage.tell(Told::Opened(Box::new(Opened { user_id: ME, groups: vec![admin], ..Opened::default() })));
    let joined = event(3, ANNA, GROUP, of_kind(pb::GroupEventKind::Joined, &[BEN]));
    stage.open(GROUP, items([text(1, ANNA, GROUP, "theirs"), text(2, ME, GROUP, "mine"), joined]), false);
    assert_eq!(stage.session.edit(1, "x"), Err(Unfit::NotAllowed));
    assert!(stage.session.recall(1).is_ok());
    assert_eq!(stage.session.recall(3), Err(Unfit::NotAllowed));
    assert_eq!(stage.session.recall(99), Err(Unfit::Missing));
    assert_eq!(stage.session.edit(2, ""), Err(Unfit::Empty));
}
