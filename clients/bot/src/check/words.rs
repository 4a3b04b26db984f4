//! Who writes what to whom: the random choices about messages and groups.

use std::collections::BTreeSet;

use rand::RngExt;
use rand::rngs::StdRng;

use super::device::Message;

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

impl Words {
    /// A message's name. It tells which reader wrote it.
    pub(super) fn id(&self, reader: u32, number: u64) -> String {
        format!("{reader}-{number}")
    }

    /// `groups` are those that the writer is in, as far as the device knows.
    pub(super) fn message(&self, from: i64, groups: &BTreeSet<i64>, id: String, random: &mut StdRng) -> Message {
        let to = match random.random_range(0..24) {
            0..3 if self.to_everyone => 0,
            // Of any group: to write where one is not is to be refused.
            3 if !self.groups.is_empty() => one_of(&self.groups, random).map_or(from, |group| group.group),
            4..12 if !groups.is_empty() => {
                groups.iter().nth(random.random_range(0..groups.len())).copied().unwrap_or(from)
            }
            _ => one_of(&self.users, random).copied().unwrap_or(from),
        };
        // Mostly short; some fill a page of the log by themselves.
        let length = match random.random_range(0..50) {
            0 => random.random_range(0..20_000),
            _ => random.random_range(0..80),
        };
        let content = format!("{from} says {id} {}", "·".repeat(length / 2));
        Message { id, to, content }
    }

    /// A group and a user: to bring in, if the group is `user`'s own, or `user` to leave.
    pub(super) fn change(&self, user: i64, random: &mut StdRng) -> Option<(i64, i64)> {
        let group = one_of(&self.groups, random)?;
        let whom = if group.owner == user { one_of(&self.users, random).copied()? } else { user };
        (whom != group.owner).then_some((group.group, whom))
    }
}

/// Which reader wrote the message of this name.
pub(super) fn reader_of(id: &str) -> Option<u32> {
    id.split_once('-')?.0.parse().ok()
}

fn one_of<'a, T>(all: &'a [T], random: &mut StdRng) -> Option<&'a T> {
    all.get(random.random_range(0..all.len().max(1)))
}
