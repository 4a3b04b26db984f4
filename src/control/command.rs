//! What an operator can ask for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::audited;
use crate::auth::login_id::LoginId;

/// A command of the operator's.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    UserAdd {
        name: String,
        password: Option<String>,
    },
    /// All accounts by number; or those whose names begin with `prefix`, by name, behind `after`.
    UserList {
        #[serde(default)]
        prefix: Option<String>,
        #[serde(default)]
        after: Option<String>,
        #[serde(default)]
        limit: Option<usize>,
    },
    UserShow {
        name: String,
    },
    UserDelete {
        name: String,
    },
    UserPasswd {
        name: String,
        password: String,
    },
    UserDisable {
        name: String,
        disabled: bool,
    },
    Invite,
    /// A login token: for any device or for one, for the usual time or for another.
    Token {
        name: String,
        #[serde(default)]
        device: Option<String>,
        #[serde(default)]
        ttl_s: Option<u32>,
    },
    /// A token for the HTTP API for operators.
    AdminToken {
        name: String,
        ttl_s: u32,
    },
    TokenShow {
        token: String,
    },
    RevokeToken {
        token: String,
    },
    RevokeLogin {
        login: LoginId,
    },
    /// Ends all logins of a user, or all of one device.
    RevokeUser {
        name: String,
        #[serde(default)]
        device: Option<String>,
    },
    /// The links of a user.
    Links {
        name: String,
    },
    /// Ends them, or that of one device. The logins stay.
    CloseLinks {
        name: String,
        #[serde(default)]
        device: Option<String>,
    },
    /// Writes to a user, a group or everyone, as the account `system`.
    Send {
        to: i64,
        text: String,
        #[serde(default)]
        client_msg_id: Option<String>,
    },
    /// What there is at the moment.
    Stats,
    RotateKeys,
    /// Reads the certificate again.
    Reload,
    /// Entries behind `after`, at most `limit`.
    LogShow {
        after: Option<i64>,
        limit: usize,
    },
    /// All entries that there are now.
    LogExport,
    /// Entries behind `after`, or behind the head, and then those to come.
    LogTail {
        after: Option<i64>,
    },
}

/// Without what is secret in it.
impl fmt::Debug for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match audited::describe(self) {
            Some((name, about)) => write!(out, "{name} {about}"),
            None => out.write_str("a command that only looks"),
        }
    }
}
