//! Who is owed which message, and what came: nothing lost, nothing twice, each conversation in order.
//!
//! Messages of a conversation are numbered from 1. A receiver keeps the highest number that came and those below it that
//! did not; the writer keeps the numbers that the server need not have taken. What is neither here nor there is lost.

use std::collections::{BTreeSet, HashMap};

use crate::load::plan::{Conversation, Plan, Seat, To, Written};

/// So many numbers are kept in all, refused and missing ones; far more than a server that works gives reason for.
const KEPT_MAX: usize = 1_000_000;

pub(crate) struct Ledger {
    lines: Vec<Line>,
    /// By receiver and conversation.
    streams: HashMap<(Seat, u32), Stream>,
    groups: Vec<BTreeSet<Seat>>,
    seats: u32,
    kept: usize,
}

/// A conversation's account.
pub(crate) struct Line {
    pub(crate) conversation: Conversation,
    /// How many of this process receive it.
    pub(crate) receivers: u64,
    pub(crate) sent: u64,
    /// Of those sent: acknowledged, refused, or given up.
    pub(crate) answered: u64,
    /// Those that the server need not have taken.
    not_owed: BTreeSet<u64>,
    /// Messages that came, at all receivers together.
    received: u64,
}

#[derive(Default)]
struct Stream {
    highest: u64,
    missing: BTreeSet<u64>,
}

/// What a message is to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    New,
    Doubled,
    /// It had been overtaken.
    Disordered,
    Misdirected,
}

