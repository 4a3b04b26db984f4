//! What names a login: one proof of who somebody is, and all tokens that come from it.
//!
//! A token that takes the place of an older one keeps its login's name, so that to end a login is to end every token
//! that was ever got by it. The name is no secret: it opens nothing.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LoginId(NonZeroU64);

/// What a text is that is no login's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a login's name is 16 hexadecimal digits")]
pub struct NoLoginId;

impl LoginId {
    /// The name of a new login.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// What stands for the login's name in a token that does not say one, as those that a backend makes: the hash of what
    /// is signed. The signature is left out, so that nobody can spell a token in two ways.
    pub fn of_token(token: &str) -> Self {
        let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
        let hash: [u8; 32] = Sha256::digest(signed).into();
        let first = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        Self(NonZeroU64::new(first).unwrap_or(NonZeroU64::MAX))
    }

    pub fn from_number(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    pub fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

impl FromStr for LoginId {
    type Err = NoLoginId;

    /// One login, one spelling.
    fn from_str(text: &str) -> Result<Self, NoLoginId> {
        let number = u64::from_str_radix(text, 16).ok().and_then(Self::from_number);
        number.filter(|id| id.to_string() == text).ok_or(NoLoginId)
    }
}

impl TryFrom<String> for LoginId {
    type Error = NoLoginId;

    fn try_from(text: String) -> Result<Self, NoLoginId> {
        text.parse()
    }
}

impl From<LoginId> for String {
    fn from(id: LoginId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        for number in [1, 0xab, u64::MAX] {
            let id = LoginId::from_number(number).unwrap();
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in ["", "0000000000000000", "1", "00000000000000AB", "+0000000000000ab", "00000000000000ab0"] {
            assert_eq!(text.parse::<LoginId>(), Err(NoLoginId), "{text:?}");
        }
    }

    #[test]
    fn the_signature_does_not_name_a_login_and_what_is_signed_does() {
        assert_eq!(LoginId::of_token("head.claims.one"), LoginId::of_token("head.claims.two"));
        assert_ne!(LoginId::of_token("head.claims.one"), LoginId::of_token("head.claimt.one"));
    }
}
