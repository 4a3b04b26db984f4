//! The settings about how much one user may write and make.

use super::ConfigError;
use super::layers::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfUser {
    pub sends_per_second: u32,
    pub sends_per_day: u32,
    pub mb_per_day: u32,
    pub groups_max: usize,
    pub groups_made_per_day: u32,
}

impl OfUser {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            sends_per_second: settings.number("chat.sends_per_second_of_user", 1..=1_000_000)?,
            sends_per_day: settings.number("chat.sends_per_day_of_user", 1..=1_000_000_000)?,
            mb_per_day: settings.number("chat.mb_per_day_of_user", 1..=1_048_576)?,
            groups_max: settings.number("chat.groups_of_user_max", 1..=100_000)?,
            groups_made_per_day: settings.number("chat.groups_made_per_day", 1..=1_000_000)?,
        })
    }
}
