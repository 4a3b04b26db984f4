//! The contract of the first server, under `/Message/`, for clients that were never changed: JSON over HTTP, a wait of
//! 30 seconds for each message, and no proof of who somebody is.
//!
//! It writes to and reads from the same log as every other door. PROTOCOL.md's "The old HTTP contract" is what it keeps.

pub mod input;
mod presence;
mod receive;

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::Semaphore;

use super::{Http, bearer, body};
use crate::address::Address;
use crate::chat::{Asked, Caller, Origin};
use crate::id::{Peer, QueueId, UserId};
use crate::wire::pb::{self, ContentType};
use crate::wire::{Code, Refused, Request as Question};
use input::{Object, Query, Unreadable};
use presence::Presence;

/// What everyone is called.
const EVERYONE: &str = "所有人";
/// What stands before those who are logged in.
const ALL_LOGGED_IN: &str = "All logined user";
/// The cookie that has a token.
const COOKIE_NAME: &str = "longlink_token";

/// Who is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The door is closed.
    Off,
    /// Who shows a token, for themselves.
    Token,
    /// Everybody, for anybody.
    Open,
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub mode: Mode,
    /// A login that does not ask for messages for so long has ended.
    pub presence_timeout_ms: u64,
    /// So many requests may wait for a message at once.
    pub receives_max: usize,
}

/// The door's own state.
#[derive(Debug)]
pub(super) struct OldContract {
    mode: Mode,
    presence: Presence,
    receives: Semaphore,
    receives_max: usize,
}

impl OldContract {
    pub(super) fn new(settings: Settings) -> Self {
        let Settings { mode, presence_timeout_ms, receives_max } = settings;
        if mode == Mode::Open {
            tracing::warn!("the old contract is open: whoever reaches the HTTP port reads and writes as anybody");
        }
        let receives = Semaphore::new(receives_max);
        Self { mode, presence: Presence::new(presence_timeout_ms), receives, receives_max }
    }
}

/// Answers one request.
pub(super) async fn message(
    State(http): State<Arc<Http>>,
    Extension(address): Extension<Address>,
    Path(action): Path<String>,
    request: Request,
) -> Response {
    let answered = answer(&http, address, &action, request).await;
    answered.unwrap_or_else(|fault| fault.response())
}

async fn answer(http: &Http, address: Address, action: &str, request: Request) -> Result<Response, Fault> {
    if http.old_contract.mode == Mode::Off {
        return Err(refuse(StatusCode::NOT_FOUND, "the old contract is off: see old_contract.mode in the settings"));
    }
    if !http.settings.origins.allow(request.headers()) {
        return Err(refuse(StatusCode::FORBIDDEN, "this page's origin may not: see http.origins in the settings"));
    }
    let action = Action::parse(action).ok_or_else(|| refuse(StatusCode::NOT_FOUND, "there is no such action"))?;
    let is_get = request.method() == Method::GET && action == Action::Receive;
    if request.method() != Method::POST && !is_get {
        let allow = if action == Action::Receive { "GET, POST" } else { "POST" };
        let refused = refuse(StatusCode::METHOD_NOT_ALLOWED, "this action is asked for by POST");
        return Ok(([(ALLOW, allow)], refused.response()).into_response());
    }
    let (parts, body) = request.into_parts();
    let body = body::read(body, &parts.headers, http.settings.body_bytes_max, http.settings.request_timeout_ms)
        .await
        .map_err(|error| refuse(error.status(), error.reason()))?;
    let asker = http.asker(&parts.headers).map_err(|refused| refuse(StatusCode::UNAUTHORIZED, &refused.message))?;
    let query = Query::new(parts.uri.query());
    match action {
        Action::Login => http.old_log_in(asker, &body),
        Action::Logout => http.old_log_out(asker, query.number("userId").map_err(unreadable)?),
        Action::GetUsers => http.old_users(query.switch("isAll").map_err(unreadable)?).await,
        Action::Send => http.old_send(asker, address, &body).await,
        Action::Receive => {
            let user = query.number("userId").map_err(unreadable)?;
            let after = query.number("queueId").map_err(unreadable)?;
            http.old_receive(asker, user, QueueId::cursor(after)).await
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Login,
    Logout,
    GetUsers,
    Send,
    Receive,
}

impl Action {
    /// In any letter case, as the first server took it.
    fn parse(name: &str) -> Option<Self> {
        let actions = [
            ("login", Self::Login),
            ("logout", Self::Logout),
            ("getusers", Self::GetUsers),
            ("send", Self::Send),
            ("receive", Self::Receive),
        ];
        actions.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, action)| action)
    }
}

