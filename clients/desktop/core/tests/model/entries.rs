//! Entries: each once, in its conversation, as what it is.

use longlink_client::pb;
use longlink_desktop_core::model::{Content, Wish};

use super::support::*;

#[test]
fn an_entry_comes_once_however_often_it_is_told() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    stage.entries([text(11, ANNA, ME, "hello"), text(12, ANNA, ME, "again")]);
    stage.entries([text(11, ANNA, ME, "hello"), text(12, ANNA, ME, "again")]);
    assert_eq!(stage.shown(), [(11, "hello".into()), (12, "again".into())]);
    assert_eq!(stage.unread(ANNA), (2, 0));
}

#[test]
fn an_entry_stands_in_the_conversation_of_whom_it_is_to() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "to me"), text(2, ME, BEN, "from me"), text(3, BEN, GROUP, "to a group")]);
    stage.entries([text(4, ANNA, 0, "to everyone"), text(5, ME, ME, "to myself")]);
    let lasts: Vec<_> =
        stage.session.talks.iter().map(|talk| (talk.peer, words(talk.last.as_ref().unwrap()))).collect();
    let expected = [(ME, "to myself"), (0, "to everyone"), (GROUP, "to a group"), (BEN, "from me"), (ANNA, "to me")];
    assert_eq!(lasts, expected.map(|(peer, words)| (peer, words.to_owned())));
}

#[test]
fn what_another_device_wrote_joins_what_waits_here_under_the_same_name() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    let id = stage.session.send(ANNA, longlink_desktop_core::model::NewMessage::text("hello")).unwrap();
    assert_eq!(stage.shown(), [(0, "hello".into())]);
    stage.entries([pb::Entry { client_msg_id: id.clone(), ..text(11, ME, ANNA, "hello") }]);
    assert_eq!(stage.shown(), [(11, "hello".into())]);
    assert!(stage.session.outbox.is_empty());
    stage.tell(longlink_desktop_core::Told::Kept { client_msg_id: id, queue_id: 11, sent_at_ms: NOON });
    assert_eq!(stage.shown(), [(11, "hello".into())], "the answer that comes late adds nothing");
}

#[test]
fn an_edit_changes_the_message_where_it_is_shown_and_in_the_list() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, items([text(9, ANNA, ME, "first")]), false);
    stage.entries([text(11, ANNA, ME, "helo"), edit(12, ANNA, ME, 11, "hello"), edit(13, ANNA, ME, 9, "First")]);
    assert_eq!(stage.shown(), [(9, "First".into()), (11, "hello".into())]);
    let talk = stage.session.talks.get(ANNA).unwrap();
    assert_eq!(words(talk.last.as_ref().unwrap()), "hello");
    assert_eq!((talk.rank, talk.unread()), (11, 1), "it is no message, and moves nothing up");
    assert_eq!(stage.session.thread.as_ref().unwrap().items[1].changed_by, 12);
}

#[test]
fn a_recall_leaves_its_place_and_takes_the_words() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    stage.entries([text(11, ANNA, ME, "oh no"), recall(12, ANNA, ME, 11), edit(13, ANNA, ME, 11, "too late")]);
    assert_eq!(stage.shown(), [(11, "(taken back)".into())]);
    assert!(stage.session.talks.get(ANNA).unwrap().last.as_ref().unwrap().is_recalled());
}

#[test]
fn an_older_change_does_not_undo_a_newer_one() {
    let mut stage = Stage::online(20);
    let newer = pb::Entry { changed_by: 15, ..text(9, ANNA, ME, "third") };
    stage.open(ANNA, items([newer]), false);
    // The log is told once more from an earlier place than the page was read at.
    let mut again = Stage::online(10);
    again.open(ANNA, items([pb::Entry { changed_by: 15, ..text(9, ANNA, ME, "third") }]), false);
    again.entries([edit(12, ANNA, ME, 9, "second")]);
    assert_eq!(again.shown(), [(9, "third".into())]);
}

#[test]
fn a_page_that_was_read_before_a_change_and_comes_after_it_is_brought_up_to_date() {
    let mut stage = Stage::online(10);
    stage.session.open(ANNA);
    stage.entries([edit(11, ANNA, ME, 9, "new words")]);
    stage.load(ANNA, items([text(9, ANNA, ME, "old words")]), false);
    assert_eq!(stage.shown(), [(9, "new words".into())]);
}

#[test]
fn an_unknown_type_is_shown_as_such() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, vec![], false);
    stage.entries([pb::Entry { content_type: 1_234, ..text(11, ANNA, ME, "?") }]);
    let broken = pb::Entry { content_type: pb::ContentType::Picture as u32, ..text(12, ANNA, ME, "\u{7f}no media") };
    stage.entries([broken]);
    assert_eq!(stage.shown_texts(), ["(type 1234)", "(type 2)"]);
    assert_eq!(stage.unread(ANNA), (2, 0));
}

#[test]
fn a_change_that_cannot_be_read_changes_nothing() {
    let mut stage = Stage::online(10);
    stage.open(ANNA, items([text(9, ANNA, ME, "words")]), false);
    let broken = pb::Entry { content: vec![0xff].into(), ..recall(11, ANNA, ME, 9) };
    stage.entries([broken]);
    assert_eq!(stage.shown(), [(9, "words".into())]);
}

#[test]
fn an_item_is_the_same_after_it_was_kept_as_an_entry() {
    let media = pb::Media { hash: "aa".into(), name: "a.png".into(), size: 3, ..pb::Media::default() };
    let picture = pb::Entry {
        content_type: pb::ContentType::Picture as u32,
        content: prost::Message::encode_to_vec(&media).into(),
        ..text(3, ANNA, GROUP, "")
    };
    let joined = event(4, ANNA, GROUP, of_kind(pb::GroupEventKind::Joined, &[BEN]));
    let taken_back =
        pb::Entry { content_type: pb::ContentType::Recall as u32, content: vec![].into(), ..text(5, ANNA, GROUP, "") };
    let answer = pb::Entry { reply_to: 3, mentions: vec![0], changed_by: 8, ..text(6, ANNA, GROUP, "words") };
    for item in items([picture, joined, taken_back, answer]) {
        assert_eq!(items([item.to_entry(GROUP)]), [item]);
    }
}

#[test]
fn what_changed_is_kept_for_the_next_start_and_nothing_twice() {
    let mut stage = Stage::online(10);
    stage.wishes();
    stage.entries([text(11, ANNA, ME, "hello"), text(12, ANNA, ME, "again")]);
    let kept = stage.take(|wish| match wish {
        Wish::KeepTalks(talks) => Some(talks.clone()),
        _ => None,
    });
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].len(), 1);
    let talk = &kept[0][0];
    assert_eq!((talk.peer, talk.unread(), talk.last_place()), (ANNA, 2, 12));
    assert!(matches!(talk.last.as_ref().unwrap().content, Content::Text(_)));
    assert!(!stage.wishes().iter().any(|wish| matches!(wish, Wish::KeepTalks(_))));
}
