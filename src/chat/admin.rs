//! What an operator does to accounts, and sees of the log.

use std::sync::Arc;

use futures_util::FutureExt;

use super::account::{Account, number};
use super::{Chat, PARTITION, keys};
use crate::auth::login_id::LoginId;
use crate::auth::token::For;
use crate::id::{LinkId, QueueId, UserId};
use crate::store::{Change, Entry, Expect, Keep, StoreError, Tail};
use crate::wire::{CloseReason, Code, Refused};

/// So many accounts are listed at once.
pub const ACCOUNTS_LISTED_MAX: usize = 1000;

/// An account as an operator sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub account: Account,
    /// Also if they hide it.
    pub online: bool,
    pub last_seen_at_ms: Option<i64>,
    /// Those who were asked included.
    pub contacts: usize,
    /// Those who ask them.
    pub asked_by: usize,
    /// Whom they have blocked, counted up to 1,000.
    pub blocked: usize,
    pub groups: usize,
}

impl Chat {
    /// Makes an account; without a password it is one for tokens alone.
    pub async fn add_account(self: &Arc<Self>, name: &str, password: Option<String>) -> Result<UserId, Refused> {
        let user = self.make_account(name, password, None).await?;
        self.welcome(user).await;
        Ok(user)
    }

    /// Makes these accounts, each with its password, where there is none at all yet.
    pub async fn add_first_accounts(self: &Arc<Self>, accounts: Vec<(String, String)>) -> Result<(), Refused> {
        if self.list_accounts(None)?.is_empty() {
            for (name, password) in accounts {
                self.add_account(&name, Some(password)).await?;
            }
        }
        Ok(())
    }

    /// Accounts behind `after`, by ascending number. Reads the disk.
    pub fn list_accounts(&self, after: Option<UserId>) -> Result<Vec<Account>, Refused> {
        let after = after.map(keys::account);
        let listed = self.store.list(keys::ACCOUNTS, after.as_deref(), ACCOUNTS_LISTED_MAX)?;
        listed.iter().map(|(_, record)| Account::read(record)).collect()
    }

