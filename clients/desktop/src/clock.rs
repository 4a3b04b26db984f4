//! The one place where the wall clock is read. Everything else is told what time it is.

use longlink_desktop_core::model::TimeMs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, UTC.
#[expect(clippy::disallowed_methods, reason = "this is the clock of the screen")]
pub fn now_ms() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeMs::try_from(since.as_millis()).unwrap_or(TimeMs::MAX)
}
