//! Why a file did not go over.

use longlink_client::Code;

/// By what is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The server said no; whether for good, its code tells.
    #[error("refused: {} ({message})", code.word())]
    Refused { code: Code, message: String },
    /// The server has it no more (D9).
    #[error("the server has it no more")]
    Gone,
    /// The connection could not be made, or broke: it may work later.
    #[error("connection lost: {0}")]
    Broken(String),
    /// Larger than was said.
    #[error("more than {max} bytes came")]
    TooLong { max: u64 },
    /// What came is not what its hash says.
    #[error("what came has the hash {0}")]
    Damaged(String),
    /// It could not be kept.
    #[error("{0}")]
    NotKept(String),
    /// Nobody wants it any more.
    #[error("called off")]
    CalledOff,
}

impl FileError {
    /// Whether the same may work later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Refused { code, .. } => code.is_temporary(),
            Self::Broken(_) => true,
            Self::Gone | Self::TooLong { .. } | Self::Damaged(_) | Self::NotKept(_) | Self::CalledOff => false,
        }
    }
}

impl From<hyper::Error> for FileError {
    fn from(error: hyper::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