    /// Accounts whose names begin with `prefix`, behind the name `after`, by name. Reads the disk.
    pub fn find_accounts(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Account>, Refused> {
        let after = after.map(keys::name);
        let found = self.store.list(&keys::name(prefix), after.as_deref(), limit.min(ACCOUNTS_LISTED_MAX))?;
        let ids = found.iter().filter_map(|(_, record)| number(record).and_then(UserId::parse));
        ids.filter_map(|id| self.account(id).transpose()).map(|found| Ok(found?.0)).collect()
    }

    /// The links of a user: of which device each is, its number, and by which login it was opened.
    pub fn links_of(&self, name: &str) -> Result<Vec<(String, LinkId, Option<LoginId>)>, Refused> {
        let links = self.router.links_of(self.named(name)?);
        Ok(links.into_iter().map(|(device, link, login)| (device, link, LoginId::from_number(login))).collect())
    }

    /// Ends the links of a user, or of one of their devices; their logins stay good. Clients do not come back by themselves.
    pub fn close_links(&self, name: &str, device: Option<&str>) -> Result<(), Refused> {
        let user = self.named(name)?;
        match device {
            Some(device) => self.router.close_device(user, device, CloseReason::LoggedOut),
            None => self.close_user(user, CloseReason::LoggedOut),
        }
        Ok(())
    }

    /// How many users have a link or listen.
    pub fn users_online(&self) -> usize {
        self.router.users_online()
    }

    /// Gives an account a new password. Every token of before is worth nothing, and every link ends.
    pub async fn set_password(&self, name: &str, password: String) -> Result<(), Refused> {
        let user = self.named(name)?;
        let hash = self.passwords.hash(password).await?;
        let now_s = self.clock.wall_s();
        self.change_account(user, |account| {
            account.password = Some(hash.clone());
            account.end_all(now_s);
            Ok(())
        })
        .await?;
        self.close_user(user, CloseReason::AccountEnded);
        Ok(())
    }

    /// Disables an account, or enables it again. A disabled one's links end, and its tokens are worth nothing after.
    pub async fn set_disabled(&self, name: &str, disabled: bool) -> Result<(), Refused> {
        let user = self.named(name)?;
        let now_s = self.clock.wall_s();
        self.change_account(user, |account| {
            account.disabled = disabled;
            if disabled {
                account.end_all(now_s);
            }
            Ok(())
        })
        .await?;
        if disabled {
            self.close_user(user, CloseReason::AccountEnded);
        }
        Ok(())
    }

    /// A login token for any device of an account, and when it expires in milliseconds.
    pub fn make_token(&self, name: &str) -> Result<(String, i64), Refused> {
        self.make_token_for(name, None, None)
    }

    /// The same for one device, or for another time.
    pub fn make_token_for(
        &self,
        name: &str,
        device: Option<&str>,
        ttl_s: Option<u32>,
    ) -> Result<(String, i64), Refused> {
        let user = self.named(name)?;
        let Some((account, _)) = self.account(user)? else {
            return Err(super::internal("a name has no account"));
        };
        // With the generation, it ends with the others also in the second in which it was made.
        let generation = device.map_or(account.generation, |device| account.generation_of(device));
        let whom = For { user, device, generation: Some(generation), login: LoginId::random() };
        let ttl_s = ttl_s.unwrap_or(self.settings.token_ttl_s);
        let (token, expires_at_s) = self.tokens.issue(whom, self.clock.wall_s(), ttl_s);
        Ok((token, expires_at_s.saturating_mul(1000)))
    }

    /// An account, and what there is around it. Reads the disk.
    pub fn show_account(&self, name: &str) -> Result<Shown, Refused> {
        let user = self.named(name)?;
        let Some((account, _)) = self.account(user)? else { return Err(super::internal("a name has no account")) };
        let ties = self.count_ties(user)?;
        let seen = self.store.get(&keys::seen(user))?;
        Ok(Shown {
            online: self.router.is_online(user),
            last_seen_at_ms: seen.as_ref().and_then(number),
            contacts: ties.own,
            asked_by: ties.asks,
            blocked: self.store.list(&keys::blocks(user), None, ACCOUNTS_LISTED_MAX)?.len(),
            groups: self.store.memberships(user)?.iter().filter(|stay| stay.left_at.is_none()).count(),
            account,
        })
    }

    /// Makes an invitation that one account may be registered with.
    pub async fn make_invitation(&self) -> Result<String, Refused> {
        let code = format!("{:032x}", rand::random::<u128>());
        let change = Change { key: keys::invitation(&code), value: Some(Vec::new()), expect: Expect::Absent };
        self.store.change(vec![change], Keep::Durable).await.map_err(|error| super::internal(&error.to_string()))?;
        Ok(code)
    }

    /// Makes sure that no new user and no new group gets a number up to these: they are in the log already.
    pub async fn reserve_numbers(&self, user: i64, group: i64) -> Result<(), Refused> {
        for (key, last) in [(keys::NEXT_USER, user), (keys::NEXT_GROUP, group)] {
            let (next, mut change) = self.next_number(key)?;
            if next <= last {
                change.value = Some(last.saturating_add(1).to_be_bytes().to_vec());
                let changed = self.store.change(vec![change], Keep::Durable).await;
                changed.map_err(|error| super::internal(&error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Entries behind `after`. Reads the disk.
    pub fn read_log(&self, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, Refused> {
        Ok(self.store.read_log(PARTITION, after, limit)?)
    }

    /// Why the store has failed for good, if it has.
    pub fn failure(&self) -> Option<StoreError> {
        self.store.failed().now_or_never()
    }

    pub fn head(&self) -> QueueId {
        self.store.head(PARTITION)
    }

    /// Follows the log from behind `after`.
    pub fn tail_from(&self, after: QueueId) -> Tail {
        self.store.tail(PARTITION, after)
    }

    pub(super) fn named(&self, name: &str) -> Result<UserId, Refused> {
        self.user_named(name)?.ok_or_else(|| Refused::new(Code::NotFound, format!("there is no account {name:?}")))
    }
}
