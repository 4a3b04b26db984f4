//! Names of things as types: who, to whom, and where in the log.

use std::fmt;

/// A user's number, always greater than 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(i64);

impl UserId {
    /// `None` unless `number` is greater than 0.
    pub const fn parse(number: i64) -> Option<Self> {
        if number > 0 { Some(Self(number)) } else { None }
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A group's number, always less than 0, so that it is a peer as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(i64);

impl GroupId {
    /// `None` unless `number` is less than 0. The least i64 is none either: it has no opposite.
    pub const fn parse(number: i64) -> Option<Self> {
        if number < 0 && number != i64::MIN { Some(Self(number)) } else { None }
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// To whom an entry goes, or with whom a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    User(UserId),
    Everyone,
    Group(GroupId),
}

impl Peer {
    /// Reads the wire's number: greater than 0 a user, 0 everyone, less than 0 a group.
    /// `None` only for the least i64, which is nobody's number.
    pub const fn parse(number: i64) -> Option<Self> {
        if let Some(user) = UserId::parse(number) {
            Some(Self::User(user))
        } else if number == 0 {
            Some(Self::Everyone)
        } else if let Some(group) = GroupId::parse(number) {
            Some(Self::Group(group))
        } else {
            None
        }
    }

    /// The wire's number.
    pub const fn get(self) -> i64 {
        match self {
            Self::User(user) => user.get(),
            Self::Everyone => 0,
            Self::Group(group) => group.get(),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(out)
    }
}

/// A place in the log: from 1, strictly growing for every receiver. Not promised to be dense.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueueId(i64);

impl QueueId {
    /// Before the first entry.
    pub const START: Self = Self(0);
    /// Behind every entry that can be.
    pub const END: Self = Self(i64::MAX);

    /// A cursor from a peer; what is less than 0 means the start.
    pub const fn cursor(number: i64) -> Self {
        if number > 0 { Self(number) } else { Self::START }
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    /// The place behind this one. At `END` it stays there.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for QueueId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// One link of this process, never used twice while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub u64);

impl LinkId {
    /// No link: what came by HTTP did not come on one. Links are counted from 1.
    pub const NONE: Self = Self(0);
}

impl fmt::Display for LinkId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_told_by_the_sign_of_its_number() {
        assert_eq!(Peer::parse(7), UserId::parse(7).map(Peer::User));
        assert_eq!(Peer::parse(0), Some(Peer::Everyone));
        assert_eq!(Peer::parse(-7), GroupId::parse(-7).map(Peer::Group));
        assert_eq!(Peer::parse(i64::MIN), None);
        for number in [i64::MIN + 1, -1, 0, 1, i64::MAX] {
            assert_eq!(Peer::parse(number).map(Peer::get), Some(number));
        }
    }

    #[test]
    fn a_cursor_from_a_peer_is_never_before_the_start() {
        assert_eq!(QueueId::cursor(-5), QueueId::START);
        assert_eq!(QueueId::cursor(5).next().get(), 6);
        assert_eq!(QueueId::END.next(), QueueId::END);
    }
}
