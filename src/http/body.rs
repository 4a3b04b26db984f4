//! Reading a request's body, bounded in length and in time.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use tokio::time::timeout;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLong,
    TooSlow,
    Broken,
}

impl BodyError {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "the body is longer than this server takes",
            Self::TooSlow => "the body took too long to come",
            Self::Broken => "the body broke off",
        }
    }
}

/// All of a body. One that says that it is too long is not read at all.
pub(super) async fn read(
    body: Body,
    headers: &HeaderMap,
    bytes_max: usize,
    timeout_ms: u64,
) -> Result<Bytes, BodyError> {
    let promised = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|length| length > bytes_max as u64) {
        return Err(BodyError::TooLong);
    }
    match timeout(Duration::from_millis(timeout_ms), to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) if promised.is_none() => Err(BodyError::TooLong),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow),
    }
}
