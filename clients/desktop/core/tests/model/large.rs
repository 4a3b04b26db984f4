//! Ten thousand conversations and a chat of a hundred thousand messages: what is done for one entry or one frame does not
//! grow with them. Counted in steps, not in time.

use longlink_desktop_core::model::{ITEMS_MAX, Opened, Page, Talk, Told, Wish};

use super::support::*;

const TALKS: i64 = 10_000;
/// What a window shows of the list.
const LINES: usize = 40;

fn ten_thousand() -> Stage {
    let mut stage = Stage::new();
    let talk = |peer: i64| Talk { last: items([text(peer, peer, ME, "m")]).pop(), rank: peer, ..Talk::new(peer) };
    let talks = (100..100 + TALKS).map(talk).collect();
    let opened = Opened { user_id: ME, talks, is_list_whole: true, ..Opened::default() };
    stage.tell(Told::Opened(Box::new(opened)));
    stage.connect(100 + TALKS, 100 + TALKS);
    stage.settle();
    stage
}

#[test]
fn an_entry_costs_a_bounded_number_of_steps_wherever_its_conversation_stands() {
    let mut stage = ten_thousand();
    let entries = 20_000_i64;
    let (mut most, mut place) = (0, 100 + TALKS);
    for step in 0..entries {
        place += 1;
        // All over the list, in an order that looks like none.
        let peer = 100 + (step * 7_919) % TALKS;
        let before = stage.session.talks.steps();
        stage.entries([text(place, peer, ME, "m")]);
        most = most.max(stage.session.talks.steps() - before);
    }
    // Two pieces of the order are touched, one of which may be split: not ten thousand lines.
    assert!(most <= 1_000, "{most} steps for one entry");
    let average = stage.session.talks.steps() / entries as u64;
    assert!(average <= 300, "{average} steps for an entry on average");
    assert_eq!(stage.session.talks.len() as i64, TALKS);
    assert!(stage.session.talks.iter().map(|talk| talk.rank).is_sorted_by(|a, b| a > b));
    assert_eq!(stage.session.unread().messages, entries as u64);
}

#[test]
fn a_frame_visits_what_it_shows_and_leaves_no_wish() {
    let mut stage = ten_thousand();
    stage.wishes();
    let steps = stage.session.talks.steps();
    for frame in 0..1_000 {
        stage.pass(16);
        let first = frame * 7 % (TALKS as usize - LINES);
        let shown: Vec<_> = stage.session.talks.from(first).take(LINES).map(|talk| talk.peer).collect();
        assert_eq!(shown.len(), LINES);
        assert_eq!(shown[0], 100 + TALKS - 1 - first as i64);
        assert_eq!(stage.session.talks.unread(), stage.session.unread());
    }
    assert_eq!(stage.session.talks.steps(), steps, "nothing is sorted for showing it");
    assert!(stage.wishes().is_empty(), "an idle window asks and writes nothing");
    assert_eq!(stage.session.wake_at_ms(), None, "and nothing has to wake it");
}

#[test]
fn only_the_conversation_that_changed_is_written_down() {
    let mut stage = ten_thousand();
    stage.wishes();
    stage.entries([text(200_000, 5_000, ME, "m")]);
    let kept = stage.take(|wish| match wish {
        Wish::KeepTalks(talks) => Some(talks.len()),
        _ => None,
    });
    assert_eq!(kept, [1]);
}

#[test]
fn a_chat_of_a_hundred_thousand_messages_is_never_all_in_memory() {
    let mut stage = Stage::online(100_000);
    let run = |from: i64, to: i64| items((from..=to).map(|place| text(place, ANNA, ME, "m")));
    stage.open(ANNA, run(99_901, 100_000), true);
    let mut loaded = 100;
    while stage.session.thread.as_ref().is_some_and(|thread| thread.has_older) {
        stage.session.load_older();
        let (number, before, _) = stage.loading(ANNA);
        let page = run((before - 100).max(1), before - 1);
        loaded += page.len();
        stage.tell(Told::Page(Page { number, peer: ANNA, items: page, has_more: before > 101, has_holes: false }));
        assert!(stage.session.thread.as_ref().unwrap().items.len() <= ITEMS_MAX);
    }
    assert_eq!(loaded, 100_000);
    let thread = stage.session.thread.as_ref().unwrap();
    assert_eq!((thread.oldest(), thread.newest()), (1, ITEMS_MAX as i64));
    // Meanwhile what is new is counted, and not held.
    stage.entries((100_001..=150_000).map(|place| text(place, ANNA, ME, "m")));
    assert_eq!(stage.session.thread.as_ref().unwrap().items.len(), ITEMS_MAX);
    assert!(stage.session.talks.get(ANNA).unwrap().news.len() <= longlink_desktop_core::model::NEWS_MAX);
}
