//! Ending logins before their time: one by a token of it or by its name, all of one device, all of a user.
//!
//! All of a device or a user are ended by counting up in the account (`account`). One login is ended by a record under
//! its name, which is forgotten when the last of its tokens would have expired. Every login and every request by HTTP
//! asks, so the records are also in memory, and their number is bounded.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::account::number;
use super::{Chat, keys};
use crate::auth::login_id::LoginId;
use crate::auth::token::{Claims, LEEWAY_S};
use crate::id::UserId;
use crate::store::{Change, Expect, Keep};
use crate::wire::{CloseReason, Code, Refused};

/// So many ended logins are remembered, some 5 MB of them. Who needs more ends all of a user's, which costs nothing.
const REVOKED_MAX: usize = 100_000;
/// For so long a login is remembered that was ended by its name, which does not say when its tokens expire: the longest
/// that `accounts.token_ttl_days` may be.
const UNKNOWN_END_S: i64 = 3_650 * 24 * 3600;
/// So many records are read or removed at once.
const AT_ONCE: usize = 1_000;

/// The logins that were ended, each with when it may be forgotten.
#[derive(Default)]
pub(super) struct Revoked {
    until_s: RwLock<HashMap<LoginId, i64>>,
    /// Held by who changes the records, so that what is in memory is what is on the disk.
    turn: Mutex<()>,
}

impl Revoked {
    fn has(&self, login: LoginId) -> bool {
        self.until_s.read().unwrap_or_else(PoisonError::into_inner).contains_key(&login)
    }

    fn count(&self) -> usize {
        self.until_s.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn add(&self, login: LoginId, until_s: i64) {
        self.until_s.write().unwrap_or_else(PoisonError::into_inner).insert(login, until_s);
    }

    fn replace(&self, all: HashMap<LoginId, i64>) -> usize {
        let count = all.len();
        *self.until_s.write().unwrap_or_else(PoisonError::into_inner) = all;
        count
    }
}

impl Chat {
    pub fn is_revoked(&self, login: LoginId) -> bool {
        self.revoked.has(login)
    }

    /// Reads the ended logins, and forgets those of which every token has expired. At the start, and now and then.
    pub async fn forget_expired_logins(self: &Arc<Self>) -> Result<(), Refused> {
        let _turn = self.revoked.turn.lock().await;
        self.refresh_revoked().await?;
        Ok(())
    }

    /// Gives how many there are.
    async fn refresh_revoked(self: &Arc<Self>) -> Result<usize, Refused> {
        let now_s = self.clock.wall_s();
        let (good, gone) = self
            .reading(move |this| {
                let (mut good, mut gone, mut after) = (HashMap::new(), Vec::new(), None::<Vec<u8>>);
                loop {
                    let page = this.store.list(keys::REVOKED, after.as_deref(), AT_ONCE)?;
                    let Some((last, _)) = page.last() else { return Ok((good, gone)) };
                    after = Some(last.to_vec());
                    for (key, record) in &page {
                        let until_s = number(record).unwrap_or(0);
                        match keys::revoked_login(key).filter(|_| until_s > now_s) {
                            Some(login) => drop(good.insert(login, until_s)),
                            None => gone.push(Change::removal(key.to_vec())),
                        }
                    }
                }
            })
            .await?;
        for some in gone.chunks(AT_ONCE) {
            self.change(some.to_vec(), Keep::Soon).await?;
        }
        Ok(self.revoked.replace(good))
    }

    /// How many ended logins are remembered.
    pub fn revoked_logins(&self) -> usize {
        self.revoked.count()
    }

    /// Ends the login that a token is of. Gives the login's name and whose it is.
    pub async fn revoke_token(self: &Arc<Self>, token: &str) -> Result<(LoginId, UserId), Refused> {
        let now_s = self.clock.wall_s();
        let Claims { user, login, issued_at_s, expires_at_s, .. } =
            self.tokens.verify(token, now_s).map_err(|error| Refused::new(Code::BadRequest, error.to_string()))?;
        // Its successors live as long from when they were made, which was at the latest now.
        let ttl_s = i64::from(self.settings.token_ttl_s).max(expires_at_s.saturating_sub(issued_at_s));
        self.revoke(login, expires_at_s.max(now_s.saturating_add(ttl_s))).await?;
        Ok((login, user))
    }

    /// Ends a login by its name. Whether there ever was one is not known.
    pub async fn revoke_login(self: &Arc<Self>, login: LoginId) -> Result<(), Refused> {
        self.revoke(login, self.clock.wall_s().saturating_add(UNKNOWN_END_S)).await
    }

    /// The same, of which it is known when its tokens expire.
    pub async fn revoke_login_until(self: &Arc<Self>, login: LoginId, expires_at_s: i64) -> Result<(), Refused> {
        self.revoke(login, expires_at_s).await
    }

    async fn revoke(self: &Arc<Self>, login: LoginId, until_s: i64) -> Result<(), Refused> {
        let _turn = self.revoked.turn.lock().await;
        if self.refresh_revoked().await? >= REVOKED_MAX && !self.is_revoked(login) {
            let message = format!("{REVOKED_MAX} logins are ended already, as many as may be; end all of the user's");
            return Err(Refused::new(Code::Overloaded, message));
        }
        let until_s = until_s.saturating_add(LEEWAY_S);
        let value = Some(until_s.to_be_bytes().to_vec());
        let change = Change { key: keys::revoked(login), value, expect: Expect::Anything };
        self.change(vec![change], Keep::Durable).await?;
        // In this order: who logs in meanwhile has been registered, and is closed, or looks and finds it.
        self.revoked.add(login, until_s);
        self.router.close_login(login.number(), CloseReason::AccountEnded);
        Ok(())
    }

    /// Ends all logins of a user, those by a backend's tokens included. The password stays.
    pub async fn revoke_user(&self, name: &str) -> Result<UserId, Refused> {
        let user = self.named(name)?;
        let now_s = self.clock.wall_s();
        self.change_account(user, |account| {
            account.end_all(now_s);
            Ok(())
        })
        .await?;
        self.close_user(user, CloseReason::AccountEnded);
        Ok(user)
    }

    /// Ends the logins of one device of a user, and its link. A backend's token that is for no device stays good.
    pub async fn revoke_device(&self, name: &str, device: &str) -> Result<UserId, Refused> {
        let user = self.named(name)?;
        self.change_account(user, |account| {
            account.end_device(device);
            Ok(())
        })
        .await?;
        self.router.close_device(user, device, CloseReason::AccountEnded);
        Ok(user)
    }
}
