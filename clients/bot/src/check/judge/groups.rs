//! Who was in a group from which entry to which: what happens to a group is an entry (PROTOCOL.md, G1 and G2).

use std::collections::{BTreeMap, HashMap};

use super::super::record::{Entry, Event, Happened};
use super::super::verdict::Kind;
use super::{Judge, told};

/// The changes that were asked for.
#[derive(Default)]
pub(super) struct Changes(BTreeMap<u32, Change>);

struct Change {
    user: i64,
    what: Event,
    group: i64,
    users: Vec<i64>,
    done: Option<i64>,
}

impl Changes {
    pub(super) fn asked(
        &mut self,
        change: u32,
        user: i64,
        what: Event,
        group: i64,
        users: Vec<i64>,
    ) -> Result<(), String> {
        match self.0.insert(change, Change { user, what, group, users, done: None }) {
            None => Ok(()),
            Some(_) => Err(format!("there is a change {change} already")),
        }
    }

    pub(super) fn done(&mut self, change: u32, group: i64, at: i64) -> Result<(), String> {
        let its = self.0.get_mut(&change).ok_or_else(|| format!("there is no change {change}"))?;
        its.group = group;
        its.done = Some(at);
        Ok(())
    }
}

/// From which entry to which users were in groups, both included.
#[derive(Default)]
pub(super) struct Stays(HashMap<(i64, i64), Vec<(i64, i64)>>);

impl Stays {
    /// Whether the user was in the group at this place.
    pub(super) fn has(&self, group: i64, user: i64, at: i64) -> bool {
        self.0.get(&(group, user)).is_some_and(|all| all.iter().any(|(from, to)| (*from..=*to).contains(&at)))
    }

    /// Where the user's stay in a group ends to which this place belongs: at the end of time if it has none.
    pub(super) fn end(&self, group: i64, user: i64, at: i64) -> i64 {
        let stays = self.0.get(&(group, user)).map(Vec::as_slice).unwrap_or_default();
        stays.iter().find(|(from, to)| (*from..=*to).contains(&at)).map_or(i64::MAX, |(_, to)| *to)
    }

    /// Whether the user came into the group between these places, neither included.
    pub(super) fn begin_between(&self, group: i64, user: i64, after: i64, before: i64) -> bool {
        let stays = self.0.get(&(group, user)).map(Vec::as_slice).unwrap_or_default();
        stays.iter().any(|(from, _)| after < *from && *from < before)
    }

    fn happened(&mut self, group: i64, at: i64, Happened { what, users }: &Happened) {
        for user in users {
            let all = self.0.entry((group, *user)).or_default();
            let open = all.last_mut().filter(|(_, to)| *to == i64::MAX);
            match (what, open) {
                (Event::Created | Event::Joined, None) => all.push((at, i64::MAX)),
                (Event::Left, Some((_, to))) => *to = at,
                (Event::Created | Event::Joined, Some(_)) | (Event::Left, None) | (Event::Otherwise, _) => {}
            }
        }
    }
}

impl Judge {
    /// Each event was asked for, and what was carried out has its event.
    pub(super) fn judge_changes(&mut self) -> Stays {
        let mut stays = Stays::default();
        let mut found = Vec::new();
        let mut left: HashMap<(i64, i64), (u64, u64)> = HashMap::new();
        for number in self.log.values() {
            let Some(entry) = self.entries.get(*number as usize) else { continue };
            let Entry { at, from, to, event: Some(event), .. } = entry else { continue };
            stays.happened(*to, *at, event);
            if event.what == Event::Left {
                left.entry((*from, *to)).or_default().0 += 1;
            }
            let is_it = |change: &&Change| {
                change.user == *from
                    && change.what == event.what
                    && (change.group == *to || change.group == 0)
                    && event.users.iter().all(|user| change.users.contains(user))
            };
            let ours = self.readers.values().any(|reader| reader.user == *from);
            // That the group is another's when its owner leaves is nobody's wish.
            let wished = event.what != Event::Otherwise;
            if ours && wished && !self.changes.0.values().any(|change| is_it(&change)) {
                found.push((Kind::Foreign, format!("entry {at}, {}, was never asked for", told(entry))));
            }
        }
        for Change { user, what, group, users, done } in self.changes.0.values().filter(|_| self.verdict.whole) {
            let Some(at) = done else { continue };
            let events = self.log.values().filter_map(|number| self.entries.get(*number as usize));
            let mut events =
                events.filter(|entry| entry.to == *group).filter_map(|entry| Some((entry, entry.event.as_ref()?)));
            let is_there = match what {
                Event::Created => events.any(|(entry, event)| entry.at == *at && event.what == Event::Created),
                Event::Otherwise => true,
                Event::Joined => users.iter().all(|user| stays.0.contains_key(&(*group, *user))),
                Event::Left => {
                    let (entries, acked) = left.entry((*user, *group)).or_default();
                    *acked += 1;
                    *acked <= *entries
                }
            };
            if !is_there {
                let text =
                    format!("{what:?} of {users:?} in group {group} was acknowledged to {user}, and is no entry");
                found.push((Kind::Lost, text));
            }
        }
        found.into_iter().for_each(|(kind, text)| self.found(kind, text));
        stays
    }
}
