//! TLS 1.3, as far as a server needs it: a certificate that can be changed while it runs, handshakes that hold nobody
//! up, and a stream that keeps no buffer while nothing is under way.
//!
//! The protocol itself is rustls'. What a stream carries is not known here: a link and an HTTP connection begin alike.

pub mod certificate;
mod handshakes;
pub mod self_signed;
mod stream;
pub mod watch;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use certificate::Certificate;
use handshakes::Handshakes;
pub use stream::TlsStream;

/// What a link's client says that it will speak (ALPN). Who says nothing may speak it, too.
pub const ALPN_LINK: &[u8] = b"longlink/1";
/// What an HTTP client says that it will speak.
pub const ALPN_HTTP: &[u8] = b"http/1.1";

/// How long handshakes may take, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub handshake_timeout_ms: u64,
    /// At so many handshakes the one that has taken longest is given up for the next.
    pub handshakes_max: usize,
}

/// How a handshake failed.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    #[error("it took longer than {0} ms")]
    Slow(u64),
    #[error("it had taken longest when there were too many")]
    Crowded,
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// Why TLS cannot be offered at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot set TLS up: {0}")]
pub struct SetUpError(#[from] rustls::Error);

/// Makes TLS streams out of connections, all with one certificate and one bound.
#[derive(Clone, Debug)]
pub struct Acceptor {
    config: Arc<ServerConfig>,
    handshakes: Arc<Handshakes>,
    timeout_ms: u64,
}

impl Acceptor {
    /// One for links and one for HTTP, which share the bound on handshakes.
    pub fn pair(certificate: &Arc<Certificate>, settings: Settings) -> Result<(Self, Self), SetUpError> {
        let handshakes = Arc::new(Handshakes::new(settings.handshakes_max));
        let acceptor = |alpn: &[u8]| -> Result<Self, SetUpError> {
            let config = config(Arc::clone(certificate), alpn)?;
            let (handshakes, timeout_ms) = (Arc::clone(&handshakes), settings.handshake_timeout_ms);
            Ok(Self { config, handshakes, timeout_ms })
        };
        Ok((acceptor(ALPN_LINK)?, acceptor(ALPN_HTTP)?))
    }

    /// Shakes hands with a peer, for as long as it may take.
    pub async fn accept<S>(&self, stream: S) -> Result<TlsStream<S>, HandshakeError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let under_way = self.handshakes.begin();
        let shaken = timeout(Duration::from_millis(self.timeout_ms), TlsStream::accept(stream, &self.config));
        tokio::select! {
            biased;
            shaken = shaken => Ok(shaken.map_err(|_| HandshakeError::Slow(self.timeout_ms))??),
            () = under_way.given_up() => Err(HandshakeError::Crowded),
        }
    }

    /// How many handshakes are under way now.
    pub fn under_way(&self) -> usize {
        self.handshakes.count()
    }
}

fn config(certificate: Arc<Certificate>, alpn: &[u8]) -> Result<Arc<ServerConfig>, rustls::Error> {
    // 1.3 and nothing before it: whoever has no TLS 1.3 today has other holes as well.
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![alpn.to_vec()];
    // A client that comes back with a ticket costs no signature, and the ticket costs us no memory.
    config.ticketer = ring::Ticketer::new()?;
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}
