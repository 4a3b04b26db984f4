//! A process that carries out a plan: all its links on one thread, in one poll, with one buffer to read into.
//!
//! It knows no scenario and decides nothing: the plan says who comes, who talks and who goes, the parent says when. It
//! must cost less than the server that it drives, so a silent link holds no buffer, what is said on a link is written
//! once for all that came at once, and messages are neither built nor read with an allocation.
//!
//! `phases` is its life from the first connection to the last word, `logins` the coming and going of links, `net` their
//! bytes, `talk` messages, `noops` heartbeats, `polls` the waiting by HTTP, `faults` what is put in the way; `ledger` knows who is owed what.

mod alarm;
mod faults;
mod ledger;
#[cfg(test)]
mod ledger_tests;
mod link;
mod logins;
mod net;
mod noops;
mod phases;
mod polls;
mod speech;
mod talk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

use mio::{Events, Poll, Token, Waker};

use super::plan::{Order, Plan, Said, Seat, Tick};
use super::schedule::Schedule;
use super::tally::Tally;
use super::time::{MS_NS, now_ns, own_cpu_us};
use crate::failure::Failure;
use alarm::Alarm;
use faults::Hindered;
use ledger::Ledger;
use link::{Encrypt, Link};
use phases::Phase;
pub(crate) use speech::NAME_BYTES;

/// Neither is a seat's number.
const ORDERED: Token = Token(usize::MAX);
const ALARM: Token = Token(usize::MAX - 1);
const EVENTS_AT_ONCE: usize = 1024;
const READ_BYTES: usize = 256 * 1024;

/// Carries out the plan that comes first on standard input, and orders after it. The end of input is the end.
pub(crate) fn work() -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::other(format!("a load process cannot go on: {error}"));
    let poll = Poll::new().map_err(failed)?;
    let orders = listen(Arc::new(Waker::new(poll.registry(), ORDERED).map_err(failed)?));
    let Ok(Order::Plan(plan)) = orders.recv() else {
        return Err(Failure::usage("a load process is started by `bot load`, and not by hand"));
    };
    Worker::new(*plan, poll).and_then(|worker| worker.run(&orders)).map_err(failed)
}

/// Reads orders on a thread of its own, which sleeps nearly always.
fn listen(waker: Arc<Waker>) -> Receiver<Order> {
    let (order, orders) = sync_channel(4);
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Some(read) = line.ok().and_then(|line| serde_json::from_str(&line).ok()) else { break };
            if order.send(read).is_err() {
                return;
            }
            let _ = waker.wake();
        }
        // The channel's end is an order, too.
        drop(order);
        let _ = waker.wake();
    });
    orders
}

struct Worker {
    plan: Plan,
    encrypt: Option<Encrypt>,
    poll: Poll,
    phase: Phase,
    seats: Vec<Place>,
    ledger: Ledger,
    /// Since the last tick.
    tally: Tally,
    tick_at_ns: u64,
    look_at_ns: u64,
    /// When something last came.
    progress_ns: u64,
    /// Who has something to be written.
    dirty: Vec<Seat>,
    buffer: Vec<u8>,
    /// The greatest place in the log that a login has told.
    head: i64,
    /// The groups' numbers on the server, and how many requests about them are not answered.
    groups: Vec<i64>,
    groups_asked: usize,
    heartbeat_ms: u64,
    /// Seats that are logged in, or poll; and those that are about to be.
    here: u64,
    coming: u64,
    /// Those who were refused for good, and those who have to catch up.
    gone: u64,
    behind: u64,
    arrivals: Option<Schedule>,
    arrivals_order: Vec<Seat>,
    returns: BTreeSet<(u64, Seat)>,
    comings: Option<Schedule>,
    comings_next: u32,
    faults: Option<Schedule>,
    faults_begun: u64,
    /// Devices that read slowly or not at all, and when it is looked after them next.
    hindered: BTreeMap<Seat, Hindered>,
    hindered_at_ns: u64,
    talk: Option<Schedule>,
    noops: Option<Schedule>,
    /// How far each conversation may have sent: what was due.
    due: Vec<u64>,
    /// The conversations that each seat writes in, as a range of their numbers.
    writes: Vec<std::ops::Range<u32>>,
}

/// A seat, and who sits in it.
#[derive(Default)]
struct Place {
    state: State,
    link: Option<Link>,
    /// Counts its connections, so that what was heard on an old one is not taken for the new one's.
    generation: u32,
    /// When its login was due, and since when it is under way.
    due_ns: u64,
    since_ns: u64,
    /// Comings that were due while one was under way.
    comings_behind: u32,
    failures: u32,
    epoch: Option<Rc<str>>,
    cursor: i64,
    closing: Option<&'static str>,
    seq: u32,
    asked: Vec<Asked>,
    noop_due_ns: Option<u64>,
    noops_behind: u32,
    /// What it must have before it has caught up: the conversations that it reads.
    catches_up: Option<Vec<u32>>,
    /// It was sent away by the plan, the last time until then: what was due before is not late but waited for it.
    was_sent_away: bool,
    away_until_ns: u64,
    /// Until then a broken link is taken for one that the server gave up because nobody read.
    blamed_until_ns: u64,
    is_poller: bool,
    is_dirty: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Out,
    Connecting,
    LoggingIn,
    In,
    /// It was refused for good.
    Gone,
}

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    seq: u32,
    what: Question,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Send { conversation: u32, number: u64, due_ns: u64 },
    MakeGroup(usize),
    Invite,
}

