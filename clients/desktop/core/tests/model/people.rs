//! Who people are, who is found, and who is there.

use longlink_client::{Code, pb};
use longlink_desktop_core::model::{AnswerError, Answered, AskState, Asking, Name, Seen, Told, Unfit, Wish};

use super::support::*;

fn users(asking: &Asking) -> Option<pb::UsersRequest> {
    match asking {
        Asking::Users(request) => Some(request.clone()),
        _ => None,
    }
}

fn finds(asking: &Asking) -> Option<pb::FindUsersRequest> {
    match asking {
        Asking::FindUsers(request) => Some(request.clone()),
        _ => None,
    }
}

fn presence(asking: &Asking) -> Option<Vec<i64>> {
    match asking {
        Asking::Presence(request) => Some(request.users.clone()),
        _ => None,
    }
}

fn contact(id: i64, state: pb::ContactState) -> pb::Contact {
    let mut contact = pb::Contact { user: Some(user(id, "somebody")), ..Default::default() };
    contact.set_state(state);
    contact
}

#[test]
fn names_that_are_missing_are_asked_for_a_hundred_at_a_time_and_once() {
    let mut stage = Stage::online(0);
    for id in 1..=150 {
        stage.session.want(id);
        stage.session.want(id);
    }
    assert_eq!(stage.session.wake_at_ms(), Some(NOON + 20));
    stage.pass(20);
    stage.pass(20);
    let asked: Vec<_> = stage.all_asked(users).into_iter().map(|(_, request)| request.ids.len()).collect();
    assert_eq!(asked, [100, 50]);
    stage.session.want(1);
    stage.pass(100);
    assert!(stage.all_asked(users).is_empty(), "it is under way");
}

#[test]
fn somebody_is_called_as_the_person_calls_them_then_as_they_call_themselves() {
    let mut stage = Stage::online(0);
    assert_eq!(stage.session.name_of(ANNA), Name::Unknown(ANNA));
    assert_eq!(stage.session.name_of(0), Name::Everyone);
    assert_eq!(stage.session.name_of(GROUP), Name::UnknownGroup(GROUP));
    assert_eq!(stage.session.name_of(ME), Name::Text("me"));
    let anna = |nickname: &str, alias: &str| {
        let user = pb::User { nickname: nickname.into(), ..user(ANNA, "anna") };
        pb::Contact { user: Some(user), alias: alias.into(), ..contact(ANNA, pb::ContactState::Contact) }
    };
    stage.tell(Told::Contact(anna("", "")));
    assert_eq!(stage.session.name_of(ANNA), Name::Text("anna"));
    stage.tell(Told::Contact(anna("Anna B.", "")));
    assert_eq!(stage.session.name_of(ANNA), Name::Text("Anna B."));
    stage.tell(Told::Contact(anna("Anna B.", "sis")));
    assert_eq!(
        (stage.session.name_of(ANNA), stage.session.own_name_of(ANNA)),
        (Name::Text("sis"), Name::Text("Anna B."))
    );
    let gone = pb::User { id: BEN, deleted: true, ..Default::default() };
    stage.tell(Told::Contact(pb::Contact { user: Some(gone), ..contact(BEN, pb::ContactState::Contact) }));
    assert_eq!(stage.session.name_of(BEN), Name::Deleted(BEN));
}

#[test]
fn people_are_found_by_how_their_names_begin_a_page_at_a_time() {
    let mut stage = Stage::online(0);
    let ticket = stage.session.find_people(" an ");
    let (asked, request) = stage.asked(finds);
    assert_eq!((asked, request.prefix.as_str(), request.after.as_str()), (ticket, "an", ""));
    let first = pb::FindUsersReply { users: vec![user(ANNA, "anna")], more: true, ..Default::default() };
    stage.answer(ticket, Answered::FindUsers(first));
    assert_eq!(stage.session.people.is_listing, Some(true));
    let ticket = stage.session.find_more_people().unwrap();
    assert_eq!(stage.session.find_more_people(), None, "it is under way");
    assert_eq!(stage.asked(finds).1.after, "anna");
    stage.answer(
        ticket,
        Answered::FindUsers(pb::FindUsersReply { users: vec![user(20, "antje")], ..Default::default() }),
    );
    let found = &stage.session.people.found;
    assert_eq!((found.users.as_slice(), found.has_more, found.is_asking), (&[ANNA, 20][..], false, false));
}

#[test]
fn where_people_are_not_listed_a_whole_name_finds_somebody() {
    let mut stage = Stage::online(0);
    let ticket = stage.session.find_people("anna");
    stage.asked(finds);
    stage.fail(ticket, AnswerError::Refused { code: Code::NotAllowed, message: String::new() });
    assert_eq!(stage.session.asks.state(ticket), Some(AskState::Asking), "it goes on under the same ticket");
    let (asked, request) = stage.asked(users);
    assert_eq!((asked, request.names), (ticket, vec!["anna".to_owned()]));
    stage.answer(ticket, Answered::Users(pb::UsersReply { users: vec![user(ANNA, "anna")], ..Default::default() }));
    assert_eq!(stage.session.people.found.users, [ANNA]);
    assert_eq!(stage.session.people.is_listing, Some(false));
    assert_eq!(stage.session.asks.state(ticket), Some(AskState::Done));
}

#[test]
fn what_was_looked_for_before_does_not_come_into_what_is_looked_for_now() {
    let mut stage = Stage::online(0);
    let first = stage.session.find_people("a");
    stage.session.find_people("b");
    stage.answer(
        first,
        Answered::FindUsers(pb::FindUsersReply { users: vec![user(ANNA, "anna")], ..Default::default() }),
    );
    assert!(stage.session.people.found.users.is_empty() && stage.session.people.found.is_asking);
}

