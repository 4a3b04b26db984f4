//! An account that is open: its model, its screen, and what it wished and nobody could take yet.

use std::collections::VecDeque;

use longlink_desktop_core::accounts::Account;
use longlink_desktop_core::bridge::Bridge;
use longlink_desktop_core::model::{Session, Wish};

use crate::views::shell::Shell;

pub(super) struct Open {
    pub(super) account: Account,
    pub(super) session: Session,
    pub(super) shell: Shell,
    waiting: VecDeque<Wish>,
}

impl Open {
    pub(super) fn new(account: Account, now_ms: i64) -> Self {
        let mut session = Session::new();
        session.advance(now_ms);
        Self { account, session, shell: Shell::default(), waiting: VecDeque::new() }
    }

    /// Hands on what the model wishes, in order. What cannot be taken now waits for the next time something happens: the
    /// model bounds what is on its way, so that this does not grow.
    pub(super) fn hand_on(&mut self, bridge: &Bridge) {
        self.waiting.extend(self.session.take_wishes());
        while let Some(wish) = self.waiting.pop_front() {
            if let Err(wish) = bridge.wish(&self.account.key, wish) {
                self.waiting.push_front(*wish);
                return;
            }
        }
    }
}
