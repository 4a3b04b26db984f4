//! Files and avatars by HTTP: brought in by `upload`, got by `download`, taken back here. Who may, and how much, is
//! decided in `chat`. Whatever is refused is told by a status, since no Mars client asks here, and by the same code and
//! message as everywhere.

mod download;
mod upload;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{Http, bearer, contract, foreign_page};
use crate::chat::Caller;
use crate::uploads::Shelf;
use crate::wire::{Code, Refused};

pub(super) fn paths() -> axum::Router<Arc<Http>> {
    let one = |shelf: Shelf| {
        get(move |state, path, headers| download::give(shelf, state, path, headers))
            .delete(move |state, path, headers| remove(shelf, state, path, headers))
    };
    let all = |shelf: Shelf| get(overview).post(move |state, request| upload::take(shelf, state, request));
    axum::Router::new()
        .route("/files", all(Shelf::Files))
        .route("/avatars", all(Shelf::Avatars))
        .route("/files/{hash}", one(Shelf::Files))
        .route("/avatars/{hash}", one(Shelf::Avatars))
}

/// How much may be uploaded, and how much of it the user has.
async fn overview(State(http): State<Arc<Http>>, headers: HeaderMap) -> Response {
    if !http.settings.origins.allow(&headers) {
        return foreign_page();
    }
    let used = http.uploader(&headers).and_then(|caller| http.chat().uploaded_bytes(caller.user));
    let limits = http.chat().upload_limits();
    match used {
        Ok(used) => tell(&json!({
            "used": used,
            "quota": limits.bytes_of_user_max,
            "fileSizeMax": limits.file_bytes_max,
            "avatarSizeMax": limits.avatar_bytes_max,
            "avatarSideMax": limits.avatar_side_max,
        })),
        Err(refused) => refuse(&refused),
    }
}

/// Takes back what the user has uploaded.
async fn remove(shelf: Shelf, State(http): State<Arc<Http>>, Path(hash): Path<String>, headers: HeaderMap) -> Response {
    if !http.settings.origins.allow(&headers) {
        return foreign_page();
    }
    let removed = match http.uploader(&headers) {
        Ok(caller) => http.chat().remove_upload(caller.user, shelf, &hash).await,
        Err(refused) => Err(refused),
    };
    match removed {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refused) => refuse(&refused),
    }
}

impl Http {
    /// Whose token a request shows.
    fn uploader(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        match bearer(headers) {
            Some(token) => self.chat().caller_by_token(token),
            None => Err(Refused::new(Code::NotLoggedIn, "this needs a token: Authorization: Bearer")),
        }
    }
}

fn tell(json: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}

/// A refusal as JSON, with the status that comes nearest.
fn refuse(refused: &Refused) -> Response {
    let json = contract::message("Refusal").and_then(|message| contract::to_json(message, refused.encode()));
    (status_of(refused.code), [(CONTENT_TYPE, "application/json")], json.unwrap_or_default()).into_response()
}

/// The status that comes nearest to a code.
pub(super) fn status_of(code: Code) -> StatusCode {
    match code {
        Code::NotLoggedIn | Code::BadToken => StatusCode::UNAUTHORIZED,
        Code::NotAllowed | Code::Disabled => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Overloaded | Code::StoreUnavailable | Code::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Ok
        | Code::BadRequest
        | Code::UnknownCommand
        | Code::AlreadyLoggedIn
        | Code::NameTaken
        | Code::WrongCredentials
        | Code::RegistrationClosed
        | Code::TooLate => StatusCode::BAD_REQUEST,
    }
}
