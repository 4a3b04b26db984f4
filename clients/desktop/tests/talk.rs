//! An open conversation: reading it and writing in it.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use longlink_client::{Code, pb};
use longlink_desktop::words::{EN, Language, fill};
use longlink_desktop_core::model::{Answered, Asking, Failure, Told, Wish};

use crate::stage::{ANNA, BOB, GROUP, ME, Screen, Stage, click, entry, press, press_with, screen, type_into};

const FIELD: &str = "Message to anna";

fn with_anna() -> Screen {
    let mut stage = Stage::among_friends(Language::English);
    stage
        .open(ANNA, &[entry(1, ANNA, ME, "hello"), entry(2, ME, ANNA, "hi there"), entry(3, ANNA, ME, "how are you?")]);
    screen(stage)
}

#[test]
fn what_was_said_is_there_with_its_day_and_time() {
    let screen = with_anna();
    for words in ["hello", "hi there", "how are you?", "Today", "09:31", "09:32, Kept by the server", EN.talk.begin] {
        assert!(screen.query_by_label(words).is_some(), "{words}");
    }
}

#[test]
fn enter_sends_what_was_written_and_shows_it_as_waiting() {
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "fine, and you?");
    press(&mut screen, Key::Enter);
    assert_eq!(screen.state().sent(), Some((ANNA, "fine, and you?".to_owned(), 0)));
    assert_eq!(screen.get_by_label(FIELD).value().as_deref(), Some(""));
    screen.get_by_label("fine, and you?");
    screen.get_by_label_contains(EN.act.state_waiting);
}

#[test]
fn the_field_is_empty_in_the_next_frame_though_the_key_is_still_down() {
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "gone");
    screen.key_down(Key::Enter);
    // One frame for the key, and then only those that are asked for.
    screen.run();
    assert_eq!(screen.get_by_label(FIELD).value().as_deref(), Some(""));
    screen.get_by_label("gone");
}

#[test]
fn shift_and_enter_begins_a_new_line() {
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "one");
    press_with(&mut screen, Modifiers::SHIFT, Key::Enter);
    screen.get_by_label(FIELD).type_text("two");
    screen.run();
    press(&mut screen, Key::Enter);
    assert_eq!(screen.state().sent().unwrap().1, "one\ntwo");
}

#[test]
fn enter_that_ends_a_word_of_an_input_method_does_not_send() {
    use eframe::egui::{Event, ImeEvent};
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "");
    let preedit = |text: &str| Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None });
    screen.event(preedit("nihao"));
    screen.run();
    press(&mut screen, Key::Enter);
    assert_eq!(screen.state().sent(), None);
    screen.event(Event::Ime(ImeEvent::Commit("你好".to_owned())));
    screen.run();
    assert_eq!(screen.state().sent(), None);
    press(&mut screen, Key::Enter);
    assert_eq!(screen.state().sent().unwrap().1, "你好");
}

#[test]
fn a_message_is_answered_by_its_menu() {
    let mut screen = with_anna();
    screen.get_by_label("hello").click_secondary();
    screen.run();
    click(&mut screen, EN.act.reply);
    screen.get_by_label(&fill(EN.talk.replying, &[("name", "anna")]));
    type_into(&mut screen, FIELD, "welcome");
    press(&mut screen, Key::Enter);
    assert_eq!(screen.state().sent(), Some((ANNA, "welcome".to_owned(), 1)));
    screen.get_by_label("anna: hello");
}

#[test]
fn a_message_is_taken_back_after_a_question() {
    let mut screen = with_anna();
    screen.get_by_label("hi there").click_secondary();
    screen.run();
    click(&mut screen, EN.act.recall);
    screen.get_by_label(EN.act.recall_sure);
    let asked = screen.get_all_by_label(EN.act.recall).last().unwrap();
    asked.click();
    screen.run();
    let fits = |asking: &Asking| match asking {
        Asking::Recall(request) => Some(request.queue_id),
        _ => None,
    };
    let reply = pb::RecallReply { code: Code::Ok.into(), queue_id: 9, ..pb::RecallReply::default() };
    assert_eq!(screen.state_mut().answer(fits, Answered::Recall(reply)), 2);
    screen.run();
    screen.get_by_label(EN.talk.recalled_by_you);
    assert!(screen.query_by_label("hi there").is_none());
}

