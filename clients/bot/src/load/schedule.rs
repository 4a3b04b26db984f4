//! When things are due: an open loop, which does not wait for the server.
//!
//! Occasions fall due at a steady rate, and are dealt out to lanes (conversations, links) in turn. When each is due
//! follows from its number alone. So a lane that could not be served in time keeps no list of what it owes, and a
//! latency counts from when its occasion was due: a server that stalls makes every occasion in the stall late, not just
//! the one that it was busy with.

use super::time::SECOND_NS;

/// Occasions of all lanes, in the order in which they fall due.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    start_ns: u64,
    per_second: f64,
    lanes: u64,
    next: u64,
}

impl Schedule {
    /// `None` when nothing is ever due: no lanes, or no rate.
    pub(crate) fn new(start_ns: u64, per_second: f64, lanes: usize) -> Option<Self> {
        let is_any = lanes > 0 && per_second.is_finite() && per_second > 0.0;
        is_any.then_some(Self { start_ns, per_second, lanes: lanes as u64, next: 0 })
    }

    pub(crate) fn next_due_ns(&self) -> u64 {
        self.due_ns(self.next)
    }

    /// The next occasion, if it is due: its lane, and when it was due.
    pub(crate) fn take(&mut self, now_ns: u64) -> Option<(usize, u64)> {
        let due_ns = self.next_due_ns();
        if due_ns > now_ns {
            return None;
        }
        let lane = self.next % self.lanes;
        self.next += 1;
        Some((usize::try_from(lane).unwrap_or(0), due_ns))
    }

    /// When a lane's occasion of this number, from 0, is due.
    pub(crate) fn lane_due_ns(&self, lane: usize, number: u64) -> u64 {
        self.due_ns(lane as u64 + number * self.lanes)
    }

    /// How long it is from one occasion of a lane to its next.
    pub(crate) fn lane_every_ns(&self) -> u64 {
        (self.lanes as f64 / self.per_second * SECOND_NS as f64) as u64
    }

    fn due_ns(&self, number: u64) -> u64 {
        // Exact to the nanosecond for months: an f64 has 53 bits.
        self.start_ns + (number as f64 / self.per_second * SECOND_NS as f64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::latencies::Latencies;

    const MS: u64 = 1_000_000;

    #[test]
    fn occasions_fall_due_at_the_rate_and_go_round_the_lanes() {
        let mut schedule = Schedule::new(1_000, 1_000.0, 3).unwrap();
        assert_eq!(schedule.take(999), None, "not before the start");
        let taken: Vec<_> = std::iter::from_fn(|| schedule.take(1_000 + 4 * MS)).collect();
        let due = |number: u64| 1_000 + number * MS;
        assert_eq!(taken, [(0, due(0)), (1, due(1)), (2, due(2)), (0, due(3)), (1, due(4))]);
        assert_eq!(schedule.lane_due_ns(1, 1), due(4), "as it was dealt out");
        assert_eq!(schedule.lane_every_ns(), 3 * MS);
        assert_eq!(schedule.next_due_ns(), due(5));
    }

    #[test]
    fn without_lanes_or_a_rate_nothing_is_ever_due() {
        for (rate, lanes) in [(0.0, 5), (-1.0, 5), (f64::NAN, 5), (f64::INFINITY, 5), (10.0, 0)] {
            assert!(Schedule::new(0, rate, lanes).is_none(), "{rate} {lanes}");
        }
    }

    /// A server that answers in a tenth of a millisecond, but does nothing at all from the second second to the third. A tool that
    /// sends the next message when the last was answered would count one slow answer in ten thousand.
    #[test]
    fn a_stall_of_the_server_is_in_every_latency_that_it_made_late() {
        let mut schedule = Schedule::new(0, 1_000.0, 1).unwrap();
        let mut latencies = Latencies::default();
        let (mut free_at, mut sent) = (0, 0);
        while sent < 10_000 {
            let due = schedule.lane_due_ns(0, sent);
            assert_eq!(schedule.take(due), Some((0, due)));
            // One in flight: it is sent when it is due and the last one has been answered.
            let sent_at = due.max(free_at);
            let begun = if (1_000 * MS..2_000 * MS).contains(&sent_at) { 2_000 * MS } else { sent_at };
            // A tenth of a millisecond for each, so that it catches up.
            free_at = begun + MS / 10;
            latencies.record_ns(free_at - due);
            sent += 1;
        }
        let seconds = |part: f64| latencies.at_us(part) as f64 / 1e6;
        assert!(seconds(0.5) < 0.001, "most were quick: {}", seconds(0.5));
        // A thousand were due in the stall, and a hundred more while it was made up for: eleven in a hundred, evenly
        // spread between a second and nothing.
        assert!((0.90..0.92).contains(&seconds(0.99)), "{}", seconds(0.99));
        assert!((0.49..0.52).contains(&seconds(0.945)), "{}", seconds(0.945));
        assert!(seconds(1.0) > 0.99);
    }
}
