//! Tokens: what a client shows instead of its password, signed by this server or by a backend that shares its key.
//!
//! A token is a JSON Web Token (RFC 7519), HS256 and nothing else. Time is an argument, and what a token does not
//! say (whether the account still exists, which generation of tokens still counts) is looked up elsewhere.

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::keys::{Keys, KeysError};
use super::login_id::LoginId;
use crate::id::UserId;

/// Whom a token is for, if it says so.
pub const AUDIENCE: &str = "longlink";

/// The same of a token for operators: see `admin_token`.
pub const ADMIN_AUDIENCE: &str = "longlink-admin";

/// So far the clock of a backend that makes tokens may be off.
pub const LEEWAY_S: i64 = 60;

/// Ours have some 250 bytes; longer ones than this are not looked at.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// Makes tokens and verifies them.
pub struct Tokens {
    path: PathBuf,
    ring: RwLock<Arc<Ring>>,
    validation: Validation,
    /// Held while the file is changed or read again, so that one does not undo the other.
    file: Mutex<()>,
}

/// The keys in the library's form, the one that signs first.
struct Ring(Vec<RingKey>);

struct RingKey {
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// What a good token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub user: UserId,
    /// `did`: good for this device only.
    pub device: Option<String>,
    /// `gen`: the generation of the user's tokens that it belongs to. Ending all of a user's tokens raises theirs.
    pub generation: Option<u32>,
    /// `lid`, or what stands for it.
    pub login: LoginId,
    pub issued_at_s: i64,
    pub expires_at_s: i64,
}

/// Whom a token is for, as `issue` is asked for it.
#[derive(Clone, Copy, Debug)]
pub struct For<'a> {
    pub user: UserId,
    pub device: Option<&'a str>,
    pub generation: Option<u32>,
    /// A new one, or that of the token which this one takes the place of.
    pub login: LoginId,
}

/// Why a token is refused. For the developer's eyes; it says nothing about the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    #[error("the token is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    #[error("the token is not a JSON Web Token, signed with HS256, with the claims sub, iat and exp")]
    Malformed,
    #[error("the token is not signed with HS256")]
    WrongAlgorithm,
    #[error("the token was signed with a key that this server does not have")]
    UnknownKey,
    #[error("the token's signature is wrong")]
    WrongSignature,
    #[error("the token is for another audience")]
    WrongAudience,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYet,
}

/// The claims as they are written.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    sub: String,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    did: Option<String>,
    #[serde(rename = "gen", default, skip_serializing_if = "Option::is_none")]
    generation: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lid: Option<LoginId>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Tokens {
    /// With the keys of the file at `path`, which is made if there is none. Reads the disk: not for an async thread.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KeysError> {
        let path = path.into();
        let ring = RwLock::new(Arc::new(Ring::new(&Keys::open(&path)?)));
        // Time and audience are checked here: the library would ask the machine's clock for the one, and passes over
        // the other if it is neither text nor a list.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims = HashSet::new();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        Ok(Self { path, ring, validation, file: Mutex::new(()) })
    }

    /// A token, and when it expires.
    pub fn issue(&self, whom: For<'_>, now_s: i64, ttl_s: u32) -> (String, i64) {
        let For { user, device, generation, login } = whom;
        let exp = now_s.saturating_add(i64::from(ttl_s));
        let claims = Written {
            did: device.map(str::to_owned),
            generation,
            ..Written::new(user.to_string(), AUDIENCE, now_s, exp, login)
        };
        (self.sign(&claims), exp)
    }

    pub(super) fn sign(&self, claims: &Written) -> String {
        self.ring().sign(claims)
    }

    /// What a token says, if it is good at `now_s`.
    pub fn verify(&self, token: &str, now_s: i64) -> Result<Claims, BadToken> {
        self.read(token)?.check(token, now_s)
    }

    /// What a token says that was signed with one of the keys, be it good or not.
    pub(super) fn read(&self, token: &str) -> Result<Written, BadToken> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(BadToken::TooLong);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| bad(error.kind()))?;
        if header.alg != Algorithm::HS256 {
            return Err(BadToken::WrongAlgorithm);
        }
        // RFC 7515, 4.1.11: who does not know every extension that is listed there must refuse. We know none.
        if header.crit.is_some() {
            return Err(BadToken::Malformed);
        }
        self.ring().verify(token, &header, &self.validation)
    }

    /// Puts a new key in front, in the file and here. Reads the file first, so that keys which another process has
    /// made meanwhile are kept. Gives the new key's name.
    pub fn rotate(&self) -> Result<String, KeysError> {
        let _file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = Keys::read(&self.path)?.rotated()?;
        keys.write(&self.path)?;
        Ok(self.take(&keys))
    }

    /// Reads the file again, as after a rotation by another process. If it cannot be read, the keys stay as they were.
    /// Gives the name of the key that signs.
    pub fn reload(&self) -> Result<String, KeysError> {
        let _file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.take(&Keys::read(&self.path)?))
    }

    fn take(&self, keys: &Keys) -> String {
        let ring = Arc::new(Ring::new(keys));
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        ring.0.first().map(|key| key.kid.clone()).unwrap_or_default()
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ring {
    fn new(keys: &Keys) -> Self {
        let ring_key = |key: &super::keys::Key| RingKey {
            kid: key.kid.clone(),
            encoding: EncodingKey::from_secret(&key.secret),
            decoding: DecodingKey::from_secret(&key.secret),
        };
        Self(keys.as_slice().iter().map(ring_key).collect())
    }

    fn sign(&self, claims: &Written) -> String {
        // `Keys` is never empty, a secret of bytes fits HS256, and the claims are plain text and numbers.
        let key = self.0.first().expect("there is always a key");
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, claims, &key.encoding).expect("claims are plain JSON")
    }

    fn verify(&self, token: &str, header: &Header, validation: &Validation) -> Result<Written, BadToken> {
        // A backend need not name the key. There are never more than a few to try.
        let named = |key: &&RingKey| header.kid.as_ref().is_none_or(|kid| *kid == key.kid);
        let mut refused = BadToken::UnknownKey;
        for key in self.0.iter().filter(named) {
            match jsonwebtoken::decode::<Written>(token, &key.decoding, validation) {
                Ok(good) => return Ok(good.claims),
                Err(error) => refused = bad(error.kind()),
            }
            if refused != BadToken::WrongSignature {
                break;
            }
        }
        Err(refused)
    }
}

