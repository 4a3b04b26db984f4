//! The list of conversations: its order, what is unread, and what the server tells of it.

use longlink_client::Code;
use longlink_client::pb;
use longlink_desktop_core::model::{AnswerError, Answered, AskState, Asking, NewMessage, Opened, Talk, Told, Wish};

use super::support::*;

fn conversations(asking: &Asking) -> Option<pb::ConversationsRequest> {
    match asking {
        Asking::Conversations(request) => Some(*request),
        _ => None,
    }
}

fn settings(asking: &Asking) -> Option<pb::ConversationSetRequest> {
    match asking {
        Asking::ConversationSet(request) => Some(*request),
        _ => None,
    }
}

fn page(conversations: Vec<pb::Conversation>, next: i64) -> Answered {
    Answered::Conversations(pb::ConversationsReply { conversations, more: next > 0, next, ..Default::default() })
}

#[test]
fn the_latest_stands_first_and_what_is_pinned_before_all() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a"), text(2, BEN, ME, "b"), text(3, ANNA, GROUP, "g")]);
    assert_eq!(stage.list(), [GROUP, BEN, ANNA]);
    stage.session.set_pinned(ANNA, true);
    assert_eq!(stage.list(), [ANNA, GROUP, BEN]);
    stage.entries([text(4, BEN, ME, "b")]);
    assert_eq!(stage.list(), [ANNA, BEN, GROUP]);
    assert_eq!(stage.session.talks.line_of(BEN), Some(1));
    assert_eq!(stage.session.talks.at(2).unwrap().peer, GROUP);
}

#[test]
fn unread_is_what_others_said_behind_the_mark() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, GROUP, "one"), event(2, ANNA, GROUP, of_kind(pb::GroupEventKind::Joined, &[BEN]))]);
    stage.entries([pb::Entry { mentions: vec![ME], ..text(3, BEN, GROUP, "@me") }]);
    stage.entries([pb::Entry { mentions: vec![0], ..text(4, BEN, GROUP, "@all") }, recall(5, BEN, GROUP, 4)]);
    // A recall takes nothing from what is counted: that is the server's to say.
    assert_eq!(stage.unread(GROUP), (3, 2));
    stage.entries([text(6, ME, GROUP, "who writes has read")]);
    assert_eq!(stage.unread(GROUP), (0, 0));
    stage.entries([text(7, ANNA, GROUP, "next")]);
    assert_eq!(stage.unread(GROUP), (1, 0));
}

#[test]
fn what_the_server_counted_and_what_came_since_are_added_up_once() {
    let mut stage = Stage::online(10);
    stage.entries([text(11, ANNA, ME, "a"), text(12, ANNA, ME, "b")]);
    stage.pass(300);
    let (ticket, request) = stage.asked(conversations);
    assert_eq!((request.before, request.limit), (13, 1), "a new one is asked for by itself");
    stage.entries([text(13, ANNA, ME, "c")]);
    stage.answer(ticket, page(vec![conversation(ANNA, text(12, ANNA, ME, "b"), 40, 3)], 0));
    assert_eq!(stage.unread(ANNA), (41, 0));
    assert_eq!(stage.session.talks.get(ANNA).unwrap().read_up_to, 3);
}

#[test]
fn the_whole_list_is_read_at_the_first_login() {
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::default()));
    stage.connect(100, 100);
    let (ticket, request) = stage.asked(conversations);
    assert_eq!(request.before, 0);
    stage.answer(ticket, page(vec![conversation(ANNA, text(90, ANNA, ME, "a"), 1, 80)], 90));
    let (ticket, request) = stage.asked(conversations);
    assert_eq!(request.before, 90);
    stage.answer(ticket, page(vec![conversation(BEN, text(50, BEN, ME, "b"), 0, 50)], 0));
    assert!(stage.all_asked(conversations).is_empty());
    assert!(stage.wishes().contains(&Wish::KeepListWhole(true)));
    assert_eq!(stage.list(), [ANNA, BEN]);
}

