//! Who carries an operator's commands out, whichever door they came in by.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::line::{entry_line, kept_from_line};
use super::{Command, audited};
use crate::auth::admin_token::AdminTokens;
use crate::auth::keys::KeysError;
use crate::auth::login_id::LoginId;
use crate::auth::token::Tokens;
use crate::chat::Chat;
use crate::chat::account::Account;
use crate::chat::admin::Shown;
use crate::clock::Clock;
use crate::id::{QueueId, UserId};
use crate::links::Links;
use crate::store::Entry;
use crate::tls::certificate::Certificate;
use crate::tls::watch;
use crate::wire::{Code, Refused, pb};

/// So many entries are read from the log at once.
const LOG_PAGE: usize = 500;
/// A name for an operator's token has at most so many bytes.
const ADMIN_NAME_BYTES_MAX: usize = 64;

/// Who carries commands out.
#[derive(Clone)]
pub struct Operator {
    pub chat: Arc<Chat>,
    pub tokens: Arc<Tokens>,
    pub admin_tokens: Arc<AdminTokens>,
    /// `None`: there is no server.
    pub links: Option<Arc<Links>>,
    /// `None`: there is no TLS, or no server.
    pub certificate: Option<Arc<Certificate>>,
    pub clock: Clock,
}

/// By which door a command came in.
#[derive(Clone, Debug)]
pub enum By {
    /// The command line, with no server running.
    CommandLine,
    /// The socket in the data folder: the command line, while a server runs.
    Socket,
    /// The HTTP API for operators, by a token of this name.
    Admin { name: String, address: IpAddr },
}

impl Operator {
    /// Carries a command out, and says each line of the answer as it comes. Who no longer listens ends it.
    pub async fn carry_out(&self, command: Command, by: &By, say: &mpsc::Sender<Value>) -> Result<(), Refused> {
        let described = if let Command::RevokeToken { token } = &command {
            Some(("revoke_token", self.name_token(token)))
        } else {
            audited::describe(&command)
        };
        let done = self.do_it(command, say).await;
        if let Some(described) = described {
            self.chat.note(audited::event(described, by, &done));
        }
        done
    }

    /// What a token may be called in the audit log: its login, and whose it is.
    fn name_token(&self, token: &str) -> Value {
        let now_s = self.clock.wall_s();
        if let Ok(admin) = self.admin_tokens.verify(token, now_s) {
            return json!({"login": admin.login.to_string(), "admin": admin.name});
        }
        match self.tokens.verify(token, now_s) {
            Ok(claims) => json!({"login": claims.login.to_string(), "user": claims.user.get()}),
            Err(error) => json!({"error": error.to_string()}),
        }
    }

