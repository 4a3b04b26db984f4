//! Messages: sent when they are due and there is room, answered, and heard at the other end.

use longlink_client::{Command, pb};
use prost::Message as _;

use super::ledger::Heard;
use super::logins::word;
use super::speech::{Entry, Name, code, put_frame, put_send};
use super::{Asked, Question, State, Worker};
use crate::load::plan::{Seat, To};
use crate::load::time::now_ns;

/// So many people are named in one request about a group.
const NAMED_MAX: usize = 100;

impl Worker {
    /// What is due now may be sent.
    pub(super) fn talk_if_due(&mut self, now: u64) {
        while let Some((lane, due)) = self.talk.as_mut().and_then(|talk| talk.take(now)) {
            if let Some(sendable) = self.due.get_mut(lane) {
                *sendable += 1;
            }
            let conversation = u32::try_from(lane).unwrap_or(u32::MAX);
            if self.go_on(conversation, now) {
                // Nothing stood in its way but that we were late.
                self.tally.own_delay.record_ns(now.saturating_sub(due));
            }
        }
    }

    /// Sends of a conversation what is due and has room; says whether nothing due is left.
    pub(super) fn go_on(&mut self, conversation: u32, now: u64) -> bool {
        let Some(talk) = self.plan.talk else { return true };
        loop {
            let Some(line) = self.ledger.line(conversation) else { return true };
            if line.sent >= self.due.get(conversation as usize).copied().unwrap_or(0) {
                return true;
            }
            let Some(writer) = line.conversation.writer else { return true };
            if line.in_flight(talk.until_delivered) >= talk.in_flight {
                return false;
            }
            if self.place(writer).is_none_or(|place| place.state != State::In) {
                return false;
            }
            self.send(conversation, writer, now);
        }
    }

    fn send(&mut self, conversation: u32, writer: Seat, now: u64) {
        let Some(line) = self.ledger.line(conversation) else { return };
        let to = match line.conversation.to {
            To::Seat(seat) => self.plan.accounts.get(seat as usize).map_or(0, |account| account.id),
            To::Group(group) => self.groups.get(group as usize).copied().unwrap_or(0),
            To::Everyone => 0,
        };
        let due_ns = match &self.talk {
            Some(schedule) => schedule.lane_due_ns(conversation as usize, line.sent),
            None => now,
        };
        let Some(number) = self.ledger.send(conversation) else { return };
        let (run, payload_bytes) = (self.plan.run, self.plan.payload_bytes);
        let seq = self.ask(writer, Question::Send { conversation, number, due_ns });
        if let Some(out) = self.out(writer) {
            put_send(seq, to, Name { run, conversation, number, due_ns }, payload_bytes, out);
        }
        self.tally.counts.sent += 1;
    }

    fn ask(&mut self, seat: Seat, what: Question) -> u32 {
        let Some(place) = self.place(seat) else { return 0 };
        // From 1 to where the numbers with a meaning begin.
        place.seq = place.seq % 0x7FFF_FFFF + 1;
        let seq = place.seq;
        place.asked.push(Asked { seq, what });
        seq
    }

    pub(super) fn hear_reply(&mut self, seat: Seat, seq: u32, body: &[u8], now: u64) {
        let Some(place) = self.place(seat) else { return };
        let Some(at) = place.asked.iter().position(|asked| asked.seq == seq) else {
            return self.tally.error("a reply to nothing that was asked");
        };
        let asked = place.asked.remove(at);
        if place.asked.is_empty() && place.asked.capacity() > 16 {
            place.asked = Vec::new();
        }
        self.progress_ns = now;
        let code = code(body);
        match asked.what {
            Question::Send { conversation, number, due_ns } => {
                self.ledger.answer(conversation, number, code == 0);
                if code == 0 {
                    self.tally.counts.acknowledged += 1;
                    self.tally.acknowledgement.record_ns(now.saturating_sub(due_ns));
                } else {
                    self.tally.error(format!("send refused: {}", word(code)));
                }
                self.go_on(conversation, now);
            }
            Question::MakeGroup(group) => {
                self.groups_asked = self.groups_asked.saturating_sub(1);
                match pb::GroupCreateReply::decode(body) {
                    Ok(reply) if reply.code == 0 => self.group_is_made(group, reply.group),
                    Ok(reply) => self.tally.error(format!("group_create refused: {}", word(reply.code))),
                    Err(_) => self.tally.error("a reply to group_create that cannot be read"),
                }
            }
            Question::Invite => {
                self.groups_asked = self.groups_asked.saturating_sub(1);
                if code != 0 {
                    self.tally.error(format!("group_invite refused: {}", word(code)));
                }
            }
        }
    }

    /// A message came over a link.
    pub(super) fn hear_entry(&mut self, seat: Seat, entry: Entry<'_>, now: u64) {
        let own_id = self.plan.accounts.get(seat as usize).map(|account| account.id);
        let Some(place) = self.place(seat) else { return };
        let is_in_order = entry.queue_id > place.cursor;
        place.cursor = place.cursor.max(entry.queue_id);
        // What one wrote oneself may come again, and others may write, too.
        if own_id == Some(entry.from) {
            return;
        }
        self.hear_message(seat, entry, is_in_order, now);
    }

