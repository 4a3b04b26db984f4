//! The random walk: an engine does the same as the model, whatever comes in whatever order.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;

use super::model::Model;
use super::{ALL, LOG, Subject, group, place, same, user, wait};
use crate::id::{Peer, QueueId};
use crate::store::{Change, Expect, Keep, Log, Mailboxes, NewEntry, Page, PageBounds, Store};
use crate::wire::pb;

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<NewEntry>),
    Change { changes: Vec<(u8, Option<u8>, u8)>, keep: Keep },
    Page { user: i64, after: i64, peer: i64, bounds: PageBounds },
    Trim { before: i64 },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => prop::collection::vec(entry(), 1..8).prop_map(Step::Append),
        1 => events().prop_map(Step::Append),
        3 => (prop::collection::vec((0..4_u8, prop::option::of(any::<u8>()), 0..4_u8), 1..3), any::<bool>()).prop_map(
            |(changes, soon)| Step::Change { changes, keep: if soon { Keep::Soon } else { Keep::Durable } }
        ),
        3 => (1..5_i64, 0..60_i64, -2..5_i64, bounds())
            .prop_map(|(user, after, peer, bounds)| Step::Page { user, after, peer, bounds }),
        1 => (0..60_i64).prop_map(|before| Step::Trim { before }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..16)
}

fn entry() -> impl Strategy<Value = NewEntry> {
    // Few users, groups and names, so that duplicates, rejoins and empty groups come up often.
    // Of what is there, of what is not there yet, and of nothing at all; and content that is none of these.
    let recall = (0..40_i64)
        .prop_map(|queue_id| (pb::ContentType::Recall as u32, Bytes::from(pb::Recall { queue_id }.encode_to_vec())));
    let edit = (0..40_i64, "[a-z]{0,20}").prop_map(|(queue_id, text)| {
        let edit = pb::Edit { queue_id, content_type: pb::ContentType::Text as u32, content: text.into() };
        (pb::ContentType::Edit as u32, Bytes::from(edit.encode_to_vec()))
    });
    let broken = Just((pb::ContentType::Edit as u32, Bytes::from_static(b"\xff")));
    let text = "[a-z]{0,20}".prop_map(|text| (pb::ContentType::Text as u32, Bytes::from(text)));
    let content = prop_oneof![3 => event(), 5 => text, 1 => recall, 2 => edit, 1 => broken];
    let mentions = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(0..5_i64, 1..3)];
    (1..5_i64, -2..5_i64, 0..40_u8, content, mentions, any::<u32>()).prop_map(
        |(from, to, name, (content_type, content), mentions, sent_at_ms)| NewEntry {
            content_type,
            content,
            mentions,
            sent_at_ms: sent_at_ms.into(),
            ..super::text(from, to, &name.to_string())
        },
    )
}

/// Much that happens to one group: what comes of it depends on what was before.
fn events() -> impl Strategy<Value = Vec<NewEntry>> {
    let entry = (1..5_i64, any::<u16>(), event()).prop_map(|(from, name, (content_type, content))| NewEntry {
        content_type,
        content,
        ..super::text(from, -1, &name.to_string())
    });
    prop::collection::vec(entry, 8..24)
}

fn event() -> impl Strategy<Value = (u32, Bytes)> {
    // Coming in most often: without members the rest has no effect.
    let kind = prop_oneof![1 => 1..2_i32, 4 => 2..3_i32, 10 => 3..14_i32];
    let rules = (0..3_i32, any::<bool>()).prop_map(|(join, only_admins_write)| pb::GroupRules {
        join,
        only_admins_write,
        ..Default::default()
    });
    (kind, prop::collection::vec(0..5_i64, 0..4), -1..3_i64, prop::option::of(rules)).prop_map(
        |(kind, users, until_ms, rules)| {
            let (name, picture) = (format!("of kind {kind}"), format!("until {until_ms}"));
            let event = pb::GroupEvent { kind, users, name, picture, until_ms, rules };
            (pb::ContentType::GroupEvent as u32, Bytes::from(event.encode_to_vec()))
        },
    )
}

fn bounds() -> impl Strategy<Value = PageBounds> {
    (1..6_usize, prop_oneof![Just(usize::MAX), 1..200_usize]).prop_map(|(entries, bytes)| PageBounds { entries, bytes })
}

pub(in crate::store) fn it_does_what_the_model_does<S: Subject>() {
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
            Step::Trim { before } => {
                let kept_from = store.trim(LOG, place(before)).unwrap();
                prop_assert_eq!(store.kept_from(LOG), kept_from);
                prop_assert!(kept_from <= model.kept_from.max(place(before)) && kept_from >= model.kept_from);
                prop_assert!(kept_from <= model.head().max(place(1)));
                model.trim(kept_from);
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
    let two: Vec<_> = log.iter().filter(|entry| entry.queue_id > place(2)).take(2).cloned().collect();
    prop_assert!(same(&store.read_log(LOG, place(2), 2).unwrap(), &two));
    prop_assert_eq!(store.kept_from(LOG), model.kept_from);
    for at in (0..=head.get() + 1).map(place) {
        let entry = store.entry(LOG, at).unwrap().map(|entry| entry.encoded.clone());
        let kept = model.entries.iter().find(|entry| entry.queue_id == at);
        prop_assert_eq!(entry, kept.map(|entry| entry.encoded.clone()));
    }
    for reader in (1..5).map(user) {
        same_page(store.read_inbox(reader, QueueId::START, ALL).unwrap(), model.inbox(reader, QueueId::START, ALL))?;
        prop_assert!(store.read_inbox(reader, head, ALL).unwrap().entries.is_empty());
        prop_assert_eq!(store.memberships(reader).unwrap(), model.memberships(reader));
        let peers = (-2..5).map(|number| Peer::parse(number).unwrap());
        let mut talks = store.conversations(reader).unwrap();
        talks.sort_unstable_by_key(|talk| talk.peer.get());
        prop_assert_eq!(talks, model.conversations(reader, peers.clone()));
        for peer in peers {
            for after in [QueueId::START, place(3), place(head.get() / 2), head] {
                let unread = store.unread(reader, peer, after).unwrap();
                prop_assert_eq!(unread, model.unread(reader, peer, after), "{} {} {}", reader, peer, after);
            }
            let history = store.read_history(reader, peer, QueueId::END, ALL).unwrap();
            same_page(history, model.history(reader, peer, QueueId::END, ALL))?;
        }
    }
    for at in (0..=head.get() + 1).map(place) {
        let found = store.entry(LOG, at).unwrap().map(|entry| entry.encoded.clone());
        let expected = model.entries.iter().find(|entry| entry.queue_id == at);
        prop_assert_eq!(found, expected.map(|entry| entry.encoded.clone()));
        for peer in (-2..5).map(|number| Peer::parse(number).unwrap()) {
            prop_assert_eq!(store.amendments(peer, at).unwrap(), model.amendments(peer, at));
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
