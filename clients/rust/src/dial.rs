//! How a connection is made.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Makes connections to the server, one after the other. TLS, a proxy or a test's pipe stand behind this.
pub trait Dial: Send + 'static {
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn dial(&mut self) -> impl Future<Output = io::Result<Self::Io>> + Send;
}

/// TCP to `host:port`. The name is looked up anew for every connection.
#[derive(Clone, Debug)]
pub struct Tcp {
    pub server: String,
}

impl Dial for Tcp {
    type Io = TcpStream;

    async fn dial(&mut self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.server).await?;
        // A frame is written whole, so waiting for more to send with it only costs time.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
