//! A WebSocket begins as an HTTP request. The handshake is here; from then on it is a link as any other
//! (`link::websocket`).

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use tokio::net::TcpStream;
use tracing::{debug, error};

use super::patient::Patient;
use super::{Http, foreign_page};
use crate::address::Address;
use crate::link::websocket::WebSocketTransport;
use crate::tls::TlsStream;

/// What a client must offer as the protocol that it speaks over the WebSocket.
const PROTOCOL: &str = "longlink.v1";
/// RFC 6455's own, which shows that a server means it.
const ACCEPT_SALT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

pub(super) async fn upgrade(
    State(http): State<Arc<Http>>,
    Extension(address): Extension<Address>,
    mut request: Request,
) -> Response {
    if !http.settings.origins.allow(request.headers()) {
        return foreign_page();
    }
    let accept = match check(request.headers()) {
        Ok(accept) => accept,
        Err((status, reason)) => return refuse(status, reason),
    };
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return refuse(StatusCode::BAD_REQUEST, "this connection cannot become a WebSocket\n");
    };
    let Ok(place) = http.entrance.open(address) else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "there are as many links as there may be\n");
    };
    let entrance = http.entrance.clone();
    http.entrance.tasks.spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => {
                debug!(%address, %error, "no WebSocket came of it");
                return;
            }
        };
        let upgraded = match upgraded.downcast::<TokioIo<Patient<TcpStream>>>() {
            Ok(parts) => {
                let stream = parts.io.into_inner().into_inner();
                return entrance.enter(WebSocketTransport::new(stream, &parts.read_buf), place);
            }
            Err(upgraded) => upgraded,
        };
        match upgraded.downcast::<TokioIo<Patient<TlsStream<TcpStream>>>>() {
            Ok(parts) => {
                let stream = parts.io.into_inner().into_inner();
                entrance.enter(WebSocketTransport::new(stream, &parts.read_buf), place);
            }
            Err(_) => error!("the HTTP port serves something else than TCP and TLS"),
        }
    });
    let headers = [
        (CONNECTION, "upgrade"),
        (UPGRADE, "websocket"),
        (SEC_WEBSOCKET_ACCEPT, accept.as_str()),
        (SEC_WEBSOCKET_PROTOCOL, PROTOCOL),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
}

/// Checks that a client asks for what this is, and makes the answer to its key.
fn check(headers: &HeaderMap) -> Result<String, (StatusCode, &'static str)> {
    let bad = |reason| Err((StatusCode::BAD_REQUEST, reason));
    if !lists(headers, UPGRADE, "websocket") || !lists(headers, CONNECTION, "upgrade") {
        return Err((StatusCode::UPGRADE_REQUIRED, "this path is for WebSockets\n"));
    }
    if !lists(headers, SEC_WEBSOCKET_VERSION, "13") {
        return Err((StatusCode::UPGRADE_REQUIRED, "WebSockets are spoken in version 13 here\n"));
    }
    if !lists(headers, SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        return bad("offer the subprotocol longlink.v1\n");
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).map(|key| key.as_bytes().trim_ascii()).unwrap_or_default();
    if STANDARD.decode(key).map(|key| key.len()) != Ok(16) {
        return bad("Sec-WebSocket-Key is not 16 bytes in base64\n");
    }
    Ok(STANDARD.encode(Sha1::new().chain_update(key).chain_update(ACCEPT_SALT).finalize()))
}

/// Whether a header that is a list has this in it.
fn lists(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|word| word.trim().eq_ignore_ascii_case(wanted))
}

fn refuse(status: StatusCode, reason: &'static str) -> Response {
    let headers = [(SEC_WEBSOCKET_VERSION, "13"), (UPGRADE, "websocket")];
    match status {
        StatusCode::UPGRADE_REQUIRED => (status, headers, reason).into_response(),
        _ => (status, reason).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(UPGRADE, "websocket".parse().unwrap());
        headers.insert(CONNECTION, "keep-alive, Upgrade".parse().unwrap());
        headers.insert(SEC_WEBSOCKET_VERSION, "13".parse().unwrap());
        headers.insert(SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==".parse().unwrap());
        headers.insert(SEC_WEBSOCKET_PROTOCOL, "chat, longlink.v1".parse().unwrap());
        headers
    }

    // The example of RFC 6455, section 1.3.
    #[test]
    fn the_answer_to_a_key_is_that_of_the_rfc() {
        assert_eq!(check(&asked()).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_missing_or_wrong_is_refused() {
        for (name, value) in [
            (UPGRADE, "h2c"),
            (CONNECTION, "keep-alive"),
            (SEC_WEBSOCKET_VERSION, "8"),
            (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25j"),
            (SEC_WEBSOCKET_PROTOCOL, "longlink.v2"),
        ] {
            let mut headers = asked();
            headers.insert(&name, value.parse().unwrap());
            assert!(check(&headers).is_err(), "{name}: {value}");
            headers.remove(&name);
            assert!(check(&headers).is_err(), "no {name}");
        }
    }
}
