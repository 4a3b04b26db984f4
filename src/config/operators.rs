//! What is for operators alone: their HTTP port.

use std::net::SocketAddr;

use super::layers::Settings;
use super::{Config, ConfigError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operators {
    pub metrics: MetricsAt,
    pub core_dumps: bool,
}

/// At which port `/metrics` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsAt {
    Public,
    Admin,
}

impl Operators {
    pub(super) fn read(s: &Settings) -> Result<Self, ConfigError> {
        let metrics = &[("public", MetricsAt::Public), ("admin", MetricsAt::Admin)];
        let core_dumps = s.switch("operators.core_dumps")?;
        Ok(Self { metrics: s.choice("operators.metrics", metrics)?, core_dumps })
    }
}

impl Config {
    /// The port for operators is nobody else's, and its tokens never go in the clear where others are on the way.
    pub(super) fn check_operators(&self, public: &[(&str, Option<SocketAddr>)]) -> Result<(), ConfigError> {
        let wrong = |key, what: &str| Err(self.settings.wrong(key, what));
        let Some(admin) = self.listen.admin else {
            return match self.operators.metrics {
                MetricsAt::Public => Ok(()),
                MetricsAt::Admin => wrong("operators.metrics", "and there is no such port; see listen.admin"),
            };
        };
        let same = |address: &SocketAddr| address.port() == admin.port() && admin.port() != 0;
        if let Some((key, _)) = public.iter().find(|(_, address)| address.as_ref().is_some_and(same)) {
            return wrong("listen.admin", &format!("the port of {}, which is for everybody", self.settings.told(key)));
        }
        if !admin.ip().is_loopback() && self.demo {
            return wrong("listen.admin", "and a demo listens on loopback addresses only, such as 127.0.0.1");
        }
        if !admin.ip().is_loopback() && self.tls.certificate.is_none() {
            return wrong(
                "listen.admin",
                "and elsewhere than on loopback it needs TLS; see tls.certificate and tls.key",
            );
        }
        Ok(())
    }
}
