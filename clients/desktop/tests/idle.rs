//! That nothing is drawn while nothing happens.

use std::time::Duration;

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use longlink_client::pb;
use longlink_desktop::words::Language;
use longlink_desktop_core::model::Told;

use crate::stage::{ANNA, ME, NOW, Screen, Stage, entry, press, screen, type_into};

/// When the screen wants to be drawn next, if nothing happens.
fn next_frame(screen: &Screen) -> Duration {
    screen.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min().unwrap_or(Duration::MAX)
}

fn with_anna() -> Screen {
    let mut stage = Stage::among_friends(Language::English);
    stage.open(ANNA, &[entry(1, ANNA, ME, "hello"), entry(2, ME, ANNA, "hi there")]);
    screen(stage)
}

#[test]
fn a_quiet_screen_wants_no_frame_though_the_cursor_stands_in_a_field() {
    let mut screen = with_anna();
    type_into(&mut screen, "Message to anna", "half a sentence");
    assert!(screen.get_by_label("Message to anna").is_focused());
    screen.state_mut().session.seen(1);
    screen.run();
    let frames = screen.state().frames;
    // `run` draws for as long as a frame is wanted, and once at least.
    screen.run();
    assert_eq!(screen.state().frames, frames + 1);
    assert_eq!(next_frame(&screen), Duration::MAX);
}

#[test]
fn after_a_key_a_few_frames_are_drawn_and_then_none() {
    let mut screen = with_anna();
    let frames = screen.state().frames;
    type_into(&mut screen, "Message to anna", "x");
    press(&mut screen, Key::Enter);
    let drawn = screen.state().frames - frames;
    assert!(drawn < 40, "{drawn} frames for two keys");
    assert_eq!(next_frame(&screen), Duration::MAX);
}

#[test]
fn a_countdown_wants_one_frame_a_second() {
    let mut screen = with_anna();
    screen.state_mut().disconnect();
    screen.run_steps(3);
    assert_eq!(next_frame(&screen), Duration::from_secs(1));
}

#[test]
fn somebody_writing_wants_one_frame_when_it_ends() {
    let mut screen = with_anna();
    screen.state_mut().session.tell(Told::Typing(pb::TypingPush { user: ANNA, peer: ANNA }));
    screen.run();
    // It ends by the model's own time, which the app waits for.
    let ends = screen.state().session.wake_at_ms().unwrap();
    assert!(ends > NOW && ends <= NOW + 6_000);
    assert_eq!(next_frame(&screen), Duration::MAX);
}
