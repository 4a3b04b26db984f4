//! The settings about proxies that are believed.

use super::ConfigError;
use super::layers::Settings;
use crate::proxy::IpNet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    pub header_from: Vec<IpNet>,
    pub header_timeout_s: u64,
    pub forwarded_from: Vec<IpNet>,
}

impl Proxy {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            header_from: settings.networks("proxy.header_from")?,
            header_timeout_s: settings.number("proxy.header_timeout_s", 1..=60)?,
            forwarded_from: settings.networks("proxy.forwarded_from")?,
        })
    }
}
