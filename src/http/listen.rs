//! Accepts HTTP connections and bounds them: in number, and in how long they may keep us waiting.
//!
//! It drives hyper itself, since `axum::serve` can neither time a slow header out nor bound connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::OwnedSemaphorePermit;
use tracing::debug;

use super::patient::Patient;
use super::{Http, paths};
use crate::link::listen::{pause_after, prepare};
use crate::link::transport::Wire;
use crate::tls::Acceptor;

/// The longest header, and how much of a body is read at once, in bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Serves until the server stops, with TLS if there is an acceptor for it. A connection beyond the bound is closed
/// without a word.
pub async fn serve(listener: TcpListener, tls: Option<Acceptor>, http: Arc<Http>) {
    let paths = paths(Arc::clone(&http));
    loop {
        let accepted = tokio::select! {
            biased;
            () = http.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match Arc::clone(&http.places).try_acquire_owned() {
                Ok(place) => {
                    prepare(&stream);
                    let (paths, served) = (paths.clone(), Arc::clone(&http));
                    match tls.clone() {
                        None => http.entrance.tasks.spawn(answer(stream, address, place, paths, served)),
                        Some(tls) => http.entrance.tasks.spawn(async move {
                            let encrypted = served.entrance.encrypt(&tls, stream, address.ip(), &served.stop).await;
                            if let Some(stream) = encrypted {
                                // In a box, so that a handshake has no room for what comes behind it.
                                Box::pin(answer(stream, address, place, paths, served)).await;
                            }
                        }),
                    };
                }
                Err(_) => {
                    http.entrance.door.metrics.connections_refused.add(1);
                    debug!(%address, "HTTP connection refused: there are as many as there may be");
                }
            },
            Err(error) => pause_after(&error, &http.entrance.door.metrics).await,
        }
    }
}

/// Answers the requests of one connection, until it ends or becomes a link.
async fn answer<S: Wire>(
    stream: S,
    address: SocketAddr,
    _place: OwnedSemaphorePermit,
    paths: axum::Router,
    http: Arc<Http>,
) {
    let paths = TowerToHyperService::new(paths);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        paths.call(request)
    });
    let stream = Patient::new(stream, Duration::from_millis(http.settings.write_timeout_ms));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(http.settings.request_timeout_ms))
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = &mut connection => ended,
        () = http.stop.cancelled() => {
            // What is being answered is answered; nothing more is read.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%address, %error, "HTTP connection broken");
    }
}
