//! What was counted: by one process for a moment, by all of them for a whole run. It adds up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::latencies::Latencies;

/// Counts since the last time that it was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    /// How often something went wrong, by what it was.
    pub(crate) errors: BTreeMap<String, u64>,
    /// From when a message was due to when a receiver had it.
    pub(crate) delivery: Latencies,
    /// From when a message was due to when the server had acknowledged it.
    pub(crate) acknowledgement: Latencies,
    /// From when a noop was due to its echo.
    pub(crate) echo: Latencies,
    /// From when a login was due to the server's yes: the connection included.
    pub(crate) login: Latencies,
    /// From when a link that had been away was due to come back to when it had all that it missed.
    pub(crate) catching_up: Latencies,
    /// How much later than due the bot itself sent, where nothing but itself held it up.
    pub(crate) own_delay: Latencies,
}

macro_rules! counts {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub(crate) struct Counts {
            $($(#[$meta])* pub(crate) $name: u64,)*
        }

        impl Counts {
            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

counts! {
    /// Messages that were sent.
    sent,
    acknowledged,
    /// Messages that came in: one to everyone counts at each receiver.
    received,
    /// Of those: written while their receiver was away by the scenario's will, so that they have no latency.
    waited_for,
    noops,
    echoes,
    logins,
    /// Answers to a poll of the old contract, the empty ones too.
    polls,
    /// Links that the scenario closed.
    left,
    /// Faults: links that were cut, once each, and each time that many were at once.
    cut,
    cut_at_once,
    /// Devices that stopped reading for a while, and that read slowly; those of them that the server closed for it.
    stopped,
    slowed,
    shown_out,
    /// Links that ended though they should not have.
    broken,
    /// Occasions that were due and had not been begun at the end.
    not_begun,
    /// Messages that were acknowledged and did not come.
    lost,
    /// Messages that came again.
    doubled,
    /// Messages that came behind a later one of their sender.
    disordered,
    /// Messages that came to somebody for whom they were not.
    misdirected,
    /// Receivers whose link was down at the end, so that nobody knows what they would have got.
    unchecked,
    /// Entries of others than this run.
    foreign,
    bytes_in,
    bytes_out,
    /// Reads and writes of the bot's own sockets.
    own_calls,
}

impl Counts {
    /// What must never happen.
    pub(crate) fn wrong(&self) -> u64 {
        self.lost + self.doubled + self.disordered + self.misdirected
    }
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        for (what, count) in &other.errors {
            *self.errors.entry(what.clone()).or_default() += count;
        }
        self.delivery.add(&other.delivery);
        self.acknowledgement.add(&other.acknowledgement);
        self.echo.add(&other.echo);
        self.login.add(&other.login);
        self.catching_up.add(&other.catching_up);
        self.own_delay.add(&other.own_delay);
    }

    pub(crate) fn clear(&mut self) {
        self.counts = Counts::default();
        self.errors.clear();
        self.delivery.clear();
        self.acknowledgement.clear();
        self.echo.clear();
        self.login.clear();
        self.catching_up.clear();
        self.own_delay.clear();
    }

    /// One more of this error. The names are few: codes, reasons and the kinds of errors of the system.
    pub(crate) fn error(&mut self, what: impl Into<String>) {
        *self.errors.entry(what.into()).or_default() += 1;
    }

    pub(crate) fn errors_in_all(&self) -> u64 {
        self.errors.values().sum()
    }

    /// The latency that the scenario is about: the first of these that there is.
    pub(crate) fn main_latency(&self) -> (&'static str, &Latencies) {
        let kinds = [("delivery", &self.delivery), ("echo", &self.echo), ("acknowledgement", &self.acknowledgement)];
        kinds.into_iter().find(|(_, latencies)| latencies.count() > 0).unwrap_or(("login", &self.login))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_of_several_processes_add_up() {
        let mut first = Tally::default();
        first.counts.sent = 3;
        first.counts.lost = 1;
        first.error("closed by the server: IDLE");
        first.login.record_ns(5_000_000);
        let mut second = first.clone();
        second.error("closed by the server: IDLE");
        second.error("send refused: OVERLOADED");
        second.counts.doubled = 4;
        // As it comes from another process.
        let said: Tally = serde_json::from_str(&serde_json::to_string(&second).unwrap()).unwrap();
        first.add(&said);
        assert_eq!((first.counts.sent, first.counts.wrong()), (6, 6));
        assert_eq!(
            first.errors.iter().map(|(what, count)| (what.as_str(), *count)).collect::<Vec<_>>(),
            [("closed by the server: IDLE", 3), ("send refused: OVERLOADED", 1),]
        );
        assert_eq!((first.errors_in_all(), first.login.count()), (4, 2));
        first.clear();
        assert_eq!((first.counts, first.errors_in_all(), first.login.count()), (Counts::default(), 0, 0));
    }
}
