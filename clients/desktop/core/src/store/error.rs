//! Why something could not be kept or read.

use std::io;

use rusqlite::{Error, ErrorCode};

/// By what is to be done about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Ask for another one.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// What lies there is damaged: set it aside, and begin anew.
    #[error("what is kept on this machine is damaged: {0}")]
    Broken(String),
    /// The disk is full, or may not be written: what is there stays right, and it may work later.
    #[error("the disk cannot be written: {0}")]
    Disk(String),
    /// A later version of this program wrote it.
    #[error(
        "what is kept here was written by a later version of this program ({found}, more than {known}): use that one"
    )]
    TooNew { found: i64, known: i64 },
    /// The program is being closed.
    #[error("what is kept is being closed")]
    Closed,
}

impl StoreError {
    /// The first look at a file fails as "no database" when it is damaged, and when it is encrypted by another key.
    pub(super) fn at_opening(error: Error, with_key: bool) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) if with_key => Self::WrongPassphrase,
            _ => error.into(),
        }
    }

    /// Whether what lies there is of no more use.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Broken(_))
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Broken(error.to_string()),
            // What does not fit into its column was not written by us.
            None if !matches!(error, Error::QueryReturnedNoRows) => Self::Broken(error.to_string()),
            _ => Self::Disk(error.to_string()),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}

impl From<prost::DecodeError> for StoreError {
    fn from(error: prost::DecodeError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
