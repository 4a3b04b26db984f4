//! The life of a link, from its first byte to its last. Every transport ends here.
//!
//! One task a link. What it waits for is in `life::Life::poll_event`, in the order in which it is looked at; what it
//! does about it is in `run`, and what that means is the session's and the chat's business.

mod answers;
mod life;
pub mod listen;
pub mod tcp;
pub mod transport;
pub mod websocket;

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::Either;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug, debug_span, warn};

use crate::address::Address;
use crate::audit;
use crate::chat::Chat;
use crate::clock::Clock;
use crate::links::{Full, Links, Place, Visit};
use crate::metrics::{Limit, Metrics};
use crate::proxy::{HeaderError, Proxies};
use crate::session::Rules;
use crate::tls::{Acceptor, HandshakeError, TlsStream};
use crate::wire::CloseReason;
use life::{Event, Life};
use transport::Transport;

/// Every so many refused connections are said in the log.
const REFUSED_PER_LINE: u64 = 1000;
/// The same of those whose proxy does not say what it should: that is a fault in somebody's settings.
const HEADERS_REFUSED_PER_LINE: u64 = 100;

/// What all links share.
#[derive(Debug)]
pub struct Door {
    pub chat: Arc<Chat>,
    pub metrics: Arc<Metrics>,
    pub clock: Clock,
    pub rules: Rules,
    pub timing: Timing,
}

/// Times of a link that the protocol does not know.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// A peer that takes no byte for so long is closed as slow.
    pub write_timeout_ms: u64,
    /// How long a closing link may take for its last replies and its goodbye.
    pub goodbye_timeout_ms: u64,
    /// How many devices of one user may be linked at once.
    pub devices_max: usize,
}

/// Where connections become links, whatever carries them.
#[derive(Clone, Debug)]
pub struct Entrance {
    pub links: Arc<Links>,
    pub door: Arc<Door>,
    pub proxies: Arc<Proxies>,
    /// Every link is a task on it.
    pub tasks: TaskTracker,
}

impl Entrance {
    /// Takes a place for a connection, or there is none.
    pub fn open(&self, address: Address) -> Result<Place, Full> {
        self.door.metrics.connections.add(1);
        self.links.open(address, self.door.clock.now()).inspect_err(|full| self.refused(address, *full))
    }

    /// Takes a place for an HTTP connection, or there is none at its address. A proxy that speaks for others has as many as
    /// it needs: it is the operator's own.
    pub fn visit(&self, address: Address) -> Result<Option<Visit>, Full> {
        self.door.metrics.connections.add(1);
        if self.proxies.forwards(address) {
            return Ok(None);
        }
        let visit = self.links.visit(address, self.door.clock.now());
        visit.map(Some).inspect_err(|full| self.refused(address, *full))
    }

    fn refused(&self, address: Address, full: Full) {
        let limit = match full {
            Full::Links => Limit::Links,
            Full::Address => Limit::LinksOfAddress,
            Full::Web => Limit::HttpConnectionsOfAddress,
            Full::Rate => Limit::ConnectsOfAddress,
        };
        self.door.metrics.limited(limit);
        let refused = self.door.metrics.connections_refused.get();
        self.door.metrics.connections_refused.add(1);
        if refused.is_multiple_of(REFUSED_PER_LINE) {
            warn!(%full, refused = refused + 1, "connections are refused; see {}", full.setting());
        }
        debug!(%address, %full, "connection refused");
        self.door.chat.note(audit::Event::ConnectionRefused { address: address.ip(), why: full.setting() });
    }

    /// Hears from a proxy where its connection comes from. `None`: it says nothing that can be used, or the server stops.
    pub async fn announced(
        &self,
        stream: &mut TcpStream,
        socket: SocketAddr,
        stop: &CancellationToken,
    ) -> Option<Address> {
        match stop.run_until_cancelled(self.proxies.announced(stream, socket)).await? {
            Ok(address) => Some(address),
            Err(HeaderError::Silent) => None,
            Err(error) => {
                let refused = self.door.metrics.proxy_headers_refused.get();
                self.door.metrics.proxy_headers_refused.add(1);
                if refused.is_multiple_of(HEADERS_REFUSED_PER_LINE) {
                    let refused = refused + 1;
                    warn!(proxy = %socket, %error, refused, "a proxy's connection is closed; see proxy.header_from");
                }
                debug!(proxy = %socket, %error, "PROXY header refused");
                None
            }
        }
    }

    /// Shakes hands with a peer. `None`: nothing came of it, or the server stops.
    pub async fn encrypt(
        &self,
        tls: &Acceptor,
        stream: TcpStream,
        address: Address,
        stop: &CancellationToken,
    ) -> Option<TlsStream<TcpStream>> {
        let metrics = &self.door.metrics;
        metrics.handshakes.add(1);
        match stop.run_until_cancelled(tls.accept(stream)).await? {
            Ok(stream) => Some(stream),
            Err(error) => {
                metrics.handshakes_failed.add(1);
                self.door.chat.note(audit::Event::HandshakeFailed);
                if matches!(error, HandshakeError::Crowded) {
                    metrics.limited(Limit::Handshakes);
                }
                debug!(%address, %error, "TLS handshake failed");
                None
            }
        }
    }

    /// Begins a link's life.
    pub fn enter<T: Transport>(&self, transport: T, place: Place) {
        self.tasks.spawn(run(transport, place, Arc::clone(&self.door)));
    }
}

/// Lives a link's life, and says why it ended.
///
/// What it returns is all that an idle link keeps, so it is built for its size: a plain function around one block,
/// since an `async fn` would hold its arguments twice.
pub fn run<T: Transport>(transport: T, place: Place, door: Arc<Door>) -> impl Future<Output = CloseReason> + Send {
    // A span that is kept takes 430 bytes: links have one only where `debug` is asked for. See `Life::in_span`.
    let span = debug_span!("link", link = place.outbox().link().0, user = tracing::field::Empty);
    span.in_scope(|| debug!(transport = T::NAME, address = %place.address(), "link accepted"));
    let mut life = Life::new(transport, place, door);
    let lived = async move {
        let reason = loop {
            let lived = match poll_fn(|context| life.poll_event(context)).await {
                Event::Told(reason) => Err(reason),
                Event::Heard(frame) => life.on_heard(frame),
                Event::Time => life.on_time(),
                Event::Answered(reply) => life.on_answered(reply),
                Event::Decided(login) => life.on_login(*login),
                Event::Read(page) => life.on_page(page),
                Event::Broken(error) => {
                    debug!(%error, "link broken");
                    Err(error.reason())
                }
            };
            if let Err(reason) = lived {
                break reason;
            }
        };
        // In a box of its own, so that no link keeps room for its end while it lives.
        Box::pin(life.goodbye(reason)).await;
        reason
    };
    if span.is_disabled() { Either::Left(lived) } else { Either::Right(Box::pin(lived.instrument(span))) }
}
