//! How a connection is made.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::trust::{ALPN_LINK, Protection, Trust};

/// Makes connections to the server, one after the other. A proxy or a test's pipe stand behind this.
pub trait Dial: Send + 'static {
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn dial(&mut self) -> impl Future<Output = io::Result<Self::Io>> + Send;
}

/// A server at `host:port`, with TLS or without. Its name is looked up anew for every connection.
#[derive(Clone, Debug)]
pub struct Server {
    address: String,
    protection: Protection,
    /// Whose certificate it shows, if that is not the host of its address.
    name: Option<String>,
    /// What is spoken on its connections (ALPN).
    alpn: &'static [u8],
    /// Made once, since it also knows how to resume.
    config: Option<Arc<ClientConfig>>,
}

impl Server {
    pub fn new(address: impl Into<String>, protection: Protection) -> Self {
        Self { address: address.into(), protection, name: None, alpn: ALPN_LINK, config: None }
    }

    /// The name in its certificate, for a server that is reached by another one.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// For connections on which something else is spoken than on a link: `http/1.1`, for files.
    #[must_use]
    pub fn speaking(self, alpn: &'static [u8]) -> Self {
        Self { alpn, config: None, ..self }
    }

    fn host(&self) -> &str {
        let host = self.address.rsplit_once(':').map_or(self.address.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// If it is to be TLS: the name that has to stand in the certificate, and whom to trust.
    pub fn tls(&self) -> Option<(&str, &Trust)> {
        let trust = match &self.protection {
            Protection::Tls(trust) => trust,
            Protection::TlsBeyondLoopback(trust) if !is_loopback(self.host()) => trust,
            Protection::TlsBeyondLoopback(_) | Protection::None => return None,
        };
        Some((self.name.as_deref().unwrap_or_else(|| self.host()), trust))
    }

    /// What it takes to shake hands, if it is to be TLS.
    fn handshake(&mut self) -> io::Result<Option<(TlsConnector, ServerName<'static>)>> {
        let Some((name, trust)) = self.tls() else { return Ok(None) };
        let unnameable = |_| io::Error::other(format!("{name} cannot be the name of a server with TLS"));
        let server = ServerName::try_from(name.to_owned()).map_err(unnameable)?;
        let config = match &self.config {
            Some(config) => Arc::clone(config),
            None => trust.config(self.alpn).map_err(io::Error::other)?,
        };
        self.config = Some(Arc::clone(&config));
        Ok(Some((config.into(), server)))
    }
}

impl Dial for Server {
    type Io = Connection;

    async fn dial(&mut self) -> io::Result<Connection> {
        let handshake = self.handshake()?;
        let stream = TcpStream::connect(&self.address).await?;
        // A frame is written whole, so waiting for more to send with it only costs time.
        stream.set_nodelay(true)?;
        match handshake {
            None => Ok(Connection::Plain(stream)),
            Some((connector, name)) => Ok(Connection::Tls(Box::new(connector.connect(name, stream).await?))),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A connection to a server, with TLS or without.
#[derive(Debug)]
pub enum Connection {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_usual_for_anything_but_this_machine() {
        for (address, has_tls) in [
            ("127.0.0.1:8081", false),
            ("127.8.9.1:8081", false),
            ("[::1]:8081", false),
            ("localhost:8081", false),
            ("LOCALHOST:8081", false),
            ("localhost.example.com:8081", true),
            ("127.0.0.1.example.com:8081", true),
            ("10.0.0.1:8081", true),
            ("[::2]:8081", true),
            ("chat.example.com:8445", true),
        ] {
            let usual = Server::new(address, Protection::default());
            assert_eq!(usual.tls().is_some(), has_tls, "{address}");
            assert!(Server::new(address, Protection::Tls(Trust::System)).tls().is_some());
            assert!(Server::new(address, Protection::None).tls().is_none());
        }
    }
}
