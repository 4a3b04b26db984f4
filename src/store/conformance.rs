//! What every engine must do, as one suite: each engine's tests run all of it through `conformance!`.
//!
//! `model` says what is right; the random walk compares an engine with it. The other tests hold what a walk in one
//! thread cannot show: many appenders, and followers.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

use super::{
    Change, ChangeError, Directory, Entry, Expect, Keep, Log, Mailboxes, NewEntry, PageBounds, Partition, Store,
    StoreError, Tail,
};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::pb;

mod model;
mod removal;
mod walk;

pub(super) use removal::{
    readers_meet_no_gap_while_old_entries_are_removed,
    what_is_old_is_removed_with_its_name_and_groups_stay_what_they_are,
};
pub(super) use walk::it_does_what_the_model_does;

/// An engine, as the suite takes it.
pub(super) trait Subject {
    type Store: Store;

    /// How many random walks it is worth: fewer where each costs time on a disk.
    const WALKS: u32;

    /// A place for a new, empty store.
    fn new() -> Self;

    /// Opens the store; again, after the last one was closed and dropped.
    fn open(&mut self) -> Self::Store;

    /// What was written is there when it is opened again.
    const KEEPS: bool;
}

/// Makes a test of every fact, for one engine.
macro_rules! conformance {
    ($subject:ty) => {
        #[test]
        fn it_does_what_the_model_does() {
            $crate::store::conformance::it_does_what_the_model_does::<$subject>();
        }

        #[test]
        fn concurrent_appenders_each_keep_their_order_and_nothing_is_lost() {
            $crate::store::conformance::concurrent_appenders_each_keep_their_order_and_nothing_is_lost::<$subject>();
        }

        #[test]
        fn a_retry_is_stored_once_even_while_the_first_is_on_its_way() {
            $crate::store::conformance::a_retry_is_stored_once_even_while_the_first_is_on_its_way::<$subject>();
        }

        #[test]
        fn what_was_sent_is_found_by_its_name_even_while_it_is_on_its_way() {
            $crate::store::conformance::what_was_sent_is_found_by_its_name_even_while_it_is_on_its_way::<$subject>();
        }

        #[test]
        fn many_members_and_many_groups_are_read_whole() {
            $crate::store::conformance::many_members_and_many_groups_are_read_whole::<$subject>();
        }

        #[test]
        fn what_is_old_is_removed_with_its_name_and_groups_stay_what_they_are() {
            $crate::store::conformance::what_is_old_is_removed_with_its_name_and_groups_stay_what_they_are::<$subject>(
            );
        }

        #[test]
        fn readers_meet_no_gap_while_old_entries_are_removed() {
            $crate::store::conformance::readers_meet_no_gap_while_old_entries_are_removed::<$subject>();
        }

        #[test]
        fn a_tail_gives_every_entry_once_from_anywhere() {
            $crate::store::conformance::a_tail_gives_every_entry_once_from_anywhere::<$subject>();
        }

        #[test]
        fn a_reader_never_skips_an_entry_while_others_are_written() {
            $crate::store::conformance::a_reader_never_skips_an_entry_while_others_are_written::<$subject>();
        }

        #[test]
        fn one_of_several_rival_changes_wins() {
            $crate::store::conformance::one_of_several_rival_changes_wins::<$subject>();
        }

        #[test]
        fn a_removed_and_remade_record_never_has_an_old_revision() {
            $crate::store::conformance::a_removed_and_remade_record_never_has_an_old_revision::<$subject>();
        }

        #[test]
        fn after_the_close_nothing_is_taken_and_all_that_was_taken_is_there() {
            $crate::store::conformance::after_the_close_nothing_is_taken_and_all_that_was_taken_is_there::<$subject>();
        }
    };
}
pub(super) use conformance;

pub(super) const LOG: Partition = Partition(0);
pub(super) const ALL: PageBounds = PageBounds { entries: usize::MAX, bytes: usize::MAX };

pub(super) fn user(number: i64) -> UserId {
    UserId::parse(number).unwrap()
}

pub(super) fn group(number: i64) -> GroupId {
    GroupId::parse(number).unwrap()
}

pub(super) fn place(number: i64) -> QueueId {
    QueueId::cursor(number)
}

pub(super) fn text(from: i64, to: i64, name: &str) -> NewEntry {
    NewEntry {
        from: user(from),
        to: Peer::parse(to).unwrap(),
        client_msg_id: name.into(),
        content_type: pb::ContentType::Text as u32,
        content: Bytes::copy_from_slice(name.as_bytes()),
        reply_to: 0,
        mentions: Vec::new(),
        sent_at_ms: 1_700_000_000_000 + from,
        origin: 0,
    }
}

pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

