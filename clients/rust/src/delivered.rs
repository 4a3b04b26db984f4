//! Telling the server how far the app has been given its entries. Pure; time is an argument.
//!
//! Said merged and seldom: one number for all that came, at most once a second, and one at a time.

use std::time::Duration;

use longlink::wire::{Code, pb};
use prost::Message;
use tokio::time::Instant;

/// What was said on one link.
#[derive(Debug)]
pub(crate) struct Delivered {
    epoch: String,
    /// Where hello resumed, or what was said since.
    said: i64,
    not_before: Instant,
    /// The sequence of what has no answer yet.
    under_way: Option<u32>,
    /// The server knows no such thing.
    unknown: bool,
}

impl Delivered {
    /// `cursor` is what hello presented: the server takes it as said.
    pub(crate) fn new(epoch: String, cursor: i64, now: Instant) -> Self {
        Self { epoch, said: cursor, not_before: now, under_way: None, unknown: false }
    }

    /// The log of which this tells.
    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// When to say that everything up to `taken` has arrived; `None` when there is nothing to say, or something is
    /// under way.
    pub(crate) fn due(&self, taken: i64) -> Option<Instant> {
        (taken > self.said && self.under_way.is_none() && !self.unknown).then_some(self.not_before)
    }

    pub(crate) fn said(&mut self, taken: i64, seq: u32, now: Instant) {
        self.said = taken;
        self.under_way = Some(seq);
        self.not_before = now + EVERY;
    }

    /// True when this is the answer to what was said. It is of no interest, unless there is no use in saying it.
    pub(crate) fn answered(&mut self, seq: u32, body: &[u8]) -> bool {
        let is_it = self.under_way == Some(seq);
        if is_it {
            self.under_way = None;
            let unknown = |refusal: pb::Refusal| refusal.code() == Code::UnknownCommand;
            self.unknown = pb::Refusal::decode(body).is_ok_and(unknown);
        }
        is_it
    }
}

const EVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_second_and_one_at_a_time() {
        let now = Instant::now();
        let mut delivered = Delivered::new("e".into(), 10, now);
        assert_eq!(delivered.due(10), None);
        assert_eq!(delivered.due(11), Some(now));
        delivered.said(12, 7, now);
        assert_eq!(delivered.due(20), None, "the first has no answer yet");
        assert!(!delivered.answered(8, b""));
        assert!(delivered.answered(7, b""));
        assert_eq!(delivered.due(12), None);
        assert_eq!(delivered.due(20), Some(now + EVERY));
    }

    #[test]
    fn a_server_that_does_not_know_it_is_told_no_more() {
        let now = Instant::now();
        let mut delivered = Delivered::new("e".into(), 10, now);
        delivered.said(12, 7, now);
        let refusal = pb::Refusal { code: Code::UnknownCommand.into(), message: "no".into() };
        assert!(delivered.answered(7, &refusal.encode_to_vec()));
        assert_eq!(delivered.due(20), None);
    }
}
