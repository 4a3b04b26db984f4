//! The bound on handshakes under way. A handshake costs memory before anybody has shown who they are, and a peer may
//! begin one and say nothing more: so at the bound the one that has taken longest makes room.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(super) struct Handshakes {
    max: usize,
    under_way: Mutex<UnderWay>,
}

#[derive(Debug, Default)]
struct UnderWay {
    next: u64,
    /// By their number, so that the oldest comes first.
    all: BTreeMap<u64, CancellationToken>,
}

/// A handshake under way; dropping it ends it.
#[derive(Debug)]
pub(super) struct Handshake<'a> {
    handshakes: &'a Handshakes,
    number: u64,
    token: CancellationToken,
}

impl Handshakes {
    pub(super) fn new(max: usize) -> Self {
        Self { max: max.max(1), under_way: Mutex::default() }
    }

    /// Begins one. If there are too many, the oldest is told to give up, and no longer counts.
    pub(super) fn begin(&self) -> Handshake<'_> {
        let token = CancellationToken::new();
        let mut under_way = self.lock();
        while under_way.all.len() >= self.max
            && let Some((_, oldest)) = under_way.all.pop_first()
        {
            oldest.cancel();
        }
        let number = under_way.next;
        under_way.next += 1;
        under_way.all.insert(number, token.clone());
        Handshake { handshakes: self, number, token }
    }

    pub(super) fn count(&self) -> usize {
        self.lock().all.len()
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handshake<'_> {
    /// Waits until it has to give up.
    pub(super) async fn given_up(&self) {
        self.token.cancelled().await;
    }
}

impl Drop for Handshake<'_> {
    fn drop(&mut self) {
        self.handshakes.lock().all.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_bound_the_oldest_gives_up_and_an_end_makes_room() {
        let handshakes = Handshakes::new(2);
        let (first, second) = (handshakes.begin(), handshakes.begin());
        drop(second);
        let third = handshakes.begin();
        assert!(!first.token.is_cancelled(), "there was room");
        let fourth = handshakes.begin();
        assert!(first.token.is_cancelled());
        assert!(!third.token.is_cancelled() && !fourth.token.is_cancelled());
        drop(first);
        assert_eq!(handshakes.count(), 2, "who was told to give up did not count any more");
        drop((third, fourth));
        assert_eq!(handshakes.count(), 0);
    }
}
