//! Questions that need no login, such as making an account.

use std::time::Duration;

use longlink::wire::Ask;
use tokio::time::timeout;

use crate::dial::{Dial, Server};
use crate::error::{Broken, OnceError};
use crate::link::Link;
use crate::trust::Protection;

/// Asks one question on a link of its own, without logging in: [`RegisterRequest`](crate::pb::RegisterRequest) is the
/// one that needs this. It is not repeated by itself.
pub async fn ask_once<A: Ask>(
    server: impl Into<String>,
    protection: Protection,
    request: A,
) -> Result<A::Reply, OnceError> {
    ask_once_with(Server::new(server, protection), request).await
}

/// As [`ask_once`], over connections of any kind.
pub async fn ask_once_with<A: Ask>(mut dial: impl Dial, request: A) -> Result<A::Reply, OnceError> {
    let io = match timeout(CONNECT_TIMEOUT, dial.dial()).await {
        Ok(Ok(io)) => io,
        Ok(Err(error)) => return Err(Broken::Unreachable(error.to_string()).into()),
        Err(_) => return Err(Broken::Unreachable("no connection in time".into()).into()),
    };
    let mut link = Link::new(io, CLIENT_VERSION);
    let answer = timeout(REQUEST_TIMEOUT, link.ask(&request)).await.map_err(|_| Broken::TimedOut(A::COMMAND))?;
    Ok(answer??)
}

// As in `Settings`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const CLIENT_VERSION: u32 = 1;
