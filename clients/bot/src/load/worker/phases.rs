//! A process's life: everybody comes, it begins, it is finished, what has not come is waited for, it is judged.

use std::collections::HashMap;
use std::io;

use super::{State, Worker, say};
use crate::load::plan::{Order, Said, Seat, To};
use crate::load::schedule::Schedule;
use crate::load::time::{MS_NS, SECOND_NS, now_ns};

/// How often it is looked whether a phase is at its end.
pub(super) const LOOK_EVERY_NS: u64 = 10 * MS_NS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Everybody who is to be there comes.
    Arriving,
    /// Groups are made.
    Grouping,
    /// Until the parent says that all processes are so far.
    Waiting,
    Playing,
    /// Nothing new is begun, what is under way is waited for.
    Finishing,
    /// Until the parent knows what everybody has written.
    Finished,
    /// What has not come is waited for.
    Settling,
    Over,
}

impl Phase {
    /// Whether it ends by what is not an event.
    pub(super) fn is_watchful(self) -> bool {
        matches!(self, Self::Arriving | Self::Grouping | Self::Finishing | Self::Settling)
    }

    pub(super) fn is_playing(self) -> bool {
        self == Self::Playing
    }
}

impl Worker {
    pub(super) fn begin_arriving(&mut self, now: u64) {
        if !self.plan.all_come_first {
            return;
        }
        let (pollers, links): (Vec<Seat>, Vec<Seat>) =
            (0..u32::try_from(self.seats.len()).unwrap_or(u32::MAX)).partition(|seat| self.polls(*seat));
        // Those who poll come last: by then the end of the log is known.
        self.arrivals_order = [links, pollers].concat();
        self.arrivals = Schedule::new(now, self.plan.ramp, self.arrivals_order.len());
    }

    fn polls(&self, seat: Seat) -> bool {
        self.seats.get(seat as usize).is_some_and(|place| place.is_poller)
    }

    pub(super) fn obey(&mut self, order: Order, now: u64) -> io::Result<()> {
        match order {
            Order::Plan(_) => {}
            Order::Begin { at_ns } => self.begin(at_ns, now),
            Order::Finish => self.finish(now)?,
            Order::Settle { everyone } => {
                if let Some(written) = everyone {
                    self.ledger.take_over(&written);
                }
                self.settle(now);
            }
        }
        Ok(())
    }

    fn begin(&mut self, at_ns: u64, now: u64) {
        self.phase = Phase::Playing;
        if let Some(talk) = self.plan.talk {
            // Those that others write have no lane: they come last.
            let lanes = self.ledger.lines().iter().filter(|line| line.conversation.writer.is_some()).count();
            self.talk = Schedule::new(at_ns, talk.per_second, lanes);
            if self.talk.is_none() {
                self.talk_without_rate(now);
            }
        }
        if let Some(comings) = self.plan.comings {
            self.comings = Schedule::new(at_ns, comings.per_second, comings.count as usize);
            if self.comings.is_none() {
                for _ in 0..comings.at_once.min(comings.count) {
                    self.next_comes(now);
                }
            }
        }
        if let Some(faults) = self.plan.faults {
            let per_second = f64::from(faults.count) * 1_000.0 / faults.every_ms as f64;
            self.faults = Schedule::new(at_ns, per_second, faults.count as usize);
        }
        self.measure_noops(at_ns, now);
    }

    fn finish(&mut self, now: u64) -> io::Result<()> {
        if matches!(self.phase, Phase::Finishing | Phase::Finished | Phase::Settling | Phase::Over) {
            return Ok(());
        }
        // What was due up to now is due, even if we are late.
        self.come_and_go(now);
        self.talk_if_due(now);
        self.noop_if_due(now);
        self.stop_talking();
        self.arrivals = None;
        self.end_faults(now);
        self.count_not_begun(now);
        self.comings = None;
        if self.plan.noops.is_some() {
            self.noops = None;
        }
        // What happened up to now was in time.
        self.say_tick()?;
        self.phase = Phase::Finishing;
        self.progress_ns = now;
        Ok(())
    }

    /// Noops and logins that were due behind one under way: they have waited for so long by now.
    fn count_not_begun(&mut self, now: u64) {
        let every = |schedule: &Option<Schedule>| schedule.as_ref().map_or(0, Schedule::lane_every_ns);
        let (noop_every, login_every) = (every(&self.noops), every(&self.comings));
        let is_noop_measured = self.plan.noops.is_some();
        for place in &mut self.seats {
            let noops = std::mem::take(&mut place.noops_behind);
            let logins = std::mem::take(&mut place.comings_behind);
            for number in 1..=u64::from(if is_noop_measured { noops } else { 0 }) {
                let due = place.noop_due_ns.unwrap_or(now) + number * noop_every;
                self.tally.echo.record_ns(now.saturating_sub(due));
                self.tally.counts.not_begun += 1;
            }
            for number in 1..=u64::from(logins) {
                self.tally.login.record_ns(now.saturating_sub(place.due_ns + number * login_every));
                self.tally.counts.not_begun += 1;
            }
        }
    }

