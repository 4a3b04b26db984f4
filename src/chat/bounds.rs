//! Bounds that many requests have: how often one may ask, and how much one page has.

use super::Chat;
use crate::audit::Event;
use crate::id::UserId;
use crate::limiter::{Limiter, RetryAfter};
use crate::metrics::Limit;
use crate::wire::{Code, Refused};

impl Chat {
    /// Counts one more try of a user at `what`, and refuses it if there were too many.
    pub(super) fn take_turn(
        &self,
        limiter: &Limiter<i64>,
        limit: Limit,
        user: UserId,
        what: &str,
    ) -> Result<(), Refused> {
        limiter.try_take(&user.get(), self.now(), 1).map_err(|later| self.too_often(limit, user, what, later))
    }

    /// The refusal of what a user did too often, counted and noted.
    pub(super) fn too_often(&self, limit: Limit, user: UserId, what: &str, later: RetryAfter) -> Refused {
        self.metrics.limited(limit);
        self.note(Event::RateLimited { user: user.get(), what: what.to_owned() });
        Refused::new(Code::RateLimited, format!("{what}: {later}"))
    }
}

/// Cuts what was read down to a page, of which one more was read than it has. Whether there is more.
pub(super) fn cut_to_page<T>(read: &mut Vec<T>, page: usize) -> bool {
    let more = read.len() > page;
    read.truncate(page);
    more
}