#[test]
fn presence_of_another_epoch_voids_all_of_before_and_is_asked_for_anew() {
    let mut stage = Stage::online(0);
    stage.tell(Told::Contact(contact(ANNA, pb::ContactState::Contact)));
    let (ticket, asked) = stage.asked(presence);
    assert_eq!(asked, [ANNA], "who has become a contact is asked for");
    let states = |user, online, last_seen_at_ms| vec![pb::Presence { user, online, last_seen_at_ms }];
    let reply = pb::PresenceReply { states: states(ANNA, true, 0), epoch: 1, ..Default::default() };
    stage.answer(ticket, Answered::Presence(reply));
    assert!(stage.session.presence.is_online(ANNA));
    stage.tell(Told::Presence(pb::PresencePush { states: states(ANNA, false, NOON), epoch: 1 }));
    assert_eq!(stage.session.presence.of(ANNA), Some(Seen { is_online: false, last_seen_at_ms: NOON }));
    assert!(stage.all_asked(presence).is_empty());
    stage.tell(Told::Presence(pb::PresencePush { states: states(BEN, true, 0), epoch: 2 }));
    assert_eq!(stage.session.presence.of(ANNA), None);
    assert!(stage.session.presence.is_online(BEN));
    assert_eq!(stage.asked(presence).1, [ANNA]);
}

#[test]
fn of_who_begins_to_hide_nothing_is_known() {
    let mut stage = Stage::online(0);
    let state = |online| vec![pb::Presence { user: ANNA, online, last_seen_at_ms: 0 }];
    stage.tell(Told::Presence(pb::PresencePush { states: state(true), epoch: 1 }));
    stage.tell(Told::Presence(pb::PresencePush { states: state(false), epoch: 1 }));
    assert_eq!(stage.session.presence.of(ANNA), None);
}

#[test]
fn the_own_profile_is_changed_in_what_is_named() {
    let mut stage = Stage::online(0);
    let change = pb::ProfileSetRequest { nickname: Some("Mia".into()), ..Default::default() };
    let ticket = stage.session.set_profile(change.clone()).unwrap();
    let (asked, request) = stage.asked(|asking| match asking {
        Asking::ProfileSet(request) => Some(request.clone()),
        _ => None,
    });
    assert_eq!((asked, request), (ticket, change));
    let me = pb::User { nickname: "Mia".into(), ..user(ME, "me") };
    let reply = pb::ProfileSetReply { user: Some(me), presence_hidden: true, ..Default::default() };
    stage.answer(ticket, Answered::ProfileSet(reply));
    assert_eq!(stage.session.name_of(ME), Name::Text("Mia"));
    assert_eq!(stage.session.people.is_hidden, Some(true));
    let long = pb::ProfileSetRequest { nickname: Some("x".repeat(65)), ..Default::default() };
    assert_eq!(stage.session.set_profile(long), Err(Unfit::TooLong { length: 65, max: 64 }));
    let bell = pb::ProfileSetRequest { bio: Some("a\u{7}".into()), ..Default::default() };
    assert_eq!(stage.session.set_profile(bell), Err(Unfit::Control));
    let lines = pb::ProfileSetRequest { bio: Some("two\nlines".into()), ..Default::default() };
    assert!(stage.session.set_profile(lines).is_ok());
}

#[test]
fn a_picture_is_uploaded_and_then_set_under_one_ticket() {
    for group in [None, Some(GROUP)] {
        let mut stage = Stage::online(0);
        let ticket = stage.session.upload_picture(group, "/me.png".into());
        assert!(stage.wishes().contains(&Wish::UploadAvatar { ticket, path: "/me.png".into() }));
        stage.tell(Told::AvatarUploaded { ticket, outcome: Ok("ab".into()) });
        let (asked, hash) = stage.asked(|asking| match asking {
            Asking::ProfileSet(request) => request.avatar.clone(),
            Asking::GroupChange(request) => request.picture.clone(),
            _ => None,
        });
        assert_eq!((asked, hash.as_str()), (ticket, "ab"));
        assert_eq!(stage.session.asks.state(ticket), Some(AskState::Asking));
    }
}

#[test]
fn a_picture_that_is_refused_says_why() {
    let mut stage = Stage::online(0);
    let ticket = stage.session.upload_picture(None, "/me.png".into());
    let failure = longlink_desktop_core::model::Failure::refused(Code::TooLarge);
    stage.tell(Told::AvatarUploaded { ticket, outcome: Err(failure) });
    assert_eq!(stage.session.asks.state(ticket).unwrap().code(), Some(Code::TooLarge));
}

#[test]
fn passwords_are_checked_before_and_reach_no_log() {
    let mut stage = Stage::online(0);
    assert_eq!(stage.session.change_password("old", "short"), Err(Unfit::TooShort { length: 5, min: 8 }));
    let ticket = stage.session.change_password("old secret", "new secret").unwrap();
    let wishes = stage.wishes();
    assert!(!format!("{wishes:?}").contains("secret"));
    stage.fail(ticket, AnswerError::Refused { code: Code::WrongCredentials, message: String::new() });
    assert_eq!(stage.session.asks.state(ticket).unwrap().code(), Some(Code::WrongCredentials));
    let ticket = stage.session.delete_account("new secret");
    assert!(!format!("{:?}", stage.wishes()).contains("secret"));
    stage.answer(ticket, Answered::DeleteAccount(pb::DeleteAccountReply::default()));
    assert_eq!(stage.session.asks.state(ticket), Some(AskState::Done));
}
