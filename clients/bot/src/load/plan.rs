//! What one process of the load tool is to do, as data, and what it and the parent say to each other: a JSON object a
//! line, on the process's standard input and output.
//!
//! A scenario is nothing but such plans; the process that carries one out knows no scenario.

use std::net::{IpAddr, SocketAddr};

use longlink_bot::protection::Protected;
use serde::{Deserialize, Serialize};

use super::tally::Tally;

/// A user's place in a process's plan.
pub(crate) type Seat = u32;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) token: String,
}

/// Whose certificate a server must show, and how it is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tls {
    pub(crate) name: String,
    pub(crate) protected: Protected,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Tells this run's messages from all others.
    pub(crate) run: u32,
    pub(crate) server: SocketAddr,
    pub(crate) http: SocketAddr,
    /// How links are encrypted, if they are.
    pub(crate) tls: Option<Tls>,
    /// Whence the links come, in turn. Empty: as the system chooses.
    pub(crate) sources: Vec<IpAddr>,
    /// Who has which seat.
    pub(crate) accounts: Vec<Account>,
    /// So many connections are begun each second.
    pub(crate) ramp: f64,
    /// Whether everybody comes before it begins. Otherwise the `comings` bring them.
    pub(crate) all_come_first: bool,
    /// The seats of each group's members. The first makes it.
    pub(crate) groups: Vec<Vec<Seat>>,
    /// By ascending writer; those that another process writes come last.
    pub(crate) conversations: Vec<Conversation>,
    pub(crate) talk: Option<Talk>,
    /// Noops a second in all, which are measured; 0 for as many as come back. None: as the server wants them.
    pub(crate) noops: Option<f64>,
    pub(crate) comings: Option<Comings>,
    pub(crate) faults: Option<Faults>,
    /// They leave before it begins and come back at its end.
    pub(crate) away: Vec<Seat>,
    /// They have no link, but wait for messages by HTTP.
    pub(crate) pollers: Vec<Seat>,
    pub(crate) payload_bytes: usize,
    pub(crate) tick_ms: u64,
    /// When nothing comes for so long at the end, nothing more will.
    pub(crate) patience_ms: u64,
}

/// One writer and those who get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Conversation {
    /// Who writes; `None` when that is another process's business.
    pub(crate) writer: Option<Seat>,
    pub(crate) writer_id: i64,
    pub(crate) to: To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum To {
    Seat(Seat),
    /// By its place among the plan's groups.
    Group(u32),
    Everyone,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Talk {
    /// Messages a second, dealt out to the conversations in turn. 0: the next as soon as there is room in flight.
    pub(crate) per_second: f64,
    /// So many messages of a conversation are under way at once.
    pub(crate) in_flight: u64,
    /// Whether a message is under way until its receivers have it, and not only until it is acknowledged.
    pub(crate) until_delivered: bool,
}

/// Links that come and go in turn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Comings {
    pub(crate) first: Seat,
    pub(crate) count: u32,
    /// 0: the next as soon as one has come.
    pub(crate) per_second: f64,
    /// With a rate of 0, so many logins are under way at once.
    pub(crate) at_once: u32,
    /// They stay away for so long.
    pub(crate) away_ms: u64,
}

/// What the network and the devices do to those who listen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Faults {
    pub(crate) first: Seat,
    pub(crate) count: u32,
    /// Each of them has one in so long. A device that stops reading does so for a quarter of it or more.
    pub(crate) every_ms: u64,
}

/// The parent to a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    Plan(Box<Plan>),
    /// Everybody is there: begin at this moment.
    Begin {
        at_ns: u64,
    },
    /// Begin nothing new, and wait for what is under way.
    Finish,
    /// Wait for what has not come. What everyone got from another process is told here.
    Settle {
        everyone: Option<Written>,
    },
}

/// What was written to everyone: the numbers 1 to `sent`, without those that the server may not have taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) sent: u64,
    pub(crate) not_owed: Vec<u64>,
}

/// A process to the parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// All who are to be there are there, or will not come.
    Ready,
    Tick(Box<Tick>),
    /// Nothing is under way any more.
    Finished {
        everyone: Option<Written>,
    },
    /// The last word.
    Done(Box<Tick>),
}

/// What happened since the last tick.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tick {
    /// It happened after the beginning and before the end.
    pub(crate) is_in_time: bool,
    pub(crate) tally: Tally,
    /// Links that are logged in now, or wait for messages by HTTP.
    pub(crate) links: u64,
    /// The processor time of this process up to now, in microseconds.
    pub(crate) cpu_us: u64,
}
