//! What every engine must do, as one suite: each engine's tests run all of it through `conformance!`.
//!
//! `model` says what is right; the random walk compares an engine with it. The other tests hold what a walk in one
//! thread cannot show: many appenders, and followers.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;

use super::{
    Change, ChangeError, Directory, Entry, Expect, Keep, Log, Mailboxes, NewEntry, Page, PageBounds, Partition, Store,
    StoreError, Tail,
};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::pb;
use model::Model;

mod model;

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
        sent_at_ms: 1_700_000_000_000 + from,
        origin: 0,
    }
}

pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

fn same(one: &[Arc<Entry>], other: &[Arc<Entry>]) -> bool {
    // The origin is memory's alone: one of the two may have been read back.
    one.iter().map(|entry| &entry.encoded).eq(other.iter().map(|entry| &entry.encoded))
}

// ---- the random walk ----

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<NewEntry>),
    Change { changes: Vec<(u8, Option<u8>, u8)>, keep: Keep },
    Page { user: i64, after: i64, peer: i64, bounds: PageBounds },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => prop::collection::vec(entry(), 1..8).prop_map(Step::Append),
        3 => (prop::collection::vec((0..4_u8, prop::option::of(any::<u8>()), 0..4_u8), 1..3), any::<bool>()).prop_map(
            |(changes, soon)| Step::Change { changes, keep: if soon { Keep::Soon } else { Keep::Durable } }
        ),
        3 => (1..5_i64, 0..60_i64, -2..5_i64, bounds())
            .prop_map(|(user, after, peer, bounds)| Step::Page { user, after, peer, bounds }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..16)
}

fn entry() -> impl Strategy<Value = NewEntry> {
    // Few users, groups and names, so that duplicates, rejoins and empty groups come up often.
    let event = (1..4_i32, prop::collection::vec(0..5_i64, 0..4)).prop_map(|(kind, users)| {
        let event = pb::GroupEvent { kind, users, name: format!("of kind {kind}") };
        (pb::ContentType::GroupEvent as u32, Bytes::from(event.encode_to_vec()))
    });
    let text = "[a-z]{0,20}".prop_map(|text| (pb::ContentType::Text as u32, Bytes::from(text)));
    (1..5_i64, -2..5_i64, 0..40_u8, prop_oneof![event, text], any::<u32>()).prop_map(
        |(from, to, name, (content_type, content), sent_at_ms)| NewEntry {
            content_type,
            content,
            sent_at_ms: sent_at_ms.into(),
            ..self::text(from, to, &name.to_string())
        },
    )
}

fn bounds() -> impl Strategy<Value = PageBounds> {
    (1..6_usize, prop_oneof![Just(usize::MAX), 1..200_usize]).prop_map(|(entries, bytes)| PageBounds { entries, bytes })
}

pub(super) fn it_does_what_the_model_does<S: Subject>() {
    let config = Config { cases: S::WALKS, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&steps(), |steps| walk(&mut S::new(), steps)).unwrap();
}

fn walk<S: Subject>(subject: &mut S, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (mut store, mut model) = (subject.open(), Model::default());
    for step in steps {
        match step {
            Step::Append(entries) => {
                // All at once, so that they may come to lie in one batch.
                let pending: Vec<_> = entries.iter().map(|entry| store.append(LOG, entry.clone())).collect();
                for (pending, entry) in pending.into_iter().zip(&entries) {
                    prop_assert_eq!(wait(pending), Ok(model.append(entry)));
                }
            }
            Step::Change { changes, keep } => change(&store, &mut model, changes, keep)?,
            Step::Page { user: reader, after, peer, bounds } => {
                let (reader, after, peer) = (user(reader), place(after), Peer::parse(peer).unwrap());
                same_page(store.read_inbox(reader, after, bounds).unwrap(), model.inbox(reader, after, bounds))?;
                let history = store.read_history(reader, peer, after, bounds).unwrap();
                same_page(history, model.history(reader, peer, after, bounds))?;
            }
            Step::Reopen if S::KEEPS => {
                let epoch = store.epoch().to_owned();
                store.close();
                drop(store);
                store = subject.open();
                prop_assert_eq!(store.epoch(), epoch);
            }
            Step::Reopen => {}
        }
    }
    same_in_all(&store, &model)
}