impl Worker {
    fn new(plan: Plan, poll: Poll) -> io::Result<Self> {
        let now = now_ns();
        let mut seats: Vec<Place> = plan.accounts.iter().map(|_| Place::default()).collect();
        for poller in &plan.pollers {
            if let Some(place) = seats.get_mut(*poller as usize) {
                place.is_poller = true;
            }
        }
        let mut writes = vec![0..0; seats.len()];
        for (number, conversation) in (0..).zip(&plan.conversations) {
            let Some(range) = conversation.writer.and_then(|seat| writes.get_mut(seat as usize)) else { continue };
            if range.start == range.end {
                *range = number..number;
            }
            range.end = number + 1;
        }
        let encrypt = plan.tls.as_ref().map(Encrypt::new).transpose()?;
        Ok(Self {
            encrypt,
            phase: Phase::Arriving,
            ledger: Ledger::new(&plan),
            tally: Tally::default(),
            tick_at_ns: now + plan.tick_ms * MS_NS,
            look_at_ns: now,
            progress_ns: now,
            dirty: Vec::new(),
            buffer: vec![0; READ_BYTES],
            head: 0,
            groups: vec![0; plan.groups.len()],
            groups_asked: 0,
            heartbeat_ms: 0,
            here: 0,
            coming: 0,
            gone: 0,
            behind: 0,
            arrivals: None,
            arrivals_order: Vec::new(),
            returns: BTreeSet::new(),
            comings: None,
            comings_next: 0,
            faults: None,
            faults_begun: 0,
            hindered: BTreeMap::new(),
            hindered_at_ns: u64::MAX,
            talk: None,
            noops: None,
            due: vec![0; plan.conversations.len()],
            writes,
            seats,
            poll,
            plan,
        })
    }

    fn run(mut self, orders: &Receiver<Order>) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        let mut alarm = Alarm::new(&self.poll, ALARM)?;
        self.begin_arriving(now_ns());
        while self.phase != Phase::Over {
            let until = self.next_wake_ns();
            alarm.wait(&mut self.poll, &mut events, until)?;
            for event in &events {
                match event.token() {
                    ORDERED | ALARM => {}
                    Token(seat) => self.attend(u32::try_from(seat).unwrap_or(u32::MAX), event),
                }
            }
            loop {
                match orders.try_recv() {
                    Ok(order) => self.obey(order, now_ns())?,
                    Err(TryRecvError::Empty) => break,
                    // The parent is gone, and nobody wants to know any more.
                    Err(TryRecvError::Disconnected) => return Ok(()),
                }
            }
            self.do_what_is_due(now_ns())?;
            self.flush_all();
        }
        Ok(())
    }

    /// When there is something to do at the latest, if nothing comes.
    fn next_wake_ns(&self) -> u64 {
        let schedules = [&self.arrivals, &self.comings, &self.faults, &self.talk, &self.noops];
        let dues = schedules.into_iter().flatten().map(Schedule::next_due_ns);
        let dues = dues.chain(self.returns.first().map(|(at, _)| *at));
        let look = if self.phase.is_watchful() { self.look_at_ns } else { u64::MAX };
        dues.fold(self.tick_at_ns.min(look).min(self.hindered_at_ns), u64::min)
    }

    fn do_what_is_due(&mut self, now: u64) -> io::Result<()> {
        self.come_and_go(now);
        self.put_faults(now);
        self.talk_if_due(now);
        self.noop_if_due(now);
        self.advance(now)?;
        if now >= self.tick_at_ns {
            self.tick_at_ns = now + self.plan.tick_ms * MS_NS;
            self.give_up_on_the_silent(now);
            self.say_tick()?;
        }
        Ok(())
    }

    fn say_tick(&mut self) -> io::Result<()> {
        let tick = self.tick();
        say(&Said::Tick(Box::new(tick)))
    }

    /// What happened since the last one.
    fn tick(&mut self) -> Tick {
        let is_in_time = self.phase.is_playing();
        let tick = Tick { is_in_time, tally: self.tally.clone(), links: self.here, cpu_us: own_cpu_us() };
        self.tally.clear();
        tick
    }

    fn place(&mut self, seat: Seat) -> Option<&mut Place> {
        self.seats.get_mut(seat as usize)
    }

    /// Where to put what is to be said on a seat's link, if it has one.
    fn out(&mut self, seat: Seat) -> Option<&mut Vec<u8>> {
        let place = self.seats.get_mut(seat as usize)?;
        let link = place.link.as_mut()?;
        if !place.is_dirty {
            place.is_dirty = true;
            self.dirty.push(seat);
        }
        Some(link.out())
    }
}

fn say(said: &Said) -> io::Result<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_seat_is_small() {
        // Besides its token. It is what the bot itself needs for each of a million links.
        assert!(size_of::<Place>() <= 320, "{}", size_of::<Place>());
    }
}
