//! Passwords: hashed with Argon2id, away from the async threads, and never more at once than was agreed.
//!
//! A hash costs megabytes and milliseconds on purpose. So only so many are computed at once, some may wait in line,
//! and who comes when the line is full is told so at once.

use std::fmt;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use rand::TryRng;
use rand::rngs::SysRng;
use tokio::sync::{AcquireError, Semaphore, TryAcquireError};
use tokio::task::JoinError;

use crate::blocking::spawn_blocking;

/// What a hash costs, and how many are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub memory_kib: u32,
    pub passes: u32,
    /// Lanes, computed one behind the other: it only makes hashes that fit those of other programs.
    pub parallel: u32,
    /// So many are computed at the same time, each on a thread of the blocking pool. At least 1.
    pub at_once: usize,
    /// So many wait for their turn. At the bound the next one is `Busy`.
    pub waiting_max: usize,
}

/// Hashes passwords and verifies them. Cheap to clone.
#[derive(Clone)]
pub struct Passwords(Arc<Shared>);

struct Shared {
    argon2: Argon2<'static>,
    /// The hash of a password that nobody knows, verified in place of one that does not exist.
    dummy: String,
    /// Who is computing or waiting.
    line: Semaphore,
    /// Who is computing.
    computing: Arc<Semaphore>,
}

/// Whether a password is the one that was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Also for a name that nobody has.
    Wrong,
    /// `outdated`: it was hashed under other settings than now, and is better hashed anew.
    Right { outdated: bool },
}

/// Why there is no hash and no verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The line is full. Later there will be room.
    #[error("too many passwords are being checked already")]
    Busy,
    /// The kept hash is no hash, or the machine has no memory or no randomness. Never says more than the kind.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

impl Passwords {
    /// Computes one hash, so it takes as long as that.
    pub fn new(settings: Settings) -> Result<Self, PasswordError> {
        let params = Params::new(settings.memory_kib, settings.passes, settings.parallel, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let at_once = settings.at_once.clamp(1, Semaphore::MAX_PERMITS / 2);
        Ok(Self(Arc::new(Shared {
            dummy: hash(&argon2, &random()?)?,
            argon2,
            line: Semaphore::new(at_once + settings.waiting_max.min(Semaphore::MAX_PERMITS / 2)),
            computing: Arc::new(Semaphore::new(at_once)),
        })))
    }

    /// A PHC string with a salt of its own: what to keep in place of the password.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.in_turn(move |shared| hash(&shared.argon2, password.as_bytes())).await
    }

    /// Compares with what `hash` gave. `kept` is `None` for a name that nobody has: it takes as long, and is wrong.
    pub async fn verify(&self, password: String, kept: Option<String>) -> Result<Verdict, PasswordError> {
        self.in_turn(move |shared| shared.verify(&password, kept.as_deref())).await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let shared = Arc::clone(&self.0);
        let _place = shared.line.try_acquire().map_err(|error| match error {
            TryAcquireError::NoPermits => PasswordError::Busy,
            TryAcquireError::Closed => failed(error),
        })?;
        let turn = Arc::clone(&shared.computing).acquire_owned().await.map_err(|error: AcquireError| failed(error))?;
        let worker = Arc::clone(&shared);
        let work = spawn_blocking(move || {
            // Ends with the work, not with the one who waits for it: a link that goes does not stop its hash.
            let _turn = turn;
            work(&worker)
        });
        work.await.map_err(|error: JoinError| failed(error))?
    }
}