impl Written {
    pub(super) fn new(sub: String, audience: &str, iat: i64, exp: i64, login: LoginId) -> Self {
        let aud = Some(Audience::One(audience.to_owned()));
        Self { sub, iat, exp, nbf: None, aud, did: None, generation: None, lid: Some(login) }
    }

    /// Whether it names this audience.
    pub(super) fn is_for(&self, audience: &str) -> bool {
        match &self.aud {
            None => false,
            Some(Audience::One(one)) => one == audience,
            Some(Audience::Several(audiences)) => audiences.iter().any(|one| one == audience),
        }
    }

    pub(super) fn check_time(&self, now_s: i64) -> Result<(), BadToken> {
        if now_s >= self.exp.saturating_add(LEEWAY_S) {
            return Err(BadToken::Expired);
        }
        if self.nbf.is_some_and(|nbf| now_s < nbf.saturating_sub(LEEWAY_S)) {
            return Err(BadToken::NotYet);
        }
        Ok(())
    }

    pub(super) fn login(&self, token: &str) -> LoginId {
        self.lid.unwrap_or_else(|| LoginId::of_token(token))
    }

    /// When it was made, and when it expires.
    pub(super) fn times(&self) -> (i64, i64) {
        (self.iat, self.exp)
    }

    pub(super) fn into_subject(self) -> String {
        self.sub
    }

    fn check(self, token: &str, now_s: i64) -> Result<Claims, BadToken> {
        if self.aud.is_some() && !self.is_for(AUDIENCE) {
            return Err(BadToken::WrongAudience);
        }
        self.check_time(now_s)?;
        let user = self.sub.parse().ok().and_then(UserId::parse).ok_or(BadToken::Malformed)?;
        // One user, one spelling: neither `+7` nor `007`.
        if user.to_string() != self.sub {
            return Err(BadToken::Malformed);
        }
        let login = self.login(token);
        Ok(Claims {
            user,
            device: self.did,
            generation: self.generation,
            login,
            issued_at_s: self.iat,
            expires_at_s: self.exp,
        })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring();
        let kids: Vec<&str> = ring.0.iter().map(|key| key.kid.as_str()).collect();
        out.debug_struct("Tokens").field("path", &self.path).field("kids", &kids).finish_non_exhaustive()
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the library's enum grows; what is not named is not well formed")]
fn bad(kind: &ErrorKind) -> BadToken {
    match kind {
        ErrorKind::InvalidSignature => BadToken::WrongSignature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            BadToken::WrongAlgorithm
        }
        _ => BadToken::Malformed,
    }
}

#[cfg(test)]
mod tests;
