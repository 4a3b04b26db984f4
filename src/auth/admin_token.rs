//! Tokens of the operators of the HTTP API for operators: an audience and keys of their own.
//!
//! A business backend that makes login tokens has the keys of those. With keys of their own, it cannot make itself an
//! operator; and with an audience of their own, no token passes for one of the other kind.

use std::path::PathBuf;

use super::keys::KeysError;
use super::login_id::LoginId;
use super::token::{ADMIN_AUDIENCE, BadToken, Tokens, Written};

/// The file's name in the data directory.
pub const FILE_NAME: &str = "admin-keys.json";

/// Makes such tokens and verifies them.
#[derive(Debug)]
pub struct AdminTokens(Tokens);

/// What a good one says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// What the operator who made it called its owner: for the audit log.
    pub name: String,
    pub login: LoginId,
    pub issued_at_s: i64,
    pub expires_at_s: i64,
}

impl AdminTokens {
    /// See `Tokens::open`.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KeysError> {
        Tokens::open(path).map(Self)
    }

    /// A token, and when it expires.
    pub fn issue(&self, name: &str, login: LoginId, now_s: i64, ttl_s: u32) -> (String, i64) {
        let expires_at_s = now_s.saturating_add(i64::from(ttl_s));
        (self.0.sign(&Written::new(name.to_owned(), ADMIN_AUDIENCE, now_s, expires_at_s, login)), expires_at_s)
    }

    /// What a token says, if it is good at `now_s`. One without an audience is none of these.
    pub fn verify(&self, token: &str, now_s: i64) -> Result<Admin, BadToken> {
        let written = self.0.read(token)?;
        if !written.is_for(ADMIN_AUDIENCE) {
            return Err(BadToken::WrongAudience);
        }
        written.check_time(now_s)?;
        let (login, (issued_at_s, expires_at_s)) = (written.login(token), written.times());
        Ok(Admin { name: written.into_subject(), login, issued_at_s, expires_at_s })
    }

    /// See `Tokens::rotate`.
    pub fn rotate(&self) -> Result<String, KeysError> {
        self.0.rotate()
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::{For, LEEWAY_S};
    use super::*;
    use crate::id::UserId;

    const NOW_S: i64 = 1_700_000_000;

    #[test]
    fn neither_kind_of_token_passes_for_the_other_also_with_the_same_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let (admins, users) = (AdminTokens::open(&path).unwrap(), Tokens::open(&path).unwrap());
        let login = LoginId::random();
        let (admin, expires_at_s) = admins.issue("7", login, NOW_S, 10);
        let expected = Admin { name: "7".into(), login, issued_at_s: NOW_S, expires_at_s };
        assert_eq!(admins.verify(&admin, NOW_S), Ok(expected));
        assert_eq!(users.verify(&admin, NOW_S), Err(BadToken::WrongAudience));
        let whom = For { user: UserId::parse(7).unwrap(), device: None, generation: None, login };
        let (user, _) = users.issue(whom, NOW_S, 10);
        assert_eq!(admins.verify(&user, NOW_S), Err(BadToken::WrongAudience));
    }

    #[test]
    fn a_token_for_operators_expires_and_a_login_tokens_key_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        let admins = AdminTokens::open(folder.path().join(FILE_NAME)).unwrap();
        let (token, expires_at_s) = admins.issue("ops", LoginId::random(), NOW_S, 10);
        assert!(admins.verify(&token, expires_at_s + LEEWAY_S - 1).is_ok());
        assert_eq!(admins.verify(&token, expires_at_s + LEEWAY_S), Err(BadToken::Expired));
        let backend = AdminTokens::open(folder.path().join("token-keys.json")).unwrap();
        let (forged, _) = backend.issue("ops", LoginId::random(), NOW_S, 10);
        assert_eq!(admins.verify(&forged, NOW_S), Err(BadToken::UnknownKey));
    }
}
