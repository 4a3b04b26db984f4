//! What the person makes of a conversation for themselves: pinned, muted (K4). It is seen at once.

use longlink_client::pb;

use super::{Purpose, Session, Ticket};
use crate::model::{AnswerError, Peer, Talk};

/// A setting that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// As it is at the server, as far as is known.
    was: pb::ConversationSettings,
    /// What it is asked to be.
    asked: pb::ConversationSettings,
    /// It has been set once more meanwhile.
    next: Option<Ticket>,
}

impl Session {
    /// Pins a conversation or lets it go, for oneself.
    pub fn set_pinned(&mut self, peer: Peer, is_pinned: bool) -> Ticket {
        self.set(peer, |talk| talk.is_pinned = is_pinned)
    }

    /// Has no notice made of what comes there, or has it made again.
    pub fn set_muted(&mut self, peer: Peer, is_muted: bool) -> Ticket {
        self.set(peer, |talk| talk.is_muted = is_muted)
    }

    fn set(&mut self, peer: Peer, change: impl FnOnce(&mut Talk)) -> Ticket {
        let was = self.talks.get(peer).map(settings_of).unwrap_or_default();
        self.talks.change(peer, change);
        self.list.sets += 1;
        let Some(setting) = self.list.settings.get_mut(&peer) else {
            self.list.settings.insert(peer, Setting { was, asked: was, next: None });
            let ticket = self.asks.begin(Purpose::Settings { peer });
            self.ask_to_set(ticket, peer);
            return ticket;
        };
        // Two under way at once could come in either order: it goes when the one before is answered, as it is then.
        *setting.next.get_or_insert_with(|| self.asks.begin(Purpose::Settings { peer }))
    }

    fn ask_to_set(&mut self, ticket: Ticket, peer: Peer) {
        let asked = self.talks.get(peer).map(settings_of).unwrap_or_default();
        if let Some(setting) = self.list.settings.get_mut(&peer) {
            setting.asked = asked;
        }
        let request = pb::ConversationSetRequest { peer, settings: Some(asked) };
        self.ask_on(ticket, Purpose::Settings { peer }, request);
    }

    /// There is no such conversation any more: what waits is not asked.
    pub(super) fn forget_settings(&mut self) {
        for (_, setting) in self.list.settings.drain() {
            if let Some(next) = setting.next.filter(|next| self.asks.take(*next).is_some()) {
                self.asks.end(next, Err(AnswerError::Undecided));
            }
        }
    }

    /// It was set, and is in force now.
    pub(super) fn is_set(&mut self, peer: Peer) {
        self.list.sets += 1;
        let Some(setting) = self.list.settings.remove(&peer) else {
            return;
        };
        if let Some(next) = setting.next {
            self.list.settings.insert(peer, Setting { was: setting.asked, next: None, ..setting });
            self.ask_to_set(next, peer);
        }
    }

    /// It was not set: what is seen is as before, unless something else is asked for already.
    pub(super) fn is_not_set(&mut self, peer: Peer) {
        self.list.sets += 1;
        let Some(setting) = self.list.settings.remove(&peer) else {
            return;
        };
        match setting.next {
            Some(next) => {
                self.list.settings.insert(peer, Setting { next: None, ..setting });
                self.ask_to_set(next, peer);
            }
            None => self.talks.change(peer, |talk| put_settings(talk, setting.was)),
        }
    }

    /// Another device has set it.
    pub(super) fn settings_told(&mut self, push: &pb::ConversationPush) {
        self.list.sets += 1;
        self.talks.change(push.peer, |talk| put_settings(talk, push.settings.unwrap_or_default()));
    }
}

fn settings_of(talk: &Talk) -> pb::ConversationSettings {
    pb::ConversationSettings { pinned: talk.is_pinned, muted: talk.is_muted }
}

fn put_settings(talk: &mut Talk, settings: pb::ConversationSettings) {
    (talk.is_pinned, talk.is_muted) = (settings.pinned, settings.muted);
}
