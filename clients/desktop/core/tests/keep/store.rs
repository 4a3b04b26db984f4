//! What is kept, without a server: this is how it is shown, and whether it is there again.

use longlink_client::{Resume, pb};
use longlink_desktop_core::model::{Counted, Failure, Item, News, Source, Talk};
use longlink_desktop_core::store::{Own, Store};
use prost::Message;

use super::support::{text, text_to};

pub(crate) const ME: i64 = 7;
pub(crate) const BOB: i64 = 3;

pub(crate) fn at(cursor: i64) -> Resume {
    Resume { epoch: "first".to_owned(), cursor }
}

pub(crate) fn entry(queue_id: i64, from: i64, said: &str) -> pb::Entry {
    let to = if from == ME { BOB } else { ME };
    let content_type = pb::ContentType::Text as u32;
    let content = said.to_owned().into();
    pb::Entry { queue_id, from, to, client_msg_id: format!("m{queue_id}"), content_type, content, ..Default::default() }
}

fn edit(queue_id: i64, target: i64, to: &str) -> pb::Entry {
    let edit = pb::Edit { queue_id: target, content_type: pb::ContentType::Text as u32, content: to.to_owned().into() };
    let content = edit.encode_to_vec().into();
    pb::Entry { content_type: pb::ContentType::Edit as u32, content, ..entry(queue_id, BOB, "") }
}

fn recall(queue_id: i64, target: i64) -> pb::Entry {
    let content = pb::Recall { queue_id: target }.encode_to_vec().into();
    pb::Entry { content_type: pb::ContentType::Recall as u32, content, ..entry(queue_id, BOB, "") }
}

/// One that has begun at the log's end.
pub(crate) fn fresh(folder: &std::path::Path) -> Store {
    let mut store = Store::open(folder, "").unwrap();
    store.belong_to(&Own { user_id: ME, user_name: "anna".to_owned() }).unwrap();
    store.begin(&at(10)).unwrap();
    store
}

fn shown(store: &Store) -> Vec<String> {
    store.before(BOB, 0, 100).unwrap().entries.iter().map(text).collect()
}

#[test]
fn entries_are_there_again_as_they_were_left_and_the_cursor_with_them() {
    let folder = tempfile::tempdir().unwrap();
    {
        let mut store = fresh(folder.path());
        let all =
            [entry(11, BOB, "one"), entry(12, ME, "two"), entry(13, BOB, "three"), edit(14, 11, "uno"), recall(15, 13)];
        store.take(&all, &at(15)).unwrap();
    }
    let store = Store::open(folder.path(), "").unwrap();
    assert_eq!(store.resume().unwrap(), Some(at(15)));
    assert_eq!(shown(&store), ["uno", "two", ""]);
    let kept = store.before(BOB, 0, 100).unwrap().entries;
    assert_eq!(kept.iter().map(|entry| entry.changed_by).collect::<Vec<_>>(), [14, 0, 15]);
    assert!(Item::of(&kept[2]).is_recalled());
    assert_eq!(store.entry(BOB, 12).unwrap().unwrap(), entry(12, ME, "two"));
}

/// A page of history is read by the server, then somebody changes a message of it, which is pushed, and only then the page
/// arrives.
#[test]
fn a_page_that_is_older_than_a_change_does_not_undo_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[edit(14, 9, "better")], &at(14)).unwrap();
    let reply = pb::HistoryReply { entries: vec![entry(9, BOB, "good")], ..Default::default() };
    store.take_page(BOB, 11, &reply).unwrap();
    assert_eq!(shown(&store), ["better"]);
    // Nor does one undo what a later page has brought.
    let changed = pb::Entry { changed_by: 20, ..entry(9, BOB, "best") };
    store.take_page(BOB, 11, &pb::HistoryReply { entries: vec![changed], ..Default::default() }).unwrap();
    store.take_page(BOB, 11, &reply).unwrap();
    assert_eq!(shown(&store), ["best"]);
    store.take(&[edit(16, 9, "worse")], &at(16)).unwrap();
    assert_eq!(shown(&store), ["best"], "an earlier change comes late");
}

#[test]
fn what_was_taken_back_stays_so_whatever_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, BOB, "one"), recall(12, 11), edit(13, 11, "again")], &at(13)).unwrap();
    assert_eq!(shown(&store), [""]);
}

#[test]
fn an_entry_that_comes_twice_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, BOB, "one"), edit(12, 11, "uno")], &at(12)).unwrap();
    store.take(&[entry(11, BOB, "one")], &at(12)).unwrap();
    assert_eq!(shown(&store), ["uno"]);
}

