//! Heartbeats: as often as the server wants them, or as many as the scenario measures.

use super::speech::put_noop;
use super::{State, Worker};
use crate::load::plan::Seat;
use crate::load::schedule::Schedule;

impl Worker {
    /// Says noop as often as the server asked for, evenly spread over all links.
    pub(super) fn keep_alive(&mut self, now: u64) {
        let every_s = self.heartbeat_ms as f64 / 1_000.0;
        let links = self.seats.len();
        self.noops = Schedule::new(now, links as f64 / every_s, links);
    }

    /// Begins the noops that the plan wants measured.
    pub(super) fn measure_noops(&mut self, start: u64, now: u64) {
        let Some(per_second) = self.plan.noops else { return };
        self.noops = Schedule::new(start, per_second, self.seats.len());
        if self.noops.is_none() {
            for seat in 0..u32::try_from(self.seats.len()).unwrap_or(u32::MAX) {
                // Where one is under way already, the next goes out at its echo.
                if self.place(seat).is_some_and(|place| place.noop_due_ns.is_none()) {
                    self.noop(seat, now);
                }
            }
        }
    }

    pub(super) fn noop_if_due(&mut self, now: u64) {
        while let Some((lane, due)) = self.noops.as_mut().and_then(|noops| noops.take(now)) {
            let seat = u32::try_from(lane).unwrap_or(u32::MAX);
            let Some(place) = self.place(seat).filter(|place| place.state == State::In && !place.is_poller) else {
                continue;
            };
            if place.noop_due_ns.is_some() {
                // It is said, and counted from when it was due, when the one before has its echo.
                place.noops_behind += 1;
                continue;
            }
            if self.plan.noops.is_some() {
                self.tally.own_delay.record_ns(now.saturating_sub(due));
            }
            self.noop(seat, due);
        }
    }

    fn noop(&mut self, seat: Seat, due: u64) {
        let Some(place) = self.place(seat).filter(|place| place.state == State::In) else { return };
        place.noop_due_ns = Some(due);
        if let Some(out) = self.out(seat) {
            put_noop(out);
        }
        self.tally.counts.noops += 1;
    }

    pub(super) fn hear_echo(&mut self, seat: Seat, now: u64) {
        let every = self.noops.as_ref().map_or(0, Schedule::lane_every_ns);
        let goes_on = self.plan.noops == Some(0.0) && self.phase.is_playing();
        if self.plan.noops.is_some() {
            self.progress_ns = now;
        }
        let Some(place) = self.place(seat) else { return };
        let Some(due) = place.noop_due_ns.take() else {
            return self.tally.error("an echo of no noop");
        };
        let is_behind = place.noops_behind > 0;
        place.noops_behind = place.noops_behind.saturating_sub(1);
        self.tally.counts.echoes += 1;
        self.tally.echo.record_ns(now.saturating_sub(due));
        if is_behind {
            self.noop(seat, due + every);
        } else if goes_on {
            self.noop(seat, now);
        }
    }

    /// No noop is under way.
    pub(super) fn is_echoed(&self) -> bool {
        self.seats.iter().all(|place| place.noop_due_ns.is_none())
    }
}
