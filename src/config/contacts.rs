//! The settings about who is whose contact.

use super::ConfigError;
use super::layers::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contacts {
    pub acceptance: bool,
    pub max: usize,
    pub requests_per_hour: u32,
}

/// To which users one may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteTo {
    Anyone,
    Contacts,
}

impl Contacts {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            acceptance: settings.switch("contacts.acceptance")?,
            max: settings.number("contacts.max", 1..=100_000)?,
            requests_per_hour: settings.number("contacts.requests_per_hour", 1..=1_000_000)?,
        })
    }
}

impl WriteTo {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        settings.choice("chat.write_to", &[("anyone", Self::Anyone), ("contacts", Self::Contacts)])
    }
}
