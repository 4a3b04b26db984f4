//! What the app asks of the bridge and sees of it, besides what the model of one account is told.

use std::fmt;

use longlink_client::{Code, OnceError, Secret};

use crate::accounts::{Account, AccountKey, Shield};
use crate::files::Pixels;
use crate::model::Told;
use crate::vault::VaultKind;

/// Something that happened.
#[derive(Debug)]
pub enum Seen {
    /// For the model of that account.
    Told(AccountKey, Told),
    /// A login or a registration went well: the account is in the list, and is being opened. `vault`: where its token
    /// lies.
    LoggedIn {
        account: Account,
        vault: VaultKind,
    },
    LoginFailed(LoginError),
    /// It is logged out. `forgotten`: it is not in the list any more, and nothing of it is on this machine.
    LoggedOut {
        account: AccountKey,
        forgotten: bool,
    },
    /// The answer to [`Bridge::show`](super::Bridge::show).
    Picture {
        account: AccountKey,
        hash: String,
        side_max: u32,
        pixels: Result<Pixels, String>,
    },
    /// For the person: something about the files of this app, such as one that could not be read and was set aside.
    Problem(String),
}

/// What a person fills in to log in, or to register.
#[derive(Clone, Debug)]
pub struct Form {
    /// A name or an address, without a port.
    pub host: String,
    pub link_port: u16,
    pub http_port: u16,
    pub protection: Shield,
    pub name: String,
    pub password: Secret,
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The server said no.
    #[error("refused: {} ({message})", code.word())]
    Refused { code: Code, message: String },
    /// There was no answer.
    #[error("{0}")]
    Unreachable(String),
    /// The file of authorities or the digest cannot be read, or they are not there.
    #[error("{0}")]
    Protection(String),
    /// It went well, and cannot be written down here.
    #[error("cannot keep the account: {0}")]
    NotKept(String),
}

impl From<OnceError> for LoginError {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Refused(refused) => Self::Refused { code: refused.code, message: refused.message.into_owned() },
            OnceError::Broken(why) => Self::Unreachable(why.to_string()),
            OnceError::Ended(why) => Self::Unreachable(why.to_string()),
        }
    }
}

/// A picture or an avatar that is to be seen.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Showing {
    pub hash: String,
    /// As its message says; 0 of an avatar.
    pub size: u64,
    pub is_avatar: bool,
    /// Wider or higher it need not be.
    pub side_max: u32,
}

impl fmt::Debug for Showing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Showing({} at {})", self.hash, self.side_max)
    }
}