impl Ledger {
    pub(crate) fn new(plan: &Plan) -> Self {
        let groups: Vec<BTreeSet<Seat>> = plan.groups.iter().map(|group| group.iter().copied().collect()).collect();
        let seats = u32::try_from(plan.accounts.len()).unwrap_or(u32::MAX);
        let lines = plan.conversations.iter().map(|conversation| {
            let all = match conversation.to {
                To::Seat(_) => 1,
                To::Group(group) => groups.get(group as usize).map_or(0, BTreeSet::len) as u64,
                To::Everyone => u64::from(seats),
            };
            // Who writes to several gets it by the reply.
            let writes = matches!(conversation.to, To::Group(_) | To::Everyone) && conversation.writer.is_some();
            Line {
                conversation: conversation.clone(),
                receivers: all - u64::from(writes && all > 0),
                sent: 0,
                answered: 0,
                not_owed: BTreeSet::new(),
                received: 0,
            }
        });
        Self { lines: lines.collect(), streams: HashMap::new(), groups, seats, kept: 0 }
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn line(&self, conversation: u32) -> Option<&Line> {
        self.lines.get(conversation as usize)
    }

    /// The number of the message that is sent next.
    pub(crate) fn send(&mut self, conversation: u32) -> Option<u64> {
        let line = self.lines.get_mut(conversation as usize)?;
        line.sent += 1;
        Some(line.sent)
    }

    /// A message was acknowledged, or (`is_owed` false) need not come.
    pub(crate) fn answer(&mut self, conversation: u32, number: u64, is_owed: bool) {
        let Some(line) = self.lines.get_mut(conversation as usize) else { return };
        line.answered += 1;
        if !is_owed {
            line.not_owed.insert(number);
            self.kept += 1;
        }
    }

    /// A message came to a seat.
    pub(crate) fn hear(&mut self, seat: Seat, conversation: u32, number: u64, from: i64) -> Heard {
        let Some(line) = self.lines.get_mut(conversation as usize) else { return Heard::Misdirected };
        let is_for_seat = match line.conversation.to {
            To::Seat(receiver) => receiver == seat,
            To::Group(group) => self.groups.get(group as usize).is_some_and(|members| members.contains(&seat)),
            To::Everyone => true,
        };
        if !is_for_seat || line.conversation.writer_id != from || number == 0 {
            return Heard::Misdirected;
        }
        let stream = self.streams.entry((seat, conversation)).or_default();
        let heard = if number > stream.highest {
            let gap = number - stream.highest - 1;
            if gap > 0 && self.kept < KEPT_MAX {
                stream.missing.extend(stream.highest + 1..number);
                self.kept += usize::try_from(gap).unwrap_or(KEPT_MAX);
            }
            stream.highest = number;
            Heard::New
        } else if stream.missing.remove(&number) {
            self.kept = self.kept.saturating_sub(1);
            Heard::Disordered
        } else {
            return Heard::Doubled;
        };
        line.received += 1;
        heard
    }

    /// Too many were refused for their numbers to be kept: what is lost cannot be told.
    pub(crate) fn is_overfull(&self) -> bool {
        self.kept >= KEPT_MAX
    }

    /// What another process wrote to everyone.
    pub(crate) fn take_over(&mut self, written: &Written) {
        for line in self.lines.iter_mut().filter(|line| line.conversation.writer.is_none()) {
            line.sent = written.sent;
            line.answered = written.sent;
            line.not_owed = written.not_owed.iter().copied().collect();
        }
    }

    /// What was written here to everyone, for the other processes.
    pub(crate) fn written_to_everyone(&self) -> Option<Written> {
        let is_own = |line: &&Line| line.conversation.to == To::Everyone && line.conversation.writer.is_some();
        let line = self.lines.iter().find(is_own)?;
        Some(Written { sent: line.sent, not_owed: line.not_owed.iter().copied().collect() })
    }

    /// Every message that was sent is answered.
    pub(crate) fn is_answered(&self) -> bool {
        self.lines.iter().all(|line| line.answered >= line.sent)
    }

    /// How many messages are owed and have not come, to receivers for whom `counts` holds.
    pub(crate) fn missing(&self, counts: impl Fn(Seat) -> bool) -> u64 {
        let mut missing = 0;
        for (place, line) in self.lines.iter().enumerate() {
            // Nothing is missing, which is the rule, without looking at each receiver.
            if line.received == line.sent * line.receivers {
                continue;
            }
            let conversation = u32::try_from(place).unwrap_or(u32::MAX);
            self.each_receiver(line, |seat| {
                if counts(seat) {
                    missing += self.missing_of(seat, conversation, line);
                }
            });
        }
        missing
    }

    /// How many messages of a conversation a seat is owed that have not come.
    pub(crate) fn missing_in(&self, seat: Seat, conversation: u32) -> u64 {
        self.line(conversation).map_or(0, |line| self.missing_of(seat, conversation, line))
    }

    fn each_receiver(&self, line: &Line, mut each: impl FnMut(Seat)) {
        let writer = line.conversation.writer;
        match line.conversation.to {
            To::Seat(seat) => each(seat),
            To::Group(group) => {
                let members = self.groups.get(group as usize).into_iter().flatten().copied();
                members.filter(|seat| Some(*seat) != writer).for_each(each);
            }
            To::Everyone => (0..self.seats).filter(|seat| Some(*seat) != writer).for_each(each),
        }
    }

    fn missing_of(&self, seat: Seat, conversation: u32, line: &Line) -> u64 {
        let stream = self.streams.get(&(seat, conversation));
        let highest = stream.map_or(0, |stream| stream.highest);
        let below = stream.map_or(0, |stream| stream.missing.difference(&line.not_owed).count() as u64);
        let above = line.sent.saturating_sub(highest);
        let not_owed_above = line.not_owed.range(highest + 1..).count() as u64;
        below + above.saturating_sub(not_owed_above)
    }
}

impl Line {
    /// How many messages are under way: not answered, or, if that counts, not with all receivers.
    pub(crate) fn in_flight(&self, until_delivered: bool) -> u64 {
        let mut done = self.answered;
        if until_delivered && self.receivers > 0 {
            done = done.min(self.received / self.receivers + self.not_owed.len() as u64);
        }
        self.sent.saturating_sub(done)
    }
}
