//! Requests that have no answer yet. Time is an argument.
//!
//! An ask is put on one link and fails with it. A send outlives links: until it is answered it is put on each new one
//! again, under the same `client_msg_id`, in the order of the app's calls.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use longlink::wire::{Ask, Code, Command, Refused, Reply, pb};
use prost::Message;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use crate::error::{AskError, Broken, Ended};
use crate::link::unreadable;
use crate::pause::Pause;

/// A request that is not repeated.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) command: Command,
    pub(crate) body: Bytes,
    pub(crate) deadline: Instant,
    pub(crate) answer: oneshot::Sender<Result<Bytes, AskError>>,
    /// Bounds how many there are; given back when this is dropped.
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) body: Bytes,
    /// The only log for which it is meant, if there is one.
    pub(crate) epoch: Option<String>,
    pub(crate) answer: oneshot::Sender<Result<pb::SendReply, AskError>>,
    /// Bounds how many there are; given back when this is dropped.
    pub(crate) _permit: OwnedSemaphorePermit,
    pub(crate) refusals: u32,
    /// Where it is under way, if it is: its sequence on this link, and when its answer is overdue.
    pub(crate) under_way: Option<(u32, Instant)>,
}

pub(crate) struct Requests {
    bounds: Bounds,
    asks: VecDeque<Asked>,
    asks_under_way: HashMap<u32, Asked>,
    sends: VecDeque<Sent>,
    sends_under_way: usize,
    /// Sends wait until then, since the server has no room for them now.
    sends_held_until: Option<Instant>,
    is_send_next: bool,
    pause: Pause,
    /// The log of the last link. Nothing before the first login.
    epoch: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) request_timeout: Duration,
    pub(crate) in_flight_max: usize,
    pub(crate) send_attempts_max: u32,
}

impl Requests {
    pub(crate) fn new(bounds: Bounds, pause: Pause) -> Self {
        Self {
            bounds,
            asks: VecDeque::new(),
            asks_under_way: HashMap::new(),
            sends: VecDeque::new(),
            sends_under_way: 0,
            sends_held_until: None,
            is_send_next: false,
            pause,
            epoch: None,
        }
    }

    // Both queues are bounded by the permits in them.

    pub(crate) fn add_ask(&mut self, asked: Asked) {
        self.asks.push_back(asked);
    }

    pub(crate) fn add_send(&mut self, sent: Sent) {
        if let Some(sent) = self.unless_stray(sent) {
            self.sends.push_back(sent);
        }
    }

    /// A link to this log is there. Nothing is under way yet.
    pub(crate) fn logged_in(&mut self, epoch: &str) {
        self.epoch = Some(epoch.to_owned());
        let sends = std::mem::take(&mut self.sends);
        self.sends = sends.into_iter().filter_map(|sent| self.unless_stray(sent)).collect();
    }

    /// The same, or nothing if it is meant for another log than this: then it is given back.
    fn unless_stray(&self, sent: Sent) -> Option<Sent> {
        let is_stray = sent.epoch.is_some() && self.epoch.is_some() && sent.epoch != self.epoch;
        if is_stray {
            let _ = sent.answer.send(Err(AskError::AnotherLog));
            return None;
        }
        Some(sent)
    }

    /// Puts on the link what may go there now. `put` gives the sequence, or `None` when the link takes no more.
    pub(crate) fn fill(&mut self, now: Instant, mut put: impl FnMut(Command, Bytes) -> Option<u32>) {
        if self.sends_held_until.is_some_and(|until| until <= now) {
            self.sends_held_until = None;
        }
        while self.fill_one(now, &mut put) {}
    }

    /// One of each in turn, so that neither kind can keep the other waiting, also where one answer makes room for one.
    fn fill_one(&mut self, now: Instant, put: &mut impl FnMut(Command, Bytes) -> Option<u32>) -> bool {
        if self.is_send_next {
            self.is_send_next = !self.fill_send(now, put);
            !self.is_send_next || self.fill_ask(put)
        } else {
            self.is_send_next = self.fill_ask(put);
            self.is_send_next || self.fill_send(now, put)
        }
    }

    fn has_room(&self) -> bool {
        self.asks_under_way.len() + self.sends_under_way < self.bounds.in_flight_max.max(1)
    }

    fn fill_ask(&mut self, put: &mut impl FnMut(Command, Bytes) -> Option<u32>) -> bool {
        // Nobody waits for these any more.
        while self.asks.front().is_some_and(|asked| asked.answer.is_closed()) {
            self.asks.pop_front();
        }
        if !self.has_room() {
            return false;
        }
        let Some(seq) = self.asks.front().and_then(|asked| put(asked.command, asked.body.clone())) else {
            return false;
        };
        self.asks_under_way.extend(self.asks.pop_front().map(|asked| (seq, asked)));
        true
    }

    fn fill_send(&mut self, now: Instant, put: &mut impl FnMut(Command, Bytes) -> Option<u32>) -> bool {
        if !self.has_room() || self.sends_held_until.is_some() {
            return false;
        }
        // Those under way are at the front, few, and mostly before all others.
        let Some(sent) = self.sends.iter_mut().find(|sent| sent.under_way.is_none()) else {
            return false;
        };
        let Some(seq) = put(Command::Send, sent.body.clone()) else {
            return false;
        };
        sent.under_way = Some((seq, now + self.bounds.request_timeout));
        self.sends_under_way += 1;
        true
    }

