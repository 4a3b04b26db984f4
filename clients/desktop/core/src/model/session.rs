//! One account: everything that its window shows.

use std::collections::HashMap;

use super::{LinkState, Peer, Talk, Thread, Told, UserId, Wish};

/// The state of one account.
#[derive(Debug)]
pub struct Session {
    /// 0 before the first login.
    pub me: UserId,
    pub name: String,
    pub link: LinkState,
    pub talks: HashMap<Peer, Talk>,
    pub thread: Option<Thread>,
    wishes: Vec<Wish>,
}

impl Session {
    pub fn new() -> Self {
        Self {
            me: 0,
            name: String::new(),
            link: LinkState::Opening,
            talks: HashMap::new(),
            thread: None,
            wishes: Vec::new(),
        }
    }

    /// Takes what happened.
    pub fn tell(&mut self, _told: Told) {}

    /// What is to be done, since this was asked last.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
