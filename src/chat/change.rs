//! Changing records of the directory: what all who do it have in common.

use super::account::Account;
use super::{Chat, internal};
use crate::id::UserId;
use crate::store::{Change, ChangeError, Keep};
use crate::wire::{Code, Refused};

impl Chat {
    /// Carries changes out that depend on what was read. False: another one came first; read again, and decide anew.
    pub(super) async fn try_change(&self, changes: Vec<Change>, keep: Keep) -> Result<bool, Refused> {
        match self.store.change(changes, keep).await {
            Ok(()) => Ok(true),
            Err(ChangeError::Conflict { .. }) => Ok(false),
            Err(ChangeError::Store(error)) => Err(error.into()),
        }
    }

    /// Carries changes out that depend on nothing.
    pub(super) async fn change(&self, changes: Vec<Change>, keep: Keep) -> Result<(), Refused> {
        if self.try_change(changes, keep).await? {
            Ok(())
        } else {
            Err(internal("a change without a condition met one"))
        }
    }

    /// Changes an account, durably. Of two who change it at once, the second sees what the first made of it. What changes
    /// nothing writes nothing. Gives the account as it was and as it is.
    pub(super) async fn change_account(
        &self,
        user: UserId,
        change: impl Fn(&mut Account) -> Result<(), Refused> + Send,
    ) -> Result<(Account, Account), Refused> {
        loop {
            let Some((before, revision)) = self.account(user)? else {
                return Err(Refused::new(Code::NotFound, format!("there is no user {user}")));
            };
            let mut after = before.clone();
            change(&mut after)?;
            if after == before {
                return Ok((before, after));
            }
            if self.try_change(vec![self.account_change(&after, user, revision)], Keep::Durable).await? {
                return Ok((before, after));
            }
        }
    }
}
