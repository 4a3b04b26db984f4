//! The open conversation: an unbroken run that is read on at both ends, and bounded.

use std::ops::RangeInclusive;

use longlink_client::pb;
use longlink_desktop_core::model::{ITEMS_MAX, Item, NewMessage, Opened, Page, Quoted, Told, Wish};

use super::support::*;

/// Messages of Anna's at these places.
fn run(places: RangeInclusive<i64>) -> Vec<Item> {
    items(places.map(|place| text(place, ANNA, ME, &format!("m{place}"))))
}

fn places(stage: &Stage) -> Vec<i64> {
    stage.shown().into_iter().map(|(place, _)| place).collect()
}

#[test]
fn it_opens_at_its_end_and_reads_on_upwards_when_it_is_wished() {
    let mut stage = Stage::online(300);
    stage.session.open(ANNA);
    stage.load_of(ANNA, (0, 0), run(201..=300), true);
    let thread = stage.session.thread.as_mut().unwrap();
    assert_eq!(thread.target.take(), Some(0), "the end is to be seen");
    assert_eq!(thread.first_index, -100);
    stage.session.load_older();
    stage.session.load_older();
    // It is asked for once.
    stage.load_of(ANNA, (201, 0), run(101..=200), false);
    assert_eq!(places(&stage), (101..=300).collect::<Vec<_>>());
    assert_eq!(stage.session.thread.as_ref().unwrap().first_index, -200);
    stage.session.load_older();
    assert!(!stage.wishes().iter().any(|wish| matches!(wish, Wish::Load { .. })), "there is nothing older");
}

#[test]
fn the_answer_to_another_question_is_passed_over() {
    let mut stage = Stage::online(300);
    stage.session.open(BEN);
    let (of_ben, ..) = stage.loading(BEN);
    stage.session.open(ANNA);
    let (first, ..) = stage.loading(ANNA);
    stage.session.close();
    stage.entries([text(301, ANNA, ME, "meanwhile")]);
    stage.session.open(ANNA);
    for (number, peer) in [(of_ben, BEN), (first, ANNA), (99, ANNA)] {
        stage.tell(Told::Page(Page { number, peer, items: run(1..=8), has_more: false, has_holes: false }));
    }
    assert_eq!(places(&stage), [0_i64; 0]);
    assert!(!stage.session.thread.as_ref().unwrap().is_loaded, "none of them has what came meanwhile");
    stage.load(ANNA, run(299..=301), true);
    assert_eq!(places(&stage), [299, 300, 301]);
}

#[test]
fn what_comes_while_the_first_page_is_on_its_way_is_there_once() {
    for page_has_it in [false, true] {
        let mut stage = Stage::online(10);
        stage.session.open(ANNA);
        stage.entries([text(11, ANNA, ME, "m11")]);
        stage.load(ANNA, run(9..=if page_has_it { 11 } else { 10 }), true);
        assert_eq!(places(&stage), [9, 10, 11]);
    }
}

#[test]
fn when_more_comes_than_is_kept_before_the_first_page_the_rest_is_read() {
    let mut stage = Stage::online(10);
    stage.session.open(ANNA);
    stage.entries((11..=310).map(|place| text(place, ANNA, ME, "flood")));
    stage.load(ANNA, run(9..=10), false);
    assert_eq!(places(&stage), [9, 10], "no hole is shown as if there was none");
    stage.session.load_newer();
    stage.load_of(ANNA, (0, 10), run(11..=310), false);
    assert_eq!(places(&stage), (9..=310).collect::<Vec<_>>());
    stage.entries([text(311, ANNA, ME, "m311")]);
    assert_eq!(places(&stage).last(), Some(&311));
}

