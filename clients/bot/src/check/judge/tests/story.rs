//! A server that keeps its promises, as a model of a few lines: it makes intact histories of any shape.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::super::super::record::{Entry, Event, Happened, Outcome, Record};
use super::content;

/// A server that keeps its promises, with people who write, come, go, and change a group.
pub(super) struct Story {
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
    pub(super) fn tell(seed: u64) -> Vec<Record> {
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
        self.records.push(Record::Ask { link, from, id: id.clone(), to, content: content(from, &id), alters: None });
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
        let entry = Entry { entry, at, from, to, id, content, event, ..Entry::default() };
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
