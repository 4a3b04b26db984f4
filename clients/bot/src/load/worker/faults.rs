//! What is put in the way of those who listen: a link is cut, a device stops reading for a while or reads slowly, and
//! now and then half of all links are cut at once and come anew at once.
//!
//! What a device did not take in time is no latency of the server's: it counts as what waited for somebody who was away.

use super::{State, Worker};
use crate::load::plan::{Faults, Seat};
use crate::load::time::{MS_NS, SECOND_NS};

/// A device that reads slowly takes so many bytes in so long: less than it gets.
const SLOW_BYTES: usize = 256;
const LOOK_EVERY_NS: u64 = 100 * MS_NS;
/// A link that was cut comes back after so long, and up to twice that.
const BACK_AFTER_NS: u64 = 200 * MS_NS;
/// A server takes its time to give a link up. What ends so soon after its device has read again ends for that.
const BLAMED_FOR_NS: u64 = 60 * SECOND_NS;
/// Each listener has had so many faults when half of all are cut at once.
const ROUNDS_TO_STORM: u64 = 5;

/// A device that does not take what comes as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hindered {
    until_ns: u64,
    reads_slowly: bool,
}

impl Worker {
    /// Begins the faults whose time it is, and ends others.
    pub(super) fn put_faults(&mut self, now: u64) {
        if now >= self.hindered_at_ns {
            self.look_after_hindered(now);
        }
        let Some(faults) = self.plan.faults else { return };
        while let Some((turn, _)) = self.faults.as_mut().and_then(|faults| faults.take(now)) {
            self.faults_begun += 1;
            let number = self.faults_begun;
            if number.is_multiple_of(u64::from(faults.count) * ROUNDS_TO_STORM) {
                self.cut_half(faults, now);
            }
            self.put_fault(faults, faults.first + u32::try_from(turn).unwrap_or(0), mixed_up(number), now);
        }
    }

    fn put_fault(&mut self, faults: Faults, seat: Seat, dice: u64, now: u64) {
        let is_free = self.place(seat).is_some_and(|place| place.state == State::In);
        if !is_free || self.hindered.contains_key(&seat) {
            return;
        }
        let for_ns = faults.every_ms * MS_NS / 4 * (1 + dice / 3 % 4);
        match dice % 3 {
            0 => {
                self.tally.counts.cut += 1;
                self.cut(seat, now + BACK_AFTER_NS + dice % BACK_AFTER_NS);
            }
            1 => {
                self.tally.counts.stopped += 1;
                self.hinder(seat, Hindered { until_ns: now + for_ns, reads_slowly: false }, now);
            }
            _ => {
                self.tally.counts.slowed += 1;
                self.hinder(seat, Hindered { until_ns: now + for_ns, reads_slowly: true }, now);
            }
        }
    }

    fn cut_half(&mut self, faults: Faults, now: u64) {
        self.tally.counts.cut_at_once += 1;
        for seat in (faults.first..faults.first + faults.count).step_by(2) {
            if self.place(seat).is_some_and(|place| place.state == State::In) {
                self.cut(seat, now);
            }
        }
    }

    /// Ends a link by a reset, with whatever was under way.
    fn cut(&mut self, seat: Seat, back_at_ns: u64) {
        self.close(seat);
        if let Some(place) = self.place(seat) {
            place.was_sent_away = true;
        }
        self.returns.insert((back_at_ns, seat));
    }

    fn hinder(&mut self, seat: Seat, how: Hindered, now: u64) {
        self.hindered.insert(seat, how);
        self.hindered_at_ns = self.hindered_at_ns.min(now + LOOK_EVERY_NS);
        if let Some(place) = self.place(seat) {
            place.away_until_ns = u64::MAX;
        }
    }

    fn look_after_hindered(&mut self, now: u64) {
        let all: Vec<(Seat, Hindered)> = self.hindered.iter().map(|(seat, how)| (*seat, *how)).collect();
        for (seat, how) in all {
            if how.until_ns <= now {
                self.release(seat, now);
            } else if how.reads_slowly {
                let mut little = [0; SLOW_BYTES];
                let _ = self.read_once(seat, &mut little);
            }
        }
        self.hindered_at_ns = if self.hindered.is_empty() { u64::MAX } else { now + LOOK_EVERY_NS };
    }

    /// The device reads again, all that there is.
    fn release(&mut self, seat: Seat, now: u64) {
        self.hindered.remove(&seat);
        let Some(place) = self.place(seat) else { return };
        place.away_until_ns = now;
        place.blamed_until_ns = now + BLAMED_FOR_NS;
        // To the end, since nobody tells once more what there was to be read before.
        self.read(seat, true);
    }

    /// Nothing is in the way any more, so that what is missing in the end is missing.
    pub(super) fn end_faults(&mut self, now: u64) {
        self.faults = None;
        let all: Vec<Seat> = self.hindered.keys().copied().collect();
        all.into_iter().for_each(|seat| self.release(seat, now));
    }

    /// Whether a link has ended because its device did not read: then it comes back, and that is all.
    pub(super) fn is_shown_out(&mut self, seat: Seat, now: u64) -> bool {
        let is_hindered = self.hindered.contains_key(&seat);
        let Some(place) = self.place(seat) else { return false };
        let is_for_that = place.closing.is_none_or(|reason| reason == longlink::wire::CloseReason::Slow.word());
        if place.state != State::In || !is_for_that || !is_hindered && now >= place.blamed_until_ns {
            return false;
        }
        self.tally.counts.shown_out += 1;
        self.cut(seat, now + BACK_AFTER_NS);
        true
    }
}

/// A number that looks like chance, and is the same in every run.
fn mixed_up(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) >> 8
}
