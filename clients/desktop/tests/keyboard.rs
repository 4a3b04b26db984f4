//! Everything by the keyboard alone.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use longlink_client::{Code, pb};
use longlink_desktop::words::{EN, Language};
use longlink_desktop_core::model::{Answered, Asking, Peer, Told};

use crate::stage::{ANNA, BOB, ME, Screen, Stage, entry, press, press_with, screen, user};

fn with_three() -> Screen {
    let mut stage = Stage::among_friends(Language::English);
    stage.session.tell(Told::Entries(vec![
        entry(1, 0, 0, "for all"),
        entry(2, BOB, ME, "from bob"),
        entry(3, ANNA, ME, "from anna"),
    ]));
    screen(stage)
}

fn open(screen: &Screen) -> Option<Peer> {
    screen.state().session.thread.as_ref().map(|thread| thread.peer)
}

#[test]
fn a_journey_without_a_mouse() {
    let mut screen = with_three();
    press_with(&mut screen, Modifiers::COMMAND, Key::K);
    assert!(screen.get_by_label(EN.list.search).is_focused());
    press(&mut screen, Key::ArrowDown);
    assert!(screen.get_by_label_contains("anna, ").is_focused());
    press(&mut screen, Key::ArrowDown);
    assert!(screen.get_by_label_contains("bob, ").is_focused());
    press(&mut screen, Key::Enter);
    assert_eq!(open(&screen), Some(BOB));
    screen.state_mut().page(BOB, 0, &[entry(2, BOB, ME, "from bob")], false);
    screen.run();
    assert!(screen.get_by_label("Message to bob").is_focused());
    screen.get_by_label("Message to bob").type_text("hi");
    screen.run();
    press(&mut screen, Key::Enter);
    assert_eq!(screen.state().sent().unwrap().1, "hi");
    // To the messages, up to the one that bob wrote, and its menu.
    press_with(&mut screen, Modifiers::COMMAND, Key::M);
    press(&mut screen, Key::ArrowUp);
    press(&mut screen, Key::ArrowUp);
    press(&mut screen, Key::Enter);
    assert!(screen.get_by_label(EN.act.reply).is_focused());
    press(&mut screen, Key::ArrowDown);
    assert!(screen.get_by_label(EN.act.copy).is_focused());
    press(&mut screen, Key::ArrowUp);
    press(&mut screen, Key::Enter);
    screen.get_by_label("Answering bob");
    assert!(screen.get_by_label("Message to bob").is_focused());
    press(&mut screen, Key::Escape);
    assert!(screen.query_by_label("Answering bob").is_none());
}

#[test]
fn alt_and_the_arrows_go_from_conversation_to_conversation() {
    let mut screen = with_three();
    press_with(&mut screen, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(open(&screen), Some(ANNA));
    press_with(&mut screen, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(open(&screen), Some(BOB));
    press_with(&mut screen, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(open(&screen), Some(ANNA));
}

#[test]
fn the_keys_are_listed_and_escape_closes_the_list() {
    let mut screen = with_three();
    press(&mut screen, Key::F1);
    screen.get_by_label(EN.settings.key_next);
    press(&mut screen, Key::Escape);
    assert!(screen.query_by_label(EN.settings.key_next).is_none());
    press_with(&mut screen, Modifiers::COMMAND, Key::N);
    screen.get_by_label(EN.group.create);
    assert!(screen.get_by_label(EN.group.name).is_focused());
}

#[test]
fn somebody_who_is_found_is_opened_by_enter_or_by_the_arrows() {
    let mut stage = Stage::among_friends(Language::English);
    stage.session.tell(Told::Entries(vec![entry(1, ANNA, ME, "from anna")]));
    let mut screen = screen(stage);
    press_with(&mut screen, Modifiers::COMMAND, Key::K);
    screen.get_by_label(EN.list.search).type_text("bob");
    screen.run();
    screen.state_mut().env.now_ms += 1_000;
    screen.run();
    let fits = |asking: &Asking| match asking {
        Asking::FindUsers(request) => Some(request.prefix.clone()),
        _ => None,
    };
    let reply =
        pb::FindUsersReply { code: Code::Ok.into(), users: vec![user(BOB, "bob")], ..pb::FindUsersReply::default() };
    assert_eq!(screen.state_mut().answer(fits, Answered::FindUsers(reply)), "bob");
    screen.run();
    screen.get_by_label(EN.list.people);
    press(&mut screen, Key::ArrowDown);
    assert!(screen.get_by_label_contains("bob, ").is_focused());
    press(&mut screen, Key::ArrowUp);
    assert!(screen.get_by_label(EN.list.search).is_focused());
    press(&mut screen, Key::Enter);
    assert_eq!(open(&screen), Some(BOB));
}
