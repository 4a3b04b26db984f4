//! Contacts and blocks.

use longlink_client::pb::{self, ContactState};
use longlink_desktop_core::model::{Answered, Asking, Told, Unfit, Wish};

use super::support::*;

fn contact(id: i64, state: ContactState) -> pb::Contact {
    let mut contact = pb::Contact { user: Some(user(id, "somebody")), ..Default::default() };
    contact.set_state(state);
    contact
}

fn lists(asking: &Asking) -> Option<i64> {
    match asking {
        Asking::ContactList(request) => Some(request.after),
        _ => None,
    }
}

#[test]
fn all_pages_of_contacts_take_the_place_of_what_was_known() {
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::new(longlink_desktop_core::model::Opened {
        contacts: vec![contact(3, ContactState::Contact)],
        ..Default::default()
    })));
    assert!(stage.session.contacts.is_contact(3));
    stage.connect(0, 0);
    let (ticket, after) = stage.asked(lists);
    assert_eq!(after, 0);
    let page = |contacts, more| Answered::ContactList(pb::ContactListReply { contacts, more, ..Default::default() });
    stage.answer(ticket, page(vec![contact(ANNA, ContactState::Contact)], true));
    let (ticket, after) = stage.asked(lists);
    assert_eq!(after, ANNA);
    // Told while the list is on its way, it is newer than that.
    stage.tell(Told::Contact(contact(20, ContactState::Asks)));
    stage.answer(ticket, page(vec![contact(BEN, ContactState::Asked)], false));
    let contacts = &stage.session.contacts;
    assert_eq!(
        [3, ANNA, BEN, 20].map(|id| contacts.state(id)),
        [ContactState::None, ContactState::Contact, ContactState::Asked, ContactState::Asks]
    );
    assert!(stage.wishes().iter().any(|wish| matches!(wish, Wish::KeepContacts(all) if all.len() == 3)));
}

#[test]
fn asking_accepting_noting_and_ending_change_what_the_answer_says() {
    let mut stage = Stage::online(0);
    let ticket = stage.session.ask_contact(ANNA, "it's me").unwrap();
    let set = |asking: &Asking| match asking {
        Asking::ContactSet(request) => Some(request.clone()),
        _ => None,
    };
    assert_eq!(stage.asked(set).1.greeting, "it's me");
    let answer = |contact| Answered::ContactSet(pb::ContactSetReply { contact: Some(contact), ..Default::default() });
    stage.answer(ticket, answer(contact(ANNA, ContactState::Asked)));
    assert_eq!(stage.session.contacts.state(ANNA), ContactState::Asked);
    stage.tell(Told::Contact(contact(ANNA, ContactState::Contact)));
    let ticket = stage.session.note_contact(ANNA, " sis ", "").unwrap();
    assert_eq!(stage.asked(set).1.alias, "sis");
    stage.answer(ticket, answer(pb::Contact { alias: "sis".into(), ..contact(ANNA, ContactState::Contact) }));
    assert_eq!(stage.session.contacts.alias(ANNA), Some("sis"));
    let ticket = stage.session.remove_contact(ANNA);
    stage.answer(ticket, Answered::ContactRemove(pb::ContactRemoveReply::default()));
    assert_eq!(stage.session.contacts.state(ANNA), ContactState::None);
    stage.tell(Told::Contact(contact(BEN, ContactState::Asks)));
    let ticket = stage.session.answer_contact(BEN, false);
    stage.answer(ticket, Answered::ContactAnswer(pb::ContactAnswerReply::default()));
    assert_eq!(stage.session.contacts.state(BEN), ContactState::None);
}

#[test]
fn an_alias_is_kept_when_somebody_is_asked_again() {
    let mut stage = Stage::online(0);
    stage.tell(Told::Contact(pb::Contact {
        alias: "sis".into(),
        remark: "old".into(),
        ..contact(ANNA, ContactState::Asks)
    }));
    stage.session.ask_contact(ANNA, "").unwrap();
    let (_, request) = stage.asked(|asking| match asking {
        Asking::ContactSet(request) => Some(request.clone()),
        _ => None,
    });
    assert_eq!((request.alias.as_str(), request.remark.as_str()), ("sis", "old"));
}

#[test]
fn what_is_too_long_to_be_noted_is_not_asked() {
    let mut stage = Stage::online(0);
    let long = |length: usize| "x".repeat(length);
    assert_eq!(stage.session.ask_contact(ANNA, &long(201)), Err(Unfit::TooLong { length: 201, max: 200 }));
    assert_eq!(stage.session.note_contact(ANNA, &long(65), ""), Err(Unfit::TooLong { length: 65, max: 64 }));
    assert_eq!(stage.session.note_contact(ANNA, "", &long(501)), Err(Unfit::TooLong { length: 501, max: 500 }));
    assert_eq!(stage.session.note_contact(ANNA, "a\nb", ""), Err(Unfit::Control));
}

#[test]
fn whom_one_has_blocked_is_known_once_it_was_asked_for_and_kept_right() {
    let mut stage = Stage::online(0);
    assert_eq!(stage.session.contacts.blocked, None);
    stage.session.ask_blocks();
    let blocks = |asking: &Asking| match asking {
        Asking::BlockList(request) => Some(request.after),
        _ => None,
    };
    let (ticket, _) = stage.asked(blocks);
    let page =
        |id, more| Answered::BlockList(pb::BlockListReply { users: vec![user(id, "x")], more, ..Default::default() });
    stage.answer(ticket, page(ANNA, true));
    let (ticket, after) = stage.asked(blocks);
    assert_eq!(after, ANNA);
    stage.answer(ticket, page(BEN, false));
    assert!(stage.session.contacts.is_blocked(ANNA) && stage.session.contacts.is_blocked(BEN));
    let ticket = stage.session.block(ANNA, false);
    stage.answer(ticket, Answered::Block(pb::BlockReply::default()));
    assert!(!stage.session.contacts.is_blocked(ANNA));
    assert_eq!(stage.all_asked(lists).len(), 1, "what it did to being contacts is asked for");
}

#[test]
fn a_list_of_blocks_that_was_read_before_a_block_does_not_undo_it() {
    let mut stage = Stage::online(0);
    let block = stage.session.block(ANNA, true);
    let list = stage.session.ask_blocks();
    stage.answer(block, Answered::Block(pb::BlockReply::default()));
    stage.answer(list, Answered::BlockList(pb::BlockListReply::default()));
    assert!(stage.session.contacts.is_blocked(ANNA));
}
