//! How a run fails: one sentence for a person, one number for a script.

use std::fmt;
use std::process::ExitCode;

use longlink_client::{CloseReason, Code, Ended, Refused};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    exit_code: u8,
    sentence: String,
}

impl Failure {
    pub(crate) fn other(sentence: impl Into<String>) -> Self {
        Self { exit_code: 1, sentence: sentence.into() }
    }

    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self { exit_code: 2, sentence: sentence.into() }
    }

    pub(crate) fn login(sentence: impl Into<String>) -> Self {
        Self { exit_code: 3, sentence: sentence.into() }
    }

    /// What the end of the client means to whoever ran it. Its own closing is no failure.
    pub(crate) fn of_end(ended: &Ended) -> Result<(), Self> {
        match ended {
            Ended::Closed => Ok(()),
            Ended::LoginRefused(refused) => Err(Self::login(login_refused(refused))),
            Ended::Stopped { number, .. } if *number == i32::from(CloseReason::LoggedOut) => Ok(()),
            Ended::Stopped { number, .. } if *number == i32::from(CloseReason::Replaced) => {
                Err(Self { exit_code: 4, sentence: "the same device has logged in somewhere else".to_owned() })
            }
            Ended::Stopped { .. } => Err(Self { exit_code: 4, sentence: ended.to_string() }),
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit_code)
    }
}

fn login_refused(refused: &Refused) -> String {
    if refused.code == Code::WrongCredentials {
        "wrong user name or password (--register makes an account)".to_owned()
    } else if refused.code == Code::BadToken {
        "this token is not valid, or not any more".to_owned()
    } else if refused.code == Code::Disabled {
        "this account is disabled".to_owned()
    } else {
        format!("login refused: {}", refused.message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence)
    }
}
