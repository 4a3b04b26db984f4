//! Where the server listens: the plain ports and those with TLS, for links and for HTTP, each on or off.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, UdpSocket};
use tracing::warn;

use crate::link::listen;

/// How often a port is asked for anew that the kernel chose for one protocol and somebody else has for the other.
const PORT_TRIES: u32 = 10;

/// A place for each kind of listener; `None`: it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports<T = SocketAddr> {
    /// The long link, in the clear.
    pub tcp: Option<T>,
    /// HTTP and WebSocket, in the clear.
    pub http: Option<T>,
    /// The long link over TLS.
    pub tcp_tls: Option<T>,
    /// HTTPS, and WebSocket over it.
    pub https: Option<T>,
    /// HTTP for operators; over TLS where it is not on loopback.
    pub admin: Option<T>,
}

impl<T> Default for Ports<T> {
    fn default() -> Self {
        Self { tcp: None, http: None, tcp_tls: None, https: None, admin: None }
    }
}

/// Why a port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for {what}: {error}; free it, or choose another one with {flag}")]
pub struct ListenError {
    what: &'static str,
    flag: &'static str,
    address: SocketAddr,
    error: io::Error,
}

/// Everything that listens.
pub(crate) struct Listening {
    pub(crate) listeners: Ports<TcpListener>,
    /// Where they are, with the ports that the kernel chose.
    pub(crate) ports: Ports,
    /// Beside the plain long link, for Mars.
    pub(crate) datagrams: Option<UdpSocket>,
}

impl Listening {
    pub(crate) async fn bind(wanted: Ports) -> Result<Self, ListenError> {
        let (tcp, datagrams) = match wanted.tcp {
            Some(address) => {
                let (listener, datagrams) = bind_both(address).await?;
                (Some(listener), Some(datagrams))
            }
            None => (None, None),
        };
        let bind = |address: Option<SocketAddr>, what, flag| {
            let bind = |address| listen::bind(address).map_err(|error| ListenError { what, flag, address, error });
            address.map(bind).transpose()
        };
        let listeners = Ports {
            tcp,
            http: bind(wanted.http, "HTTP", "--http")?,
            tcp_tls: bind(wanted.tcp_tls, "links over TLS", "--tcp-tls")?,
            https: bind(wanted.https, "HTTPS", "--https")?,
            admin: bind(wanted.admin, "operators", "listen.admin")?,
        };
        let at = |listener: &Option<TcpListener>| listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let ports = Ports {
            tcp: at(&listeners.tcp),
            http: at(&listeners.http),
            tcp_tls: at(&listeners.tcp_tls),
            https: at(&listeners.https),
            admin: at(&listeners.admin),
        };
        Ok(Self { listeners, ports, datagrams })
    }
}

impl Ports {
    /// Says loudly what goes in the clear where others may be on the way.
    pub(crate) fn warn_of_plain(&self) {
        for (address, setting, instead) in
            [(self.tcp, "listen.tcp", "listen.tcp_tls"), (self.http, "listen.http", "listen.https")]
        {
            if let Some(address) = address.filter(|address| !address.ip().is_loopback()) {
                warn!(
                    %address,
                    "PASSWORDS, TOKENS AND MESSAGES GO IN THE CLEAR over {setting}: whoever is on the way can read and \
                     change them. Use {instead}, or keep this port to a network that you trust or to a proxy with TLS"
                );
            }
        }
    }
}

/// TCP, and UDP on the same port. With port 0 the kernel's choice for one may be taken for the other: then anew.
async fn bind_both(address: SocketAddr) -> Result<(TcpListener, UdpSocket), ListenError> {
    let failed = |what| move |error| ListenError { what, flag: "--tcp", address, error };
    let mut tries = 0;
    loop {
        let listener = listen::bind(address).map_err(failed("links"))?;
        match UdpSocket::bind(listener.local_addr().map_err(failed("links"))?).await {
            Ok(datagrams) => return Ok((listener, datagrams)),
            Err(_) if address.port() == 0 && tries < PORT_TRIES => tries += 1,
            Err(error) => return Err(failed("Mars' datagrams (UDP)")(error)),
        }
    }
}
