//! What users do who have no link: they come with each request anew, and show a token or are believed.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use super::account::Account;
use super::{Caller, Chat};
use crate::id::{LinkId, UserId};
use crate::outbox::{Found, Outbox};
use crate::wire::{Code, Outgoing, Refused, pb};

/// What a request without a link comes from, if its token is not for one device.
const DEVICE: &str = "http";
/// So many requests of one user may wait for what comes, so that each entry is offered to a few of them only.
const LISTENERS_MAX: usize = 64;

impl Chat {
    /// Whose token this is.
    pub fn caller_by_token(&self, token: &str) -> Result<Caller, Refused> {
        let claims = self
            .tokens
            .verify(token, self.clock.wall_s())
            .map_err(|_| Refused::new(Code::BadToken, "the token is not one of this server's, or it has expired"))?;
        let device = claims.device.as_deref().unwrap_or(DEVICE);
        let ((account, _), _) = self.check_token(token, device)?;
        if account.disabled {
            return Err(Refused::new(Code::Disabled, "the account is disabled"));
        }
        Ok(Caller { user: claims.user, device: Arc::from(device), link: LinkId::NONE })
    }

    /// A user who is believed to be one, and their name.
    pub fn caller_unproven(&self, user: UserId) -> Result<(Caller, String), Refused> {
        let Some((account, _)) = self.account(user)? else {
            return Err(Refused::new(Code::NotFound, format!("there is no user {user}")));
        };
        if account.disabled {
            return Err(Refused::new(Code::Disabled, "the account is disabled"));
        }
        Ok((Caller { user, device: Arc::from(DEVICE), link: LinkId::NONE }, account.name))
    }

    /// The name of a user.
    pub fn name_of(&self, user: UserId) -> Result<Option<String>, Refused> {
        Ok(self.account(user)?.map(|(account, _)| account.name))
    }

    /// Everybody who has an account, by ascending number.
    pub async fn everybody(self: &Arc<Self>) -> Result<Vec<pb::User>, Refused> {
        self.reading(|this| {
            let mut users: Vec<pb::User> = Vec::new();
            loop {
                let after = users.last().and_then(|user| UserId::parse(user.id));
                let page = this.list_accounts(after)?;
                if page.is_empty() {
                    // Behind that account is nobody.
                    users.retain(|user| UserId::parse(user.id).is_none_or(|user| !this.is_mars_sample(user)));
                    return Ok(users);
                }
                users.extend(page.iter().map(Account::card));
            }
        })
        .await
    }

    /// Who has a device linked, and `others`, by ascending number. Who hides their presence is left out.
    pub async fn online_and(self: &Arc<Self>, others: Vec<UserId>) -> Result<Vec<pb::User>, Refused> {
        self.reading(move |this| {
            let mut users = this.router.online();
            users.extend(others);
            users.sort_unstable();
            users.dedup();
            let mut cards = Vec::with_capacity(users.len());
            for user in users {
                // Who hides it is not there for anybody, the list of an old client included.
                if let Some((account, _)) = this.account(user)?
                    && !account.profile.presence_hidden
                {
                    cards.push(account.card());
                }
            }
            Ok(cards)
        })
        .await
    }

    /// Lets an outbox hear what comes for a user, until the listener is dropped.
    pub fn listen(self: &Arc<Self>, user: UserId, outbox: Arc<Outbox>) -> Result<Listener, Refused> {
        self.router.listen(user, &outbox, LISTENERS_MAX).map_err(|_| {
            Refused::new(Code::Overloaded, format!("{LISTENERS_MAX} requests of this user wait, as many as may"))
        })?;
        self.presences.came(user, self.now());
        Ok(Listener { chat: Arc::clone(self), user, outbox })
    }
}

/// An outbox that hears what comes for a user.
#[derive(Debug)]
pub struct Listener {
    chat: Arc<Chat>,
    user: UserId,
    outbox: Arc<Outbox>,
}

impl Listener {
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}

impl Listener {
    /// Waits until something is there for the outbox's owner, and takes what was pushed.
    pub async fn heard(&self) -> (Found, Vec<Outgoing>) {
        poll_fn(|context| {
            let mut frames = Vec::new();
            let found = self.outbox.look(context, true, &mut frames);
            if frames.is_empty() && !found.behind && found.close.is_none() {
                Poll::Pending
            } else {
                Poll::Ready((found, frames))
            }
        })
        .await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.chat.router.unregister(self.user, self.outbox.link());
        self.chat.went(self.user);
    }
}
