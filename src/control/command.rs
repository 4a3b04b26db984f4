//! What an operator can ask for, and how it is carried out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::line::{entry_line, kept_from_line};
use crate::auth::login_id::LoginId;
use crate::auth::token::Tokens;
use crate::chat::Chat;
use crate::chat::admin::Shown;
use crate::clock::Clock;
use crate::id::{QueueId, UserId};
use crate::store::Entry;
use crate::tls::certificate::Certificate;
use crate::tls::watch;
use crate::wire::{Refused, pb};

/// So many entries are read from the log at once.
const LOG_PAGE: usize = 500;

/// A command of the operator's.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    UserAdd {
        name: String,
        password: Option<String>,
    },
    UserList,
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
    Token {
        name: String,
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
        device: Option<String>,
    },
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

/// Who carries commands out.
#[derive(Clone)]
pub struct Operator {
    pub chat: Arc<Chat>,
    pub tokens: Arc<Tokens>,
    /// `None`: there is no TLS, or no server.
    pub certificate: Option<Arc<Certificate>>,
    pub clock: Clock,
}

impl Operator {
    /// Carries a command out, and says each line of the answer as it comes. Who no longer listens ends it.
    pub async fn carry_out(&self, command: Command, say: &mpsc::Sender<Value>) -> Result<(), String> {
        let chat = &self.chat;
        let line = match command {
            Command::UserAdd { name, password } => {
                let user = chat.add_account(&name, password).await.map_err(plain)?;
                json!({"id": user.get(), "name": name})
            }
            Command::UserList => return self.list_users(say).await,
            Command::UserShow { name } => self.show_user(name).await?,
            Command::UserDelete { name } => {
                let user = chat.erase_account(&name).await.map_err(plain)?;
                json!({"id": user.get(), "name": name})
            }
            Command::UserPasswd { name, password } => {
                chat.set_password(&name, password).await.map_err(plain)?;
                json!({"name": name})
            }
            Command::UserDisable { name, disabled } => {
                chat.set_disabled(&name, disabled).await.map_err(plain)?;
                json!({"name": name, "disabled": disabled})
            }
            Command::Invite => json!({"invitation": chat.make_invitation().await.map_err(plain)?}),
            Command::Token { name } => {
                let (token, expires_at_ms) = chat.make_token(&name).map_err(plain)?;
                json!({"token": token, "expires_at_ms": expires_at_ms})
            }
            Command::TokenShow { token } => {
                let claims = self.tokens.verify(&token, self.clock.wall_s()).map_err(|error| error.to_string())?;
                json!({
                    "user": claims.user.get(),
                    "device": claims.device,
                    "login": claims.login.to_string(),
                    "issued_at_s": claims.issued_at_s,
                    "expires_at_s": claims.expires_at_s,
                })
            }
            Command::RevokeToken { token } => {
                let (login, user) = chat.revoke_token(&token).await.map_err(plain)?;
                json!({"login": login.to_string(), "user": user.get()})
            }
            Command::RevokeLogin { login } => {
                chat.revoke_login(login).await.map_err(plain)?;
                json!({"login": login.to_string()})
            }
            Command::RevokeUser { name, device: Some(device) } => {
                chat.revoke_device(&name, &device).await.map_err(plain)?;
                json!({"name": name, "device": device})
            }
            Command::RevokeUser { name, device: None } => {
                chat.revoke_user(&name).await.map_err(plain)?;
                json!({"name": name})
            }
            Command::RotateKeys => {
                let tokens = Arc::clone(&self.tokens);
                let rotated = spawn_blocking(move || tokens.rotate()).await.map_err(|error| error.to_string())?;
                json!({"kid": rotated.map_err(|error| error.to_string())?})
            }
            Command::Reload => {
                let certificate = self.certificate.as_ref().ok_or("no port of the server has TLS: see [tls]")?;
                let about = watch::reload(certificate, self.clock.wall_s()).await?;
                json!({
                    "names": about.names, "expires_at_s": about.expires_at_s, "fingerprint": about.fingerprint,
                })
            }
            Command::LogShow { after, limit } => {
                let last = || chat.head().get().saturating_sub(i64::try_from(limit).unwrap_or(i64::MAX));
                let after = QueueId::cursor(after.unwrap_or_else(last));
                return self.show_log(after, limit, say).await;
            }
            Command::LogExport => {
                // Not those to come: an export ends.
                let all = usize::try_from(chat.head().get()).unwrap_or(usize::MAX);
                let kept_from = chat.kept_from();
                if kept_from > 0 {
                    let _ = say.send(kept_from_line(QueueId::cursor(kept_from))).await;
                }
                self.show_log(QueueId::START, all, say).await?;
                if chat.kept_from() != kept_from {
                    return Err("old entries were removed meanwhile, so the export is not whole: export again".into());
                }
                return Ok(());
            }
            Command::LogTail { after } => return self.tail_log(after.map(QueueId::cursor), say).await,
        };
        let _ = say.send(line).await;
        Ok(())
    }

