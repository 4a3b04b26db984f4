//! Histories of any shape: intact ones are found intact, and whatever is broken in one is found.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::super::super::record::{Entry, Event, Happened, Outcome, Record};
use super::super::super::verdict::Kind;
use super::{content, judged};

/// A server that keeps its promises, with people who write, come, go, and change a group.
struct Story {
    random: StdRng,
    records: Vec<Record>,
    log: Vec<Entry>,
    devices: Vec<Device>,
    members: BTreeSet<i64>,
    /// From which entry to which somebody was in the group.
    stays: BTreeMap<i64, Vec<(i64, i64)>>,
    links: u32,
    changes: u32,
    sent: u64,
}

struct Device {
    user: i64,
    link: u32,
    cursor: i64,
    /// What went out on this link, by name.
    asked: BTreeSet<String>,
    /// Not answered, oldest first, with its place if it has one.
    open: Vec<(String, i64, Option<i64>)>,
}

const USERS: i64 = 4;
const GROUP: i64 = -3;

impl Story {
    fn tell(seed: u64) -> Vec<Record> {
        let random = StdRng::seed_from_u64(seed);
        let mut story = Self {
            random,
            records: Vec::new(),
            log: Vec::new(),
            devices: Vec::new(),
            members: BTreeSet::new(),
            stays: BTreeMap::new(),
            links: 0,
            changes: 0,
            sent: 0,
        };
        for number in 0..6 {
            let user = i64::from(number) % USERS + 1;
            story.records.push(Record::Reader { reader: number, user, name: format!("reader {number}"), all: true });
            story.devices.push(Device { user, link: 0, cursor: 0, asked: BTreeSet::new(), open: Vec::new() });
            story.link(number as usize);
        }
        story.change(1, Event::Created, vec![1, 2]);
        for _ in 0..120 {
            story.step();
        }
        story.end();
        story.records
    }

    fn step(&mut self) {
        let device = self.random.random_range(0..self.devices.len());
        match self.random.random_range(0..12) {
            0..=4 => self.ask(device),
            5..=7 => self.answer(device),
            8..=9 => self.push(device, 4),
            10 => self.link(device),
            _ => {
                let user = self.random.random_range(2..=USERS);
                if self.members.contains(&user) {
                    self.change(user, Event::Left, vec![user]);
                } else {
                    self.change(1, Event::Joined, vec![user]);
                }
            }
        }
    }

    /// A new link, mostly behind what was shown, sometimes behind an earlier place; all that is open goes out again.
    fn link(&mut self, number: usize) {
        let back = self.random.random_range(0..3) * 10;
        let head = self.log.last().map_or(0, |entry| entry.at);
        let link = self.links;
        self.links += 1;
        let device = &mut self.devices[number];
        device.cursor = (device.cursor - back).max(0);
        let (reader, after) = (number as u32, device.cursor);
        let outcome = if link < 6 { Outcome::Live } else { Outcome::Continued };
        self.records.push(Record::Link { link, reader, epoch: "e".into(), head, after, outcome });
        device.link = link;
        device.asked = device.open.iter().map(|(id, ..)| id.clone()).collect();
        let from = device.user;
        self.records.extend(device.open.iter().map(|(id, ..)| Record::Again { link, from, id: id.clone() }));
    }

    fn ask(&mut self, number: usize) {
        self.sent += 1;
        let (from, link) = (self.devices[number].user, self.devices[number].link);
        let to = match self.random.random_range(0..4) {
            0 => 0,
            1 if self.members.contains(&from) => GROUP,
            _ => self.random.random_range(1..=USERS),
        };
        let id = format!("m{}", self.sent);
        self.records.push(Record::Ask { link, from, id: id.clone(), to, content: content(from, &id) });
        let device = &mut self.devices[number];
        device.asked.insert(id.clone());
        device.open.push((id, to, None));
    }

