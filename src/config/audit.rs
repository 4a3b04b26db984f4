//! The audit log's settings.

use super::ConfigError;
use super::layers::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    pub enabled: bool,
    pub lines_per_second: u32,
    pub keep_mb: u64,
}

impl Audit {
    pub(super) fn read(s: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            enabled: s.switch("audit.enabled")?,
            lines_per_second: s.number("audit.lines_per_second", 1..=10_000)?,
            keep_mb: s.number("audit.keep_mb", 1..=1_048_576)?,
        })
    }
}
