//! Who writes what to whom: the random choices about messages and groups.

use std::collections::BTreeSet;

use rand::RngExt;
use rand::rngs::StdRng;

use super::message::Message;

/// What those who take part know of one another.
pub(super) struct Words {
    pub(super) users: Vec<i64>,
    pub(super) groups: Vec<Group>,
    /// Whether one may write to everyone.
    pub(super) to_everyone: bool,
}

pub(super) struct Group {
    pub(super) group: i64,
    /// Stays in it for ever, so that somebody sees all that happens to it.
    pub(super) owner: i64,
    pub(super) first_members: Vec<i64>,
}

/// What a user has to do with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Is never brought in, and is refused if they write.
    Outsider,
    /// Is brought in, reads and writes, leaves, and is brought in again.
    Visitor,
    /// Is brought in, reads and writes, and stays.
    Resident,
}

impl Words {
    /// A message's name. It tells which reader wrote it.
    pub(super) fn id(&self, reader: u32, number: u64) -> String {
        format!("{reader}-{number}")
    }

    pub(super) fn role(user: i64, group: i64) -> Role {
        match (user - group) % 3 {
            0 => Role::Outsider,
            1 => Role::Visitor,
            _ => Role::Resident,
        }
    }

    /// `groups` are those that the writer is in, as far as the device knows.
    pub(super) fn message(&self, from: i64, groups: &BTreeSet<i64>, id: String, random: &mut StdRng) -> Message {
        let own = || self.groups.iter().filter(|group| groups.contains(&group.group));
        let to = match random.random_range(0..24) {
            0..3 if self.to_everyone => 0,
            // Also where one is not: that is refused.
            3 if !self.groups.is_empty() => one_of(self.groups.iter(), random).map_or(from, |group| group.group),
            4..12 if own().next().is_some() => one_of(own(), random).map_or(from, |group| group.group),
            _ => one_of(self.users.iter(), random).copied().unwrap_or(from),
        };
        // Mostly short; some fill a page of the log by themselves.
        let length = match random.random_range(0..50) {
            0 => random.random_range(0..20_000),
            _ => random.random_range(0..80),
        };
        let content = format!("{from} says {id} {}", "·".repeat(length / 2));
        Message { id, to, content, alters: None, at: 0 }
    }

    /// A group and a user: to bring in, if the group is `user`'s own, or `user` to leave.
    pub(super) fn change(&self, user: i64, random: &mut StdRng) -> Option<(i64, i64)> {
        let group = one_of(self.groups.iter(), random)?;
        if group.owner != user {
            return (Self::role(user, group.group) == Role::Visitor).then_some((group.group, user));
        }
        let may_come = |one: &&i64| **one != user && Self::role(**one, group.group) != Role::Outsider;
        one_of(self.users.iter().filter(may_come), random).map(|whom| (group.group, *whom))
    }
}

/// Which reader wrote the message of this name.
pub(super) fn reader_of(id: &str) -> Option<u32> {
    id.split_once('-')?.0.parse().ok()
}

fn one_of<T>(all: impl Iterator<Item = T> + Clone, random: &mut StdRng) -> Option<T> {
    let count = all.clone().count();
    all.into_iter().nth(random.random_range(0..count.max(1)))
}
