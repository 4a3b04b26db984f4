//! What a bot does by itself.

use std::time::Duration;

use longlink::wire::{Command, pb};
use longlink_bot::check::record::Event;
use tokio::time::Instant;

use super::{IN_FLIGHT, Saying, Session, Waiting};
use crate::scene::Phase;

/// Texts are up to so long: several do not fit a page, nor an outbox.
pub(crate) const TEXT_BYTES_MAX: u64 = 400;

impl Session {
    /// Does something, or ends the link.
    pub(super) fn act(&mut self, now: Instant) -> Option<()> {
        let is_calm = self.scene.phase() == Phase::Calm;
        self.send_again();
        let (choice, pause) = {
            let mut device = self.bot.device();
            (device.dice.between(0..=99), device.dice.ms(50..=1_500))
        };
        self.next_act = now + if is_calm { Duration::from_millis(300) } else { pause };
        if is_calm {
            return Some(());
        }
        match choice {
            0..=54 => self.say_some(),
            55..=62 => self.read_a_page(),
            63..=70 => self.say_noise(choice),
            71..=78 => self.change_a_group(),
            79..=88 => {
                let nap = self.bot.device().dice.ms(200..=6_000);
                self.scene.trace.note(format_args!("link {} naps for {nap:?}", self.link));
                self.naps_until = now + nap;
            }
            89..=93 => {
                self.scene.trace.note(format_args!("link {} is left", self.link));
                return None;
            }
            _ => {}
        }
        Some(())
    }

    /// Sends what is not answered and not under way: in order, and all that was tried before in its place.
    pub(super) fn send_again(&mut self) {
        let now = Instant::now();
        let under_way: Vec<String> = self.sends_under_way();
        let mut room = IN_FLIGHT.saturating_sub(under_way.len());
        let (user, waiting) = {
            let device = self.bot.device();
            (device.user, device.unanswered.iter().cloned().collect::<Vec<_>>())
        };
        for saying in waiting {
            let rests = saying.not_before.is_some_and(|until| until > now);
            if room == 0 || rests || under_way.contains(&saying.id) {
                continue;
            }
            room -= 1;
            if saying.was_tried {
                self.scene.recorder.again(self.link, user, &saying.id);
            } else {
                self.scene.recorder.ask(self.link, user, saying.to, &saying.id, &saying.content);
            }
            if let Some(its) = self.bot.device().unanswered.iter_mut().find(|its| its.id == saying.id) {
                its.was_tried = true;
            }
            let request = saying.request();
            self.request(Command::Send, &request, Waiting::Send(saying.id));
        }
    }

    fn sends_under_way(&self) -> Vec<String> {
        let names = self.waiting.values().filter_map(|(_, waiting)| match waiting {
            Waiting::Send(id) => Some(id.clone()),
            Waiting::Page(_) | Waiting::Change(..) | Waiting::Other => None,
        });
        names.collect()
    }

    fn say_some(&mut self) {
        let count = match self.bot.device().dice.between(0..=9) {
            0 => 8,
            1..=3 => 3,
            _ => 1,
        };
        for _ in 0..count {
            let to = self.scene.somebody(&mut self.bot.device().dice);
            let mut device = self.bot.device();
            device.said += 1;
            let id = format!("{}-{}", device.name, device.said);
            let length = device.dice.between(0..=TEXT_BYTES_MAX) as usize;
            let content = format!("{id} {}", "x".repeat(length));
            device.unanswered.push_back(Saying { id, to, content, was_tried: false, not_before: None });
        }
        self.send_again();
    }

    fn read_a_page(&mut self) {
        let after = self.bot.device().place.as_ref().map_or(0, |(_, cursor)| *cursor);
        let request = pb::SyncRequest { after, limit: 0, wait_ms: 0 };
        self.request(Command::Sync, &request, Waiting::Page(after));
    }

    /// What leaves no trace in the log.
    fn say_noise(&mut self, choice: u64) {
        let peer = self.scene.somebody(&mut self.bot.device().dice);
        let up_to = self.bot.device().place.as_ref().map_or(0, |(_, cursor)| *cursor);
        match choice % 4 {
            0 => self.request(Command::Typing, &pb::TypingRequest { peer }, Waiting::Other),
            1 => self.request(Command::MarkRead, &pb::MarkReadRequest { peer, up_to }, Waiting::Other),
            2 => self.request(Command::MarkDelivered, &pb::MarkDeliveredRequest { up_to }, Waiting::Other),
            _ => self.request(Command::History, &pb::HistoryRequest { peer, ..Default::default() }, Waiting::Other),
        }
    }

    fn change_a_group(&mut self) {
        let user = self.bot.device().user;
        let other = self.scene.some_user(&mut self.bot.device().dice);
        let group = self.scene.some_group(&mut self.bot.device().dice);
        let recorder = self.scene.recorder.clone();
        let choice = self.bot.device().dice.between(0..=9);
        match (group, choice) {
            (None, _) | (_, 0..=1) => {
                let id = {
                    let mut device = self.bot.device();
                    device.said += 1;
                    format!("{}-group-{}", device.name, device.said)
                };
                let change = recorder.change(user, Event::Created, 0, vec![user, other]);
                let request =
                    pb::GroupCreateRequest { name: "a group".into(), members: vec![other], client_msg_id: id };
                self.request(Command::GroupCreate, &request, Waiting::Change(change, Event::Created, 0));
            }
            (Some(group), 2..=6) => {
                let change = recorder.change(user, Event::Joined, group, vec![other]);
                let request = pb::GroupInviteRequest { group, members: vec![other] };
                self.request(Command::GroupInvite, &request, Waiting::Change(change, Event::Joined, group));
            }
            (Some(group), _) => {
                let change = recorder.change(user, Event::Left, group, vec![user]);
                let request = pb::GroupLeaveRequest { group };
                self.request(Command::GroupLeave, &request, Waiting::Change(change, Event::Left, group));
            }
        }
    }
}
