//! The left side: conversations, contacts, and what is found.

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use longlink_client::pb;
use longlink_desktop::words::{EN, Language, ZH};
use longlink_desktop_core::model::{Asking, Item, Told, Wish};

use crate::stage::{ANNA, BOB, GROUP, ME, Screen, Stage, click, contact, entry, press, screen, type_into};

fn with_news() -> Screen {
    let mut stage = Stage::among_friends(Language::English);
    let mut to_me = entry(3, BOB, GROUP, "@me look");
    to_me.mentions = vec![ME];
    stage.session.tell(Told::Entries(vec![entry(1, ANNA, ME, "hello"), entry(2, ANNA, ME, "are you there?"), to_me]));
    screen(stage)
}

#[test]
fn a_conversation_has_its_last_word_and_what_is_unread() {
    let screen = with_news();
    screen.get_by_label("anna, 2 unread messages, are you there?, 09:32");
    screen.get_by_label("Friends, 1 unread message, you were mentioned, bob: @me look, 09:33");
    screen.get_by_label("Everyone, All who have an account here");
}

#[test]
fn a_click_opens_a_conversation() {
    let mut screen = with_news();
    screen.get_by_label_contains("anna, 2").click();
    screen.run();
    assert_eq!(screen.state().session.thread.as_ref().map(|thread| thread.peer), Some(ANNA));
    assert!(screen.get_by_label("Message to anna").is_focused());
}

#[test]
fn a_conversation_is_pinned_and_muted_by_its_menu() {
    let mut screen = with_news();
    screen.get_by_label_contains("anna, 2").click_secondary();
    screen.run();
    click(&mut screen, EN.talk.pin);
    assert!(screen.state().session.talks.get(ANNA).is_some_and(|talk| talk.is_pinned));
    screen.get_by_label_contains("anna, 2").click_secondary();
    screen.run();
    click(&mut screen, EN.talk.mute);
    screen.get_by_label("anna, 2 unread messages, Pinned, Muted, are you there?, 09:32");
    assert_eq!(screen.state().session.talks.at(0).map(|talk| talk.peer), Some(ANNA));
}

#[test]
fn names_are_found_at_once_and_messages_below_them() {
    let mut screen = with_news();
    type_into(&mut screen, EN.list.search, "hel");
    assert!(screen.query_by_label_contains("anna, 2").is_none());
    screen.state_mut().env.now_ms += 1_000;
    screen.run();
    assert!(screen.state().wishes.contains(&Wish::Search { query: "hel".to_owned() }));
    let hits = vec![(ANNA, Item::of(&entry(1, ANNA, ME, "hello")))];
    screen.state_mut().session.tell(Told::Found { query: "hel".to_owned(), hits });
    screen.run();
    screen.get_by_label(EN.list.messages_found);
    screen.get_by_label("anna, hello, 09:31").click();
    screen.run();
    let load = screen.state().wishes.iter().rev().find_map(|wish| match wish {
        Wish::Load { peer, before, .. } => Some((*peer, *before)),
        _ => None,
    });
    assert_eq!(load, Some((ANNA, 2)));
    screen.get_by_label(EN.list.search).focus();
    screen.run();
    press(&mut screen, Key::Escape);
    assert_eq!(screen.get_by_label(EN.list.search).value().as_deref(), Some(""));
    type_into(&mut screen, EN.list.search, "frien");
    screen.get_by_label_contains("Friends, 1 unread");
}

#[test]
fn who_asks_to_be_a_contact_is_answered_in_the_list() {
    let mut stage = Stage::among_friends(Language::English);
    let asks = pb::Contact { greeting: "it is me".to_owned(), ..contact(BOB, "bob", pb::ContactState::Asks) };
    stage.session.tell(Told::Contact(asks));
    let mut screen = screen(stage);
    click(&mut screen, "Contacts (1)");
    screen.get_by_label(EN.contact.requests);
    screen.get_by_label("bob, it is me");
    click(&mut screen, EN.contact.accept);
    let answered = screen.state().wishes.iter().any(|wish| {
        matches!(wish, Wish::Ask { asking: Asking::ContactAnswer(answer), .. } if answer.user == BOB && answer.accept)
    });
    assert!(answered);
}

#[test]
fn all_of_it_is_there_in_chinese() {
    let mut stage = Stage::among_friends(Language::Chinese);
    stage.session.tell(Told::Entries(vec![entry(1, ANNA, ME, "你好")]));
    stage.open(ANNA, &[entry(1, ANNA, ME, "你好")]);
    let screen = screen(stage);
    for words in [
        ZH.list.conversations,
        ZH.contact.all,
        ZH.link.status_online,
        ZH.talk.begin,
        "今天",
        "发给 anna 的消息",
        "你好",
    ] {
        assert!(screen.query_by_label(words).is_some(), "{words}");
    }
}