/// Who shows a token, where one is asked for.
type Asker = Option<Caller>;

impl Http {
    fn asker(&self, headers: &HeaderMap) -> Result<Asker, Refused> {
        match self.old_contract.mode {
            Mode::Off | Mode::Open => Ok(None),
            Mode::Token => {
                let token = bearer(headers).or_else(|| cookie(headers)).ok_or_else(|| {
                    Refused::new(Code::NotLoggedIn, "show a token: Authorization: Bearer, or the cookie longlink_token")
                })?;
                self.chat().caller_by_token(token).map(Some)
            }
        }
    }

    /// The user of this number, as whom the asker may act, and their name.
    fn act_as(&self, asker: Asker, number: i64) -> Result<(Caller, String), Fault> {
        let user = UserId::parse(number)
            .ok_or_else(|| Refused::new(Code::NotFound, format!("there is no user {number}")))
            .map_err(|refused| refuse_as(&refused))?;
        if asker.as_ref().is_some_and(|asker| asker.user != user) {
            return Err(refuse(StatusCode::FORBIDDEN, "the token is another user's"));
        }
        let (caller, name) = self.chat().caller_unproven(user).map_err(|refused| refuse_as(&refused))?;
        Ok((asker.unwrap_or(caller), name))
    }

    fn old_log_in(&self, asker: Asker, body: &[u8]) -> Result<Response, Fault> {
        let user = Object::read(body).map_err(unreadable)?.ok_or_else(|| unreadable("nobody is named".to_owned()))?;
        let number = user.number("Id").map_err(unreadable)?;
        // What is wrong with a login is told with status 200: old clients read nothing else.
        let Ok((caller, _)) = self.act_as(asker.clone(), number) else {
            return match asker {
                Some(asker) if asker.user.get() != number => {
                    Err(refuse(StatusCode::FORBIDDEN, "the token is another user's"))
                }
                Some(_) | None => Ok(outcome(Some(format!("there is no user {number}, or the account is disabled")))),
            };
        };
        let is_new = self.old_contract.presence.log_in(caller.user, self.now());
        Ok(outcome((!is_new).then(|| "the user is logged in already".to_owned())))
    }

    fn old_log_out(&self, asker: Asker, number: i64) -> Result<Response, Fault> {
        let nobody = || outcome(Some("the user is not logged in".to_owned()));
        let Some(user) = UserId::parse(number) else { return Ok(nobody()) };
        if asker.is_some_and(|asker| asker.user != user) {
            return Err(refuse(StatusCode::FORBIDDEN, "the token is another user's"));
        }
        let was_in = self.old_contract.presence.log_out(user, self.now());
        Ok(if was_in { outcome(None) } else { nobody() })
    }

    async fn old_users(&self, is_all: bool) -> Result<Response, Fault> {
        let mut shown = Vec::new();
        let users = if is_all {
            self.chat().everybody().await
        } else {
            shown.push(User { id: 0, user_name: ALL_LOGGED_IN.to_owned() });
            self.chat().online_and(self.old_contract.presence.users(self.now())).await
        };
        let users = users.map_err(|refused| refuse_as(&refused))?;
        shown.extend(users.into_iter().map(|user| User { id: user.id, user_name: user.name }));
        Ok(json(StatusCode::OK, &shown))
    }