#[test]
fn no_more_than_a_bounded_part_is_in_memory_whichever_way_one_goes() {
    let max = ITEMS_MAX as i64;
    let mut stage = Stage::online(100_000);
    stage.open(ANNA, run(99_901..=100_000), true);
    let mut first = 99_901;
    while first > 90_001 {
        stage.session.load_older();
        first -= 100;
        stage.load(ANNA, run(first..=first + 99), true);
        assert!(stage.session.thread.as_ref().unwrap().items.len() <= ITEMS_MAX);
    }
    assert_eq!(places(&stage), (90_001..=90_000 + max).collect::<Vec<_>>());
    let thread = stage.session.thread.as_ref().unwrap();
    assert!(thread.has_newer && thread.has_older);
    let mut last = 90_000 + max;
    while last < 100_000 {
        stage.session.load_newer();
        stage.load_of(ANNA, (0, last), run(last + 1..=last + 100), last + 100 < 100_000);
        last += 100;
        assert!(stage.session.thread.as_ref().unwrap().items.len() <= ITEMS_MAX);
    }
    assert_eq!(places(&stage), (100_001 - max..=100_000).collect::<Vec<_>>());
    // And a view that kept its place by `first_index` finds the same item there.
    let thread = stage.session.thread.as_ref().unwrap();
    assert_eq!(thread.first_index, 100_000 - max - 100_000);
}

#[test]
fn at_the_end_of_a_flood_the_oldest_are_let_go() {
    let mut stage = Stage::online(0);
    stage.open(ANNA, vec![], false);
    for place in 1..=10_000 {
        stage.entries([text(place, ANNA, ME, "m")]);
    }
    let thread = stage.session.thread.as_ref().unwrap();
    assert!(thread.items.len() <= 2 * ITEMS_MAX, "{} items", thread.items.len());
    assert!(thread.has_older);
    assert_eq!(thread.newest(), 10_000);
}

#[test]
fn a_place_is_opened_with_what_is_around_it() {
    let mut stage = Stage::online(1_000);
    stage.session.open_at(ANNA, 500);
    // The end was asked for first, and is not waited for.
    let (number, before, after) = *stage.loads(ANNA).last().unwrap();
    assert_eq!((before, after), (501, 0));
    stage.tell(Told::Page(Page { number, peer: ANNA, items: run(401..=500), has_more: true, has_holes: false }));
    stage.load_of(ANNA, (0, 500), run(501..=600), true);
    let thread = stage.session.thread.as_mut().unwrap();
    assert_eq!(thread.target.take(), Some(500));
    assert_eq!(thread.index_of(500), Some(99));
    assert!(thread.has_newer);
    stage.entries([text(1_001, ANNA, ME, "far away")]);
    assert_eq!(places(&stage).last(), Some(&600), "what is new stands at the end, which is not here");
    stage.session.to_latest();
    stage.load_of(ANNA, (0, 0), run(1_000..=1_001), true);
}

#[test]
fn a_place_that_is_in_memory_is_only_gone_to() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, run(1..=10), false);
    stage.session.open_at(ANNA, 4);
    assert_eq!(stage.session.thread.as_ref().unwrap().target, Some(4));
    assert!(!stage.wishes().iter().any(|wish| matches!(wish, Wish::Load { .. })));
}

#[test]
fn who_writes_while_looking_at_an_old_place_is_taken_to_the_end() {
    let mut stage = Stage::online(1_000);
    stage.session.open_at(ANNA, 500);
    let (number, ..) = *stage.loads(ANNA).last().unwrap();
    stage.tell(Told::Page(Page { number, peer: ANNA, items: run(401..=500), has_more: true, has_holes: false }));
    stage.wishes();
    stage.session.send(ANNA, NewMessage::text("hello")).unwrap();
    stage.load_of(ANNA, (0, 0), run(991..=1_000), true);
    assert_eq!(stage.shown().last(), Some(&(0, "hello".into())));
}

#[test]
fn the_line_before_what_is_new_stays_where_it_was_when_one_came() {
    let mut stage = Stage::online(0);
    stage.entries((1..=5).map(|place| text(place, ANNA, ME, "m")));
    stage.session.set_focused(true);
    stage.tell(Told::Receipt(pb::ReceiptPush { reader: ME, peer: ANNA, up_to: 2, delivered_up_to: 0 }));
    stage.open(ANNA, run(1..=5), false);
    assert_eq!(stage.session.thread.as_ref().unwrap().unread_line(), Some(2));
    stage.session.seen(5);
    stage.entries([text(6, ANNA, ME, "m")]);
    assert_eq!(stage.session.thread.as_ref().unwrap().unread_line(), Some(2));
    stage.session.open(BEN);
    stage.session.open(ANNA);
    assert_eq!(stage.session.thread.as_ref().unwrap().unread_line(), None, "nothing is new any more but the sixth");
}

