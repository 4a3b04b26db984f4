//! Who is writing just now.

use longlink_client::pb;
use longlink_desktop_core::model::{Asking, NewMessage, Told};

use super::support::*;

fn said(stage: &mut Stage) -> usize {
    stage.all_asked(|asking| matches!(asking, Asking::Typing(_)).then_some(())).len()
}

#[test]
fn who_writes_is_shown_for_five_seconds_or_until_it_is_there() {
    let mut stage = Stage::online(0);
    let push = |user| Told::Typing(pb::TypingPush { user, peer: GROUP });
    stage.tell(push(ANNA));
    stage.tell(push(ME));
    stage.pass(3_000);
    stage.tell(push(BEN));
    assert_eq!(stage.session.typing.in_talk(GROUP).collect::<Vec<_>>(), [ANNA, BEN]);
    assert_eq!(stage.session.typing.in_talk(ANNA).count(), 0);
    stage.pass(2_000);
    assert_eq!(stage.session.typing.in_talk(GROUP).collect::<Vec<_>>(), [BEN]);
    stage.entries([text(1, BEN, GROUP, "there it is")]);
    assert!(!stage.session.typing.is_any(GROUP));
}

#[test]
fn it_wakes_when_somebody_is_not_shown_any_more() {
    let mut stage = Stage::online(0);
    stage.session.want(ANNA);
    stage.pass(20);
    stage.settle();
    stage.tell(Told::Typing(pb::TypingPush { user: ANNA, peer: ANNA }));
    stage.pass(20);
    assert_eq!(stage.session.wake_at_ms(), Some(NOON + 20 + 5_000));
}

#[test]
fn that_one_writes_is_said_every_three_seconds_and_anew_after_a_message() {
    let mut stage = Stage::online(0);
    for _ in 0..29 {
        stage.session.typed(ANNA);
        stage.pass(100);
    }
    assert_eq!(said(&mut stage), 1);
    stage.pass(100);
    stage.session.typed(ANNA);
    assert_eq!(said(&mut stage), 1);
    stage.session.send(ANNA, NewMessage::text("x")).unwrap();
    stage.session.typed(ANNA);
    assert_eq!(said(&mut stage), 1);
    stage.session.typed(BEN);
    assert_eq!(said(&mut stage), 1, "another conversation is another thing");
    stage.session.typed(0);
    stage.session.typed(ME);
    assert_eq!(said(&mut stage), 0, "to everyone and to oneself it is not said");
}