/// `who` comes into the group `to`, which begins with the first of them.
pub(super) fn joins(to: i64, who: i64) -> NewEntry {
    let kind = pb::GroupEventKind::Created.into();
    let event = pb::GroupEvent { kind, users: vec![who], name: "us".into(), ..Default::default() };
    NewEntry {
        content_type: pb::ContentType::GroupEvent as u32,
        content: Bytes::from(event.encode_to_vec()),
        ..text(1, to, &format!("{to} {who}"))
    }
}

fn same(one: &[Arc<Entry>], other: &[Arc<Entry>]) -> bool {
    // The origin is memory's alone: one of the two may have been read back.
    one.iter().map(|entry| &entry.encoded).eq(other.iter().map(|entry| &entry.encoded))
}

// ---- many at once ----

/// So many that an engine with a ring of 64 loses the first of them from it.
const EACH: usize = 200;

fn append_all<S: Store>(store: &S, from: i64, to: i64) {
    for index in 0..EACH {
        wait(store.append(LOG, text(from, to, &index.to_string()))).unwrap();
    }
}

pub(super) fn concurrent_appenders_each_keep_their_order_and_nothing_is_lost<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    std::thread::scope(|scope| {
        for from in 1..=4 {
            let store = &store;
            scope.spawn(move || append_all(store, from, 0));
        }
    });
    let log = store.read_log(LOG, QueueId::START, usize::MAX).unwrap();
    assert!(log.iter().map(|entry| entry.queue_id.get()).eq(1..=4 * EACH as i64));
    for from in (1..=4).map(user) {
        let names = log.iter().filter(|entry| entry.from == from).map(|entry| entry.message().unwrap().client_msg_id);
        assert!(names.eq((0..EACH).map(|index| index.to_string())));
    }
    store.close();
}

pub(super) fn a_retry_is_stored_once_even_while_the_first_is_on_its_way<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    let pending: Vec<_> = (0..3).map(|_| store.append(LOG, text(1, 2, "once"))).collect();
    let first: Vec<_> = pending.into_iter().map(|pending| wait(pending).unwrap()).collect();
    assert_eq!(first.iter().map(|appended| appended.duplicate).collect::<Vec<_>>(), [false, true, true]);
    // The same name of another sender is another entry; a later retry with other content is still the first one.
    let other = wait(store.append(LOG, text(2, 1, "once"))).unwrap();
    assert_eq!((other.queue_id, other.duplicate), (place(2), false));
    let retry = NewEntry { sent_at_ms: 5, ..text(1, 3, "once") };
    let retry = wait(store.append(LOG, retry)).unwrap();
    assert_eq!((retry.queue_id, retry.sent_at_ms, retry.duplicate), (place(1), 1_700_000_000_001, true));
    assert_eq!(store.head(LOG), place(2));
    store.close();
}

pub(super) fn what_was_sent_is_found_by_its_name_even_while_it_is_on_its_way<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    assert_eq!(wait(store.find(LOG, user(1), "a")).unwrap(), None);
    let pending = store.append(LOG, text(1, 2, "a"));
    let found = wait(store.find(LOG, user(1), "a")).unwrap().unwrap();
    assert_eq!((found.queue_id, found.sent_at_ms, found.duplicate), (place(1), 1_700_000_000_001, true));
    assert_eq!(wait(pending).unwrap().queue_id, place(1));
    assert_eq!(store.head(LOG), place(1), "whoever was told of it can read it");
    assert_eq!(wait(store.find(LOG, user(2), "a")).unwrap(), None, "another one's name");
    store.close();
    assert!(matches!(wait(store.find(LOG, user(1), "a")), Err(StoreError::Stopped(_))));
    if S::KEEPS {
        let store = subject.open();
        assert_eq!(wait(store.find(LOG, user(1), "a")).unwrap(), Some(found));
        store.close();
    }
}

/// More than is taken from a range at once, and over several layers where an engine has them.
pub(super) fn many_members_and_many_groups_are_read_whole<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    let many = 300;
    // Backwards, so that a later row is before an earlier one.
    let members = (2..many + 2).rev().map(|who| joins(-1, who));
    let groups = (2..many + 2).rev().map(|group| joins(-group, 1));
    for (index, new) in members.chain(groups).enumerate() {
        assert_eq!(store.append(LOG, new).wait().unwrap().queue_id, place(index as i64 + 1));
    }
    let roster = store.roster(group(-1), QueueId::END).unwrap().unwrap();
    assert!(roster.members.iter().map(|(member, _)| member.get()).eq(2..many + 2));
    assert!(roster.members.iter().map(|(_, at)| at.get()).eq((1..=many).rev()));
    let stays = store.memberships(user(1)).unwrap();
    assert!(stays.iter().map(|stay| stay.joined_at.get()).eq(many + 1..=2 * many));
    let inbox = store.read_inbox(user(1), QueueId::START, ALL).unwrap();
    assert!(inbox.entries.iter().map(|entry| entry.queue_id.get()).eq(many + 1..=2 * many));
    let history = store.read_history(user(many + 1), Peer::Group(group(-1)), QueueId::END, ALL).unwrap();
    assert!(history.entries.iter().map(|entry| entry.queue_id.get()).eq((1..=many).rev()));
    store.close();
}

