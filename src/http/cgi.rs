//! The short link: every request of the command table as a POST to `/cgi/` and its name. The body is what a frame
//! would carry, or the same as JSON; how it ended is told by the code in the reply, with status 200, since a Mars
//! client takes every other status for a broken network.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use prost::Message;

use super::body::BodyError;
use super::{Http, bearer, body, contract, foreign_page};
use crate::address::Address;
use crate::chat::{Asked, LoggedIn, Origin};
use crate::id::LinkId;
use crate::wire::command::CommandInfo;
use crate::wire::{COMMANDS, Code, Refused, Request as Question, Who, pb};

pub(super) async fn call(
    State(http): State<Arc<Http>>,
    Extension(address): Extension<Address>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    if !http.settings.origins.allow(request.headers()) {
        return foreign_page();
    }
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], "commands are asked for by POST\n").into_response();
    }
    let format = Format::of(request.headers());
    let Some(row) = COMMANDS.iter().find(|row| row.name == name) else {
        let refused = Refused::new(Code::UnknownCommand, "no request has this name: see /api");
        return format.write("Refusal", refused.encode());
    };
    let answer = http.answer(row, address, format, request).await;
    format.write(row.reply, answer.unwrap_or_else(|refused| refused.encode()))
}

impl Http {
    async fn answer(
        &self,
        row: &CommandInfo,
        address: Address,
        format: Format,
        request: Request,
    ) -> Result<Bytes, Refused> {
        let (parts, body) = request.into_parts();
        let caller = match (row.who, bearer(&parts.headers)) {
            // These make a login, or need none: whatever token comes with them is not looked at.
            (Who::Anyone, _) => None,
            (Who::User, Some(token)) => Some(self.chat().caller_by_token(token)?),
            (Who::User, None) => {
                return Err(Refused::new(Code::NotLoggedIn, "this needs a token: Authorization: Bearer"));
            }
        };
        let rules = &self.entrance.door.rules;
        let bytes_max = if caller.is_some() { self.settings.body_bytes_max } else { rules.stranger_frame_bytes_max };
        let body =
            body::read(body, &parts.headers, bytes_max, self.settings.request_timeout_ms).await.map_err(|error| {
                match error {
                    BodyError::TooLong => Refused::new(Code::TooLarge, error.reason()),
                    BodyError::TooSlow | BodyError::Broken => Refused::new(Code::BadRequest, error.reason()),
                }
            })?;
        let question = Question::decode(row.command as u32, format.read(row.request, body)?)?;
        if let Question::Hello(hello) = question {
            return self.log_in(hello, address).await;
        }
        if let (Some(caller), Question::Sync(sync @ pb::SyncRequest { wait_ms: 1.., .. })) = (&caller, &question) {
            return self.chat().sync_or_wait(caller, *sync, self.outbox(), self.stop.cancelled()).await;
        }
        match self.chat().ask(caller.as_ref(), Origin { address, link: LinkId::NONE }, question) {
            Asked::Done(answer) => answer,
            Asked::Later(answer) => answer.await,
        }
    }

    /// A login that makes no link: what it is for is the token.
    async fn log_in(&self, hello: pb::HelloRequest, address: Address) -> Result<Bytes, Refused> {
        let metrics = &self.entrance.door.metrics;
        let decided = self.chat().log_in(hello, address, "http").await;
        let LoggedIn { user, mut reply, resume, .. } = decided.inspect_err(|_| metrics.logins_refused.add(1))?;
        metrics.logins.add(1);
        let resumed = self.chat().resume(user, resume);
        reply.head = resumed.head.get();
        reply.set_resumed(resumed.outcome);
        Ok(reply.encode_to_vec().into())
    }
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Protobuf,
    Json,
}

impl Format {
    /// As the request's type says; JSON must be named, since Mars calls its bodies by a type of its own.
    fn of(headers: &HeaderMap) -> Self {
        let named = headers.get(CONTENT_TYPE).and_then(|named| named.to_str().ok()).unwrap_or_default();
        let kind = named.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/json") { Self::Json } else { Self::Protobuf }
    }

    /// The body as a frame would carry it.
    fn read(self, message: &str, body: Bytes) -> Result<Bytes, Refused> {
        match (self, contract::message(message)) {
            (Self::Json, Some(message)) => contract::from_json(message, &body)
                .map_err(|error| Refused::new(Code::BadRequest, format!("cannot read the JSON: {error}"))),
            (Self::Json | Self::Protobuf, _) => Ok(body),
        }
    }

    fn write(self, message: &str, body: Bytes) -> Response {
        match self {
            Self::Protobuf => ([(CONTENT_TYPE, "application/octet-stream")], body).into_response(),
            Self::Json => match contract::message(message).and_then(|message| contract::to_json(message, body)) {
                Some(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
                None => (StatusCode::INTERNAL_SERVER_ERROR, "the reply cannot be written as JSON\n").into_response(),
            },
        }
    }
}
