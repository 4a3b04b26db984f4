//! What was asked and how it went, so that a view can say so in the person's words: by the ticket that it got for it.

use std::collections::{HashMap, VecDeque};

use longlink_client::Code;

use super::{AnswerError, Content, Peer, Ticket, UserId};

/// How it stands with what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskState {
    Asking,
    Done,
    Failed(AnswerError),
}

impl AskState {
    /// With which code it was refused, if it was.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Failed(AnswerError::Refused { code, .. }) => Some(*code),
            Self::Asking | Self::Done | Self::Failed(_) => None,
        }
    }
}

/// All questions that have no answer yet, and how the latest others ended.
#[derive(Debug, Default)]
pub struct Asks {
    last: u64,
    asking: HashMap<Ticket, Purpose>,
    ended: VecDeque<(Ticket, AskState)>,
}

/// So many that have ended are remembered.
const ENDED_MAX: usize = 500;

/// What is to be done with an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Purpose {
    /// It was asked for what it does; there is nothing in the answer.
    Plain,
    /// The same, and nobody looks how it went.
    Typing,
    Conversations {
        before: i64,
        sets: u64,
    },
    Recount {
        peer: Peer,
        sets: u64,
    },
    Settings {
        peer: Peer,
    },
    Contacts,
    Contact {
        user: UserId,
        is_declined: bool,
    },
    ContactRemove {
        user: UserId,
    },
    Blocks,
    Block {
        user: UserId,
        is_blocked: bool,
    },
    Users,
    FindUsers {
        query: String,
        is_more: bool,
    },
    FindByName {
        query: String,
    },
    Presence {
        users: Vec<UserId>,
    },
    Profile,
    /// An avatar goes up, for oneself or for a group.
    Avatar {
        group: Option<Peer>,
    },
    GroupList,
    GroupMembers {
        group: Peer,
    },
    GroupRequests {
        group: Peer,
        is_first: bool,
    },
    GroupLink {
        group: Peer,
    },
    GroupJoin,
    GroupCreate {
        change: String,
    },
    /// Something of the group is another after it.
    GroupMoved {
        group: Peer,
    },
    GroupGone {
        group: Peer,
    },
    GroupAnswer {
        group: Peer,
        user: UserId,
    },
    MarkRead {
        peer: Peer,
        up_to: i64,
    },
    ReadMarks {
        peer: Peer,
    },
    ReadCounts {
        group: Peer,
    },
    Readers {
        group: Peer,
        queue_id: i64,
    },
    Change {
        peer: Peer,
        target: i64,
        content: Content,
        change: String,
        sent_at_ms: i64,
    },
}

impl Purpose {
    /// Nobody has a ticket for it: how it ended need not be remembered.
    pub(crate) fn is_in_background(&self) -> bool {
        matches!(
            self,
            Self::Typing
                | Self::Conversations { .. }
                | Self::Recount { .. }
                | Self::Contacts
                | Self::Users
                | Self::Presence { .. }
                | Self::GroupList
                | Self::GroupMembers { .. }
                | Self::MarkRead { .. }
                | Self::ReadMarks { .. }
                | Self::ReadCounts { .. }
        )
    }
}

impl Asks {
    /// Nothing when it was never asked, or so long ago that it is forgotten.
    pub fn state(&self, ticket: Ticket) -> Option<AskState> {
        if self.asking.contains_key(&ticket) {
            return Some(AskState::Asking);
        }
        self.ended.iter().rev().find(|(its, _)| *its == ticket).map(|(_, state)| state.clone())
    }

    pub(crate) fn begin(&mut self, purpose: Purpose) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.asking.insert(ticket, purpose);
        ticket
    }

    /// Goes on under the same ticket.
    pub(crate) fn go_on(&mut self, ticket: Ticket, purpose: Purpose) {
        self.asking.insert(ticket, purpose);
    }

    /// For what it was asked. Nothing: it was not, or that has ended.
    pub(crate) fn take(&mut self, ticket: Ticket) -> Option<Purpose> {
        self.asking.remove(&ticket)
    }

    pub(crate) fn end(&mut self, ticket: Ticket, outcome: Result<(), AnswerError>) {
        if self.ended.len() >= ENDED_MAX {
            self.ended.pop_front();
        }
        self.ended.push_back((ticket, outcome.map_or_else(AskState::Failed, |()| AskState::Done)));
    }

    /// Those that wait for an answer, in the order in which they were asked.
    pub(crate) fn all(&self) -> Vec<Ticket> {
        let mut tickets: Vec<_> = self.asking.keys().copied().collect();
        tickets.sort_unstable();
        tickets
    }

    pub(crate) fn is_any(&self, is_it: impl Fn(&Purpose) -> bool) -> bool {
        self.asking.values().any(is_it)
    }
}