    /// Stores what is open, and answers some of it.
    fn answer(&mut self, number: usize) {
        let (from, link) = (self.devices[number].user, self.devices[number].link);
        for (id, to, at) in std::mem::take(&mut self.devices[number].open) {
            let is_kept = to != GROUP || at.is_some() || self.members.contains(&from);
            let stored = match at {
                Some(at) => at,
                None if is_kept => self.append(from, to, id.clone(), None),
                None => {
                    self.records.push(Record::Refused { link, from, id, code: 6 });
                    continue;
                }
            };
            if self.random.random_range(0..4) > 0 {
                self.records.push(Record::Ack { link, from, id, at: stored });
            } else {
                self.devices[number].open.push((id, to, Some(stored)));
            }
        }
    }

    fn append(&mut self, from: i64, to: i64, id: String, event: Option<Happened>) -> i64 {
        let at = (self.log.len() as i64 + 1) * 10;
        let entry = self.log.len() as u32;
        let content = event.as_ref().map_or_else(|| content(from, &id), |event| format!("{event:?}"));
        let entry = Entry { entry, at, from, to, id, content, event };
        self.records.push(Record::Entry(entry.clone()));
        self.log.push(entry);
        at
    }

    fn change(&mut self, user: i64, what: Event, users: Vec<i64>) {
        let change = self.changes;
        self.changes += 1;
        let group = if what == Event::Created { 0 } else { GROUP };
        self.records.push(Record::Change { change, user, what, group, users: users.clone() });
        let event = Some(Happened { what, users: users.clone() });
        let at = self.append(user, GROUP, format!("event {change}"), event);
        for user in users {
            if what == Event::Left {
                self.members.remove(&user);
                self.stays.get_mut(&user).unwrap().last_mut().unwrap().1 = at;
            } else {
                self.members.insert(user);
                self.stays.entry(user).or_default().push((at, i64::MAX));
            }
        }
        let at = if what == Event::Created { at } else { 0 };
        self.records.push(Record::Changed { change, group: GROUP, at });
    }

    fn is_theirs(&self, user: i64, entry: &Entry) -> bool {
        let was_in = |all: &Vec<(i64, i64)>| all.iter().any(|(from, to)| (*from..=*to).contains(&entry.at));
        match entry.to {
            GROUP => self.stays.get(&user).is_some_and(was_in),
            to => to == 0 || to == user || entry.from == user,
        }
    }

    fn push(&mut self, number: usize, count: usize) {
        let device = &self.devices[number];
        let is_due = |entry: &&Entry| {
            // What went out on this link is not pushed on it.
            let own = entry.from == device.user && device.asked.contains(&entry.id);
            entry.at > device.cursor && self.is_theirs(device.user, entry) && !own
        };
        let due: Vec<_> = self.log.iter().filter(is_due).take(count).collect();
        let Some(last) = due.last() else { return };
        let (cursor, entries) = (last.at, due.iter().map(|entry| entry.entry).collect());
        self.records.push(Record::Got { link: device.link, entries });
        self.devices[number].cursor = cursor;
    }

    fn end(&mut self) {
        for number in 0..self.devices.len() {
            self.answer(number);
            self.push(number, usize::MAX);
        }
        for number in 0..self.devices.len() {
            self.push(number, usize::MAX);
            let Device { user, link, .. } = self.devices[number];
            let inbox = self.log.iter().filter(|entry| self.is_theirs(user, entry)).map(|entry| entry.entry).collect();
            let cursor = self.log.last().map_or(0, |entry| entry.at);
            // The readers' inboxes of their own, or the pages would make up for what was not pushed.
            let reader = 100 + number as u32;
            let link = 10_000 + link;
            let name = format!("inbox {number}");
            self.records.push(Record::Reader { reader, user, name, all: true });
            let (epoch, outcome) = ("e".to_owned(), Outcome::Live);
            self.records.push(Record::Link { link, reader, epoch, head: cursor, after: cursor, outcome });
            self.records.push(Record::Page { link, after: 0, cursor, entries: inbox });
        }
        let upto = self.log.last().map_or(0, |entry| entry.at);
        self.records.push(Record::End { upto });
    }
}

/// What is done to a history, and as what it has to be found.
const MUTATIONS: [(fn(&mut Vec<Record>, usize) -> bool, &[Kind]); 10] = [
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
