//! Coming and going: connections, logins, and what happens when a link ends.

use std::rc::Rc;

use longlink_client::{Code, Command, pb};
use mio::Token;
use prost::Message as _;

use super::link::{Link, in_words};
use super::phases::Phase;
use super::speech::put_frame;
use super::{Question, State, Worker};
use crate::load::plan::Seat;
use crate::load::schedule::Schedule;
use crate::load::time::{MS_NS, SECOND_NS, now_ns};

/// While everybody comes, so many may be on their way: far below what a server allows to strangers.
const COMING_AT_ONCE: u64 = 500;
/// A connection or a login that takes longer than this has failed.
const LOGIN_PATIENCE_NS: u64 = 20 * SECOND_NS;
/// The first pause before a link that was lost comes back; each further one is twice as long.
const PAUSE_NS: u64 = 500 * MS_NS;
const PAUSE_DOUBLINGS_MAX: u32 = 6;

impl Worker {
    /// Begins or ends the links whose time it is.
    pub(super) fn come_and_go(&mut self, now: u64) {
        while self.coming < COMING_AT_ONCE
            && let Some((place, due)) = self.arrivals.as_mut().and_then(|arrivals| arrivals.take(now))
        {
            match self.arrivals_order.get(place).copied() {
                Some(seat) => self.come(seat, due, now),
                None => break,
            }
            if place + 1 == self.arrivals_order.len() {
                self.arrivals = None;
            }
        }
        while let Some((due, seat)) = self.returns.first().copied().filter(|(due, _)| *due <= now) {
            self.returns.remove(&(due, seat));
            self.come(seat, due, now);
        }
        while let Some((place, due)) = self.comings.as_mut().and_then(|comings| comings.take(now)) {
            self.come_in_turn(u32::try_from(place).unwrap_or(0), due, now);
        }
    }

    /// It is the turn of one of those who come and go.
    fn come_in_turn(&mut self, turn: u32, due: u64, now: u64) {
        let Some(comings) = self.plan.comings else { return };
        let seat = comings.first + turn;
        let Some(place) = self.place(seat) else { return };
        match place.state {
            State::Connecting | State::LoggingIn if comings.away_ms == 0 => place.comings_behind += 1,
            State::In => {
                self.leave(seat);
                match comings.away_ms {
                    0 => self.come(seat, due, now),
                    away_ms => drop(self.returns.insert((due + away_ms * MS_NS, seat))),
                }
            }
            State::Out if comings.away_ms == 0 => self.come(seat, due, now),
            // It is away already, or on its way back, or away for good.
            State::Connecting | State::LoggingIn | State::Out | State::Gone => {}
        }
    }

    /// As fast as they come: somebody has come, so the next one does.
    pub(super) fn next_comes(&mut self, now: u64) {
        let Some(comings) = self.plan.comings.filter(|comings| comings.per_second == 0.0) else { return };
        for _ in 0..comings.count {
            let turn = self.comings_next;
            self.comings_next = (turn + 1) % comings.count;
            let state = self.place(comings.first + turn).map(|place| place.state);
            if matches!(state, Some(State::In | State::Out)) {
                return self.come_in_turn(turn, now, now);
            }
        }
    }

    pub(super) fn come(&mut self, seat: Seat, due: u64, now: u64) {
        let Some(place) = self.seats.get_mut(seat as usize).filter(|place| place.state == State::Out) else { return };
        let source = match self.plan.sources.len() {
            0 => None,
            count => self.plan.sources.get(seat as usize % count).copied(),
        };
        let (to, encrypt) =
            if place.is_poller { (self.plan.http, None) } else { (self.plan.server, self.encrypt.as_ref()) };
        (place.due_ns, place.since_ns) = (due, now);
        place.generation = place.generation.wrapping_add(1);
        match Link::connect(to, encrypt, source, self.poll.registry(), Token(seat as usize)) {
            Ok(link) => {
                place.link = Some(link);
                place.state = State::Connecting;
                self.coming += 1;
            }
            Err(error) => {
                place.state = State::Connecting;
                self.coming += 1;
                self.break_off(seat, &format!("cannot connect: {}", in_words(&error)));
            }
        }
    }

