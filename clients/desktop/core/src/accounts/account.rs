//! One account: where its server is, and who it is there.

use std::path::PathBuf;

use longlink_client::{Protection, Server, Trust, TrustError};
use serde::{Deserialize, Serialize};

/// Names an account on this machine; also its folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountKey(String);

impl AccountKey {
    /// A name that no other account has.
    pub fn fresh() -> Self {
        Self(longlink_client::fresh_id())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be a folder's name, and no more than that: a file may have been written by anybody.
    pub(crate) fn is_plain(&self) -> bool {
        (1..=64).contains(&self.0.len()) && self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }
}

/// How connections are protected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Shield {
    /// TLS by the authorities that this system trusts; none to this machine itself.
    #[default]
    System,
    /// TLS by the authorities in this file.
    File(PathBuf),
    /// TLS by the one certificate with this SHA-256.
    Pinned(String),
    /// None: everybody on the way reads everything.
    None,
}

impl Shield {
    /// What the link's client calls it. Fails where a file or a digest cannot be read.
    pub fn protection(&self) -> Result<Protection, TrustError> {
        Ok(match self {
            Self::System => Protection::TlsBeyondLoopback(Trust::System),
            Self::File(path) => Protection::Tls(Trust::file(path)?),
            Self::Pinned(digest) => Protection::Tls(Trust::pinned(digest)?),
            Self::None => Protection::None,
        })
    }
}

/// An account that was logged in on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub key: AccountKey,
    /// A name or an address, without a port.
    pub host: String,
    /// Of the long link.
    pub link_port: u16,
    /// Of files and avatars.
    pub http_port: u16,
    #[serde(default)]
    pub protection: Shield,
    pub user_name: String,
    pub user_id: i64,
    /// This installation, to the server. Made once.
    pub device_id: String,
}

impl Account {
    /// Where the link goes.
    pub fn link_server(&self) -> Result<Server, TrustError> {
        Ok(Server::new(at(&self.host, self.link_port), self.protection.protection()?))
    }

    /// Where files go.
    pub fn http_server(&self) -> Result<Server, TrustError> {
        Ok(Server::new(self.http_address(), self.protection.protection()?))
    }

    pub(crate) fn http_address(&self) -> String {
        at(&self.host, self.http_port)
    }

    /// Whether nobody on the way to the server can read what is said.
    pub fn is_protected(&self) -> bool {
        self.link_server().is_ok_and(|server| server.tls().is_some())
    }

    /// Whether it is this user of that server.
    pub(crate) fn is(&self, host: &str, link_port: u16, user_name: &str) -> bool {
        self.host.eq_ignore_ascii_case(host) && self.link_port == link_port && same_name(&self.user_name, user_name)
    }
}

/// The server tells names apart without regard to letter case.
fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// The ports of a server that was not set up otherwise: without TLS on this machine, with TLS anywhere else.
pub const PLAIN_PORTS: (u16, u16) = (8081, 8080);
/// As the server's manual has them.
pub const TLS_PORTS: (u16, u16) = (8445, 443);

/// An IPv6 address stands in brackets before its port.
pub(crate) fn at(host: &str, port: u16) -> String {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.contains(':') { format!("[{bare}]:{port}") } else { format!("{bare}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_either_kind_gets_its_port() {
        assert_eq!(at("chat.example.com", 1), "chat.example.com:1");
        assert_eq!(at("::1", 1), "[::1]:1");
        assert_eq!(at("[::1]", 1), "[::1]:1");
    }

    #[test]
    fn a_key_that_leads_out_of_its_folder_is_none() {
        assert!(AccountKey::fresh().is_plain());
        for wrong in ["", "..", "a/b", "a\\b", "C:"] {
            assert!(!AccountKey(wrong.to_owned()).is_plain(), "{wrong}");
        }
    }
}
