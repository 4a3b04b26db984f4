//! How the account is connected.

use longlink_client::{Broken, CloseReason, Code, Ended};

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
    /// It is lost, and comes back by itself. `was_online`: it was there since the app began.
    Away {
        why: Broken,
        retry_at_ms: TimeMs,
        was_online: bool,
    },
    /// It does not come back by itself: the person has to log in again, or is told why not.
    Ended {
        why: Ended,
        must_log_in: bool,
    },
}

impl LinkState {
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online)
    }
}

/// Whether another password, and nothing else, brings the link back (B1, B5).
pub fn must_log_in(ended: &Ended) -> bool {
    match ended {
        Ended::Closed => false,
        Ended::LoginRefused(refused) => {
            matches!(refused.code, Code::BadToken | Code::NotLoggedIn | Code::WrongCredentials | Code::Disabled)
        }
        Ended::Stopped { number, .. } => {
            matches!(CloseReason::try_from(*number), Ok(CloseReason::LoggedOut | CloseReason::AccountEnded))
        }
    }
}
