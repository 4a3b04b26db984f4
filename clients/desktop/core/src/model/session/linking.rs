//! What is kept, and the link: how they come and go.

use std::time::Duration;

use longlink_client::{Broken, Ended};

use super::{LinkState, Session, Wish};
use crate::model::gap::GAPS_MAX;
use crate::model::{AnswerError, Gap, Opened, must_log_in};

impl Session {
    /// Opens what is kept on this machine, which is encrypted.
    pub fn unlock(&mut self, passphrase: &str) {
        self.link = LinkState::Opening;
        self.wish(Wish::Unlock { passphrase: passphrase.into() });
    }

    /// Encrypts what is kept on this machine; with an empty passphrase it can be read by everybody who has the machine.
    pub fn encrypt(&mut self, passphrase: &str) {
        self.encrypting_failed = None;
        self.wish(Wish::Encrypt { passphrase: passphrase.into() });
    }

    /// Tries to connect at once.
    pub fn reconnect(&mut self) {
        self.wish(Wish::Reconnect);
    }

    pub(super) fn locked(&mut self, is_wrong: bool) {
        self.link = LinkState::Locked { is_wrong };
    }

    pub(super) fn encrypted(&mut self, outcome: Result<bool, String>) {
        match outcome {
            Ok(is_encrypted) => {
                self.is_encrypted = is_encrypted;
                self.encrypting_failed = None;
            }
            Err(why) => self.encrypting_failed = Some(why),
        }
    }

    /// What is kept was read: at the start, or anew, when what there was had been damaged.
    pub(super) fn opened(&mut self, opened: Opened) {
        for ticket in self.asks.all() {
            // Whoever asked is gone with what was open.
            self.answered(ticket, Err(AnswerError::Undecided));
        }
        self.media.forget_all();
        self.me = opened.user_id;
        self.name = opened.user_name;
        self.is_encrypted = opened.is_encrypted;
        self.set_aside = opened.set_aside;
        self.gaps = opened.gaps;
        self.list.is_whole = opened.is_list_whole;
        self.people.open(opened.users);
        self.groups.open(&opened.groups);
        self.contacts.replace(&opened.contacts);
        self.contacts.not_dirty();
        self.talks.open(opened.talks);
        for outgoing in opened.outbox {
            self.outbox.add(outgoing);
        }
        self.thread_void();
        if matches!(self.link, LinkState::Opening | LinkState::Locked { .. }) {
            self.link = LinkState::Connecting;
        }
    }

    pub(super) fn connecting(&mut self) {
        self.link = LinkState::Connecting;
    }

    pub(super) fn connected(&mut self, user_id: i64, user_name: String, cursor: i64, head: i64, kept_from: i64) {
        self.me = user_id;
        self.name = user_name;
        self.link = LinkState::Online;
        self.was_online = true;
        self.connected_at_ms = self.now_ms;
        self.kept_from = kept_from;
        self.cursor = self.cursor.max(cursor);
        if std::mem::take(&mut self.list.is_from_beginning) {
            self.told_up_to = head;
        }
        self.talks.latest = self.talks.latest.max(head);
        if kept_from > cursor.saturating_add(1) {
            self.add_gap(Gap { after: cursor, before: kept_from });
        }
        self.media.forget_failed();
        self.people.forget_asked();
        self.reading.linked();
        self.refresh_list();
        self.refresh_groups();
        self.refresh_contacts();
        self.refresh_profile();
        self.thread_linked();
    }

    pub(super) fn disconnected(&mut self, why: Broken, retry_in: Duration) {
        let wait = i64::try_from(retry_in.as_millis()).unwrap_or(i64::MAX);
        let retry_at_ms = self.now_ms.saturating_add(wait);
        self.link = LinkState::Away { why, retry_at_ms, was_online: self.was_online };
        self.unlinked();
    }

    pub(super) fn ended(&mut self, why: Ended) {
        let must_log_in = must_log_in(&why);
        self.link = LinkState::Ended { why, must_log_in };
        self.unlinked();
    }

    fn unlinked(&mut self) {
        self.presence.clear();
        self.typing.clear();
        self.forget_due();
    }

    /// Nothing that was kept means anything any more.
    pub(super) fn start_over(&mut self) {
        self.cursor = 0;
        self.told_up_to = 0;
        self.forget_settings();
        self.list.start_over();
        self.talks.clear();
        self.people.clear();
        self.groups.clear();
        self.contacts.clear();
        self.presence.clear();
        self.typing.clear();
        self.notices.clear();
        self.reading.clear();
        self.recounts.clear();
        self.outbox.start_over();
        self.gaps.clear();
        self.readers = None;
        self.wish(Wish::KeepListWhole(false));
        self.wish(Wish::KeepGaps(Vec::new()));
        self.thread_start_over();
    }

    fn add_gap(&mut self, gap: Gap) {
        if self.gaps.contains(&gap) {
            return;
        }
        if self.gaps.len() >= GAPS_MAX {
            self.gaps.remove(0);
        }
        self.gaps.push(gap);
        self.wish(Wish::KeepGaps(self.gaps.clone()));
        // No run of entries is unbroken over that.
        self.thread_void();
    }
}