#[test]
fn the_arrow_up_changes_the_last_message() {
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "");
    press(&mut screen, Key::ArrowUp);
    screen.get_by_label(EN.talk.editing);
    assert_eq!(screen.get_by_label(FIELD).value().as_deref(), Some("hi there"));
    screen.get_by_label(FIELD).type_text("!");
    screen.run();
    press(&mut screen, Key::Enter);
    let fits = |asking: &Asking| match asking {
        Asking::Edit(request) => Some(String::from_utf8_lossy(&request.content).into_owned()),
        _ => None,
    };
    let reply = pb::EditReply { code: Code::Ok.into(), queue_id: 9, ..pb::EditReply::default() };
    assert_eq!(screen.state_mut().answer(fits, Answered::Edit(reply)), "hi there!");
    screen.run();
    screen.get_by_label("hi there!");
    screen.get_by_label_contains(EN.talk.edited);
}

#[test]
fn what_was_refused_says_why_and_can_be_sent_again_or_thrown_away() {
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "lost");
    press(&mut screen, Key::Enter);
    let id = |screen: &Screen| {
        screen.state().wishes.iter().rev().find_map(|wish| match wish {
            Wish::Send(outgoing) => Some(outgoing.client_msg_id.clone()),
            _ => None,
        })
    };
    let client_msg_id = id(&screen).unwrap();
    let failure = Failure::refused(Code::NotAllowed);
    let refused = Told::Refused { client_msg_id: client_msg_id.clone(), failure };
    screen.state_mut().session.tell(refused.clone());
    screen.run();
    screen.get_by_label(EN.fail.send5);
    screen.state_mut().wishes.clear();
    click(&mut screen, EN.act.state_retry);
    assert_eq!(id(&screen), Some(client_msg_id));
    screen.state_mut().session.tell(refused);
    screen.run();
    click(&mut screen, EN.act.state_delete);
    assert!(screen.query_by_label("lost").is_none());
}

#[test]
fn a_draft_is_there_when_one_comes_back() {
    let mut screen = with_anna();
    type_into(&mut screen, FIELD, "not yet");
    let stage = screen.state_mut();
    stage.open(BOB, &[]);
    screen.run();
    assert_eq!(screen.get_by_label("Message to bob").value().as_deref(), Some(""));
    screen.get_by_label_contains("Draft: not yet");
    screen.state_mut().open(ANNA, &[]);
    screen.run();
    assert_eq!(screen.get_by_label(FIELD).value().as_deref(), Some("not yet"));
}

#[test]
fn somebody_of_a_group_is_named_behind_an_at_sign() {
    let mut stage = Stage::among_friends(Language::English);
    stage.open(GROUP, &[entry(1, BOB, GROUP, "who comes?")]);
    let mut screen = screen(stage);
    screen.get_by_label("who comes?");
    type_into(&mut screen, "Message to Friends", "@an");
    let members = pb::GroupMembersReply {
        code: Code::Ok.into(),
        members: vec![crate::stage::user(ME, "me"), crate::stage::user(ANNA, "anna"), crate::stage::user(BOB, "bob")],
        owner: ME,
        ..pb::GroupMembersReply::default()
    };
    let fits = |asking: &Asking| matches!(asking, Asking::GroupMembers(_)).then_some(());
    screen.state_mut().answer(fits, Answered::GroupMembers(members));
    screen.run();
    screen.get_by_label("anna");
    press(&mut screen, Key::Enter);
    screen.get_by_label("Message to Friends").type_text("come");
    screen.run();
    press(&mut screen, Key::Enter);
    let wish = screen.state().wishes.iter().rev().find_map(|wish| match wish {
        Wish::Send(outgoing) => Some((outgoing.content.clone(), outgoing.mentions.clone())),
        _ => None,
    });
    assert_eq!(wish, Some((b"@anna come".to_vec(), vec![ANNA])));
}

#[test]
fn who_is_writing_is_told() {
    let mut screen = with_anna();
    screen.state_mut().session.tell(Told::Typing(pb::TypingPush { user: ANNA, peer: ANNA }));
    screen.run();
    screen.get_by_label(EN.talk.typing_short);
}

#[test]
fn without_a_link_it_is_said_and_counted_down() {
    let mut screen = with_anna();
    screen.state_mut().disconnect();
    screen.run_steps(2);
    screen.get_by_label_contains("Next try in 20 s");
    screen.state_mut().env.now_ms += 5_000;
    screen.run_steps(2);
    screen.get_by_label_contains("Next try in 15 s");
    screen.get_by_label(EN.link.banner_retry_now).click();
    screen.run_steps(2);
    assert!(screen.state().wishes.contains(&Wish::Reconnect));
}
