//! The link: how it comes and goes, and what is done when it does.

use std::time::Duration;

use longlink_client::{Broken, CloseReason, Code, Ended, Refused, Secret, pb};
use longlink_desktop_core::model::{Asking, LinkState, Opened, Talk, Told, Wish};

use super::support::*;

fn asks(stage: &mut Stage) -> Vec<String> {
    let name = |asking: &Asking| Some(format!("{asking:?}").split('(').next().unwrap().to_owned());
    let mut names: Vec<_> = stage.all_asked(name).into_iter().map(|(_, name)| name).collect();
    names.sort();
    names
}

#[test]
fn after_each_login_it_asks_for_the_states_that_nobody_makes_up_for() {
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::default()));
    assert_eq!(stage.session.link, LinkState::Connecting);
    stage.connect(0, 0);
    assert!(stage.session.link.is_online());
    assert_eq!(asks(&mut stage), ["ContactList", "Conversations", "GroupList", "ProfileSet"]);
}

#[test]
fn contacts_are_asked_for_whether_they_are_there_once_they_are_known() {
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::default()));
    stage.connect(0, 0);
    let (ticket, _) = stage.asked(|asking| matches!(asking, Asking::ContactList(_)).then_some(()));
    let contacts = (1..=600).map(|id| {
        let mut contact = pb::Contact { user: Some(user(id, "somebody")), ..Default::default() };
        contact.set_state(pb::ContactState::Contact);
        contact
    });
    let reply = pb::ContactListReply { contacts: contacts.collect(), ..Default::default() };
    stage.answer(ticket, longlink_desktop_core::model::Answered::ContactList(reply));
    let asked = stage.all_asked(|asking| match asking {
        Asking::Presence(request) => Some(request.users.len()),
        _ => None,
    });
    assert_eq!(asked.into_iter().map(|(_, count)| count).collect::<Vec<_>>(), [500, 100]);
}

#[test]
fn a_link_that_is_lost_says_why_and_when_it_comes_back() {
    let mut stage = Stage::online(0);
    stage.tell(Told::Presence(pb::PresencePush {
        states: vec![pb::Presence { user: ANNA, online: true, last_seen_at_ms: 0 }],
        epoch: 1,
    }));
    assert!(stage.session.presence.is_online(ANNA));
    stage.tell(Told::Disconnected { why: Broken::Silent, retry_in: Duration::from_secs(3) });
    let expected = LinkState::Away { why: Broken::Silent, retry_at_ms: NOON + 3_000, was_online: true };
    assert_eq!(stage.session.link, expected);
    assert!(!stage.session.presence.is_online(ANNA), "nothing is known of anybody");
    stage.session.reconnect();
    assert!(stage.wishes().contains(&Wish::Reconnect));
    stage.tell(Told::Connecting);
    assert_eq!(stage.session.link, LinkState::Connecting);
}

#[test]
fn only_an_end_that_a_password_mends_asks_for_one() {
    let login = |code| Ended::LoginRefused(Refused::new(code, ""));
    let stopped = |reason: CloseReason| Ended::Stopped { number: reason.into(), message: String::new() };
    let cases = [
        (login(Code::BadToken), true),
        (login(Code::WrongCredentials), true),
        (login(Code::Disabled), true),
        (login(Code::NotAllowed), false),
        (stopped(CloseReason::LoggedOut), true),
        (stopped(CloseReason::AccountEnded), true),
        (stopped(CloseReason::Replaced), false),
        (stopped(CloseReason::TooManyLogins), false),
        (Ended::Closed, false),
    ];
    for (why, expected) in cases {
        let mut stage = Stage::online(0);
        stage.tell(Told::Ended(why.clone()));
        assert_eq!(stage.session.link, LinkState::Ended { why, must_log_in: expected });
    }
}

#[test]
fn what_is_encrypted_waits_for_its_passphrase() {
    let mut stage = Stage::new();
    stage.tell(Told::Locked { is_wrong: false });
    assert_eq!(stage.session.link, LinkState::Locked { is_wrong: false });
    stage.session.unlock("open sesame");
    let wishes = stage.wishes();
    assert_eq!(wishes, [Wish::Unlock { passphrase: Secret::from("open sesame") }]);
    assert!(!format!("{wishes:?}").contains("sesame"), "it reaches no log");
    stage.tell(Told::Locked { is_wrong: true });
    assert_eq!(stage.session.link, LinkState::Locked { is_wrong: true });
    stage.tell(Told::Opened(Box::new(Opened { is_encrypted: true, ..Opened::default() })));
    assert!(stage.session.is_encrypted);
    stage.session.encrypt("");
    stage.tell(Told::Encrypted(Ok(false)));
    assert!(!stage.session.is_encrypted);
    stage.tell(Told::Encrypted(Err("disk full".into())));
    assert_eq!(stage.session.encrypting_failed.as_deref(), Some("disk full"));
}

