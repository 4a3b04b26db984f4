//! How the account is connected.

use super::TimeMs;

/// Whether there is a link, as the person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// What is kept on this machine is encrypted, and waits for its passphrase. Nothing else happens until then.
    Locked {
        is_wrong: bool,
    },
    /// What is kept is being read.
    Opening,
    Connecting,
    Online,
    /// It is lost, and comes back by itself.
    Away {
        why: String,
        retry_at_ms: TimeMs,
    },
    /// It does not come back by itself: the person has to log in again, or is told why not.
    Ended {
        why: String,
        must_log_in: bool,
    },
}
