//! One's own password: changing it, and showing it again before what cannot be undone.

use std::sync::Arc;

use super::attempts::{Attempt, Place};
use super::{Caller, Chat};
use crate::audit::Event;
use crate::auth::login_id::LoginId;
use crate::auth::password::Verdict;
use crate::wire::{CloseReason, Code, Refused, pb};

impl Chat {
    pub(super) async fn change_password(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ChangePasswordRequest,
    ) -> Result<pb::ChangePasswordReply, Refused> {
        self.check_new_password(&request.new_password)?;
        let old = self.check_own_password(&caller, request.old_password).await?;
        let new = Some(self.passwords.hash(request.new_password).await?);
        let (_, account) = self
            .change_account(caller.user, |account| {
                // Of two who change it at once, the second has shown a password that is no more.
                if account.password != old {
                    return Err(wrong());
                }
                account.password.clone_from(&new);
                account.end_all(self.clock.wall_s());
                Ok(())
            })
            .await?;
        self.router.close_user(caller.user, CloseReason::AccountEnded, Some(caller.link));
        self.note(Event::Account { user: caller.user.get(), did: "password_changed" });
        let (token, token_expires_at_ms) = self.token_for(&account, &caller.device, LoginId::random())?;
        Ok(pb::ChangePasswordReply { token, token_expires_at_ms, ..Default::default() })
    }

    /// Accepts what is the account's password, or nothing where it has none. Gives what is kept of it.
    /// Whoever finds an unlocked phone has as few guesses as a stranger.
    pub(super) async fn check_own_password(&self, caller: &Caller, given: String) -> Result<Option<String>, Refused> {
        let Some((account, _)) = self.account(caller.user)? else { return Err(no_account()) };
        let Some(kept) = account.password else {
            return if given.is_empty() { Ok(None) } else { Err(wrong()) };
        };
        let attempt = self.begin_attempt(&account.name, Place::Inside)?;
        match self.try_password(&attempt, given, Some(kept.clone())).await? {
            Verdict::Right { .. } => Ok(Some(kept)),
            Verdict::Wrong => {
                self.note(Event::Account { user: caller.user.get(), did: "wrong_password" });
                Err(wrong())
            }
        }
    }

    /// Compares a password with what is kept, and tells the attempt what came of it.
    pub(super) async fn try_password(
        &self,
        attempt: &Attempt,
        given: String,
        kept: Option<String>,
    ) -> Result<Verdict, Refused> {
        let verdict = self.passwords.verify(given, kept).await;
        match &verdict {
            Ok(Verdict::Right { .. }) => self.was_right(attempt),
            Ok(Verdict::Wrong) => {}
            Err(_) => self.undecided(attempt),
        }
        Ok(verdict?)
    }

    pub(super) fn check_new_password(&self, password: &str) -> Result<(), Refused> {
        let bytes = password.len();
        let (min, max) = (self.settings.password_bytes_min, self.settings.password_bytes_max);
        if (min..=max).contains(&bytes) {
            return Ok(());
        }
        Err(Refused::new(Code::BadRequest, format!("the password has {bytes} bytes, not {min} to {max}")))
    }
}

fn wrong() -> Refused {
    Refused::new(Code::WrongCredentials, "this is not the account's password")
}

fn no_account() -> Refused {
    Refused::new(Code::NotFound, "the account is gone")
}
