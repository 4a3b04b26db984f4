//! Requests that came before the login was decided.

use bytes::Bytes;

use super::{Moment, Rules};
use crate::wire::CloseReason;

/// What waits for the login, and since when.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) since: Moment,
    pub(super) frames: Vec<HeldFrame>,
    bytes: usize,
}

#[derive(Debug)]
pub(super) struct HeldFrame {
    pub(super) cmd_id: u32,
    pub(super) seq: u32,
    pub(super) body: Bytes,
}

impl Held {
    pub(super) fn new(now: Moment) -> Self {
        Self { since: now, frames: Vec::new(), bytes: 0 }
    }

    /// Keeps a frame. At the bound the link ends: a peer that says so much before its hello is not one of ours.
    pub(super) fn hold(&mut self, frame: HeldFrame, rules: &Rules) -> Result<(), CloseReason> {
        self.bytes += frame.body.len();
        if self.frames.len() >= rules.held_frames_max || self.bytes > rules.held_bytes_max {
            return Err(CloseReason::TooMuchBeforeLogin);
        }
        // A copy, because a slice would keep the whole read buffer that it came in.
        self.frames.push(HeldFrame { body: Bytes::copy_from_slice(&frame.body), ..frame });
        Ok(())
    }
}
