//! Ten thousand conversations and a hundred thousand messages: only what is seen is laid out.

use eframe::egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, TouchPhase, pos2, vec2};
use egui_kittest::kittest::Queryable;
use longlink_client::pb;
use longlink_desktop::words::Language;
use longlink_desktop_core::model::{Opened, Talk, Told};

use crate::stage::{ANNA, ME, Screen, Stage, entry, press_with, screen, user};

const TALKS: i64 = 10_000;
const MESSAGES: i64 = 100_000;
/// More than the model asks for at once, so that the way is not too long for a test.
const PAGE: i64 = 500;
/// The window has room for no more than these.
const SEEN_MAX: usize = 60;

fn wheel(screen: &mut Screen, at: Pos2, lines: f32) {
    screen.event(Event::PointerMoved(at));
    screen.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, lines),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
}

#[test]
fn of_ten_thousand_conversations_those_in_view_are_laid_out() {
    let mut stage = Stage::new(Language::English);
    let opened = Opened {
        user_id: ME,
        user_name: "me".to_owned(),
        users: (2..TALKS + 2).map(|id| user(id, &format!("user{id}"))).collect(),
        talks: (2..TALKS + 2)
            .map(|id| {
                let mut talk = Talk::new(id);
                talk.last = Some(longlink_desktop_core::model::Item::of(&entry(id, id, ME, "hello")));
                talk.rank = id;
                talk
            })
            .collect(),
        is_list_whole: true,
        ..Opened::default()
    };
    stage.session.tell(Told::Opened(Box::new(opened)));
    stage.connect();
    let mut screen = screen(stage);
    assert_eq!(screen.state().session.talks.len(), usize::try_from(TALKS).unwrap());
    screen.get_by_label_contains("user10001, hello");
    assert!((5..SEEN_MAX).contains(&screen.state().rows), "{} rows", screen.state().rows);
    for _ in 0..50 {
        wheel(&mut screen, pos2(150.0, 500.0), -4_000.0);
        screen.run_steps(8);
        assert!(screen.state().rows < SEEN_MAX, "{} rows", screen.state().rows);
    }
    assert!(screen.query_by_label_contains("user10001, hello").is_none());
}

#[test]
fn a_conversation_of_a_hundred_thousand_messages_is_read_to_its_beginning() {
    let mut stage = Stage::among_friends(Language::English);
    let said = |id: i64| {
        entry(
            id,
            if id % 3 == 0 { ME } else { ANNA },
            if id % 3 == 0 { ANNA } else { ME },
            &"words ".repeat(1 + id as usize % 40),
        )
    };
    let page = |before: i64| -> Vec<pb::Entry> { (before - PAGE..before).filter(|id| *id > 0).map(said).collect() };
    stage.shell.open(&mut stage.session, ANNA);
    stage.page(ANNA, 0, &page(MESSAGES + 1), true);
    let mut screen = screen(stage);
    press_with(&mut screen, Modifiers::COMMAND, Key::M);
    let (mut most, mut pages, mut frames) = (0, 1, 0);
    while screen.state().session.thread.as_ref().unwrap().has_older {
        // By the key for going far, and now and then by the wheel.
        if frames % 50 == 0 {
            wheel(&mut screen, pos2(600.0, 300.0), 600.0);
        } else {
            screen.key_press(Key::Home);
        }
        screen.run_steps(2);
        most = most.max(screen.state().rows);
        frames += 1;
        assert!(frames < 2_000, "it does not come to its beginning: {pages} pages");
        let stage = screen.state_mut();
        if let Some(before) = stage.older_wanted() {
            stage.page(ANNA, before, &page(before), before > PAGE + 1);
            pages += 1;
        }
    }
    assert_eq!(pages, MESSAGES / PAGE);
    // With what is measured on the way from one place to the next.
    assert!(most < SEEN_MAX, "{most} rows in one frame");
    assert!(screen.state().session.thread.as_ref().unwrap().items.len() <= 2_500);
}