    pub(super) fn has_connected(&mut self, seat: Seat) {
        let Some(account) = self.plan.accounts.get(seat as usize) else { return };
        let hello = pb::HelloRequest {
            credential: Some(pb::hello_request::Credential::Token(account.token.clone())),
            device_id: "bot-load".to_owned(),
            resume: None,
            client: concat!("longlink-bot/", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let Some(place) = self.place(seat) else { return };
        place.state = State::LoggingIn;
        if place.is_poller {
            return self.begin_polling(seat);
        }
        place.seq = 1;
        let cursor = place.cursor;
        let resume = place.epoch.as_ref().map(|epoch| pb::Resume { epoch: epoch.to_string(), cursor });
        if let Some(out) = self.out(seat) {
            put_frame(Command::Hello, 1, &pb::HelloRequest { resume, ..hello }, out);
        }
    }

    pub(super) fn hear_hello(&mut self, seat: Seat, body: &[u8], now: u64) {
        let Ok(reply) = pb::HelloReply::decode(body) else {
            return self.break_off(seat, "a reply to hello that cannot be read");
        };
        if reply.code != 0 {
            let code = Code::try_from(reply.code).unwrap_or(Code::Internal);
            self.break_off(seat, &format!("login refused: {}", word(reply.code)));
            // Asking again will not help.
            if !code.is_temporary() {
                self.is_gone(seat);
                if self.phase == Phase::Playing {
                    self.next_comes(now);
                }
            }
            return;
        }
        self.head = self.head.max(reply.head);
        self.heartbeat_ms = u64::from(reply.heartbeat_interval_ms);
        let Some(place) = self.place(seat).filter(|place| place.state == State::LoggingIn) else { return };
        let had_resume = place.epoch.is_some();
        let is_same_log = place.epoch.as_deref() == Some(reply.epoch.as_str());
        if !had_resume {
            place.cursor = reply.head;
        } else if reply.resumed() == pb::ResumeOutcome::StartOver {
            place.cursor = 0;
        }
        if !is_same_log {
            place.epoch = Some(Rc::from(reply.epoch.as_str()));
        }
        if had_resume && reply.resumed() != pb::ResumeOutcome::Continued {
            self.tally.error("the server's log is another one: it said START_OVER");
        }
        self.is_in(seat, now);
    }

    fn is_gone(&mut self, seat: Seat) {
        self.gone += 1;
        let Some(place) = self.place(seat) else { return };
        place.state = State::Gone;
        if place.catches_up.take().is_some() {
            self.behind = self.behind.saturating_sub(1);
        }
    }

    /// The seat is logged in, or polls.
    pub(super) fn is_in(&mut self, seat: Seat, now: u64) {
        self.progress_ns = now;
        self.coming = self.coming.saturating_sub(1);
        self.here += 1;
        let Some(place) = self.place(seat) else { return };
        place.state = State::In;
        place.failures = 0;
        if std::mem::take(&mut place.was_sent_away) {
            place.away_until_ns = now;
        }
        let due = place.due_ns;
        if !place.is_poller {
            self.tally.counts.logins += 1;
            self.tally.login.record_ns(now.saturating_sub(due));
        }
        self.check_catching_up(seat, now);
        self.go_on_writing(seat, now);
        if self.phase == Phase::Playing && self.plan.comings.is_some() {
            self.come_again(seat, due, now);
        }
    }

    fn come_again(&mut self, seat: Seat, due: u64, now: u64) {
        let every = self.comings.as_ref().map_or(0, Schedule::lane_every_ns);
        if let Some(place) = self.place(seat).filter(|place| place.comings_behind > 0) {
            // It was due meanwhile, and counts from then.
            place.comings_behind -= 1;
            self.leave(seat);
            return self.come(seat, due + every, now);
        }
        self.next_comes(now);
    }

    /// Closes a link because the plan says so.
    pub(super) fn leave(&mut self, seat: Seat) {
        if self.place(seat).is_some_and(|place| place.state == State::In) {
            self.tally.counts.left += 1;
            self.close(seat);
            if let Some(place) = self.place(seat) {
                place.was_sent_away = true;
            }
        }
    }

    /// The server has closed the link.
    pub(super) fn ended(&mut self, seat: Seat) {
        let Some(place) = self.place(seat) else { return };
        let (closing, was_in) = (place.closing, place.state == State::In);
        match closing {
            Some(reason) => self.break_off(seat, &format!("closed by the server: {reason}")),
            None if was_in => self.break_off(seat, "closed without a word"),
            // Beyond a bound there is nobody who could say so.
            None => self.break_off(seat, "closed without a word before login (link.links_per_address_max, links_max)"),
        }
    }

    /// A link ended that should not have. It comes back after a pause.
    pub(super) fn break_off(&mut self, seat: Seat, what: &str) {
        if self.is_shown_out(seat, now_ns()) {
            return;
        }
        self.tally.error(what);
        self.tally.counts.broken += 1;
        self.close(seat);
        let Some(place) = self.seats.get_mut(seat as usize) else { return };
        // Nobody comes any more in a storm that is over.
        if !self.plan.all_come_first && !self.phase.is_playing() {
            return;
        }
        let pause = PAUSE_NS << place.failures.min(PAUSE_DOUBLINGS_MAX);
        place.failures += 1;
        // Not all at once, after a restart; random enough, and the same in every run.
        let spread = u64::from(seat.wrapping_mul(2_654_435_761) >> 16) % 1000 * pause / 1000;
        let at = now_ns() + pause / 2 + spread;
        self.returns.insert((at, seat));
    }

    pub(super) fn close(&mut self, seat: Seat) {
        let was_hindered = self.hindered.remove(&seat).is_some();
        let Some(place) = self.seats.get_mut(seat as usize) else { return };
        match place.state {
            State::In => self.here = self.here.saturating_sub(1),
            State::Connecting | State::LoggingIn => self.coming = self.coming.saturating_sub(1),
            State::Out | State::Gone => {}
        }
        place.state = State::Out;
        place.was_sent_away |= was_hindered;
        place.blamed_until_ns = 0;
        place.link = None;
        place.closing = None;
        place.generation = place.generation.wrapping_add(1);
        place.noop_due_ns = None;
        place.noops_behind = 0;
        let asked = std::mem::take(&mut place.asked);
        for asked in asked {
            match asked.what {
                Question::Send { conversation, number, .. } => {
                    // The server may have taken it or not.
                    self.ledger.answer(conversation, number, false);
                    self.tally.error("send undecided: its link ended before the reply");
                }
                Question::MakeGroup(_) | Question::Invite => self.groups_asked = self.groups_asked.saturating_sub(1),
            }
        }
    }

    /// Ends connections and logins that take too long.
    pub(super) fn give_up_on_the_silent(&mut self, now: u64) {
        if self.coming == 0 {
            return;
        }
        for seat in 0..u32::try_from(self.seats.len()).unwrap_or(u32::MAX) {
            let Some(place) = self.place(seat) else { continue };
            if now < place.since_ns + LOGIN_PATIENCE_NS {
                continue;
            }
            match place.state {
                State::Connecting => self.break_off(seat, "cannot connect: no answer for 20 s"),
                State::LoggingIn => self.break_off(seat, "no answer to hello for 20 s"),
                State::Out | State::In | State::Gone => {}
            }
        }
    }
}

/// A code's name.
pub(super) fn word(code: i32) -> String {
    match Code::try_from(code) {
        Ok(code) => code.as_str_name().trim_start_matches("CODE_").to_owned(),
        Err(_) => format!("code {code}"),
    }
}