    async fn old_send(&self, asker: Asker, address: Address, body: &[u8]) -> Result<Response, Fault> {
        let Some(message) = Object::read(body).map_err(unreadable)? else {
            return Ok(StatusCode::OK.into_response());
        };
        let from = message.number("From").map_err(unreadable)?;
        let to = message.number("To").map_err(unreadable)?;
        let content = message.text("Content").map_err(unreadable)?.to_owned();
        // Read for its kind alone, as are the names: who it is from and where it stands is known here.
        message.number("QueueID").map_err(unreadable)?;
        for name in ["FromName", "ToName"] {
            message.text(name).map_err(unreadable)?;
        }
        let (caller, _) = self.act_as(asker, from)?;
        let send = pb::SendRequest {
            to,
            // The old contract has no retries, so each message is a new one.
            client_msg_id: format!("{:032x}", rand::random::<u128>()),
            content_type: ContentType::Text as u32,
            content: content.into(),
            ..Default::default()
        };
        let answer = match self.chat().ask(Some(&caller), Origin { address, link: caller.link }, Question::Send(send)) {
            Asked::Done(answer) => answer,
            Asked::Later(answer) => answer.await,
        };
        answer.map_err(|refused| refuse_as(&refused))?;
        Ok(StatusCode::OK.into_response())
    }

    async fn old_receive(&self, asker: Asker, number: i64, after: QueueId) -> Result<Response, Fault> {
        let (caller, own_name) = self.act_as(asker, number)?;
        let user = caller.user;
        let Ok(_place) = self.old_contract.receives.try_acquire() else {
            let reason = format!("{} requests wait for messages, as many as may", self.old_contract.receives_max);
            return Err(refuse(StatusCode::SERVICE_UNAVAILABLE, &reason));
        };
        self.old_contract.presence.touch(user, self.now());
        let received = receive::receive(self.chat(), self.outbox(), user, after, self.stop.cancelled()).await;
        self.old_contract.presence.touch(user, self.now());
        let Some(entry) = received.map_err(|refused| refuse_as(&refused))? else {
            return Ok(json(StatusCode::OK, &()));
        };
        let from_name = match UserId::parse(entry.from).map(|from| self.chat().name_of(from)) {
            Some(name) => name.map_err(|refused| refuse_as(&refused))?.unwrap_or_default(),
            None => String::new(),
        };
        let shown = Message {
            queue_id: entry.queue_id,
            from: entry.from,
            from_name,
            to: entry.to,
            to_name: if Peer::parse(entry.to) == Some(Peer::Everyone) { EVERYONE.to_owned() } else { own_name },
            content: String::from_utf8_lossy(&entry.content).into_owned(),
        };
        Ok(json(StatusCode::OK, &shown))
    }
}

/// A message as old clients know it. The order of keys is theirs, too.
#[derive(Serialize)]
struct Message {
    #[serde(rename = "queueID")]
    queue_id: i64,
    from: i64,
    #[serde(rename = "fromName")]
    from_name: String,
    to: i64,
    #[serde(rename = "toName")]
    to_name: String,
    content: String,
}

#[derive(Serialize)]
struct User {
    id: i64,
    #[serde(rename = "userName")]
    user_name: String,
}

/// How something went. The message is there even if it is null: the Android client fails without it.
#[derive(Serialize)]
struct Outcome {
    success: bool,
    message: Option<String>,
}

fn outcome(fault: Option<String>) -> Response {
    json(StatusCode::OK, &Outcome { success: fault.is_none(), message: fault })
}

fn unreadable(reason: Unreadable) -> Fault {
    refuse(StatusCode::BAD_REQUEST, &reason)
}

fn refuse_as(refused: &Refused) -> Fault {
    let status = match refused.code {
        Code::BadRequest | Code::UnknownCommand | Code::NameTaken | Code::AlreadyLoggedIn | Code::TooLate => {
            StatusCode::BAD_REQUEST
        }
        Code::NotLoggedIn | Code::WrongCredentials | Code::BadToken => StatusCode::UNAUTHORIZED,
        Code::NotAllowed | Code::Disabled | Code::RegistrationClosed => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Overloaded | Code::StoreUnavailable | Code::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        Code::Ok | Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refuse(status, &refused.message)
}

fn refuse(status: StatusCode, reason: &str) -> Fault {
    Fault { status, reason: reason.to_owned() }
}

/// Why a request is not carried out.
struct Fault {
    status: StatusCode,
    reason: String,
}

impl Fault {
    fn response(self) -> Response {
        json(self.status, &Outcome { success: false, message: Some(self.reason) })
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let text = Bytes::from(serde_json::to_vec(value).unwrap_or_default());
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, token)| token)
}
