//! Why something that the person wished did not happen, as plain data that a view puts into the person's words.

use longlink_client::Code;
use serde::{Deserialize, Serialize};

/// Why a message is not sent any more, until the person wishes it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The server refused it for good: the number of its [`Code`], which may be one that this version does not know.
    Refused(i32),
    /// It was written for a log that is no more: its numbers may mean other people now.
    AnotherLog,
    /// Its file cannot be read or sent; the words are for a log.
    File(String),
    /// Anything else; the words are for a log.
    Other(String),
}

impl Failure {
    pub fn refused(code: Code) -> Self {
        Self::Refused(code.into())
    }

    /// The code, if it is one that this version knows.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(number) => Code::try_from(*number).ok(),
            Self::AnotherLog | Self::File(_) | Self::Other(_) => None,
        }
    }
}

/// What the server would refuse anyway, and so is not even asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is nothing in it.
    #[error("there is nothing in it")]
    Empty,
    /// In bytes of UTF-8.
    #[error("{length} bytes, more than {max}")]
    TooLong { length: usize, max: usize },
    /// In bytes of UTF-8.
    #[error("{length} bytes, less than {min}")]
    TooShort { length: usize, min: usize },
    /// More people, or messages, than one request may name.
    #[error("{count} at once, more than {max}")]
    TooMany { count: usize, max: usize },
    /// A control character stands in it.
    #[error("a control character stands in it")]
    Control,
    /// There is no such message here, or it is not one that can be changed.
    #[error("there is no such message")]
    Missing,
    /// A message to a group in which the person is not, or may not write.
    #[error("not allowed")]
    NotAllowed,
}
