//! Histories of any shape: intact ones are found intact, and whatever is broken in one is found.

#![allow(clippy::ptr_arg, reason = "some mutations take a record out, and all have one type")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a mutation is about one or two kinds of records")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::super::record::{Entry, Record};
use super::super::super::verdict::Kind;
use super::judged;
use super::story::Story;

/// Breaks something, the one of those that fit which is picked. False when none fits.
type Mutation = fn(&mut Vec<Record>, usize) -> bool;

/// What is done to a history, and as what it has to be found.
const MUTATIONS: [(Mutation, &[Kind]); 10] = [
    (not_shown, &[Kind::Skipped, Kind::Lost]),
    (shown_twice, &[Kind::Doubled]),
    (shown_in_another_order, &[Kind::Reordered, Kind::Doubled]),
    (shown_to_another, &[Kind::Foreign]),
    (other_words, &[Kind::Foreign]),
    (acknowledged_elsewhere, &[Kind::Doubled, Kind::Lost]),
    (gone, &[Kind::Lost]),
    (kept_twice, &[Kind::Doubled]),
    (not_in_the_page, &[Kind::Skipped]),
    (another_log, &[Kind::Epoch]),
];

/// One of those that fit, or `None` when none does.
fn one<T>(all: Vec<T>, pick: usize) -> Option<T> {
    let count = all.len();
    all.into_iter().nth(pick % count.max(1))
}

fn entries(records: &[Record]) -> Vec<Entry> {
    records
        .iter()
        .filter_map(|record| if let Record::Entry(entry) = record { Some(entry.clone()) } else { None })
        .collect()
}

fn users(records: &[Record]) -> BTreeMap<u32, i64> {
    let of = |reader: u32| {
        records.iter().find_map(|one| match one {
            Record::Reader { reader: its, user, .. } if *its == reader => Some(*user),
            _ => None,
        })
    };
    let links = records
        .iter()
        .filter_map(|one| if let Record::Link { link, reader, .. } = one { Some((*link, *reader)) } else { None });
    links.map(|(link, reader)| (link, of(reader).unwrap())).collect()
}

/// Where an entry stands in a push: the record, and the place in it.
fn pushes(records: &[Record]) -> Vec<(usize, usize, u32, u32)> {
    let mut all = Vec::new();
    for (at, record) in records.iter().enumerate() {
        if let Record::Got { link, entries } = record {
            all.extend(entries.iter().enumerate().map(|(place, entry)| (at, place, *link, *entry)));
        }
    }
    all
}

fn not_shown(records: &mut Vec<Record>, pick: usize) -> bool {
    let (all, users) = (entries(records), users(records));
    let readers: BTreeMap<u32, u32> = records
        .iter()
        .filter_map(|one| if let Record::Link { link, reader, .. } = one { Some((*link, *reader)) } else { None })
        .collect();
    let pushes = pushes(records);
    // Of another, and shown to this reader just this once.
    let once = |(_, _, link, entry): &(usize, usize, u32, u32)| {
        let times = pushes.iter().filter(|(_, _, other, its)| its == entry && readers[other] == readers[link]).count();
        times == 1 && all[*entry as usize].from != users[link]
    };
    let Some((at, place, ..)) = one(pushes.iter().copied().filter(once).collect(), pick) else { return false };
    if let Record::Got { entries, .. } = &mut records[at] {
        entries.remove(place);
    }
    true
}

fn shown_twice(records: &mut Vec<Record>, pick: usize) -> bool {
    let Some((at, place, _, entry)) = one(pushes(records), pick) else { return false };
    if let Record::Got { entries, .. } = &mut records[at] {
        entries.insert(place, entry);
    }
    true
}

fn shown_in_another_order(records: &mut Vec<Record>, pick: usize) -> bool {
    let later = pushes(records).into_iter().filter(|(_, place, ..)| *place > 0).collect();
    let Some((at, place, ..)) = one(later, pick) else { return false };
    if let Record::Got { entries, .. } = &mut records[at] {
        entries.swap(place - 1, place);
    }
    true
}

