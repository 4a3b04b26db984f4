//! The body of an upload: bytes that are there, given out in pieces, and how many have gone.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::watch;

/// What a socket takes at once.
const PIECE_BYTES: usize = 64 * 1024;

pub(super) struct Counted {
    left: Bytes,
    gone: watch::Sender<u64>,
}

impl Counted {
    /// `gone` is told how many have gone.
    pub(super) fn new(bytes: Bytes, gone: watch::Sender<u64>) -> Self {
        Self { left: bytes, gone }
    }

    pub(super) fn nothing() -> Self {
        Self::new(Bytes::new(), watch::Sender::new(0))
    }
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.left.len().min(PIECE_BYTES);
        let piece = self.left.split_to(length);
        self.gone.send_modify(|gone| *gone += length as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
