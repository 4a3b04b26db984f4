//! How an operator's command stands in the audit log: its name and whom it concerns, and nothing that is secret.

use serde_json::{Value, json};

use super::{By, Command};
use crate::audit;
use crate::wire::Refused;

/// What is noted of a command. `None`: it only looks at what is no secret between operators, and may be asked every second.
pub(super) fn describe(command: &Command) -> Option<(&'static str, Value)> {
    Some(match command {
        Command::UserAdd { name, .. } => ("user_add", json!({"name": name})),
        Command::UserDelete { name } => ("user_delete", json!({"name": name})),
        Command::UserPasswd { name, .. } => ("user_passwd", json!({"name": name})),
        Command::UserDisable { name, disabled } => ("user_disable", json!({"name": name, "disabled": disabled})),
        Command::Invite => ("invite", json!({})),
        Command::Token { name, device, .. } => ("token", json!({"name": name, "device": device})),
        Command::AdminToken { name, ttl_s } => ("admin_token", json!({"name": name, "ttl_s": ttl_s})),
        // Which one it is only who has the keys can say.
        Command::RevokeToken { .. } => ("revoke_token", json!({})),
        Command::RevokeLogin { login } => ("revoke_login", json!({"login": login.to_string()})),
        Command::RevokeUser { name, device } => ("revoke_user", json!({"name": name, "device": device})),
        Command::CloseLinks { name, device } => ("close_links", json!({"name": name, "device": device})),
        // What was said is in the log of messages.
        Command::Send { to, .. } => ("send", json!({"to": to})),
        Command::RotateKeys => ("rotate_keys", json!({})),
        Command::Reload => ("reload", json!({})),
        Command::LogShow { after, limit } => ("log_show", json!({"after": after, "limit": limit})),
        Command::LogExport => ("log_export", json!({})),
        Command::LogTail { after } => ("log_tail", json!({"after": after})),
        Command::UserList { .. }
        | Command::UserShow { .. }
        | Command::TokenShow { .. }
        | Command::Links { .. }
        | Command::Stats => return None,
    })
}

/// The line for what came of it.
pub(super) fn event(described: (&'static str, Value), by: &By, done: &Result<(), Refused>) -> audit::Event {
    let (name, about) = described;
    let (door, admin, address) = match by {
        By::CommandLine => ("command-line", None, None),
        By::Socket => ("socket", None, None),
        By::Admin { name, address } => ("http", Some(name.clone()), Some(*address)),
    };
    let code = done.as_ref().map_or_else(|refused| refused.code.word(), |()| "OK");
    audit::Event::Command(audit::Command { name, about, door, admin, address, code })
}