    fn settle(&mut self, now: u64) {
        self.phase = Phase::Settling;
        self.progress_ns = now;
        // Those who were sent away come back, as fast as they came.
        let every = (SECOND_NS as f64 / self.plan.ramp.max(1.0)) as u64;
        let away = self.plan.away.clone();
        let mut reads: HashMap<Seat, Vec<u32>> = HashMap::new();
        for (conversation, line) in (0..).zip(self.ledger.lines()) {
            if let To::Seat(seat) = line.conversation.to {
                reads.entry(seat).or_default().push(conversation);
            }
        }
        for (number, seat) in (0..).zip(away) {
            let read = reads.remove(&seat).unwrap_or_default();
            if let Some(place) = self.seats.get_mut(seat as usize).filter(|place| place.state != State::Gone) {
                place.catches_up = Some(read);
                self.behind += 1;
            }
            self.returns.insert((now + number * every, seat));
        }
    }

    /// Goes over to the next phase, if this one is at its end. To find out may mean to look at everybody, which is not
    /// done at every event.
    pub(super) fn advance(&mut self, now: u64) -> io::Result<()> {
        if now < self.look_at_ns {
            return Ok(());
        }
        self.look_at_ns = now + LOOK_EVERY_NS;
        match self.phase {
            Phase::Arriving if self.has_arrived(now) => {
                self.make_groups();
                self.phase = Phase::Grouping;
                self.progress_ns = now;
            }
            Phase::Grouping if self.groups_asked == 0 || self.is_patience_over(now) => {
                for seat in self.plan.away.clone() {
                    self.leave(seat);
                }
                self.keep_alive(now);
                self.phase = Phase::Waiting;
                // What was counted up to now belongs to what was before.
                self.say_tick()?;
                say(&Said::Ready)?;
            }
            Phase::Finishing if (self.ledger.is_answered() && self.is_echoed()) || self.is_patience_over(now) => {
                self.give_up_unanswered();
                self.phase = Phase::Finished;
                self.say_tick()?;
                say(&Said::Finished { everyone: self.ledger.written_to_everyone() })?;
            }
            Phase::Settling if self.has_settled(now) => {
                self.judge();
                self.phase = Phase::Over;
                let tick = self.tick();
                say(&Said::Done(Box::new(tick)))?;
            }
            Phase::Arriving
            | Phase::Grouping
            | Phase::Waiting
            | Phase::Playing
            | Phase::Finishing
            | Phase::Finished
            | Phase::Settling
            | Phase::Over => {}
        }
        Ok(())
    }

    fn has_arrived(&self, now: u64) -> bool {
        if !self.plan.all_come_first {
            return true;
        }
        if self.arrivals.is_some() {
            return false;
        }
        let is_all = self.here + self.gone == self.seats.len() as u64;
        // Who has not come by now, when nobody else comes either, does not come.
        is_all || self.is_patience_over(now)
    }

    fn is_patience_over(&self, now: u64) -> bool {
        now > self.progress_ns + self.plan.patience_ms * MS_NS
    }

    fn has_settled(&self, now: u64) -> bool {
        if self.is_patience_over(now) {
            return true;
        }
        // A storm's last logins are waited for; who has been away must say how long it took; nobody else need be there.
        let is_login_awaited = !self.plan.all_come_first && self.coming > 0;
        !is_login_awaited && self.behind == 0 && self.ledger.missing(|_| true) == 0
    }

    fn give_up_unanswered(&mut self) {
        let mut unanswered = Vec::new();
        for place in &mut self.seats {
            unanswered.append(&mut place.asked);
            if place.noop_due_ns.take().is_some() {
                self.tally.error("noop without an echo");
            }
        }
        for asked in unanswered {
            if let super::Question::Send { conversation, number, .. } = asked.what {
                self.ledger.answer(conversation, number, false);
                self.tally.error("send without a reply");
            }
        }
    }

    /// What is missing now is lost, unless its receiver is not there to be asked.
    fn judge(&mut self) {
        let is_there = |seat: Seat| self.seats.get(seat as usize).is_some_and(|place| place.state == State::In);
        let lost = self.ledger.missing(is_there);
        let unchecked = self.ledger.missing(|seat| !is_there(seat));
        self.tally.counts.lost += lost;
        self.tally.counts.unchecked += unchecked;
        if self.ledger.is_overfull() {
            self.tally.error("too many messages were refused to tell which were lost");
        }
        // Who was owed something for longer than we waited.
        let now = now_ns();
        for place in &self.seats {
            if place.catches_up.is_some() && place.state == State::In {
                self.tally.catching_up.record_ns(now.saturating_sub(place.due_ns));
            }
        }
    }
}