#[test]
fn the_line_is_found_when_it_is_further_up_than_the_first_page() {
    let mut stage = Stage::online(0);
    stage.entries((1..=150).map(|place| text(place, ANNA, ME, "m")));
    stage.tell(Told::Receipt(pb::ReceiptPush { reader: ME, peer: ANNA, up_to: 20, delivered_up_to: 0 }));
    stage.open(ANNA, run(51..=150), true);
    assert_eq!(stage.session.thread.as_ref().unwrap().unread_line(), None);
    stage.session.load_older();
    stage.load(ANNA, run(1..=50), false);
    assert_eq!(stage.session.thread.as_ref().unwrap().unread_line(), Some(20));
}

#[test]
fn a_gap_is_shown_where_entries_went_before_this_device_had_them() {
    let mut stage = Stage::online(100);
    stage.tell(Told::Disconnected { why: longlink_client::Broken::Gone, retry_in: std::time::Duration::ZERO });
    stage.tell(Told::Connected { user_id: ME, user_name: "me".into(), cursor: 100, head: 500, kept_from: 400 });
    assert!(stage.take(|wish| matches!(wish, Wish::KeepGaps(_)).then_some(())).len() == 1);
    stage.open(ANNA, [run(90..=95), run(420..=425)].concat(), true);
    assert_eq!(stage.session.gaps_shown(), [6]);
    // A conversation that goes on unbroken behind it has none, and one that begins behind it may have one above it.
    stage.open(BEN, items((410..=412).map(|place| text(place, BEN, ME, "b"))), true);
    assert_eq!(stage.session.gaps_shown(), [0_usize; 0]);
    stage.open(ANNA, run(410..=412), false);
    assert_eq!(stage.session.gaps_shown(), [0]);
}

#[test]
fn a_group_that_one_joined_behind_the_gap_has_none() {
    let mut stage = Stage::online(100);
    let joined = pb::Group { joined_at: 450, ..group(GROUP, "g", pb::GroupRole::Member) };
    stage.tell(Told::Opened(Box::new(Opened { user_id: ME, groups: vec![joined], ..Opened::default() })));
    stage.tell(Told::Connected { user_id: ME, user_name: "me".into(), cursor: 100, head: 500, kept_from: 400 });
    stage.open(GROUP, items([text(451, ANNA, GROUP, "g")]), false);
    assert_eq!(stage.session.gaps_shown(), [0_usize; 0]);
}

#[test]
fn without_anything_missing_there_is_no_gap() {
    let mut stage = Stage::online(100);
    stage.tell(Told::Connected { user_id: ME, user_name: "me".into(), cursor: 100, head: 100, kept_from: 50 });
    // It was there all the time: what the server has removed is here.
    stage.open(ANNA, run(40..=60), false);
    assert_eq!(stage.session.gaps_shown(), [0_usize; 0]);
}

#[test]
fn what_is_answered_is_found_in_memory_or_read_by_itself() {
    let mut stage = Stage::online(100);
    let answer = pb::Entry { reply_to: 20, ..text(100, ANNA, ME, "yes") };
    stage.open(ANNA, items([text(99, ANNA, ME, "so?"), answer]), true);
    assert!(matches!(stage.session.quoted(99), Some(Quoted::Here(item)) if words(&item) == "so?"));
    assert_eq!(stage.session.quoted(20), None);
    assert_eq!(stage.session.quoted(20), None);
    let quotes = stage.take(|wish| matches!(wish, Wish::Quote { peer: ANNA, queue_id: 20 }).then_some(()));
    assert_eq!(quotes.len(), 1, "asked for once");
    let item = items([text(20, BEN, ME, "question")]).pop();
    stage.tell(Told::Quoted { peer: ANNA, queue_id: 20, outcome: Ok(item) });
    assert!(matches!(stage.session.quoted(20), Some(Quoted::Here(item)) if words(&item) == "question"));
    stage.entries([recall(101, BEN, ANNA, 20)]);
    stage.tell(Told::Entries(vec![recall(102, ANNA, ME, 20)]));
    assert!(matches!(stage.session.quoted(20), Some(Quoted::Here(item)) if item.is_recalled()));
    stage.session.quoted(30);
    stage.tell(Told::Quoted { peer: ANNA, queue_id: 30, outcome: Ok(None) });
    assert_eq!(stage.session.quoted(30), Some(Quoted::Gone));
}