pub(super) fn a_tail_gives_every_entry_once_from_anywhere<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    append_all(&store, 1, 2);
    std::thread::scope(|scope| {
        let last = 2 * EACH as i64;
        for after in [0, EACH as i64 / 2, EACH as i64 - 1, EACH as i64] {
            let tail = store.tail(LOG, place(after));
            scope.spawn(move || assert_eq!(wait(followed(tail, last)), (after + 1..=last).collect::<Vec<_>>()));
        }
        append_all(&store, 2, 1);
    });
    store.close();
}

async fn followed(mut tail: Tail, last: i64) -> Vec<i64> {
    let mut places = Vec::new();
    while places.last() != Some(&last) {
        places.extend(tail.next().await.unwrap().iter().map(|entry| entry.queue_id.get()));
    }
    places
}

pub(super) fn a_reader_never_skips_an_entry_while_others_are_written<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    let last = place(2 * EACH as i64);
    std::thread::scope(|scope| {
        // To everyone and to the reader in turn: two ranges of rows, which become visible in one order only.
        let writers = [(1, 0), (2, 3)].map(|(from, to)| {
            let store = &store;
            scope.spawn(move || append_all(store, from, to))
        });
        let mut cursor = QueueId::START;
        loop {
            let are_finished = writers.iter().all(|writer| writer.is_finished());
            let page = store.read_inbox(user(3), cursor, PageBounds { entries: 7, bytes: usize::MAX }).unwrap();
            if page.entries.is_empty() && are_finished {
                break;
            }
            for entry in page.entries {
                assert_eq!(entry.queue_id, cursor.next());
                cursor = entry.queue_id;
            }
        }
        assert_eq!(cursor, last);
    });
    store.close();
}

// ---- the directory, and the end ----

fn set(key: &[u8], value: Option<&str>, expect: Expect) -> Vec<Change> {
    vec![Change { key: key.to_vec(), value: value.map(Into::into), expect }]
}

pub(super) fn one_of_several_rival_changes_wins<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    for keep in [Keep::Durable, Keep::Soon] {
        let key = format!("{keep:?}");
        let rivals = ["a", "b", "c"].map(|rival| store.change(set(key.as_bytes(), Some(rival), Expect::Absent), keep));
        let outcomes = rivals.map(wait);
        let conflict = Err(ChangeError::Conflict { key: key.clone().into_bytes() });
        assert_eq!(outcomes, [Ok(()), conflict.clone(), conflict]);
        assert_eq!(store.get(key.as_bytes()).unwrap().unwrap().value, "a");
    }
    store.close();
}

pub(super) fn a_removed_and_remade_record_never_has_an_old_revision<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        wait(store.change(set(b"key", Some("there"), Expect::Absent), Keep::Durable)).unwrap();
        let revision = store.get(b"key").unwrap().unwrap().revision;
        assert!(seen.insert(revision), "revision {revision} came twice");
        wait(store.change(set(b"key", None, Expect::Revision(revision)), Keep::Soon)).unwrap();
        assert_eq!(store.get(b"key").unwrap(), None);
    }
    store.close();
}

pub(super) fn after_the_close_nothing_is_taken_and_all_that_was_taken_is_there<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    let pending: Vec<_> = (0..EACH).map(|index| store.append(LOG, text(1, 0, &index.to_string()))).collect();
    let record = store.change(set(b"key", Some("value"), Expect::Absent), Keep::Soon);
    store.close();
    assert!(matches!(wait(store.append(LOG, text(1, 0, "late"))), Err(StoreError::Stopped(_))));
    let late = wait(store.change(set(b"late", Some("value"), Expect::Absent), Keep::Durable));
    assert!(matches!(late, Err(ChangeError::Store(StoreError::Stopped(_)))));
    for pending in pending {
        wait(pending).unwrap();
    }
    wait(record).unwrap();
    drop(store);
    if S::KEEPS {
        let store = subject.open();
        assert_eq!(store.head(LOG), place(EACH as i64));
        assert_eq!(store.get(b"key").unwrap().unwrap().value, "value");
        for after in 0..=EACH {
            let page = store.read_inbox(user(2), place(after as i64), ALL).unwrap();
            assert_eq!(page.entries.len(), EACH - after);
        }
        store.close();
    }
}