    /// A message came, whichever way.
    pub(super) fn hear_message(&mut self, seat: Seat, entry: Entry<'_>, is_in_order: bool, now: u64) {
        let Some(name) = Name::read(entry.content).filter(|name| name.run == self.plan.run) else {
            self.tally.counts.foreign += 1;
            return;
        };
        self.progress_ns = now;
        let counts = &mut self.tally.counts;
        match self.ledger.hear(seat, name.conversation, name.number, entry.from) {
            Heard::New if is_in_order => counts.received += 1,
            Heard::New | Heard::Disordered => {
                counts.received += 1;
                counts.disordered += 1;
            }
            Heard::Doubled => return counts.doubled += 1,
            Heard::Misdirected => return counts.misdirected += 1,
        }
        if self.place(seat).is_some_and(|place| name.due_ns < place.away_until_ns) {
            self.tally.counts.waited_for += 1;
            self.check_catching_up(seat, now);
        } else {
            self.tally.delivery.record_ns(now.saturating_sub(name.due_ns));
        }
        self.go_on(name.conversation, now);
    }

    /// Somebody who came back has everything now?
    pub(super) fn check_catching_up(&mut self, seat: Seat, now: u64) {
        let Some(place) = self.seats.get_mut(seat as usize).filter(|place| place.state == State::In) else { return };
        let Some(conversations) = &place.catches_up else { return };
        if conversations.iter().all(|conversation| self.ledger.missing_in(seat, *conversation) == 0) {
            place.catches_up = None;
            self.behind = self.behind.saturating_sub(1);
            self.tally.catching_up.record_ns(now.saturating_sub(place.due_ns));
        }
    }

    /// A writer is there again: what was due meanwhile may be sent.
    pub(super) fn go_on_writing(&mut self, seat: Seat, now: u64) {
        for conversation in self.writes.get(seat as usize).cloned().unwrap_or_default() {
            self.go_on(conversation, now);
        }
    }

    /// Every conversation may send as much as goes.
    pub(super) fn talk_without_rate(&mut self, now: u64) {
        for conversation in 0..u32::try_from(self.due.len()).unwrap_or(u32::MAX) {
            if let Some(due) = self.due.get_mut(conversation as usize) {
                *due = u64::MAX;
            }
            self.go_on(conversation, now);
        }
    }

    /// Nothing new is sent. What was due and not sent had waited for so long by now, and would have longer: without it,
    /// the longest waits of all would be missing.
    pub(super) fn stop_talking(&mut self) {
        let now = now_ns();
        for (lane, line) in self.ledger.lines().iter().enumerate() {
            let Some(due) = self.due.get_mut(lane) else { continue };
            if let Some(schedule) = &self.talk {
                for number in line.sent..*due {
                    let waited = now.saturating_sub(schedule.lane_due_ns(lane, number));
                    self.tally.counts.not_begun += 1;
                    self.tally.delivery.record_many_us(waited / 1_000, line.receivers.max(1));
                    self.tally.acknowledgement.record_ns(waited);
                }
            }
            *due = line.sent;
        }
        self.talk = None;
    }

    /// Asks for the groups of the plan, by those who are to make them.
    pub(super) fn make_groups(&mut self) {
        let groups = self.plan.groups.clone();
        for (number, members) in groups.iter().enumerate() {
            let ids = self.ids_of(members);
            let (Some(maker), Some(others)) = (members.first(), ids.get(1..)) else { continue };
            let request = pb::GroupCreateRequest {
                name: format!("load {number}"),
                members: others.iter().take(NAMED_MAX).copied().collect(),
                client_msg_id: format!("{:08x}-group-{number}", self.plan.run),
            };
            if self.place(*maker).is_none_or(|place| place.state != State::In) {
                self.tally.error("a group was not made: its maker is not there");
                continue;
            }
            let seq = self.ask(*maker, Question::MakeGroup(number));
            self.groups_asked += 1;
            if let Some(out) = self.out(*maker) {
                put_frame(Command::GroupCreate, seq, &request, out);
            }
        }
    }

    fn group_is_made(&mut self, number: usize, group: i64) {
        if let Some(known) = self.groups.get_mut(number) {
            *known = group;
        }
        let members = self.plan.groups.get(number).cloned().unwrap_or_default();
        let ids = self.ids_of(&members);
        let (Some(maker), Some(rest)) = (members.first(), ids.get(1 + NAMED_MAX..)) else { return };
        for some in rest.chunks(NAMED_MAX) {
            let seq = self.ask(*maker, Question::Invite);
            self.groups_asked += 1;
            let request = pb::GroupInviteRequest { group, members: some.to_vec() };
            if let Some(out) = self.out(*maker) {
                put_frame(Command::GroupInvite, seq, &request, out);
            }
        }
    }

    fn ids_of(&self, seats: &[Seat]) -> Vec<i64> {
        seats.iter().filter_map(|seat| self.plan.accounts.get(*seat as usize)).map(|account| account.id).collect()
    }
}
