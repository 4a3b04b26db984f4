//! Frames over any byte stream, above all TCP.
//!
//! Buffers belong to the runtime's threads, not to links: one read fills the thread's buffer, one write empties it.
//! A link keeps bytes of its own only for a frame that is not whole yet, or for what the peer would not take.
//! A `Framed` would keep 11 KB for every idle link.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::transport::{LinkError, Said, Transport, Wire};
use crate::wire::{Frame, Outgoing};

/// How much is read, and how much is gathered for one write, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

thread_local! {
    pub(super) static HEARD: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK_BYTES]);
    static SAYING: RefCell<BytesMut> = RefCell::new(BytesMut::with_capacity(CHUNK_BYTES));
}

/// A byte stream that carries frames.
#[derive(Debug)]
pub struct TcpTransport<S> {
    stream: S,
    /// What was read behind the last frame: more frames, or the beginning of one.
    partial: Option<Box<BytesMut>>,
    /// What was encoded and not yet taken by the peer.
    unsent: Option<Box<BytesMut>>,
}

impl<S> TcpTransport<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, partial: None, unsent: None }
    }

    /// The next frame out of what was read before.
    fn take_partial(&mut self, frame_bytes_max: usize) -> Result<Option<Frame>, LinkError> {
        let Some(partial) = &mut self.partial else { return Ok(None) };
        let frame = Frame::take(partial, frame_bytes_max)?;
        if partial.is_empty() {
            self.partial = None;
        }
        Ok(frame)
    }

    /// The first frame in `bytes`; what lies behind it is kept.
    fn take_heard(&mut self, bytes: &[u8], frame_bytes_max: usize) -> Result<Option<Frame>, LinkError> {
        if let Some(partial) = &mut self.partial {
            partial.extend_from_slice(bytes);
            return self.take_partial(frame_bytes_max);
        }
        let (frame, used) = match Frame::copy_from(bytes, frame_bytes_max)? {
            Some((frame, used)) => (Some(frame), used),
            None => (None, 0),
        };
        match bytes.get(used..) {
            Some(rest) if !rest.is_empty() => self.partial = Some(Box::new(BytesMut::from(rest))),
            _ => {}
        }
        Ok(frame)
    }
}

impl<S: Wire> Transport for TcpTransport<S> {
    const NAME: &'static str = if S::IS_ENCRYPTED { "tls" } else { "tcp" };

    fn poll_hear(&mut self, context: &mut Context<'_>, frame_bytes_max: usize) -> Poll<Result<Frame, LinkError>> {
        if let Some(frame) = self.take_partial(frame_bytes_max)? {
            return Poll::Ready(Ok(frame));
        }
        HEARD.with_borrow_mut(|heard| {
            loop {
                let mut buffer = ReadBuf::new(heard);
                ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
                if buffer.filled().is_empty() {
                    return Poll::Ready(Err(LinkError::Gone));
                }
                if let Some(frame) = self.take_heard(buffer.filled(), frame_bytes_max)? {
                    return Poll::Ready(Ok(frame));
                }
            }
        })
    }

    fn poll_say(
        &mut self,
        context: &mut Context<'_>,
        frames: &mut Vec<Outgoing>,
        client_version: u32,
    ) -> Result<Said, LinkError> {
        let mut progress = false;
        if let Some(unsent) = &mut self.unsent {
            if !write_front(&mut self.stream, context, unsent, &mut progress)? {
                return Ok(Said::Blocked { progress });
            }
            self.unsent = None;
        }
        let put = |frame: &Outgoing, saying: &mut BytesMut| frame.put(client_version, saying);
        write_frames(&mut self.stream, context, frames, &mut self.unsent, progress, put)
    }

    fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.partial = None;
        poll_read_and_forget(&mut self.stream, context)
    }
}

/// Writes frames as `put` encodes them, many at once, and drops them from `frames`. What was encoded and not taken by
/// the peer goes to `unsent`, which must be empty. `progress` tells whether something went out before.
pub(super) fn write_frames<S: AsyncWrite + Unpin>(
    stream: &mut S,
    context: &mut Context<'_>,
    frames: &mut Vec<Outgoing>,
    unsent: &mut Option<Box<BytesMut>>,
    mut progress: bool,
    put: impl Fn(&Outgoing, &mut BytesMut),
) -> Result<Said, LinkError> {
    let mut rest = frames.drain(..).peekable();
    while rest.peek().is_some() {
        let blocked = SAYING.with_borrow_mut(|saying| {
            saying.clear();
            while saying.len() < CHUNK_BYTES
                && let Some(frame) = rest.next()
            {
                put(&frame, saying);
            }
            let all = write_front(stream, context, saying, &mut progress)?;
            if !all {
                *unsent = Some(Box::new(BytesMut::from(&saying[..])));
            }
            if saying.capacity() > 4 * CHUNK_BYTES {
                *saying = BytesMut::with_capacity(CHUNK_BYTES);
            }
            Ok::<bool, LinkError>(!all)
        })?;
        if blocked {
            let left: Vec<Outgoing> = rest.collect();
            *frames = left;
            return Ok(Said::Blocked { progress });
        }
    }
    Ok(Said::All)
}

/// Reads what is there and forgets it; tells how many bytes that were.
pub(super) fn poll_read_and_forget<S: AsyncRead + Unpin>(
    stream: &mut S,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    HEARD.with_borrow_mut(|heard| {
        let mut buffer = ReadBuf::new(heard);
        Pin::new(stream).poll_read(context, &mut buffer).map_ok(|()| buffer.filled().len())
    })
}

/// Writes from the front of `bytes` until they are gone (`true`) or the peer takes no more. Gone are they only when the
/// stream keeps none of them either, as one that encrypts may.
pub(super) fn write_front<S: AsyncWrite + Unpin>(
    stream: &mut S,
    context: &mut Context<'_>,
    bytes: &mut BytesMut,
    progress: &mut bool,
) -> Result<bool, LinkError> {
    while !bytes.is_empty() {
        match Pin::new(&mut *stream).poll_write(context, bytes) {
            Poll::Ready(Ok(0)) => return Err(LinkError::Gone),
            Poll::Ready(Ok(written)) => {
                bytes.advance(written);
                *progress = true;
            }
            Poll::Ready(Err(error)) => return Err(error.into()),
            Poll::Pending => return Ok(false),
        }
    }
    match Pin::new(stream).poll_flush(context) {
        Poll::Ready(Ok(())) => Ok(true),
        Poll::Ready(Err(error)) => Err(error.into()),
        Poll::Pending => Ok(false),
    }
}
