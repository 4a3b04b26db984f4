//! The clock: the only place that asks what time it is on the wall.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::TimeMs;

/// Milliseconds since 1970. Before that, 0: a machine whose clock is that wrong has worse troubles.
#[allow(clippy::disallowed_methods, reason = "here is where it is asked")]
pub(crate) fn wall_ms() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeMs::try_from(since.as_millis()).unwrap_or(TimeMs::MAX)
}