#[test]
fn a_message_that_turns_out_to_be_in_the_log_is_no_more_on_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    for (place, said) in [(1, "one"), (2, "two")] {
        let outgoing = text_to(BOB, said);
        store.write_down(place, &outgoing, None).unwrap();
    }
    let waiting = store.outbox().unwrap();
    let first = &waiting[0].outgoing.client_msg_id;
    let back = pb::Entry { client_msg_id: first.clone(), ..entry(11, ME, "one") };
    assert_eq!(store.take(&[back], &at(11)).unwrap().settled, std::slice::from_ref(first));
    assert_eq!(store.outbox().unwrap(), waiting[1..]);
    // Another's message of the same name is another one.
    let second = &waiting[1].outgoing.client_msg_id;
    let theirs = pb::Entry { client_msg_id: second.clone(), ..entry(12, BOB, "mine") };
    assert!(store.take(&[theirs], &at(12)).unwrap().settled.is_empty());
}

#[test]
fn another_log_voids_what_was_kept_but_not_what_was_written_here() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, BOB, "one")], &at(11)).unwrap();
    store.keep_talks(&[Talk::new(BOB)]).unwrap();
    let mut outgoing = text_to(BOB, "with a file");
    outgoing.file = Some(Source::Copied);
    store.write_down(1, &outgoing, Some(b"its bytes")).unwrap();

    store.begin(&Resume { epoch: "second".to_owned(), cursor: 0 }).unwrap();
    assert!(shown(&store).is_empty());
    let opened = store.opened().unwrap();
    assert!(opened.talks.is_empty());
    assert_eq!(opened.outbox[0].failure, Some(Failure::AnotherLog), "its numbers may mean other people");
    assert_eq!(store.file_of(&outgoing.client_msg_id).unwrap(), b"its bytes");
}

#[test]
fn somebody_else_finds_nothing_of_whom_the_account_was_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, BOB, "one")], &at(11)).unwrap();
    store.write_down(1, &text_to(BOB, "two"), None).unwrap();
    store.belong_to(&Own { user_id: 8, user_name: "anna".to_owned() }).unwrap();
    assert_eq!(store.resume().unwrap(), None);
    assert!(shown(&store).is_empty() && store.outbox().unwrap().is_empty());
}

#[test]
fn the_list_is_there_again_with_what_came_after_it_was_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let talk = Talk {
        last: Some(Item::of(&entry(11, BOB, "one"))),
        counted: Counted { unread: 3, mentions: 1, up_to: 11 },
        news: [News { queue_id: 12, is_mention: true }].into(),
        read_up_to: 8,
        is_pinned: true,
        draft: "well…".to_owned(),
        rank: 12,
        ..Talk::new(BOB)
    };
    {
        let mut store = fresh(folder.path());
        store.keep_talks(std::slice::from_ref(&talk)).unwrap();
        store.keep_users(&[pb::User { id: BOB, name: "bob".to_owned(), ..Default::default() }]).unwrap();
        store.keep_list_whole(true).unwrap();
    }
    {
        let mut store = Store::open(folder.path(), "").unwrap();
        let opened = store.opened().unwrap();
        assert_eq!(opened.talks, std::slice::from_ref(&talk));
        assert_eq!((opened.user_id, &*opened.user_name, opened.is_list_whole), (ME, "anna", true));
        assert_eq!(opened.users[0].name, "bob");
        // The program ends before the list is written down once more.
        store.take(&[entry(13, BOB, "two")], &at(13)).unwrap();
    }
    let opened = Store::open(folder.path(), "").unwrap().opened().unwrap();
    assert_eq!(opened.talks[0].last.as_ref().unwrap().queue_id, 13);
    assert_eq!(opened.talks[0].unread(), talk.unread() + 1);
    assert_eq!(opened.talks[0].draft, "well…");
}

#[test]
fn words_are_found_in_any_language_and_letter_case_the_latest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    let media = pb::Media { name: "Übersicht.pdf".to_owned(), caption: "看这里".to_owned(), ..Default::default() };
    let file = pb::Entry {
        content_type: pb::ContentType::File as u32,
        content: media.encode_to_vec().into(),
        ..entry(14, BOB, "")
    };
    let all = [
        entry(11, BOB, "今天天气很好"),
        entry(12, ME, "The WEATHER"),
        entry(13, BOB, "天气 100%"),
        file,
        recall(15, 13),
    ];
    store.take(&all, &at(15)).unwrap();
    let found = |query: &str| {
        let hits = store.search(query, || true).unwrap();
        hits.iter().map(|(peer, item)| (*peer, item.queue_id)).collect::<Vec<_>>()
    };
    assert_eq!(found("天气"), [(BOB, 11)], "what was taken back is not found");
    assert_eq!(found("weather"), [(BOB, 12)]);
    assert_eq!(found("übersicht"), [(BOB, 14)]);
    assert_eq!(found("这"), [(BOB, 14)]);
    assert_eq!(found("%"), [], "it is no pattern");
    assert_eq!(found("  "), []);
}
