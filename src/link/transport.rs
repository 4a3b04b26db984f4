//! What a link needs of whatever carries its frames: TCP, TLS, a WebSocket, a pipe in a test.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;

use crate::tls::TlsStream;
use crate::wire::{CloseReason, Frame, FrameError, Outgoing};

/// Carries frames both ways. It holds no buffer while nothing is under way.
pub trait Transport: Send + Unpin + 'static {
    /// Its name in logs.
    const NAME: &'static str;

    /// The next frame, which may be `frame_bytes_max` long. Never returns `Pending` without being woken later.
    fn poll_hear(&mut self, context: &mut Context<'_>, frame_bytes_max: usize) -> Poll<Result<Frame, LinkError>>;

    /// Writes what the peer takes now, many frames at once, and drops from `frames` what it has taken over.
    fn poll_say(
        &mut self,
        context: &mut Context<'_>,
        frames: &mut Vec<Outgoing>,
        client_version: u32,
    ) -> Result<Said, LinkError>;

    /// Says that nothing more will be written, where the transport can.
    fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Reads and throws away, and tells how many bytes; 0 when the peer has said its last.
    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>>;
}

/// A byte stream under a transport.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Whether nobody on the way can read it, for the log.
    const IS_ENCRYPTED: bool;
}

impl Wire for TcpStream {
    const IS_ENCRYPTED: bool = false;
}

impl Wire for TlsStream<TcpStream> {
    const IS_ENCRYPTED: bool = true;
}

impl Wire for DuplexStream {
    const IS_ENCRYPTED: bool = false;
}

/// How far writing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Everything has gone out.
    All,
    /// The peer does not take more now. The task is woken when it does.
    Blocked {
        /// Some bytes went out before.
        progress: bool,
    },
}

/// How a transport ends.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("closed by the peer")]
    Gone,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What came is not a frame in the way in which this transport carries them.
    #[error("{0}")]
    Carried(&'static str),
}

impl LinkError {
    pub fn reason(&self) -> CloseReason {
        match self {
            Self::Gone | Self::Io(_) => CloseReason::Gone,
            Self::Carried(_) | Self::Frame(FrameError::HeadTooShort { .. }) => CloseReason::BadFrame,
            Self::Frame(FrameError::TooLong { .. }) => CloseReason::FrameTooLong,
        }
    }
}

/// Writes all of `frames`, and says that nothing more will come.
pub async fn say_and_finish(
    transport: &mut impl Transport,
    mut frames: Vec<Outgoing>,
    client_version: u32,
) -> Result<(), LinkError> {
    poll_fn(|context| match transport.poll_say(context, &mut frames, client_version) {
        Ok(Said::All) => Poll::Ready(Ok(())),
        Ok(Said::Blocked { .. }) => Poll::Pending,
        Err(error) => Poll::Ready(Err(error)),
    })
    .await?;
    Ok(poll_fn(|context| transport.poll_finish(context)).await?)
}

/// Takes what a peer says that has not read our last word yet, until it closes too or has sent `bytes_max`.
/// A socket that is closed while bytes lie unread resets its connection, and the reset may throw that last word away.
pub async fn hear_out(transport: &mut impl Transport, bytes_max: usize) -> io::Result<()> {
    let mut discarded = 0;
    while discarded < bytes_max {
        match poll_fn(|context| transport.poll_discard(context)).await? {
            0 => break,
            bytes => discarded += bytes,
        }
    }
    Ok(())
}
