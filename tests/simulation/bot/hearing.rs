//! What a bot makes of what it hears.

use std::time::Duration;

use bytes::Bytes;
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Command, Frame, pb};
use longlink_bot::check::record::Event;
use prost::Message;
use tokio::time::Instant;

use super::{Session, Waiting};

impl Session {
    /// `None` ends the link.
    pub(super) fn hear(&mut self, frame: Frame) -> Option<()> {
        match frame.seq {
            SEQ_NOOP => Some(()),
            SEQ_PUSH => self.pushed(&frame),
            seq => {
                let waiting = self.waiting.remove(&seq);
                self.scene.check(waiting.is_some(), || format!("an answer to {seq}, which waits for none"));
                self.answered(waiting?.1, frame.body)
            }
        }
    }

    fn pushed(&mut self, frame: &Frame) -> Option<()> {
        if frame.cmd_id == Command::PushClosing as u32 {
            return None;
        }
        if frame.cmd_id != Command::PushEntries as u32 {
            return Some(());
        }
        let entries = pb::EntriesPush::decode(frame.body.clone()).ok()?.entries;
        self.scene.recorder.got(self.link, &entries);
        let mut device = self.bot.device();
        let name = device.name.clone();
        let (_, cursor) = device.place.as_mut()?;
        for entry in entries {
            self.scene.trace.note(format_args!("{name} takes {}", entry.queue_id));
            *cursor = entry.queue_id.max(*cursor);
        }
        Some(())
    }

    fn answered(&mut self, waiting: Waiting, body: Bytes) -> Option<()> {
        match waiting {
            Waiting::Send(id) => self.sent(&id, &pb::SendReply::decode(body).ok()?),
            Waiting::Page(after) => {
                let page = pb::SyncReply::decode(body).ok()?;
                if page.code() == pb::Code::Ok {
                    self.scene.recorder.page(self.link, after, &page);
                }
            }
            Waiting::Change(change, Event::Created, _) => {
                let made = pb::GroupCreateReply::decode(body).ok()?;
                if made.code() == pb::Code::Ok {
                    self.scene.recorder.changed(change, made.group, made.queue_id);
                    self.scene.add_group(made.group);
                }
            }
            Waiting::Change(change, Event::Joined | Event::Left | Event::Otherwise, group) => {
                if pb::Refusal::decode(body).ok()?.code() == pb::Code::Ok {
                    self.scene.recorder.changed(change, group, 0);
                }
            }
            Waiting::Other => {}
        }
        Some(())
    }

    fn sent(&mut self, id: &str, reply: &pb::SendReply) {
        let mut device = self.bot.device();
        let (user, name) = (device.user, device.name.clone());
        self.scene.trace.note(format_args!("{name} hears of {id}: {:?} at {}", reply.code(), reply.queue_id));
        self.scene.recorder.answered(self.link, user, id, reply.code, reply.queue_id);
        if reply.code().is_temporary() {
            let rest = device.dice.ms(100..=1_500).max(Duration::from_millis(100));
            if let Some(saying) = device.unanswered.iter_mut().find(|saying| saying.id == id) {
                saying.not_before = Some(Instant::now() + rest);
            }
            return;
        }
        device.unanswered.retain(|saying| saying.id != id);
        drop(device);
        if reply.code() == pb::Code::Ok {
            self.scene.acknowledged(user, id, reply.queue_id);
        }
    }
}
