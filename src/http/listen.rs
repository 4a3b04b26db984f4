//! Accepts HTTP connections and bounds them: in number, and in how long they may keep us waiting.
//!
//! It drives hyper itself, since `axum::serve` can neither time a slow header out nor bound connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tracing::debug;

use super::patient::Patient;
use super::{Http, paths};
use crate::address::Address;
use crate::link::listen::{pause_after, prepare};
use crate::link::transport::Wire;
use crate::metrics::Limit;
use crate::tls::Acceptor;

/// Where a proxy for HTTP says for whom it asks.
const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// The longest header, and how much of a body is read at once, in bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Serves until the server stops, with TLS if there is an acceptor for it. A connection beyond the bound is closed
/// without a word.
pub async fn serve(listener: TcpListener, tls: Option<Acceptor>, http: Arc<Http>, paths: axum::Router) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = http.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, socket)) => match Arc::clone(&http.places).try_acquire_owned() {
                Ok(place) => {
                    prepare(&stream);
                    let connection = Connection { socket, place, paths: paths.clone(), http: Arc::clone(&http) };
                    http.entrance.tasks.spawn(connection.live(stream, tls.clone()));
                }
                Err(_) => {
                    http.entrance.door.metrics.connections_refused.add(1);
                    http.entrance.door.metrics.limited(Limit::HttpConnections);
                    debug!(%socket, "HTTP connection refused: there are as many as there may be");
                }
            },
            Err(error) => pause_after(&error, &http.entrance.door.metrics).await,
        }
    }
}

/// A connection that was accepted and has nothing said yet.
struct Connection {
    socket: SocketAddr,
    place: OwnedSemaphorePermit,
    paths: axum::Router,
    http: Arc<Http>,
}

impl Connection {
    /// From what its proxy says, if it has one, over the handshake, if there is one, to its end. What comes later is in a
    /// box, so that who waits for the beginning has no room for it.
    async fn live(self, mut stream: TcpStream, tls: Option<Acceptor>) {
        let Self { socket, place, paths, http } = self;
        let mut address = Address::new(socket.ip());
        if http.entrance.proxies.announces(socket) {
            let announced = Box::pin(http.entrance.announced(&mut stream, socket, &http.stop)).await;
            let Some(announced) = announced else { return };
            address = announced;
        }
        let Ok(_visit) = http.entrance.visit(address) else { return };
        match tls {
            None => Box::pin(answer(stream, address, place, paths, http)).await,
            Some(tls) => {
                let encrypted = Box::pin(http.entrance.encrypt(&tls, stream, address, &http.stop)).await;
                if let Some(stream) = encrypted {
                    Box::pin(answer(stream, address, place, paths, http)).await;
                }
            }
        }
    }
}

/// Serves one connection that did not come through a port, whatever carries it. `None`: there are as many as there may be.
pub fn serve_one<S: Wire>(stream: S, address: Address, http: &Arc<Http>) -> Option<()> {
    let place = Arc::clone(&http.places).try_acquire_owned().ok()?;
    let visit = http.entrance.visit(address).ok()?;
    let (paths, served) = (paths(Arc::clone(http)), Arc::clone(http));
    http.entrance.tasks.spawn(async move {
        let _visit = visit;
        answer(stream, address, place, paths, served).await;
    });
    Some(())
}

/// Answers the requests of one connection, until it ends or becomes a link.
async fn answer<S: Wire>(
    stream: S,
    address: Address,
    _place: OwnedSemaphorePermit,
    paths: axum::Router,
    http: Arc<Http>,
) {
    let (paths, entrance) = (TowerToHyperService::new(paths), http.entrance.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        let lines = request.headers().get_all(X_FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let from = entrance.proxies.forwarded(address, lines);
        request.extensions_mut().insert(from);
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
