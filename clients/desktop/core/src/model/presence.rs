//! Who is online, and when others were last: of contacts as the server tells it by itself, of others from what it says of
//! them by the way, where it lists people (U18 to U21).

use std::collections::HashMap;

use longlink_client::pb;

use super::{TimeMs, UserId};

/// What is known of who is there.
#[derive(Debug, Default)]
pub struct Presence {
    states: HashMap<UserId, Seen>,
    epoch: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub is_online: bool,
    /// 0: not known, or online.
    pub last_seen_at_ms: TimeMs,
}

impl Presence {
    /// Nothing when it is not to be known.
    pub fn of(&self, user: UserId) -> Option<Seen> {
        self.states.get(&user).copied()
    }

    pub fn is_online(&self, user: UserId) -> bool {
        self.of(user).is_some_and(|seen| seen.is_online)
    }

    /// Without a link nothing is known.
    pub(crate) fn clear(&mut self) {
        self.states.clear();
    }

    /// The answer for these users. Who does not let it be seen any more is missing in it.
    pub(crate) fn answered(&mut self, asked: &[UserId], reply: &pb::PresenceReply) {
        if self.epoch.replace(reply.epoch).is_some_and(|epoch| epoch != reply.epoch) {
            self.states.clear();
        }
        for user in asked {
            self.states.remove(user);
        }
        self.take(&reply.states);
    }

    /// True when all has to be asked for anew: the server has begun another epoch.
    pub(crate) fn pushed(&mut self, push: &pb::PresencePush) -> bool {
        let is_another = self.epoch.is_some_and(|epoch| epoch != push.epoch);
        if is_another {
            self.states.clear();
        }
        self.epoch = Some(push.epoch);
        self.take(&push.states);
        is_another
    }

    /// What was said of somebody by the way. Of contacts the pushes know better.
    pub(crate) fn by_the_way(&mut self, user: UserId, is_online: bool) {
        if self.of(user).map(|seen| seen.is_online) != Some(is_online) {
            self.states.insert(user, Seen { is_online, last_seen_at_ms: 0 });
        }
    }

    fn take(&mut self, states: &[pb::Presence]) {
        for state in states {
            // Offline without a time is how those are told of who begin to hide (U19): then nothing is to be known.
            if state.online || state.last_seen_at_ms > 0 {
                let seen = Seen { is_online: state.online, last_seen_at_ms: state.last_seen_at_ms };
                self.states.insert(state.user, seen);
            } else {
                self.states.remove(&state.user);
            }
        }
    }
}
