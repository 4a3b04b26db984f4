//! How requests end and why links end: the two kinds of error, and what each tells the other side to do.

use std::borrow::Cow;

use bytes::Bytes;
use prost::Message;

use super::pb;
pub use super::pb::{CloseReason, Code};

impl Code {
    /// The word for it in logs.
    pub fn word(self) -> &'static str {
        self.as_str_name().trim_start_matches("CODE_")
    }

    /// Whether the same request may succeed later.
    pub fn is_temporary(self) -> bool {
        (100..200).contains(&(self as i32))
    }
}

impl CloseReason {
    /// Whether a client should come back by itself.
    pub fn invites_back(self) -> bool {
        (100..200).contains(&(self as i32))
    }

    /// The word for it in logs and metrics.
    pub fn word(self) -> &'static str {
        self.as_str_name().trim_start_matches("CLOSE_REASON_")
    }
}

/// A request that was not carried out. The link lives on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str_name())]
pub struct Refused {
    pub code: Code,
    /// For the developer at the other end, in English. It must not tell what the asker may not know.
    pub message: Cow<'static, str>,
}

impl Refused {
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// The body of the reply. Every reply has code and message in the same fields, so this reads as any of them.
    pub fn encode(&self) -> Bytes {
        let refusal = pb::Refusal { code: self.code.into(), message: self.message.clone().into_owned() };
        refusal.encode_to_vec().into()
    }
}
