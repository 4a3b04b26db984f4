//! Making accounts.

use std::sync::Arc;

use super::account::{Account, number};
use super::{Chat, Registration, internal, keys, system};
use crate::audit::Event;
use crate::id::UserId;
use crate::store::{Change, ChangeError, Expect, Keep};
use crate::wire::{Code, Refused, pb};

impl Chat {
    pub(super) async fn register_account(
        self: Arc<Self>,
        request: pb::RegisterRequest,
    ) -> Result<pb::RegisterReply, Refused> {
        let closed = |message: &'static str| Refused::new(Code::RegistrationClosed, message);
        let invitation = match self.settings.registration {
            Registration::Open => None,
            Registration::Closed => return Err(closed("nobody may register here; ask the operator for an account")),
            Registration::Invitation => {
                if request.invitation.is_empty() || self.store.get(&keys::invitation(&request.invitation))?.is_none() {
                    return Err(closed("this invitation is not known, or it was used"));
                }
                Some(request.invitation)
            }
        };
        self.check_new_password(&request.password)?;
        if request.name.to_lowercase() == system::ACCOUNT {
            return Err(taken());
        }
        let user = self.make_account(&request.name, Some(request.password), invitation).await?;
        self.welcome(user).await;
        tracing::info!(user = user.get(), "account registered");
        self.note(Event::Account { user: user.get(), did: "registered" });
        Ok(pb::RegisterReply { user_id: user.get(), ..Default::default() })
    }

    /// Does what is done for every new account. It has its number by now, so what fails is told and no more.
    pub(super) async fn welcome(self: &Arc<Self>, user: UserId) {
        if let Err(refused) = self.bring_into_topics(&[user]).await {
            tracing::warn!(user = user.get(), %refused, "a new account is not in the topics of Mars' sample");
        }
    }

    /// Makes an account with the next free number. An invitation is used up in the same change, or nothing is.
    pub(super) async fn make_account(
        &self,
        name: &str,
        password: Option<String>,
        invitation: Option<String>,
    ) -> Result<UserId, Refused> {
        self.check_name(name)?;
        // Looked up before the hash, which is the dear part, and made sure of by the change.
        if self.user_named(name)?.is_some() {
            return Err(taken());
        }
        let password = match password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        loop {
            let (user, next) = self.next_number(keys::NEXT_USER)?;
            let user = UserId::parse(user).ok_or_else(|| internal("user numbers have run out"))?;
            let account = Account {
                id: user.get(),
                name: name.to_owned(),
                password: password.clone(),
                disabled: false,
                generation: 0,
                tokens_from_s: 0,
                ended_devices: Default::default(),
                profile: Default::default(),
            };
            let made = |key, value| Change { key, value: Some(value), expect: Expect::Absent };
            let mut changes = vec![
                next,
                made(keys::name(name), user.get().to_be_bytes().to_vec()),
                made(keys::account(user), account.to_value()),
            ];
            if let Some(code) = &invitation {
                let key = keys::invitation(code);
                let Some(record) = self.store.get(&key)? else {
                    return Err(Refused::new(Code::RegistrationClosed, "this invitation was just used"));
                };
                changes.push(Change { key, value: None, expect: Expect::Revision(record.revision) });
            }
            match self.store.change(changes, Keep::Durable).await {
                Ok(()) => return Ok(user),
                Err(ChangeError::Conflict { key }) if key == keys::name(name) => return Err(taken()),
                Err(ChangeError::Conflict { .. }) => {}
                Err(ChangeError::Store(error)) => return Err(error.into()),
            }
        }
    }

    /// The next free number under `key`, and the change that takes it.
    pub(super) fn next_number(&self, key: &[u8]) -> Result<(i64, Change), Refused> {
        let record = self.store.get(key)?;
        let this = record.as_ref().and_then(number).unwrap_or(1);
        let expect = Expect::as_read(record.as_ref());
        let next = this.checked_add(1).ok_or_else(|| internal("numbers have run out"))?;
        Ok((this, Change { key: key.to_vec(), value: Some(next.to_be_bytes().to_vec()), expect }))
    }

    fn check_name(&self, name: &str) -> Result<(), Refused> {
        let bad = |message: String| Err(Refused::new(Code::BadRequest, message));
        let max = self.settings.name_bytes_max;
        if !(1..=max).contains(&name.len()) {
            return bad(format!("the name has {} bytes, not 1 to {max}", name.len()));
        }
        if name.chars().any(char::is_control) || name.trim() != name {
            return bad("the name has control characters, or white space at an end".to_owned());
        }
        Ok(())
    }
}

fn taken() -> Refused {
    Refused::new(Code::NameTaken, "the name is taken")
}