    async fn list_users(&self, say: &mpsc::Sender<Value>) -> Result<(), String> {
        let mut after = None;
        loop {
            let chat = Arc::clone(&self.chat);
            let listed = spawn_blocking(move || chat.list_accounts(after)).await.map_err(|error| error.to_string())?;
            let accounts = listed.map_err(plain)?;
            let Some(last) = accounts.last() else { return Ok(()) };
            after = UserId::parse(last.id);
            for account in accounts {
                let line = json!({
                    "id": account.id,
                    "name": account.name,
                    "disabled": account.disabled,
                    "password": account.password.is_some(),
                });
                if say.send(line).await.is_err() {
                    return Ok(());
                }
            }
        }
    }

    async fn show_user(&self, name: String) -> Result<Value, String> {
        let chat = Arc::clone(&self.chat);
        let shown = spawn_blocking(move || chat.show_account(&name)).await.map_err(|error| error.to_string())?;
        let Shown { account, online, last_seen_at_ms, contacts, asked_by, blocked, groups } = shown.map_err(plain)?;
        let profile = &account.profile;
        let sex = match pb::Sex::try_from(profile.sex).unwrap_or_default() {
            pb::Sex::Unspecified => Value::Null,
            pb::Sex::Male => "male".into(),
            pb::Sex::Female => "female".into(),
            pb::Sex::Other => "other".into(),
        };
        Ok(json!({
            "id": account.id,
            "name": account.name,
            "disabled": account.disabled,
            "password": account.password.is_some(),
            "nickname": profile.nickname,
            "sex": sex,
            "avatar": profile.avatar,
            "bio": profile.bio,
            "presence_hidden": profile.presence_hidden,
            "online": online,
            "last_seen_at_ms": last_seen_at_ms,
            "contacts": contacts,
            "asked_by": asked_by,
            "blocked": blocked,
            "groups": groups,
        }))
    }

    async fn show_log(&self, mut after: QueueId, mut limit: usize, say: &mpsc::Sender<Value>) -> Result<(), String> {
        while limit > 0 {
            let chat = Arc::clone(&self.chat);
            let page = spawn_blocking(move || chat.read_log(after, limit.min(LOG_PAGE)));
            let entries = page.await.map_err(|error| error.to_string())?.map_err(plain)?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.queue_id;
            limit -= entries.len();
            if !say_entries(&entries, say).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn tail_log(&self, after: Option<QueueId>, say: &mpsc::Sender<Value>) -> Result<(), String> {
        let mut tail = self.chat.tail_from(after.unwrap_or_else(|| self.chat.head()));
        loop {
            let entries = tokio::select! {
                biased;
                () = say.closed() => return Ok(()),
                entries = tail.next() => entries.map_err(|error| error.to_string())?,
            };
            if !say_entries(&entries, say).await? {
                return Ok(());
            }
        }
    }
}

/// False when nobody listens any more.
async fn say_entries(entries: &[Arc<Entry>], say: &mpsc::Sender<Value>) -> Result<bool, String> {
    for entry in entries {
        let line = entry_line(&entry.message().map_err(|error| error.to_string())?);
        if say.send(line).await.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn plain(refused: Refused) -> String {
    refused.message.into_owned()
}
