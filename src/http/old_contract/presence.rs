//! Who is logged in over the old contract, which knows a login but no link: it lasts while messages are asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Moment;
use crate::id::UserId;

/// Logins, each with when it was last used. There are never more than accounts.
#[derive(Debug)]
pub(super) struct Presence {
    timeout_ms: u64,
    used_at: Mutex<HashMap<UserId, Moment>>,
}

impl Presence {
    pub(super) fn new(timeout_ms: u64) -> Self {
        Self { timeout_ms, used_at: Mutex::default() }
    }

    /// `false`: they are logged in already.
    pub(super) fn log_in(&self, user: UserId, now: Moment) -> bool {
        self.alive(now, |used_at| used_at.insert(user, now).is_none())
    }

    /// `false`: they are not logged in.
    pub(super) fn log_out(&self, user: UserId, now: Moment) -> bool {
        self.alive(now, |used_at| used_at.remove(&user).is_some())
    }

    /// A login is being used, if there is one.
    pub(super) fn touch(&self, user: UserId, now: Moment) {
        let mut used_at = self.used_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(used_at) = used_at.get_mut(&user)
            && now.ms_since(*used_at) < self.timeout_ms
        {
            *used_at = now;
        }
    }

    pub(super) fn users(&self, now: Moment) -> Vec<UserId> {
        self.alive(now, |used_at| used_at.keys().copied().collect())
    }

    /// Looks at those that have not ended by themselves.
    fn alive<T>(&self, now: Moment, look: impl FnOnce(&mut HashMap<UserId, Moment>) -> T) -> T {
        let mut used_at = self.used_at.lock().unwrap_or_else(PoisonError::into_inner);
        used_at.retain(|_, used_at| now.ms_since(*used_at) < self.timeout_ms);
        look(&mut used_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_ends_when_it_is_not_used() {
        let presence = Presence::new(60);
        let user = UserId::parse(3).unwrap();
        assert!(presence.log_in(user, Moment(0)));
        assert!(!presence.log_in(user, Moment(59)));
        presence.touch(user, Moment(59));
        assert_eq!(presence.users(Moment(118)), [user]);
        assert_eq!(presence.users(Moment(119)), []);
        presence.touch(user, Moment(119));
        assert!(!presence.log_out(user, Moment(119)));
        assert!(presence.log_in(user, Moment(120)));
        assert!(presence.log_out(user, Moment(121)));
        assert!(!presence.log_out(user, Moment(122)));
    }
}