    /// Takes the answer to a request. `Some` is the place of an own entry that the app has just been told of.
    /// An answer that nobody waits for any more is no fault.
    pub(crate) fn answered(&mut self, seq: u32, body: Bytes, now: Instant) -> Result<Option<i64>, Broken> {
        if let Some(asked) = self.asks_under_way.remove(&seq) {
            // That the asker has gone is the asker's business.
            let _ = asked.answer.send(Ok(body));
            return Ok(None);
        }
        let is_it = |sent: &Sent| sent.under_way.is_some_and(|(its_seq, _)| its_seq == seq);
        let Some(index) = self.sends.iter().position(is_it) else {
            return Ok(None);
        };
        let reply = pb::SendReply::decode(body).map_err(unreadable)?;
        match reply.outcome() {
            Ok(()) => {
                self.pause.reset();
                Ok(self.take_send(index).and_then(|sent| {
                    let queue_id = reply.queue_id;
                    sent.answer.send(Ok(reply)).is_ok().then_some(queue_id)
                }))
            }
            Err(refused) => {
                self.refused(index, refused, now);
                Ok(None)
            }
        }
    }

    fn refused(&mut self, index: usize, refused: Refused, now: Instant) {
        let Some(sent) = self.sends.get_mut(index) else {
            return;
        };
        sent.refusals += 1;
        // A code from the future reads as an internal one, which is temporary too.
        if refused.code.is_temporary() && sent.refusals < self.bounds.send_attempts_max {
            sent.under_way = None;
            self.sends_under_way -= 1;
            // All sends wait, not just this one, so that they overtake one another as little as possible. Refusals of
            // those that were under way together are one sign of trouble, not several.
            if self.sends_held_until.is_none() {
                self.sends_held_until = Some(now + self.pause.grow());
            }
        } else if let Some(sent) = self.take_send(index) {
            let _ = sent.answer.send(Err(refused.into()));
        }
    }

    fn take_send(&mut self, index: usize) -> Option<Sent> {
        self.sends_under_way -= 1;
        self.sends.remove(index)
    }

    /// When to call `expire`, or `fill` for sends that are held. While the link is not read, no send is overdue.
    pub(crate) fn next_deadline(&self, reading: bool) -> Option<Instant> {
        let asks = self.asks.front().into_iter().chain(self.asks_under_way.values()).map(|asked| asked.deadline);
        let overdue_at = if reading { self.overdue_times().min() } else { None };
        asks.chain(overdue_at).chain(self.sends_held_until).min()
    }

    /// When the first ask that waits for a link gives up.
    pub(crate) fn next_ask_deadline(&self) -> Option<Instant> {
        self.asks.front().map(|asked| asked.deadline)
    }

    fn overdue_times(&self) -> impl Iterator<Item = Instant> {
        // Those under way are at the front, but for the few that were refused and wait among them.
        let last = self.sends_under_way + self.bounds.in_flight_max;
        self.sends.iter().take(last).filter_map(|sent| sent.under_way).map(|(_, overdue)| overdue)
    }

    /// Gives up asks that wait too long for a link.
    pub(crate) fn expire_waiting(&mut self, now: Instant, error: &AskError) {
        while self.asks.front().is_some_and(|asked| asked.deadline <= now) {
            self.asks.pop_front().map(|asked| asked.answer.send(Err(error.clone())));
        }
    }

    /// Gives up asks whose answer is overdue, and tells the command of an overdue request if there is one.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Command> {
        self.expire_waiting(now, &AskError::TimedOut);
        let mut overdue = None;
        for (_, asked) in self.asks_under_way.extract_if(|_, asked| asked.deadline <= now) {
            overdue = Some(asked.command);
            let _ = asked.answer.send(Err(AskError::TimedOut));
        }
        overdue.or_else(|| self.overdue_times().any(|time| time <= now).then_some(Command::Send))
    }

    /// The time we did not read counts for nobody's answer.
    pub(crate) fn reading_again(&mut self, now: Instant) {
        let overdue = now + self.bounds.request_timeout;
        self.asks_under_way.values_mut().for_each(|asked| asked.deadline = overdue);
        for (_, time) in self.sends.iter_mut().filter_map(|sent| sent.under_way.as_mut()) {
            *time = overdue;
        }
    }

    /// The link is gone: asks that were under way fail, sends wait for the next link.
    pub(crate) fn link_lost(&mut self) {
        for (_, asked) in self.asks_under_way.drain() {
            let _ = asked.answer.send(Err(AskError::Disconnected));
        }
        self.sends.iter_mut().for_each(|sent| sent.under_way = None);
        self.sends_under_way = 0;
    }

    /// There will be no other link.
    pub(crate) fn end(&mut self, ended: &Ended) {
        let closed = || AskError::Closed(ended.clone());
        for asked in self.asks.drain(..).chain(self.asks_under_way.drain().map(|(_, asked)| asked)) {
            let _ = asked.answer.send(Err(closed()));
        }
        for sent in self.sends.drain(..) {
            let _ = sent.answer.send(Err(closed()));
        }
        self.sends_under_way = 0;
    }
}

/// Reads the answer to an ask.
pub(crate) fn read_answer<A: Ask>(body: Bytes) -> Result<A::Reply, AskError> {
    let reply = A::Reply::decode(body).map_err(|error| AskError::Unreadable(error.to_string()))?;
    reply.outcome()?;
    Ok(reply)
}

/// The refusal of a request that no frame can carry.
pub(crate) fn too_large(length: usize, max: usize) -> Refused {
    Refused::new(Code::TooLarge, format!("request is {length} bytes, more than {max}"))
}
