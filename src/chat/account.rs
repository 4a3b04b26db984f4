//! Accounts: who there is, and what their tokens are worth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::profile::Profile;
use super::{Chat, internal, keys};
use crate::id::UserId;
use crate::store::{Change, Expect, Record};
use crate::wire::{Code, Refused};

/// After so many devices have logged out, all of the user's tokens end at once, so that the list starts anew.
const ENDED_DEVICES_MAX: usize = 64;

/// An account as it lies in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: i64,
    pub name: String,
    /// A PHC string. None: only tokens log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    #[serde(default)]
    pub disabled: bool,
    /// Grows when all tokens of before are to be worth nothing.
    #[serde(default)]
    pub generation: u32,
    /// Tokens made before this are worth nothing, whoever made them. Seconds since 1970 UTC.
    #[serde(default)]
    pub tokens_from_s: i64,
    /// How often each device has logged out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ended_devices: BTreeMap<String, u32>,
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
}

impl Account {
    /// What a token for `device` must carry now. It only ever grows, so an ended token never becomes good again.
    pub fn generation_of(&self, device: &str) -> u32 {
        self.generation.saturating_add(self.ended_devices.get(device).copied().unwrap_or(0))
    }

    /// Ends the tokens of one device.
    pub fn end_device(&mut self, device: &str) {
        if self.ended_devices.len() >= ENDED_DEVICES_MAX && !self.ended_devices.contains_key(device) {
            let greatest = self.ended_devices.values().copied().max().unwrap_or(0);
            self.generation = self.generation.saturating_add(greatest).saturating_add(1);
            self.ended_devices.clear();
            return;
        }
        *self.ended_devices.entry(device.to_owned()).or_default() += 1;
    }

    /// Ends the tokens of all devices, those that a business backend made before `now_s` included.
    pub fn end_all(&mut self, now_s: i64) {
        let greatest = self.ended_devices.values().copied().max().unwrap_or(0);
        self.generation = self.generation.saturating_add(greatest).saturating_add(1);
        self.ended_devices.clear();
        self.tokens_from_s = now_s;
    }

    pub(super) fn to_value(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn read(record: &Record) -> Result<Self, Refused> {
        serde_json::from_slice(&record.value).map_err(|error| internal(&format!("an account cannot be read: {error}")))
    }
}

impl Chat {
    pub(super) fn account(&self, user: UserId) -> Result<Option<(Account, u64)>, Refused> {
        let Some(record) = self.store.get(&keys::account(user))? else { return Ok(None) };
        Ok(Some((Account::read(&record)?, record.revision)))
    }

    pub(super) fn user_named(&self, name: &str) -> Result<Option<UserId>, Refused> {
        let Some(record) = self.store.get(&keys::name(name))? else { return Ok(None) };
        Ok(number(&record).and_then(UserId::parse))
    }

    /// Whether there is such a user. Who has a link needs no look into the directory.
    pub(super) fn check_exists(&self, user: UserId) -> Result<(), Refused> {
        if self.router.is_online(user) || self.store.get(&keys::account(user))?.is_some() {
            return Ok(());
        }
        Err(Refused::new(Code::NotFound, format!("there is no user {user}")))
    }

    pub(super) fn account_change(&self, account: &Account, user: UserId, revision: u64) -> Change {
        Change { key: keys::account(user), value: Some(account.to_value()), expect: Expect::Revision(revision) }
    }
}

/// A record that is a number.
pub(super) fn number(record: &Record) -> Option<i64> {
    Some(i64::from_be_bytes(record.value.as_ref().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        serde_json::from_str(r#"{"id":3,"name":"User03"}"#).unwrap()
    }

    #[test]
    fn an_ended_device_never_gets_its_generation_back() {
        let mut account = account();
        let mut seen = vec![account.generation_of("phone")];
        for round in 0..200 {
            if round % 7 == 0 {
                account.end_device("phone");
                let now = account.generation_of("phone");
                assert!(seen.iter().all(|before| *before < now), "{now} after {seen:?}");
                seen.push(now);
            }
            account.end_device(&format!("other {round}"));
        }
        account.end_all(7);
        assert!(seen.iter().all(|before| *before < account.generation_of("phone")));
    }
}
