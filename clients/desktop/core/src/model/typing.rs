//! Who is writing just now: shown for a few seconds, never kept (S3).

use std::collections::BTreeMap;

use super::{Peer, TimeMs, UserId};

/// Who is writing, and what was said of the person here.
#[derive(Debug, Default)]
pub struct Typing {
    /// Until when each is shown.
    shown: BTreeMap<(Peer, UserId), TimeMs>,
    said: Option<(Peer, TimeMs)>,
}

/// So long it is shown.
pub(crate) const SHOWN_MS: TimeMs = 5_000;
/// While somebody goes on, it is said so often.
pub(crate) const SAID_MS: TimeMs = 3_000;
/// More at once are not shown: nobody could read that many.
const SHOWN_MAX: usize = 1_000;

impl Typing {
    /// Who is writing in this conversation.
    pub fn in_talk(&self, peer: Peer) -> impl Iterator<Item = UserId> {
        self.shown.range((peer, UserId::MIN)..=(peer, UserId::MAX)).map(|((_, user), _)| *user)
    }

    pub fn is_any(&self, peer: Peer) -> bool {
        self.in_talk(peer).next().is_some()
    }

    pub(crate) fn heard(&mut self, user: UserId, peer: Peer, now_ms: TimeMs) {
        if self.shown.len() < SHOWN_MAX || self.shown.contains_key(&(peer, user)) {
            self.shown.insert((peer, user), now_ms.saturating_add(SHOWN_MS));
        }
    }

    /// What was being written is there.
    pub(crate) fn wrote(&mut self, user: UserId, peer: Peer) {
        self.shown.remove(&(peer, user));
    }

    /// True when the others are to be told that the person here is writing.
    pub(crate) fn say(&mut self, peer: Peer, now_ms: TimeMs) -> bool {
        if self.said.is_some_and(|(to, at)| to == peer && now_ms.saturating_sub(at) < SAID_MS) {
            return false;
        }
        self.said = Some((peer, now_ms));
        true
    }

    /// What was being written here was sent: the next letter is news again.
    pub(crate) fn sent(&mut self) {
        self.said = None;
    }

    pub(crate) fn advance(&mut self, now_ms: TimeMs) {
        if self.next_at_ms().is_some_and(|at| at <= now_ms) {
            self.shown.retain(|_, until| *until > now_ms);
        }
    }

    pub(crate) fn next_at_ms(&self) -> Option<TimeMs> {
        self.shown.values().min().copied()
    }

    pub(crate) fn clear(&mut self) {
        self.shown.clear();
        self.said = None;
    }
}