impl Shared {
    fn verify(&self, password: &str, kept: Option<&str>) -> Result<Verdict, PasswordError> {
        let hash = PasswordHash::new(kept.unwrap_or(&self.dummy)).map_err(failed)?;
        // The library calls every password wrong for it, and nobody would learn that an account is damaged.
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(failed("the kept hash is cut short"));
        }
        match (self.argon2.verify_password(password.as_bytes(), &hash), kept) {
            (Ok(()), Some(_)) => Ok(Verdict::Right { outdated: self.is_outdated(&hash) }),
            (Ok(()), None) | (Err(argon2::password_hash::Error::PasswordInvalid), _) => Ok(Verdict::Wrong),
            (Err(error), _) => Err(failed(error)),
        }
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let params = self.argon2.params();
        let now = [("m", params.m_cost()), ("t", params.t_cost()), ("p", params.p_cost())];
        hash.algorithm.as_str() != Algorithm::Argon2id.as_str()
            || now.iter().any(|&(name, value)| hash.params.get_decimal(name) != Some(value))
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Passwords").field("params", self.0.argon2.params()).finish_non_exhaustive()
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, PasswordError> {
    Ok(argon2.hash_password_with_salt(password, &random()?).map_err(failed)?.to_string())
}

/// Enough for a salt and for a password that nobody guesses.
fn random() -> Result<[u8; 16], PasswordError> {
    let mut bytes = [0; 16];
    SysRng.try_fill_bytes(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn failed(error: impl fmt::Display) -> PasswordError {
    PasswordError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As cheap as the algorithm allows.
    const CHEAP: Settings = Settings { memory_kib: 8, passes: 1, parallel: 1, at_once: 2, waiting_max: 8 };

    fn owned(text: &str) -> String {
        text.to_owned()
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(CHEAP).unwrap();
        let kept = passwords.hash(owned("päss")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{kept}");
        assert_ne!(passwords.hash(owned("päss")).await.unwrap(), kept, "every hash has a salt of its own");
        let verify = async |password: &str| passwords.verify(owned(password), Some(kept.clone())).await.unwrap();
        assert_eq!(verify("päss").await, Verdict::Right { outdated: false });
        assert_eq!(verify("pass").await, Verdict::Wrong);
        assert_eq!(verify("").await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_made_elsewhere_verifies_and_is_outdated() {
        // By the reference tool: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e
        let kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let passwords = Passwords::new(CHEAP).unwrap();
        let verdict = passwords.verify(owned("password"), Some(owned(kept))).await;
        assert_eq!(verdict, Ok(Verdict::Right { outdated: true }));
    }

    #[tokio::test]
    async fn nobodys_password_is_wrong_and_costs_the_same() {
        let passwords = Passwords::new(CHEAP).unwrap();
        assert_eq!(passwords.verify(owned("any"), None).await, Ok(Verdict::Wrong));
        let own = passwords.hash(owned("any")).await.unwrap();
        let costs = |hash: &str| PasswordHash::new(hash).unwrap().params;
        assert_eq!(costs(&passwords.0.dummy), costs(&own));
    }

    #[tokio::test]
    async fn what_is_no_hash_is_an_error_and_not_a_verdict() {
        let passwords = Passwords::new(CHEAP).unwrap();
        for kept in ["", "secret", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ"] {
            let error = passwords.verify(owned("secret"), Some(owned(kept))).await.unwrap_err();
            assert!(matches!(&error, PasswordError::Failed(why) if !why.contains("secret")), "{error}");
        }
    }

    #[tokio::test]
    async fn a_full_line_is_busy_and_empties_again() {
        let passwords = Passwords::new(Settings { at_once: 1, waiting_max: 1, ..CHEAP }).unwrap();
        let computing = Arc::clone(&passwords.0.computing).acquire_owned().await.unwrap();
        let _place = passwords.0.line.try_acquire().unwrap();
        let mut waiting = Box::pin(passwords.hash(owned("second")));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert_eq!(passwords.hash(owned("third")).await, Err(PasswordError::Busy));
        assert_eq!(passwords.verify(owned("third"), None).await, Err(PasswordError::Busy));
        drop(computing);
        assert!(waiting.await.is_ok());
        assert_eq!(passwords.verify(owned("third"), None).await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_the_line() {
        let passwords = Passwords::new(Settings { at_once: 1, waiting_max: 0, ..CHEAP }).unwrap();
        let computing = Arc::clone(&passwords.0.computing).acquire_owned().await.unwrap();
        let mut waiting = Box::pin(passwords.hash(owned("first")));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        drop(computing);
        assert!(passwords.hash(owned("second")).await.is_ok());
    }

    #[test]
    fn settings_that_the_algorithm_cannot_do_are_refused() {
        for bad in
            [Settings { memory_kib: 7, ..CHEAP }, Settings { passes: 0, ..CHEAP }, Settings { parallel: 0, ..CHEAP }]
        {
            assert!(Passwords::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let passwords = Passwords::new(CHEAP).unwrap();
        assert!(!format!("{passwords:?}").contains("argon2id$"));
    }
}