#[test]
fn later_only_so_much_of_the_list_is_read_as_may_have_changed() {
    let talk = |peer, place, unread| Talk {
        last: items([text(place, peer, ME, "words")]).pop(),
        counted: longlink_desktop_core::model::Counted { unread, mentions: 0, up_to: place },
        rank: place,
        ..Talk::new(peer)
    };
    let opened = |unread| Opened {
        user_id: ME,
        talks: vec![talk(ANNA, 90, 0), talk(BEN, 50, unread)],
        is_list_whole: true,
        ..Opened::default()
    };
    for unread in [0, 2] {
        let mut stage = Stage::new();
        stage.tell(Told::Opened(Box::new(opened(unread))));
        stage.connect(100, 100);
        let (ticket, _) = stage.asked(conversations);
        stage.answer(ticket, page(vec![conversation(ANNA, text(90, ANNA, ME, "words"), 0, 90)], 90));
        // What is unread may have been read on another device meanwhile.
        assert_eq!(stage.all_asked(conversations).len(), usize::from(unread > 0), "{unread} unread further down");
    }
}

#[test]
fn who_it_is_comes_with_the_list() {
    let mut stage = Stage::new();
    stage.tell(Told::Opened(Box::default()));
    stage.connect(100, 100);
    let (ticket, _) = stage.asked(conversations);
    let of_anna = pb::Conversation {
        who: Some(pb::conversation::Who::User(user(ANNA, "anna"))),
        ..conversation(ANNA, text(9, ANNA, ME, "a"), 0, 9)
    };
    let of_group = pb::Conversation {
        who: Some(pb::conversation::Who::Group(group(GROUP, "friends", pb::GroupRole::Admin))),
        ..conversation(GROUP, text(8, ANNA, GROUP, "g"), 0, 8)
    };
    stage.answer(ticket, page(vec![of_anna, of_group], 0));
    assert_eq!(stage.session.name_of(ANNA), longlink_desktop_core::model::Name::Text("anna"));
    assert_eq!(stage.session.name_of(GROUP), longlink_desktop_core::model::Name::Text("friends"));
    assert!(stage.session.groups.is_admin(GROUP));
}

#[test]
fn pinning_is_seen_at_once_and_taken_back_when_it_is_refused() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a"), text(2, BEN, ME, "b")]);
    let ticket = stage.session.set_pinned(ANNA, true);
    assert_eq!(stage.list(), [ANNA, BEN]);
    assert_eq!(stage.session.asks.state(ticket), Some(AskState::Asking));
    let (asked, request) = stage.asked(settings);
    assert_eq!(asked, ticket);
    assert_eq!(request.settings, Some(pb::ConversationSettings { pinned: true, muted: false }));
    stage.fail(ticket, AnswerError::Refused { code: Code::TooLarge, message: String::new() });
    assert_eq!(stage.list(), [BEN, ANNA]);
    assert_eq!(stage.session.asks.state(ticket).unwrap().code(), Some(Code::TooLarge));
}

#[test]
fn a_list_from_before_a_setting_does_not_undo_it() {
    let mut stage = Stage::online(10);
    stage.entries([text(11, ANNA, ME, "a")]);
    stage.settle();
    stage.tell(Told::Disconnected { why: longlink_client::Broken::Gone, retry_in: std::time::Duration::ZERO });
    stage.connect(11, 11);
    let (ticket, _) = stage.asked(conversations);
    stage.session.set_muted(ANNA, true);
    stage.answer(ticket, page(vec![conversation(ANNA, text(11, ANNA, ME, "a"), 1, 0)], 0));
    assert!(stage.session.talks.get(ANNA).unwrap().is_muted);
    assert_eq!(stage.asked(conversations).1.before, 0, "it is asked for once more");
}

#[test]
fn what_another_device_set_holds_here() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a"), text(2, BEN, ME, "b")]);
    let settings = Some(pb::ConversationSettings { pinned: true, muted: true });
    stage.tell(Told::Conversation(pb::ConversationPush { peer: ANNA, settings }));
    let talk = stage.session.talks.at(0).unwrap();
    assert_eq!((talk.peer, talk.is_pinned, talk.is_muted), (ANNA, true, true));
}