    async fn do_it(&self, command: Command, say: &mpsc::Sender<Value>) -> Result<(), Refused> {
        let chat = &self.chat;
        let line = match command {
            Command::UserAdd { name, password } => {
                let user = chat.add_account(&name, password).await?;
                json!({"id": user.get(), "name": name})
            }
            Command::UserList { prefix: None, after: None, limit: None } => return self.list_users(say).await,
            Command::UserList { prefix, after, limit } => {
                return self.find_users(prefix.unwrap_or_default(), after, limit, say).await;
            }
            Command::UserShow { name } => self.show_user(name).await?,
            Command::UserDelete { name } => {
                let user = chat.erase_account(&name).await?;
                json!({"id": user.get(), "name": name})
            }
            Command::UserPasswd { name, password } => {
                chat.set_password(&name, password).await?;
                json!({"name": name})
            }
            Command::UserDisable { name, disabled } => {
                chat.set_disabled(&name, disabled).await?;
                json!({"name": name, "disabled": disabled})
            }
            Command::Invite => json!({"invitation": chat.make_invitation().await?}),
            Command::Token { name, device, ttl_s } => {
                let (token, expires_at_ms) = chat.make_token_for(&name, device.as_deref(), ttl_s)?;
                json!({"token": token, "expires_at_ms": expires_at_ms})
            }
            Command::AdminToken { name, ttl_s } => self.make_admin_token(&name, ttl_s)?,
            Command::Links { name } => return self.list_links(&name, say).await,
            Command::CloseLinks { name, device } => {
                chat.close_links(&name, device.as_deref())?;
                json!({"name": name, "device": device})
            }
            Command::Send { to, text, client_msg_id } => {
                let sent = chat.send_as_system(to, text, client_msg_id).await?;
                json!({"queue_id": sent.queue_id, "sent_at_ms": sent.sent_at_ms, "duplicate": sent.duplicate})
            }
            Command::Stats => self.stats(),
            Command::TokenShow { token } => {
                let claims = self.tokens.verify(&token, self.clock.wall_s()).map_err(|error| bad(error.to_string()))?;
                json!({
                    "user": claims.user.get(),
                    "device": claims.device,
                    "login": claims.login.to_string(),
                    "issued_at_s": claims.issued_at_s,
                    "expires_at_s": claims.expires_at_s,
                })
            }
            Command::RevokeToken { token } => {
                // Of either kind: the audience tells them apart.
                if let Ok(admin) = self.admin_tokens.verify(&token, self.clock.wall_s()) {
                    chat.revoke_login_until(admin.login, admin.expires_at_s).await?;
                    json!({"login": admin.login.to_string(), "admin": admin.name})
                } else {
                    let (login, user) = chat.revoke_token(&token).await?;
                    json!({"login": login.to_string(), "user": user.get()})
                }
            }
            Command::RevokeLogin { login } => {
                chat.revoke_login(login).await?;
                json!({"login": login.to_string()})
            }
            Command::RevokeUser { name, device: Some(device) } => {
                chat.revoke_device(&name, &device).await?;
                json!({"name": name, "device": device})
            }
            Command::RevokeUser { name, device: None } => {
                chat.revoke_user(&name).await?;
                json!({"name": name})
            }
            Command::RotateKeys => {
                let (tokens, admin_tokens) = (Arc::clone(&self.tokens), Arc::clone(&self.admin_tokens));
                let rotate = move || Ok::<_, KeysError>((tokens.rotate()?, admin_tokens.rotate()?));
                let (kid, _) = spawn_blocking(rotate).await.map_err(failed)?.map_err(failed)?;
                json!({"kid": kid})
            }
            Command::Reload => {
                let certificate =
                    self.certificate.as_ref().ok_or_else(|| bad("no port of the server has TLS: see [tls]"))?;
                let about = watch::reload(certificate, self.clock.wall_s()).await.map_err(bad)?;
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
                    return Err(bad("old entries were removed meanwhile, so the export is not whole: export again"));
                }
                return Ok(());
            }
            Command::LogTail { after } => return self.tail_log(after.map(QueueId::cursor), say).await,
        };
        let _ = say.send(line).await;
        Ok(())
    }

    async fn list_users(&self, say: &mpsc::Sender<Value>) -> Result<(), Refused> {
        let mut after = None;
        loop {
            let chat = Arc::clone(&self.chat);
            let listed = spawn_blocking(move || chat.list_accounts(after)).await.map_err(failed)?;
            let accounts = listed?;
            let Some(last) = accounts.last() else { return Ok(()) };
            after = UserId::parse(last.id);
            for account in accounts {
                if say.send(account_line(&account)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }

    /// Who an operator's token is of, if it is good and was not ended.
    pub fn admin(&self, token: Option<&str>) -> Result<String, Refused> {
        let token = token.ok_or_else(|| {
            Refused::new(Code::NotLoggedIn, "this needs an operator's token: see longlink token create --admin")
        })?;
        let bad = |what: String| Refused::new(Code::BadToken, what);
        let admin = self.admin_tokens.verify(token, self.clock.wall_s()).map_err(|error| bad(error.to_string()))?;
        if self.chat.is_revoked(admin.login) {
            return Err(bad("the token was ended".to_owned()));
        }
        Ok(admin.name)
    }

    /// One page, so that who pages says for how long.
    async fn find_users(
        &self,
        prefix: String,
        after: Option<String>,
        limit: Option<usize>,
        say: &mpsc::Sender<Value>,
    ) -> Result<(), Refused> {
        let chat = Arc::clone(&self.chat);
        let find = move || chat.find_accounts(&prefix, after.as_deref(), limit.unwrap_or(usize::MAX));
        for account in spawn_blocking(find).await.map_err(failed)?? {
            if say.send(account_line(&account)).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn list_links(&self, name: &str, say: &mpsc::Sender<Value>) -> Result<(), Refused> {
        for (device, link, login) in self.chat.links_of(name)? {
            let line = json!({"device": device, "link": link.0, "login": login.as_ref().map(LoginId::to_string)});
            if say.send(line).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    fn make_admin_token(&self, name: &str, ttl_s: u32) -> Result<Value, Refused> {
        if !(1..=ADMIN_NAME_BYTES_MAX).contains(&name.len()) || name.chars().any(char::is_control) {
            let what = "a name for an operator's token has 1 to 64 bytes and no control characters";
            return Err(bad(what));
        }
        let login = LoginId::random();
        let (token, expires_at_s) = self.admin_tokens.issue(name, login, self.clock.wall_s(), ttl_s);
        let expires_at_ms = expires_at_s.saturating_mul(1000);
        Ok(json!({"token": token, "login": login.to_string(), "expires_at_ms": expires_at_ms}))
    }

    fn stats(&self) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "links": self.links.as_ref().map(|links| links.count()),
            "strangers": self.links.as_ref().map(|links| links.strangers()),
            "users_online": self.chat.users_online(),
            "log_head": self.chat.head().get(),
            "log_kept_from": self.chat.kept_from(),
            "logins_ended": self.chat.revoked_logins(),
        })
    }

    async fn show_user(&self, name: String) -> Result<Value, Refused> {
        let chat = Arc::clone(&self.chat);
        let shown = spawn_blocking(move || chat.show_account(&name)).await.map_err(failed)?;
        let Shown { account, online, last_seen_at_ms, contacts, asked_by, blocked, groups } = shown?;
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

    async fn show_log(&self, mut after: QueueId, mut limit: usize, say: &mpsc::Sender<Value>) -> Result<(), Refused> {
        while limit > 0 {
            let chat = Arc::clone(&self.chat);
            let page = spawn_blocking(move || chat.read_log(after, limit.min(LOG_PAGE)));
            let entries = page.await.map_err(failed)??;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.queue_id;
            limit -= entries.len();
            if !say_entries(&entries, say).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn tail_log(&self, after: Option<QueueId>, say: &mpsc::Sender<Value>) -> Result<(), Refused> {
        let mut tail = self.chat.tail_from(after.unwrap_or_else(|| self.chat.head()));
        loop {
            let entries = tokio::select! {
                biased;
                () = say.closed() => return Ok(()),
                entries = tail.next() => entries.map_err(failed)?,
            };
            if !say_entries(&entries, say).await? {
                return Ok(());
            }
        }
    }
}

/// False when nobody listens any more.
async fn say_entries(entries: &[Arc<Entry>], say: &mpsc::Sender<Value>) -> Result<bool, Refused> {
    for entry in entries {
        let line = entry_line(&entry.message().map_err(failed)?);
        if say.send(line).await.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn account_line(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "disabled": account.disabled,
        "password": account.password.is_some(),
    })
}

/// What was asked for cannot be done.
fn bad(what: impl Into<std::borrow::Cow<'static, str>>) -> Refused {
    Refused::new(Code::BadRequest, what)
}

/// It failed at this. An operator is told why.
fn failed(error: impl std::fmt::Display) -> Refused {
    Refused::new(Code::Internal, error.to_string())
}
