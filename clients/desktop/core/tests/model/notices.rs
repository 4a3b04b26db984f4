//! What deserves a notification, and what does not.

use longlink_client::pb::{self, ContactState};
use longlink_desktop_core::model::{Notice, Told};

use super::support::*;

/// Of each notice of messages: where, how many, and the last words.
fn told(stage: &mut Stage) -> Vec<(i64, u32, String)> {
    let notices = stage.session.take_notices();
    let of = |notice| match notice {
        Notice::Messages { peer, count, content: longlink_desktop_core::model::Content::Text(text), .. } => {
            Some((peer, count, text))
        }
        _ => None,
    };
    notices.into_iter().filter_map(of).collect()
}

#[test]
fn what_others_say_is_told_once_for_each_conversation_the_latest_last() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a1"), text(2, BEN, ME, "b"), text(3, ANNA, ME, "a2"), text(4, ME, BEN, "mine")]);
    assert_eq!(told(&mut stage), [(BEN, 1, "b".into()), (ANNA, 2, "a2".into())]);
    assert!(told(&mut stage).is_empty());
}

#[test]
fn what_the_person_sees_anyway_is_not_told() {
    let mut stage = Stage::online(0);
    stage.open(ANNA, vec![], false);
    stage.session.set_focused(true);
    stage.entries([text(1, ANNA, ME, "seen"), text(2, BEN, ME, "not seen")]);
    assert_eq!(told(&mut stage), [(BEN, 1, "not seen".into())]);
    stage.session.set_focused(false);
    stage.entries([text(3, ANNA, ME, "away")]);
    assert_eq!(told(&mut stage), [(ANNA, 1, "away".into())]);
}

#[test]
fn of_what_is_muted_nothing_is_told_not_even_a_mention() {
    let mut stage = Stage::online(0);
    stage.session.set_muted(ANNA, true);
    stage.entries([text(1, ANNA, ME, "hush"), pb::Entry { mentions: vec![ME], ..text(2, ANNA, ME, "@me") }]);
    assert!(told(&mut stage).is_empty());
    assert_eq!(stage.session.unread().mentions, 1, "the list shows it");
}

#[test]
fn events_changes_and_what_the_log_tells_from_its_beginning_are_no_news() {
    let mut stage = Stage::online(0);
    stage.entries([event(1, ANNA, GROUP, of_kind(pb::GroupEventKind::Joined, &[BEN]))]);
    stage.entries([edit(2, ANNA, ME, 1, "x")]);
    assert!(told(&mut stage).is_empty());
    stage.tell(Told::StartOver);
    stage.connect(0, 5);
    stage.entries((1..=5).map(|place| text(place, ANNA, ME, "old")));
    assert!(told(&mut stage).is_empty());
    assert_eq!(stage.unread(ANNA), (0, 0), "the server counts that");
    stage.entries([text(6, ANNA, ME, "new")]);
    assert_eq!(told(&mut stage), [(ANNA, 1, "new".into())]);
}

#[test]
fn what_was_read_elsewhere_or_taken_back_before_it_was_told_is_not() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a"), text(2, BEN, ME, "b"), recall(3, BEN, ME, 2)]);
    stage.tell(Told::Receipt(pb::ReceiptPush { reader: ME, peer: ANNA, up_to: 1, delivered_up_to: 0 }));
    assert!(stage.session.take_notices().is_empty());
}

#[test]
fn who_asks_something_of_the_person_is_told_once() {
    let mut stage = Stage::online(0);
    let mut contact = pb::Contact { user: Some(user(ANNA, "anna")), greeting: "it's me".into(), ..Default::default() };
    contact.set_state(ContactState::Asks);
    stage.tell(Told::Contact(contact.clone()));
    stage.tell(Told::Contact(contact));
    let request = Some(pb::GroupRequest { user: Some(user(BEN, "ben")), ..Default::default() });
    stage.tell(Told::GroupRequest(pb::GroupRequestPush { group: GROUP, request }));
    let notices = stage.session.take_notices();
    let expected = [
        Notice::ContactAsks { user: ANNA, greeting: "it's me".into() },
        Notice::GroupAsks { group: GROUP, user: BEN, greeting: String::new() },
    ];
    assert_eq!(notices, expected);
    assert_eq!(stage.session.groups.requests(GROUP).count(), 1);
}

#[test]
fn there_are_no_more_than_a_person_can_read() {
    let mut stage = Stage::online(0);
    stage.entries((1..=500).map(|place| text(place, 1_000 + place, ME, "spam")));
    let told = told(&mut stage);
    assert_eq!(told.len(), 50);
    assert_eq!(told.last().unwrap().0, 1_500);
}
