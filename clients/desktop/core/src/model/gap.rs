//! Where entries are missing for good, since the server had removed them before this device asked for them (R2).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Item;

/// Between these two places something may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Up to here this device had everything.
    pub after: i64,
    /// From here on the log had everything.
    pub before: i64,
}

/// So many are told apart; the oldest of more are forgotten.
pub(crate) const GAPS_MAX: usize = 32;

/// Before which of these items something may be missing, if it is. `begins`: there is nothing older than the first, and
/// the person sees the conversation from there on (in a group, since they came in).
pub(crate) fn gap_in(items: &VecDeque<Item>, kept: usize, gap: Gap, begins: Option<i64>) -> Option<usize> {
    let at = items.partition_point(|item| item.is_kept() && item.queue_id < gap.before);
    if at >= kept {
        return None;
    }
    // What happened to groups is never removed: it may stand in the midst of what is missing.
    match (at, begins) {
        (0, None) => None,
        (0, Some(joined_at)) => (joined_at < gap.before).then_some(0),
        (_, _) => Some(at),
    }
}
