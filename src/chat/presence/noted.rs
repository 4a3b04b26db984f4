//! Who was told to be online, and who has come or gone since: a value, which knows neither links nor contacts.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use crate::clock::Moment;
use crate::id::UserId;

/// Who is back after so long was not away. A phone that changes its network takes a few seconds.
const GRACE_MS: u64 = 5_000;
/// So many users are told of in one turn; the others wait for the next. Each is a look into their account and contacts.
const USERS_AT_ONCE: usize = 1_000;
/// So many users wait to be looked at, some 8 MB. Beyond it, all are compared later.
const WAITING_MAX: usize = 262_144;

#[derive(Debug)]
pub(super) struct Noted {
    waiting: HashMap<UserId, Waiting, FxBuildHasher>,
    waiting_max: usize,
    /// Who was told to be online, last.
    told: HashSet<UserId, FxBuildHasher>,
    /// Somebody found no room in `waiting`.
    missed: bool,
}

/// Why somebody is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// When they last came or went.
    pub(super) since: Moment,
    /// Also if they are what was told: they may hide it now.
    pub(super) anyway: bool,
}

impl Default for Noted {
    fn default() -> Self {
        Self { waiting: HashMap::default(), waiting_max: WAITING_MAX, told: HashSet::default(), missed: false }
    }
}

impl Noted {
    pub(super) fn is_told(&self, user: UserId) -> bool {
        self.told.contains(&user)
    }

    /// Notes what is told of a user from now on, and gives what was told before.
    pub(super) fn tell(&mut self, user: UserId, online: bool) -> bool {
        if online { !self.told.insert(user) } else { self.told.remove(&user) }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn wait(&mut self, user: UserId, new: Waiting) {
        if self.waiting.len() >= self.waiting_max && !self.waiting.contains_key(&user) {
            self.missed = true;
            return;
        }
        let waiting = self.waiting.entry(user).or_insert(new);
        *waiting = Waiting { since: new.since, anyway: waiting.anyway || new.anyway };
    }

    /// Takes out those whose state is to be told now, and drops those about whom there is nothing to tell.
    pub(super) fn take(&mut self, now: Moment, is_online: impl Fn(UserId) -> bool) -> Vec<(UserId, Waiting)> {
        let mut taken = Vec::new();
        let told = &self.told;
        self.waiting.retain(|user, waiting| {
            let (is_told, online) = (told.contains(user), is_online(*user));
            if is_told == online && !waiting.anyway {
                return false;
            }
            let in_grace = is_told && !online && now.ms_since(waiting.since) < GRACE_MS;
            if in_grace || taken.len() >= USERS_AT_ONCE {
                return true;
            }
            taken.push((*user, *waiting));
            false
        });
        if self.waiting.is_empty() {
            // A storm's table is not kept for quiet times.
            self.waiting = HashMap::default();
        }
        taken
    }

    /// Everybody who waits, whatever is to be told of them.
    pub(super) fn take_all(&mut self) -> Vec<(UserId, Waiting)> {
        self.waiting.drain().collect()
    }

    /// After more has changed than there was room for: everybody waits again who is not what was told. `online` is all
    /// who are.
    pub(super) fn make_up_for_missed(
        &mut self,
        now: Moment,
        online: impl FnOnce() -> Vec<UserId>,
        is_online: impl Fn(UserId) -> bool,
    ) {
        if !self.missed || self.waiting.len() > self.waiting_max / 2 {
            return;
        }
        self.missed = false;
        let mut differ = online();
        differ.retain(|user| !self.told.contains(user));
        differ.extend(self.told.iter().filter(|user| !is_online(**user)));
        for user in differ {
            // Who waits already keeps their time.
            if !self.waiting.contains_key(&user) {
                self.wait(user, Waiting { since: now, anyway: false });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: Waiting = Waiting { since: Moment(0), anyway: false };

    fn user(number: i64) -> UserId {
        UserId::parse(number).unwrap()
    }

    fn numbers(taken: &[(UserId, Waiting)]) -> Vec<i64> {
        let mut numbers: Vec<i64> = taken.iter().map(|(user, _)| user.get()).collect();
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn coming_is_told_at_once_and_going_after_the_grace() {
        let mut noted = Noted::default();
        noted.wait(user(1), CHANGED);
        assert_eq!(numbers(&noted.take(Moment(0), |_| true)), [1]);
        assert!(!noted.tell(user(1), true));
        noted.wait(user(1), Waiting { since: Moment(1_000), anyway: false });
        assert_eq!(noted.take(Moment(5_999), |_| false), []);
        assert_eq!(numbers(&noted.take(Moment(6_000), |_| false)), [1]);
        assert!(noted.tell(user(1), false));
    }

    #[test]
    fn who_is_what_was_told_is_dropped_unless_looked_at_anyway() {
        let mut noted = Noted::default();
        noted.tell(user(1), true);
        noted.wait(user(1), CHANGED);
        assert_eq!((noted.take(Moment(0), |_| true), noted.waiting()), (vec![], 0));
        noted.wait(user(1), Waiting { since: Moment(0), anyway: true });
        noted.wait(user(1), CHANGED);
        assert_eq!(numbers(&noted.take(Moment(0), |_| true)), [1], "coming again does not make it forgotten");
    }

    #[test]
    fn a_turn_has_a_bound_and_the_others_wait() {
        let mut noted = Noted::default();
        for number in 1..=2_500 {
            noted.wait(user(number), CHANGED);
        }
        let sizes = [(); 4].map(|()| noted.take(Moment(0), |_| true).len());
        assert_eq!(sizes, [1_000, 1_000, 500, 0]);
    }

    // Whatever found no room, everybody is told of in the end.
    #[test]
    fn what_found_no_room_is_made_up_for() {
        let mut noted = Noted { waiting_max: 4, ..Noted::default() };
        // 1 to 10 were told to be online; now the even ones are gone, and 11 to 20 have come.
        for number in 1..=10 {
            noted.tell(user(number), true);
        }
        let is_online = |user: UserId| user.get() > 10 || user.get() % 2 == 1;
        let all = || (1..=20).map(user).filter(|user| is_online(*user)).collect::<Vec<_>>();
        for number in (2..=20).filter(|number| number % 2 == 0 || *number > 10) {
            noted.wait(user(number), CHANGED);
        }
        assert_eq!(noted.waiting(), 4);
        let mut told = Vec::new();
        for turn in 0..20 {
            let now = Moment(turn * 10_000);
            noted.make_up_for_missed(now, all, is_online);
            for (user, _) in noted.take(now, is_online) {
                noted.tell(user, is_online(user));
                told.push(user.get());
            }
        }
        told.sort_unstable();
        assert_eq!(told, [2, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    }
}
