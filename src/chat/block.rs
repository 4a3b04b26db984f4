//! Blocks: nothing passes any more between two people of whom one has blocked the other.
//!
//! Every message between two asks for it, so the answer is mostly found in a few bits in memory that say "certainly
//! not". Only a "maybe" is looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::bounds::cut_to_page;
use super::contact::other_than;
use super::{Caller, Chat, WriteTo, keys};
use crate::id::UserId;
use crate::store::{Change, Expect, Keep};
use crate::wire::{Code, Refused, pb};

/// So many bits, 128 KB. With 5,000 blocks on the server one "maybe" in ten thousand questions is wrong, with 100,000
/// one in thirty.
const BITS: u64 = 1 << 20;
const WORDS: usize = (BITS / 64) as usize;
/// One user may block so many: more than anybody keeps in mind, and a bound to what the filter takes in.
const BLOCKED_MAX: usize = 5_000;
/// A page lists so many.
const PAGE: usize = 500;
/// So many are read at once at the start.
const LOADED_AT_ONCE: usize = 10_000;

/// Which pairs may be blocked: two bits for each, set and never taken away. What was unblocked is looked up for nothing
/// until the next start.
pub(super) struct Blocks {
    words: Box<[AtomicU64]>,
    /// Before this everything may be blocked.
    loaded: AtomicBool,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { words: (0..WORDS).map(|_| AtomicU64::new(0)).collect(), loaded: AtomicBool::new(false) }
    }
}

impl Blocks {
    fn add(&self, one: UserId, other: UserId) {
        for bit in bits(one, other) {
            if let Some(word) = self.words.get((bit / 64) as usize) {
                word.fetch_or(1 << (bit % 64), Ordering::Relaxed);
            }
        }
    }

    fn may_have(&self, one: UserId, other: UserId) -> bool {
        // What was added before is seen by who is told of it: the record lies behind a lock in the store.
        !self.loaded.load(Ordering::Acquire)
            || bits(one, other).into_iter().all(|bit| {
                self.words
                    .get((bit / 64) as usize)
                    .is_none_or(|word| word.load(Ordering::Relaxed) >> (bit % 64) & 1 == 1)
            })
    }
}

/// The same for both orders of a pair.
fn bits(one: UserId, other: UserId) -> [u64; 2] {
    let (low, high) = (one.min(other).get().cast_unsigned(), one.max(other).get().cast_unsigned());
    // The finisher of SplitMix64: neighbouring numbers come to lie far apart.
    let mut mixed = low.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ high;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    [mixed % BITS, (mixed >> 32) % BITS]
}

impl Chat {
    /// Whether either has blocked the other.
    pub(super) fn is_blocked(&self, one: UserId, other: UserId) -> Result<bool, Refused> {
        if !self.blocks.may_have(one, other) {
            return Ok(false);
        }
        let has = |one, other| Ok::<_, Refused>(self.store.get(&keys::block(one, other))?.is_some());
        Ok(has(one, other)? || has(other, one)?)
    }

    /// Whether something may pass between two users. Both are told the same, so that nobody learns who blocked, nor that
    /// it is a block.
    pub(super) fn check_pair(&self, one: UserId, other: UserId) -> Result<(), Refused> {
        if one == other {
            return Ok(());
        }
        self.check_unblocked(one, other)?;
        match self.settings.write_to {
            WriteTo::Anyone => Ok(()),
            WriteTo::Contacts if self.is_contact(one, other)? => Ok(()),
            WriteTo::Contacts => Err(not_allowed()),
        }
    }

    pub(super) fn check_unblocked(&self, one: UserId, other: UserId) -> Result<(), Refused> {
        if self.is_blocked(one, other)? { Err(not_allowed()) } else { Ok(()) }
    }