#[test]
fn what_could_not_be_quoted_for_want_of_a_link_is_asked_for_at_the_next() {
    let mut stage = Stage::online(100);
    stage.open(ANNA, run(99..=100), true);
    stage.session.quoted(20);
    stage.tell(Told::Quoted { peer: ANNA, queue_id: 20, outcome: Err("away".into()) });
    stage.wishes();
    assert_eq!(stage.session.quoted(20), None);
    assert!(!stage.wishes().iter().any(|wish| matches!(wish, Wish::Quote { .. })), "not in each frame");
    stage.connect(100, 100);
    stage.session.quoted(20);
    assert!(stage.wishes().iter().any(|wish| matches!(wish, Wish::Quote { .. })));
}

#[test]
fn what_could_not_be_loaded_is_told_and_tried_again_when_it_is_wished_or_there_is_a_link() {
    let mut stage = Stage::online(100);
    stage.open(ANNA, run(91..=100), true);
    stage.session.load_older();
    let (number, ..) = stage.loading(ANNA);
    stage.tell(Told::PageFailed { number, peer: ANNA, why: "away".into() });
    assert_eq!(stage.session.thread.as_ref().unwrap().failure.as_deref(), Some("away"));
    stage.session.load_older();
    assert!(stage.loads(ANNA).is_empty(), "not in each frame");
    stage.session.load_again();
    let (number, before, _) = stage.loading(ANNA);
    assert_eq!(before, 91);
    stage.tell(Told::PageFailed { number, peer: ANNA, why: "away".into() });
    stage.connect(100, 100);
    assert_eq!(stage.session.thread.as_ref().unwrap().failure, None);
    stage.session.load_older();
    assert_eq!(stage.loading(ANNA).1, 91);
}

#[test]
fn a_message_keeps_its_key_when_it_comes_to_its_place() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let id = stage.session.send(ANNA, NewMessage::text("hello")).unwrap();
    let before = stage.session.thread.as_ref().unwrap().items[0].key();
    stage.tell(Told::Kept { client_msg_id: id, queue_id: 12, sent_at_ms: NOON });
    assert_eq!(stage.session.thread.as_ref().unwrap().items[0].key(), before);
    stage.entries([text(13, ANNA, ME, "x")]);
    assert_ne!(stage.session.thread.as_ref().unwrap().items[1].key(), before);
}

#[test]
fn a_place_that_is_gone_is_gone_near_to() {
    let mut stage = Stage::online(1_000);
    stage.open(ANNA, run(991..=1_000), true);
    stage.session.open_at(ANNA, 500);
    stage.load_of(ANNA, (501, 0), run(401..=499), true);
    assert_eq!(stage.session.thread.as_ref().unwrap().target, Some(499));
    let mut stage = Stage::online(1_000);
    stage.open(ANNA, run(991..=1_000), true);
    stage.session.open_at(ANNA, 500);
    stage.load_of(ANNA, (501, 0), vec![], false);
    stage.load_of(ANNA, (0, 500), run(991..=1_000), false);
    assert_eq!(places(&stage), (991..=1_000).collect::<Vec<_>>());
    let thread = stage.session.thread.as_ref().unwrap();
    assert!(!thread.has_older && !thread.has_newer && thread.is_loaded);
    assert_eq!(thread.target, None, "nothing that cannot be found is looked for in each frame");
}

#[test]
fn what_was_read_without_a_link_and_has_holes_is_read_anew_around_where_one_is() {
    let mut stage = Stage::online(100);
    stage.open(ANNA, run(91..=100), true);
    stage.tell(Told::Disconnected { why: longlink_client::Broken::Gone, retry_in: std::time::Duration::ZERO });
    stage.session.load_older();
    let (number, ..) = stage.loading(ANNA);
    let some = [run(40..=41), run(70..=71)].concat();
    stage.tell(Told::Page(Page { number, peer: ANNA, items: some, has_more: true, has_holes: true }));
    assert_eq!(places(&stage)[..5], [40, 41, 70, 71, 91], "better than nothing");
    stage.connect(100, 100);
    stage.load_of(ANNA, (41, 0), run(31..=40), true);
    stage.load_of(ANNA, (0, 40), run(41..=100), false);
    assert_eq!(places(&stage), (31..=100).collect::<Vec<_>>());
    assert_eq!(stage.session.thread.as_ref().unwrap().target, Some(40));
    stage.connect(100, 100);
    assert!(stage.loads(ANNA).is_empty(), "there are none any more");
}
