//! What the audit log has lines for, and how a line reads.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

/// What happened. Everything in it may be read by whoever reads the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody logged in.
    Login { user: i64, device: String, client: String, by: &'static str, door: &'static str, address: IpAddr },
    /// Somebody was not let in. `name` is what they called themselves, by password; a token that is no good names nobody.
    LoginRefused { name: Option<String>, device: String, door: &'static str, address: IpAddr, code: &'static str },
    /// A user did something to their own account: registered, changed the password, erased it, logged a device out.
    Account { user: i64, did: &'static str },
    /// An operator's command, and what came of it.
    Command(Command),
    /// A user asked for more than they may.
    RateLimited { user: i64, what: String },
    /// A connection had no place.
    ConnectionRefused { address: IpAddr, why: &'static str },
    /// A link was closed for what it sent.
    LinkClosed { user: Option<i64>, address: IpAddr, reason: &'static str },
    /// A TLS handshake came to nothing.
    HandshakeFailed,
}

/// An operator's command. `about` is whom or what it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub name: &'static str,
    pub about: Value,
    /// The door: `command-line`, `socket` or `http`.
    pub door: &'static str,
    /// Whose token it was, by HTTP.
    pub admin: Option<String>,
    pub address: Option<IpAddr>,
    /// `OK`, or why not.
    pub code: &'static str,
}

/// Names that peers give themselves are cut to so many characters.
const TEXT_CHARS_MAX: usize = 64;

impl Event {
    /// What kind of event it is: as the line says, and by which it is summed.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Login { .. } => "login",
            Self::LoginRefused { .. } => "login_refused",
            Self::Account { .. } => "account",
            Self::Command(_) => "command",
            Self::RateLimited { .. } => "rate_limited",
            Self::ConnectionRefused { .. } => "connection_refused",
            Self::LinkClosed { .. } => "link_closed",
            Self::HandshakeFailed => "handshake_failed",
        }
    }

    /// By what it is summed within its kind.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::LoginRefused { code, .. } => code,
            Self::ConnectionRefused { why, .. } => why,
            Self::LinkClosed { reason, .. } => reason,
            Self::Login { .. }
            | Self::Account { .. }
            | Self::Command(_)
            | Self::RateLimited { .. }
            | Self::HandshakeFailed => "",
        }
    }

    /// Whether it is only ever counted: there is nothing to tell but that it was.
    pub(super) fn is_only_counted(&self) -> bool {
        matches!(self, Self::HandshakeFailed)
    }

    /// The fields of its line, behind the time and the kind.
    pub(super) fn fields(self) -> Map<String, Value> {
        let value = match self {
            Self::Login { user, device, client, by, door, address } => json!({
                "user": user, "device": cut(&device), "client": cut(&client), "by": by, "door": door,
                "address": address,
            }),
            Self::LoginRefused { name, device, door, address, code } => json!({
                "name": name.as_deref().map(cut), "device": cut(&device), "door": door, "address": address,
                "code": code,
            }),
            Self::Account { user, did } => json!({"user": user, "did": did}),
            Self::Command(Command { name, about, door, admin, address, code }) => json!({
                "command": name, "about": about, "door": door, "admin": admin, "address": address, "code": code,
            }),
            Self::RateLimited { user, what } => json!({"user": user, "what": what}),
            Self::ConnectionRefused { address, why } => json!({"address": address, "why": why}),
            Self::LinkClosed { user, address, reason } => json!({"user": user, "address": address, "reason": reason}),
            Self::HandshakeFailed => json!({}),
        };
        match value {
            Value::Object(fields) => without_unknown(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
        }
    }
}

/// What is not known has no key.
fn without_unknown(fields: Map<String, Value>) -> Map<String, Value> {
    let known = fields.into_iter().filter(|(_, value)| !value.is_null() && value != "");
    known
        .map(|(key, value)| match value {
            Value::Object(inner) => (key, without_unknown(inner).into()),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                (key, other)
            }
        })
        .collect()
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}
