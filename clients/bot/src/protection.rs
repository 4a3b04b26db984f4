//! Whether connections are encrypted, and whom to take for the server: from arguments.

use std::path::PathBuf;

use longlink_client::{Protection, Trust, TrustError};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, clap::Args)]
pub struct Protected {
    /// TLS also to this machine. To any other it is usual
    #[arg(long, conflicts_with = "plain")]
    pub tls: bool,
    /// No TLS to other machines either: whoever is on the way reads passwords and messages
    #[arg(long)]
    pub plain: bool,
    /// TLS with a server that these certificates (PEM) vouch for, or whose own is among them
    #[arg(long, value_name = "FILE", conflicts_with = "plain")]
    pub ca: Option<PathBuf>,
    /// TLS with the server whose certificate has this SHA-256, and no other
    #[arg(long, value_name = "SHA-256", conflicts_with_all = ["plain", "ca"])]
    pub pin: Option<String>,
}

impl Protected {
    pub fn protection(&self) -> Result<Protection, String> {
        let told = |error: TrustError| error.to_string();
        Ok(match (&self.ca, &self.pin) {
            (Some(file), _) => Protection::Tls(Trust::file(file).map_err(told)?),
            (None, Some(digest)) => Protection::Tls(Trust::pinned(digest).map_err(told)?),
            (None, None) if self.plain => Protection::None,
            (None, None) if self.tls => Protection::Tls(Trust::System),
            (None, None) => Protection::default(),
        })
    }
}