#[test]
fn what_was_kept_is_shown_before_there_is_a_link() {
    let mut stage = Stage::new();
    let talk = Talk { last: items([text(4, ANNA, ME, "kept")]).pop(), rank: 4, ..Talk::new(ANNA) };
    let opened = Opened { user_id: ME, users: vec![user(ANNA, "anna")], talks: vec![talk], ..Opened::default() };
    stage.tell(Told::Opened(Box::new(opened)));
    assert_eq!(stage.list(), [ANNA]);
    stage.open(ANNA, items([text(4, ANNA, ME, "kept")]), true);
    assert_eq!(stage.shown_texts(), ["kept"]);
    assert!(stage.wishes().is_empty(), "nothing has changed, and there is nobody to ask");
}

#[test]
fn another_log_leaves_nothing_of_the_one_before() {
    let mut stage = Stage::online(0);
    let mut contact = pb::Contact { user: Some(user(BEN, "ben")), ..Default::default() };
    contact.set_state(pb::ContactState::Contact);
    stage.tell(Told::Contact(contact));
    stage.entries([text(1, ANNA, ME, "old"), text(900, ANNA, GROUP, "old")]);
    stage.open(ANNA, items([text(1, ANNA, ME, "old")]), false);
    stage.tell(Told::StartOver);
    assert!(stage.list().is_empty());
    assert!(stage.shown().is_empty());
    assert_eq!(stage.session.people.get(BEN), None);
    assert_eq!(stage.session.contacts.get(BEN), None);
    assert_eq!(stage.session.unread().messages, 0);
    stage.connect(0, 3);
    stage.settle();
    // The numbers begin anew.
    stage.entries([text(1, BEN, ME, "new")]);
    assert_eq!(stage.list(), [BEN]);
}

#[test]
fn a_disk_that_fails_is_told_and_the_rest_goes_on() {
    let mut stage = Stage::online(0);
    stage.tell(Told::StoreFailed("no space left on device".into()));
    stage.entries([text(1, ANNA, ME, "still here")]);
    assert_eq!(stage.session.store_failure.as_deref(), Some("no space left on device"));
    assert_eq!(stage.list(), [ANNA]);
}

#[test]
fn logging_out_is_wished_with_what_becomes_of_what_is_kept() {
    let mut stage = Stage::online(0);
    stage.session.log_out(true);
    assert!(stage.wishes().contains(&Wish::LogOut { forget: true }));
}

#[test]
fn what_was_kept_may_be_damaged_and_opened_anew_while_it_goes_on() {
    let mut stage = Stage::online(10);
    let message = longlink_desktop_core::model::NewMessage::text("on its way");
    stage.session.send(ANNA, message).unwrap();
    let outbox = stage.take(|wish| match wish {
        Wish::Send(outgoing) => Some(outgoing.clone()),
        _ => None,
    });
    stage.open(ANNA, items([text(9, ANNA, ME, "kept")]), false);
    stage.session.ask_members(GROUP);
    stage.session.want_avatar("aa");
    let opened = Opened { user_id: ME, outbox, set_aside: Some("/damaged.db".into()), ..Opened::default() };
    stage.wishes();
    stage.tell(Told::Opened(Box::new(opened)));
    assert_eq!(stage.session.set_aside.as_deref(), Some(std::path::Path::new("/damaged.db")));
    assert!(!stage.session.groups.members(GROUP).unwrap().is_asking, "nobody will answer that any more");
    stage.connect(10, 10);
    assert!(asks(&mut stage).contains(&"Conversations".to_owned()), "the list comes anew");
    stage.load(ANNA, items([text(9, ANNA, ME, "read again")]), false);
    assert_eq!(stage.shown_texts(), ["read again", "on its way"]);
    stage.session.want_avatar("aa");
    assert!(stage.wishes().iter().any(|wish| matches!(wish, Wish::Download { .. })));
}