fn change<S: Store>(
    store: &S,
    model: &mut Model,
    changes: Vec<(u8, Option<u8>, u8)>,
    keep: Keep,
) -> Result<(), TestCaseError> {
    let revision_of = |key: &[u8]| store.get(key).unwrap().map(|record| record.revision);
    let mut seen = BTreeSet::new();
    let changes: Vec<Change> = changes
        .into_iter()
        .filter(|(key, ..)| seen.insert(*key))
        .map(|(key, value, expect)| {
            let key = vec![b'k', key];
            let expect = match expect {
                0 => Expect::Absent,
                1 => Expect::Revision(revision_of(&key).unwrap_or(1)),
                2 => Expect::Revision(revision_of(&key).map_or(1, |revision| revision + 1)),
                _ => Expect::Anything,
            };
            Change { key, value: value.map(|value| vec![value]), expect }
        })
        .collect();
    let before: HashMap<Vec<u8>, u64> =
        changes.iter().filter_map(|change| Some((change.key.clone(), revision_of(&change.key)?))).collect();
    let expected = model.change(&changes, |key| before.get(key).copied());
    prop_assert_eq!(wait(store.change(changes.clone(), keep)), expected.clone());
    for change in &changes {
        let revision = revision_of(&change.key);
        match before.get(&change.key) {
            Some(before) if expected.is_ok() => prop_assert!(revision.is_none_or(|revision| revision > *before)),
            Some(before) => prop_assert_eq!(revision, Some(*before)),
            None => {}
        }
    }
    Ok(())
}

fn same_page(found: Page, expected: Page) -> Result<(), TestCaseError> {
    prop_assert!(same(&found.entries, &expected.entries), "{:?}\ninstead of {:?}", found, expected);
    prop_assert_eq!(found.more, expected.more);
    Ok(())
}

fn same_in_all<S: Store>(store: &S, model: &Model) -> Result<(), TestCaseError> {
    let head = model.head();
    prop_assert_eq!(store.head(LOG), head);
    let log: Vec<_> = model.entries.iter().cloned().map(Arc::new).collect();
    prop_assert!(same(&store.read_log(LOG, QueueId::START, usize::MAX).unwrap(), &log));
    prop_assert!(same(&store.read_log(LOG, place(2), 2).unwrap(), log.get(2..log.len().min(4)).unwrap_or(&[])));
    for reader in (1..5).map(user) {
        same_page(store.read_inbox(reader, QueueId::START, ALL).unwrap(), model.inbox(reader, QueueId::START, ALL))?;
        prop_assert!(store.read_inbox(reader, head, ALL).unwrap().entries.is_empty());
        prop_assert_eq!(store.memberships(reader).unwrap(), model.memberships(reader));
        for peer in (-2..5).map(|number| Peer::parse(number).unwrap()) {
            let history = store.read_history(reader, peer, QueueId::END, ALL).unwrap();
            same_page(history, model.history(reader, peer, QueueId::END, ALL))?;
        }
    }
    for at in (0..=head.get()).map(place).chain([QueueId::END]) {
        for group in [-1, -2].map(group) {
            prop_assert_eq!(store.roster(group, at).unwrap(), model.roster(group, at));
        }
    }
    let records = |after: Option<&[u8]>, limit| -> Vec<_> {
        let found = store.list(b"k", after, limit).unwrap();
        found.into_iter().map(|(key, record)| (key.to_vec(), record.value)).collect()
    };
    let expected: Vec<_> = model.records.clone().into_iter().collect();
    prop_assert_eq!(&records(None, usize::MAX), &expected);
    if let Some((first, _)) = expected.first() {
        prop_assert_eq!(&records(Some(first), 1), &expected[1..expected.len().min(2)]);
    }
    prop_assert!(store.list(b"l", None, 1).unwrap().is_empty());
    Ok(())
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
    let store = S::new().open();
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
    let store = S::new().open();
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

pub(super) fn a_tail_gives_every_entry_once_from_anywhere<S: Subject>() {
    let store = S::new().open();
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
    let store = S::new().open();
    let last = place(2 * EACH as i64);
    std::thread::scope(|scope| {
        // To everyone and to the reader in turn: two ranges of rows, which become visible in one order only.
        for to in [0, 3] {
            let store = &store;
            scope.spawn(move || append_all(store, if to == 0 { 1 } else { 2 }, to));
        }
        let mut cursor = QueueId::START;
        while cursor < last {
            let page = store.read_inbox(user(3), cursor, PageBounds { entries: 7, bytes: usize::MAX }).unwrap();
            for entry in page.entries {
                assert_eq!(entry.queue_id, cursor.next());
                cursor = entry.queue_id;
            }
        }
    });
    store.close();
}

// ---- the directory, and the end ----

fn set(key: &[u8], value: Option<&str>, expect: Expect) -> Vec<Change> {
    vec![Change { key: key.to_vec(), value: value.map(Into::into), expect }]
}

pub(super) fn one_of_several_rival_changes_wins<S: Subject>() {
    let store = S::new().open();
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
    let store = S::new().open();
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
        store.close();
    }
}
