//! The short link of Mars' sample apps: its four paths, which carry what the four commands carry on the long link.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::{Http, body, foreign_page};
use crate::address::Address;
use crate::chat::{Asked, Origin};
use crate::id::LinkId;
use crate::wire::mars::Command;
use crate::wire::{Request as Question, SampleRequest};

const PATHS: [(&str, Command); 4] = [
    ("hello", Command::Hello),
    ("hello2", Command::Hello2),
    ("sendmessage", Command::SendMessage),
    ("getconvlist", Command::ConversationList),
];

pub(super) async fn call(
    State(http): State<Arc<Http>>,
    Extension(address): Extension<Address>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let row = PATHS.iter().find(|(path, _)| *path == name);
    let Some((_, command)) = row.filter(|_| http.settings.mars_sample) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !http.settings.origins.allow(request.headers()) {
        return foreign_page();
    }
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")]).into_response();
    }
    let (parts, content) = request.into_parts();
    let bytes_max = http.entrance.door.rules.stranger_frame_bytes_max;
    // What cannot be had cannot be read, and is answered as such: Mars takes every status but 200 for a broken network.
    let question = match body::read(content, &parts.headers, bytes_max, http.settings.request_timeout_ms).await {
        Ok(body) => SampleRequest::decode(*command as u32, body).unwrap_or(SampleRequest::Unreadable(*command)),
        Err(_) => SampleRequest::Unreadable(*command),
    };
    let origin = Origin { address, link: LinkId::NONE };
    let answer = match http.chat().ask(None, origin, Question::MarsSample(question)) {
        Asked::Done(answer) => answer,
        Asked::Later(answer) => answer.await,
    };
    let body: Bytes = answer.unwrap_or_else(|refused| refused.encode());
    ([(CONTENT_TYPE, "application/octet-stream")], body).into_response()
}