#[test]
fn the_sum_leaves_out_what_is_muted_but_not_its_mentions() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a"), text(2, ANNA, ME, "b"), text(3, BEN, ME, "c")]);
    assert_eq!((stage.session.unread().messages, stage.session.unread().talks), (3, 2));
    stage.session.set_muted(ANNA, true);
    assert_eq!((stage.session.unread().messages, stage.session.unread().talks), (1, 1));
    stage.entries([pb::Entry { mentions: vec![ME], ..text(4, ANNA, ME, "@me") }]);
    assert_eq!((stage.session.unread().messages, stage.session.unread().mentions), (1, 1));
    stage.session.set_muted(ANNA, false);
    assert_eq!(stage.session.unread().messages, 4);
    assert_eq!(stage.session.unread().to_string(), "4");
}

#[test]
fn a_draft_is_kept_brings_its_conversation_up_and_goes_with_the_message() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a"), text(2, BEN, ME, "b")]);
    stage.session.set_draft(ANNA, "well");
    assert_eq!(stage.list(), [ANNA, BEN]);
    stage.session.set_draft(77, "to somebody new");
    assert!(stage.list().contains(&77));
    stage.session.set_draft(77, "");
    assert!(!stage.list().contains(&77), "nothing was said there");
    stage.session.send(ANNA, NewMessage::text("well, hello")).unwrap();
    assert_eq!(stage.session.talks.get(ANNA).unwrap().draft, "");
}

#[test]
fn an_unread_count_that_only_the_server_knows_is_asked_for() {
    let mut stage = Stage::online(100);
    stage.tell(Told::Entries(vec![text(101, ANNA, ME, "new")]));
    stage.settle();
    stage.pass(300);
    let (ticket, _) = stage.asked(conversations);
    stage.answer(ticket, page(vec![conversation(ANNA, text(101, ANNA, ME, "new"), 30, 5)], 0));
    assert_eq!(stage.unread(ANNA), (30, 0));
    // Read on another device, up to the midst of what was counted.
    stage.tell(Told::Receipt(pb::ReceiptPush { reader: ME, peer: ANNA, up_to: 50, delivered_up_to: 0 }));
    stage.pass(300);
    assert_eq!(stage.asked(conversations).1.before, 102);
    // Up to the end there is nothing to ask.
    stage.tell(Told::Receipt(pb::ReceiptPush { reader: ME, peer: ANNA, up_to: 101, delivered_up_to: 0 }));
    assert_eq!(stage.unread(ANNA), (0, 0));
}

#[test]
fn names_of_those_who_are_shown_are_asked_for_together() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, GROUP, "a"), text(2, BEN, ME, "b")]);
    stage.settle();
    stage.session.shown([GROUP, BEN]);
    stage.session.shown([GROUP, BEN]);
    stage.pass(20);
    let (_, ids) = stage.asked(|asking| match asking {
        Asking::Users(request) => Some(request.ids.clone()),
        _ => None,
    });
    assert_eq!(ids, [ANNA, BEN]);
}

#[test]
fn of_two_settings_the_second_waits_for_the_first_and_has_the_last_word() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "a")]);
    let first = stage.session.set_pinned(ANNA, true);
    let second = stage.session.set_muted(ANNA, true);
    let third = stage.session.set_pinned(ANNA, false);
    assert_eq!(second, third, "what waits is one thing");
    let (ticket, request) = stage.asked(settings);
    assert_eq!((ticket, request.settings), (first, Some(pb::ConversationSettings { pinned: true, muted: false })));
    stage.answer(first, Answered::ConversationSet(pb::ConversationSetReply::default()));
    let (ticket, request) = stage.asked(settings);
    assert_eq!((ticket, request.settings), (second, Some(pb::ConversationSettings { pinned: false, muted: true })));
    stage.fail(second, AnswerError::Undecided);
    let talk = stage.session.talks.get(ANNA).unwrap();
    assert_eq!((talk.is_pinned, talk.is_muted), (true, false), "as it was set before");
    assert_eq!(stage.session.asks.state(second), Some(AskState::Failed(AnswerError::Undecided)));
    let ticket = stage.session.set_muted(ANNA, true);
    assert_eq!(stage.asked(settings).0, ticket, "and nothing is under way any more");
}
