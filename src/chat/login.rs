//! Logging in and out.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tracing::debug;

use super::account::Account;
use super::attempts::Place;
use super::{Caller, Chat, internal, keys};
use crate::address::Address;
use crate::audit::Event;
use crate::auth::login_id::LoginId;
use crate::auth::password::Verdict;
use crate::auth::token::{Claims, For};
use crate::id::UserId;
use crate::wire::pb::hello_request::Credential;
use crate::wire::{CloseReason, Code, Refused, pb};

/// A login that was accepted. The link fills in where its reader begins.
#[derive(Debug)]
pub struct LoggedIn {
    pub user: UserId,
    pub device: Arc<str>,
    /// What the client says it is, for the log.
    pub client: String,
    pub reply: pb::HelloReply,
    pub resume: Option<pb::Resume>,
    /// To be shown to `register`.
    pub standing: Standing,
}

/// How an account stood when a login to it was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    revision: u64,
    generation: u32,
    login: LoginId,
}

impl Standing {
    /// By which login it is: a number that names it.
    pub(super) fn login(self) -> u64 {
        self.login.number()
    }
}

impl Chat {
    /// Decides a login that came in by a door, as the audit log calls it.
    pub fn log_in(
        self: &Arc<Self>,
        hello: pb::HelloRequest,
        address: Address,
        door: &'static str,
    ) -> BoxFuture<'static, Result<LoggedIn, Refused>> {
        let this = Arc::clone(self);
        async move {
            let (name, device, by) = match &hello.credential {
                Some(Credential::Password(given)) => (Some(given.name.clone()), hello.device_id.clone(), "password"),
                Some(Credential::Token(_)) | None => (None, hello.device_id.clone(), "token"),
            };
            let decided = this.decide_login(hello, address).await;
            let ip = address.ip();
            this.note(match &decided {
                Ok(LoggedIn { user, client, .. }) => {
                    Event::Login { user: user.get(), device, client: client.clone(), by, door, address: ip }
                }
                Err(refused) => {
                    debug!(%address, code = refused.code.as_str_name(), "login refused");
                    Event::LoginRefused { name, device, door, address: ip, code: refused.code.word() }
                }
            });
            decided
        }
        .boxed()
    }

    async fn decide_login(self: &Arc<Self>, hello: pb::HelloRequest, address: Address) -> Result<LoggedIn, Refused> {
        if !(1..=64).contains(&hello.device_id.len()) {
            let message = format!("device_id has {} bytes, not 1 to 64", hello.device_id.len());
            return Err(Refused::new(Code::BadRequest, message));
        }
        let (account, revision, login, good_until_s) = match hello.credential {
            Some(Credential::Password(given)) => {
                let (account, revision) = self.check_password(given, address, &hello.device_id).await?;
                (account, revision, LoginId::random(), None)
            }
            Some(Credential::Token(token)) => {
                let ((account, revision), claims) = self.check_token(&token, &hello.device_id)?;
                // Who has no password cannot be kept from it.
                if account.password.is_some() {
                    self.was_there(&account.name, address, &hello.device_id);
                }
                (account, revision, claims.login, Some(claims.expires_at_s))
            }
            None => return Err(Refused::new(Code::BadRequest, "hello has neither a password nor a token")),
        };
        // Only who has shown a credential learns that the account is disabled.
        if account.disabled {
            return Err(Refused::new(Code::Disabled, "the account is disabled"));
        }
        let Some(user) = UserId::parse(account.id) else {
            return Err(internal("an account has nobody's number"));
        };
        let mut reply = pb::HelloReply {
            user_id: account.id,
            user_name: account.name.clone(),
            heartbeat_interval_ms: self.settings.heartbeat_interval_ms,
            idle_timeout_ms: self.settings.idle_timeout_ms,
            epoch: self.store.epoch().to_owned(),
            kept_from: self.kept_from(),
            ..Default::default()
        };
        let now_s = self.clock.wall_s();
        match good_until_s {
            Some(until_s) if until_s - now_s > i64::from(self.settings.token_ttl_s / 2) => {
                reply.token_expires_at_ms = until_s.saturating_mul(1000);
            }
            Some(_) | None => {
                (reply.token, reply.token_expires_at_ms) = self.token_for(&account, &hello.device_id, login)?;
            }
        }
        let client: String = hello.client.chars().filter(|c| !c.is_control()).take(64).collect();
        let standing = Standing { revision, generation: account.generation, login };
        Ok(LoggedIn { user, device: Arc::from(hello.device_id), client, reply, resume: hello.resume, standing })
    }

    async fn check_password(
        self: &Arc<Self>,
        given: pb::PasswordCredential,
        address: Address,
        device: &str,
    ) -> Result<(Account, u64), Refused> {
        let attempt = self.begin_attempt(&given.name, Place::Outside { address, device })?;
        let account = match self.user_named(&given.name)? {
            Some(user) => self.account(user)?,
            None => None,
        };
        // An account that does not exist costs the same hash, so that time tells nothing about names.
        let kept = account.as_ref().and_then(|(account, _)| account.password.clone());
        match self.try_password(&attempt, given.password, kept).await? {
            Verdict::Right { .. } => account.ok_or_else(|| internal("a password fits no account")),
            Verdict::Wrong => Err(Refused::new(Code::WrongCredentials, "name and password do not fit together")),
        }
    }

    /// The account of a good token, and what the token says.
    pub(super) fn check_token(&self, token: &str, device: &str) -> Result<((Account, u64), Claims), Refused> {
        let bad = |message: &'static str| Refused::new(Code::BadToken, message);
        let claims = self.tokens.verify(token, self.clock.wall_s()).map_err(|error| {
            debug!(%error, "bad token");
            bad("the token is not one of this server's, or it has expired")
        })?;
        let Some((account, revision)) = self.account(claims.user)? else {
            return Err(bad("the token's user does not exist"));
        };
        if claims.device.as_deref().is_some_and(|made_for| made_for != device) {
            return Err(bad("the token was made for another device"));
        }
        // A token of ours carries its generation; a business backend's is as good as its time.
        let now = if claims.device.is_some() { account.generation_of(device) } else { account.generation };
        let ended = claims.generation.is_some_and(|generation| generation != now);
        if ended || claims.issued_at_s < account.tokens_from_s || self.is_revoked(claims.login) {
            return Err(bad("the token was ended"));
        }
        Ok(((account, revision), claims))
    }

    /// Refuses a login whose account was ended after it was accepted.
    pub(super) fn check_standing(&self, user: UserId, standing: Standing) -> Result<(), Refused> {
        if self.is_revoked(standing.login) {
            return Err(Refused::new(Code::BadToken, "the token was ended"));
        }
        let record = self.store.get(&keys::account(user))?;
        let Some(record) = record else { return Err(Refused::new(Code::BadToken, "the account is gone")) };
        // Mostly nothing has changed, and nothing needs to be read.
        if record.revision == standing.revision {
            return Ok(());
        }
        let account = Account::read(&record)?;
        if account.disabled {
            return Err(Refused::new(Code::Disabled, "the account is disabled"));
        }
        if account.generation != standing.generation {
            return Err(Refused::new(Code::BadToken, "the account's logins were ended"));
        }
        Ok(())
    }

    /// A fresh token, and when it expires, in milliseconds.
    pub(super) fn token_for(&self, account: &Account, device: &str, login: LoginId) -> Result<(String, i64), Refused> {
        let user = UserId::parse(account.id).ok_or_else(|| internal("an account has nobody's number"))?;
        let generation = Some(account.generation_of(device));
        let whom = For { user, device: Some(device), generation, login };
        let (token, expires_at_s) = self.tokens.issue(whom, self.clock.wall_s(), self.settings.token_ttl_s);
        Ok((token, expires_at_s.saturating_mul(1000)))
    }

    pub(super) async fn log_out(
        self: Arc<Self>,
        caller: Caller,
        _: pb::LogOutRequest,
    ) -> Result<pb::LogOutReply, Refused> {
        self.change_account(caller.user, |account| {
            account.end_device(&caller.device);
            Ok(())
        })
        .await?;
        self.note(Event::Account { user: caller.user.get(), did: "logged_out" });
        // Closed here and answered after it: the link says its last replies before it goes.
        self.router.close_link(caller.user, caller.link, CloseReason::LoggedOut);
        Ok(pb::LogOutReply::default())
    }
}
