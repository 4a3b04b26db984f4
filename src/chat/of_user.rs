//! How much one user may write and make, so that one account cannot fill the log or be a burden to others.
//!
//! It is counted in memory, and bounded; a restart gives everybody all of it again.

use std::sync::Arc;

use super::{Caller, Chat, LIMITED_USERS_MAX};
use crate::id::UserId;
use crate::limiter::{Limiter, Rate, Settings};
use crate::metrics::Limit;
use crate::wire::{Code, Refused};

const DAY_MS: u64 = 24 * 3600 * 1000;
/// So many seconds' worth of messages may come at once.
const BURST_S: u64 = 10;
/// For so many users it is remembered what they have sent, at some 150 bytes each. Beyond it those who have sent least
/// are forgotten.
const SENDERS_MAX: usize = 50_000;

/// How much it is.
#[derive(Clone, Copy, Debug)]
pub struct OfUser {
    pub sends_per_second: u32,
    pub sends_per_day: u32,
    /// Of contents.
    pub bytes_per_day: u64,
    /// In so many groups one may be.
    pub groups_max: usize,
    pub groups_made_per_day: u32,
}

/// What is bounded about what a user sends, in the order of their rates.
const SENT: [(Limit, &str); 3] = [
    (Limit::SendsPerSecond, "sending faster than one may"),
    (Limit::SendsPerDay, "sending more messages in a day than one may"),
    (Limit::BytesPerDay, "sending more bytes in a day than one may"),
];

impl OfUser {
    /// One limiter for all three, so that a send takes one lock for them.
    pub(super) fn sends(&self) -> Limiter<i64, { SENT.len() }> {
        let per_second = u64::from(self.sends_per_second);
        let of_a_day = |tokens| Rate { burst: tokens, tokens, per_ms: DAY_MS };
        let rates = [
            Rate { burst: per_second * BURST_S, tokens: per_second, per_ms: 1_000 },
            of_a_day(self.sends_per_day.into()),
            of_a_day(self.bytes_per_day),
        ];
        Limiter::several(rates, SENDERS_MAX)
    }

    pub(super) fn groups_made(&self) -> Limiter<i64> {
        let (tokens, per_ms) = (self.groups_made_per_day, DAY_MS);
        Limiter::new(Settings { burst: tokens, tokens, per_ms, keys_max: LIMITED_USERS_MAX })
    }
}

impl Chat {
    /// Counts one more message of a user.
    pub(super) fn take_send(&self, caller: &Caller, content_bytes: usize) -> Result<(), Refused> {
        let wanted = [1, 1, content_bytes as u64];
        self.sends.try_take_all(&caller.user.get(), self.now(), wanted).map_err(|(place, later)| {
            let (limit, what) = SENT.get(place).copied().unwrap_or((Limit::SendsPerSecond, "sending"));
            self.too_often(limit, caller.user, what, later)
        })
    }

    /// Whether all of them may be in one more group.
    pub(super) async fn check_group_room(self: &Arc<Self>, users: &[UserId]) -> Result<(), Refused> {
        let (max, users) = (self.settings.of_user.groups_max, users.to_vec());
        self.reading(move |this| {
            for user in users {
                let stays = this.store.memberships(user)?;
                if stays.iter().filter(|stay| stay.left_at.is_none()).count() >= max {
                    this.metrics.limited(Limit::Groups);
                    let message = format!("user {user} is in {max} groups, as many as may be");
                    return Err(Refused::new(Code::TooLarge, message));
                }
            }
            Ok(())
        })
        .await
    }
}