    pub(super) async fn block(
        self: Arc<Self>,
        caller: Caller,
        request: pb::BlockRequest,
    ) -> Result<pb::BlockReply, Refused> {
        let (user, other) = (caller.user, other_than(caller.user, request.user)?);
        let key = keys::block(user, other);
        if self.store.get(&key)?.is_some() == request.blocked {
            return Ok(pb::BlockReply::default());
        }
        if request.blocked {
            self.check_exists(other)?;
            let listed = self.reading(move |this| Ok(this.store.list(&keys::blocks(user), None, BLOCKED_MAX)?)).await?;
            if listed.len() >= BLOCKED_MAX {
                let message = format!("the user has blocked {BLOCKED_MAX} people, as many as may be");
                return Err(Refused::new(Code::TooLarge, message));
            }
            // Before the record is there, so that nobody who can see it is told that there is none.
            self.blocks.add(user, other);
        }
        let value = request.blocked.then(|| self.clock.wall_ms().to_be_bytes().to_vec());
        let change = Change { key, value, expect: Expect::Anything };
        self.change(vec![change], Keep::Durable).await?;
        if request.blocked {
            self.hide_from_each_other(user, other)?;
        } else {
            self.tell_each_other(user, other)?;
        }
        Ok(pb::BlockReply::default())
    }

    pub(super) async fn block_list(
        self: Arc<Self>,
        caller: Caller,
        request: pb::BlockListRequest,
    ) -> Result<pb::BlockListReply, Refused> {
        let user = caller.user;
        let (users, more) = self
            .reading(move |this| {
                let after = UserId::parse(request.after).map(|after| keys::block(user, after));
                let mut listed = this.store.list(&keys::blocks(user), after.as_deref(), PAGE + 1)?;
                let more = cut_to_page(&mut listed, PAGE);
                let ids: Vec<UserId> = listed.iter().filter_map(|(key, _)| keys::user_of(key)).collect();
                Ok((this.cards_for(user, &ids)?, more))
            })
            .await?;
        Ok(pb::BlockListReply { users, more, ..Default::default() })
    }

    /// Reads who has blocked whom, after which most is known without looking.
    pub async fn load_blocks(self: &Arc<Self>) -> Result<(), Refused> {
        self.reading(|this| {
            let mut after: Option<Vec<u8>> = None;
            loop {
                let page = this.store.list(keys::BLOCKS, after.as_deref(), LOADED_AT_ONCE)?;
                let Some((last, _)) = page.last() else { break };
                after = Some(last.to_vec());
                for (one, other) in page.iter().filter_map(|(key, _)| keys::users_of(key)) {
                    this.blocks.add(one, other);
                }
            }
            this.blocks.loaded.store(true, Ordering::Release);
            Ok(())
        })
        .await
    }
}

fn not_allowed() -> Refused {
    Refused::new(Code::NotAllowed, "nothing may pass between these two users")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(number: i64) -> UserId {
        UserId::parse(number).unwrap()
    }

    fn loaded() -> Blocks {
        let blocks = Blocks::default();
        blocks.loaded.store(true, Ordering::Release);
        blocks
    }

    #[test]
    fn before_it_is_loaded_everything_may_be_blocked() {
        assert!(Blocks::default().may_have(user(1), user(2)));
        assert!(!loaded().may_have(user(1), user(2)));
    }

    #[test]
    fn five_thousand_blocks_leave_nearly_everybody_else_alone() {
        let blocks = loaded();
        for number in 1..=5_000 {
            blocks.add(user(7), user(100 + number));
        }
        let wrong = (1..=100_000).filter(|number| blocks.may_have(user(8), user(100 + number))).count();
        assert!(wrong < 100, "{wrong} of 100,000");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_added_is_never_denied(pairs in prop::collection::vec((1..i64::MAX, 1..i64::MAX), 1..200)) {
            let blocks = loaded();
            for (one, other) in &pairs {
                blocks.add(user(*one), user(*other));
            }
            for (one, other) in &pairs {
                prop_assert!(blocks.may_have(user(*one), user(*other)) && blocks.may_have(user(*other), user(*one)));
            }
        }
    }
}