fn shown_to_another(records: &mut Vec<Record>, pick: usize) -> bool {
    let (all, users) = (entries(records), users(records));
    let mut fits = Vec::new();
    for (at, place, link, entry) in pushes(records) {
        // Something of before, between two others.
        let is_others = |one: &&Entry| one.to > 0 && ![one.to, one.from].contains(&users[&link]);
        fits.extend(all[..entry as usize].iter().filter(is_others).map(|one| (at, place, one.entry)));
    }
    let Some((at, place, entry)) = one(fits, pick) else { return false };
    if let Record::Got { entries, .. } = &mut records[at] {
        entries.insert(place, entry);
    }
    true
}

fn other_words(records: &mut Vec<Record>, pick: usize) -> bool {
    let fits = records.iter().enumerate().filter(|(_, one)| matches!(one, Record::Entry(Entry { event: None, .. })));
    let Some(at) = one(fits.map(|(at, _)| at).collect(), pick) else { return false };
    if let Record::Entry(entry) = &mut records[at] {
        entry.content.push('!');
    }
    true
}

fn acknowledged_elsewhere(records: &mut Vec<Record>, pick: usize) -> bool {
    let fits = records.iter().enumerate().filter(|(_, one)| matches!(one, Record::Ack { .. }));
    let Some(at) = one(fits.map(|(at, _)| at).collect(), pick) else { return false };
    if let Record::Ack { at, .. } = &mut records[at] {
        *at += 5;
    }
    true
}

/// An acknowledged entry is nowhere any more; those behind it are numbered anew.
fn gone(records: &mut Vec<Record>, pick: usize) -> bool {
    let all = entries(records);
    let acked: Vec<i64> =
        records.iter().filter_map(|one| if let Record::Ack { at, .. } = one { Some(*at) } else { None }).collect();
    let Some(lost) = one(all.into_iter().filter(|entry| acked.contains(&entry.at)).collect(), pick) else {
        return false;
    };
    records.retain(|record| !matches!(record, Record::Entry(entry) if entry.entry == lost.entry));
    let anew = |number: &mut u32| *number -= u32::from(*number > lost.entry);
    for record in records {
        match record {
            Record::Entry(entry) => anew(&mut entry.entry),
            Record::Got { entries, .. } | Record::Page { entries, .. } => {
                entries.retain(|number| *number != lost.entry);
                entries.iter_mut().for_each(anew);
            }
            _ => {}
        }
    }
    true
}

fn kept_twice(records: &mut Vec<Record>, pick: usize) -> bool {
    let all = entries(records);
    let (number, last) = (all.len() as u32, all.last().map_or(0, |entry| entry.at));
    let Some(first) = one(all, pick) else { return false };
    let place = records.len() - 1;
    records.insert(place, Record::Entry(Entry { entry: number, at: last + 10, ..first }));
    true
}

fn not_in_the_page(records: &mut Vec<Record>, pick: usize) -> bool {
    let mut fits = Vec::new();
    for (at, record) in records.iter().enumerate() {
        if let Record::Page { entries, .. } = record {
            fits.extend((0..entries.len()).map(|place| (at, place)));
        }
    }
    let Some((at, place)) = one(fits, pick) else { return false };
    if let Record::Page { entries, .. } = &mut records[at] {
        entries.remove(place);
    }
    true
}

fn another_log(records: &mut Vec<Record>, pick: usize) -> bool {
    let links = records.iter().enumerate().filter(|(_, one)| matches!(one, Record::Link { .. }));
    let Some(at) = one(links.map(|(at, _)| at).collect(), pick) else { return false };
    if let Record::Link { epoch, .. } = &mut records[at] {
        *epoch = "another".into();
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_intact_history_of_any_shape_is_found_intact(seed: u64) {
        let verdict = judged(Story::tell(seed));
        prop_assert_eq!(&verdict.findings, &vec![]);
        prop_assert!(verdict.is_clean());
    }

    #[test]
    fn whatever_is_broken_in_a_history_is_found(seed: u64, which in 0..MUTATIONS.len(), pick: usize) {
        let mut records = Story::tell(seed);
        let (mutate, kinds) = MUTATIONS[which];
        // A story of 120 steps has something of everything.
        prop_assert!(mutate(&mut records, pick), "nothing in this story can be broken so");
        let verdict = judged(records);
        prop_assert!(!verdict.is_clean());
        let is_found = verdict.findings.iter().any(|finding| kinds.contains(&finding.kind));
        prop_assert!(is_found, "{} broke it, and found was {:?}", which, verdict.findings);
    }
}
