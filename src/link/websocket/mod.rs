//! Frames over a WebSocket: one in each binary message.
//!
//! It stands on the bytes of a stream whose handshake is done (`http::websocket`), and keeps nothing for a link on
//! which nothing is under way, just as `tcp` does. A library would keep a read and a write buffer for every link, and
//! would know the longest message only once and for all, while ours grows at the login.

pub mod wire;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::ReadBuf;

use super::tcp::{HEARD, poll_read_and_forget, write_frames, write_front};
use super::transport::{LinkError, Said, Transport, Wire};
use crate::wire::{Frame, FrameError, Outgoing};
use wire::{Head, Kind, put_control, put_head};

/// Why a WebSocket closes, as RFC 6455 numbers it. The link's own reason was said before, in a `ClosingPush`.
const CLOSE_NORMAL: u16 = 1000;
const CLOSE_PROTOCOL: u16 = 1002;
const CLOSE_TEXT: u16 = 1003;
const CLOSE_TOO_LONG: u16 = 1009;

/// A WebSocket that carries frames.
#[derive(Debug)]
pub struct WebSocketTransport<S> {
    stream: S,
    /// What was read behind the last piece: more pieces, or the beginning of one.
    partial: Option<Box<BytesMut>>,
    /// The message that has begun to come, if it comes in several pieces.
    message: Option<Box<BytesMut>>,
    /// What was encoded and not yet taken by the peer.
    unsent: Option<Box<BytesMut>>,
    /// The answer to the last ping. Who sends more of them than it takes answers gets fewer, as RFC 6455 allows.
    pong: Option<Box<BytesMut>>,
    close_code: u16,
    is_closing: bool,
}

impl<S> WebSocketTransport<S> {
    /// `heard` is what the peer said behind its handshake.
    pub fn new(stream: S, heard: &[u8]) -> Self {
        let partial = (!heard.is_empty()).then(|| Box::new(BytesMut::from(heard)));
        Self { stream, partial, message: None, unsent: None, pong: None, close_code: CLOSE_NORMAL, is_closing: false }
    }

    /// The next frame in `bytes`, if it is whole, and how many bytes are done with.
    fn take(&mut self, bytes: &[u8], frame_bytes_max: usize) -> Result<(Option<Frame>, usize), LinkError> {
        let mut rest = bytes;
        while let Some(head) = Head::parse(rest).map_err(|fault| self.fault(CLOSE_PROTOCOL, fault))? {
            self.check_head(&head, frame_bytes_max)?;
            let content = head.head_length..head.head_length + head.length as usize;
            let used = content.end;
            let Some(content) = rest.get(content) else { break };
            rest = rest.get(used..).unwrap_or_default();
            let mut unmasked = match head.kind {
                Kind::Continuation => self.message.take().map_or_else(BytesMut::new, |begun| *begun),
                Kind::Text | Kind::Binary | Kind::Close | Kind::Ping | Kind::Pong => BytesMut::new(),
            };
            head.unmask(content, &mut unmasked);
            match head.kind {
                Kind::Binary | Kind::Continuation if head.is_last => {
                    let frame = self.read_message(unmasked, frame_bytes_max)?;
                    return Ok((Some(frame), bytes.len() - rest.len()));
                }
                Kind::Binary | Kind::Continuation => self.message = Some(Box::new(unmasked)),
                Kind::Ping => self.pong = Some(Box::new(unmasked)),
                Kind::Pong => {}
                Kind::Close => {
                    if let Some(code) = unmasked.first_chunk::<2>() {
                        self.close_code = u16::from_be_bytes(*code);
                    }
                    return Err(LinkError::Gone);
                }
                Kind::Text => return Err(self.fault(CLOSE_TEXT, "a text message")),
            }
        }
        Ok((None, bytes.len() - rest.len()))
    }

    /// Judges a piece by its head, before its content is waited for.
    fn check_head(&mut self, head: &Head, frame_bytes_max: usize) -> Result<(), LinkError> {
        let before = match (head.kind, &self.message) {
            (Kind::Text, _) => return Err(self.fault(CLOSE_TEXT, "a text message")),
            (Kind::Binary, Some(_)) => return Err(self.fault(CLOSE_PROTOCOL, "a message within another")),
            (Kind::Continuation, None) => return Err(self.fault(CLOSE_PROTOCOL, "a message without a beginning")),
            (Kind::Continuation, Some(begun)) => begun.len() as u64,
            (Kind::Binary, None) => 0,
            (Kind::Close | Kind::Ping | Kind::Pong, _) => return Ok(()),
        };
        let length = head.length.saturating_add(before);
        if length > frame_bytes_max as u64 {
            self.close_code = CLOSE_TOO_LONG;
            return Err(FrameError::TooLong { length, max: frame_bytes_max }.into());
        }
        Ok(())
    }

    /// A message is one frame, no less and no more.
    fn read_message(&mut self, mut message: BytesMut, frame_bytes_max: usize) -> Result<Frame, LinkError> {
        match Frame::take(&mut message, frame_bytes_max) {
            Ok(Some(frame)) if message.is_empty() => Ok(frame),
            Ok(Some(_)) => Err(self.fault(CLOSE_PROTOCOL, "several frames in one message")),
            Ok(None) => Err(self.fault(CLOSE_PROTOCOL, "less than a frame in one message")),
            Err(error) => {
                self.close_code = match error {
                    FrameError::HeadTooShort { .. } => CLOSE_PROTOCOL,
                    FrameError::TooLong { .. } => CLOSE_TOO_LONG,
                };
                Err(error.into())
            }
        }
    }

    fn fault(&mut self, close_code: u16, what: &'static str) -> LinkError {
        self.close_code = close_code;
        LinkError::Carried(what)
    }

    /// The next frame out of what was read before.
    fn take_partial(&mut self, frame_bytes_max: usize) -> Result<Option<Frame>, LinkError> {
        let Some(mut partial) = self.partial.take() else { return Ok(None) };
        let (frame, used) = self.take(&partial, frame_bytes_max)?;
        partial.advance(used);
        if !partial.is_empty() {
            self.partial = Some(partial);
        }
        Ok(frame)
    }

    /// The first frame in `bytes`; what lies behind it is kept.
    fn take_heard(&mut self, bytes: &[u8], frame_bytes_max: usize) -> Result<Option<Frame>, LinkError> {
        if let Some(partial) = &mut self.partial {
            partial.extend_from_slice(bytes);
            return self.take_partial(frame_bytes_max);
        }
        let (frame, used) = self.take(bytes, frame_bytes_max)?;
        match bytes.get(used..) {
            Some(rest) if !rest.is_empty() => self.partial = Some(Box::new(BytesMut::from(rest))),
            _ => {}
        }
        Ok(frame)
    }
}

impl<S: Wire> WebSocketTransport<S> {
    fn poll_read_frame(&mut self, context: &mut Context<'_>, frame_bytes_max: usize) -> Poll<Result<Frame, LinkError>> {
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

    /// Puts the close in line behind what is not sent yet.
    fn put_close(&mut self) {
        if !self.is_closing {
            self.is_closing = true;
            let unsent = self.unsent.get_or_insert_default();
            put_control(Kind::Close, &self.close_code.to_be_bytes(), unsent);
        }
    }

    /// Writes what is not sent yet. `true`: nothing is left of it.
    fn write_unsent(&mut self, context: &mut Context<'_>, progress: &mut bool) -> Result<bool, LinkError> {
        if let Some(unsent) = &mut self.unsent {
            if !write_front(&mut self.stream, context, unsent, progress)? {
                return Ok(false);
            }
            self.unsent = None;
        }
        Ok(true)
    }
}

impl<S: Wire> Transport for WebSocketTransport<S> {
    const NAME: &'static str = if S::IS_ENCRYPTED { "wss" } else { "websocket" };

    fn poll_hear(&mut self, context: &mut Context<'_>, frame_bytes_max: usize) -> Poll<Result<Frame, LinkError>> {
        let heard = ready!(self.poll_read_frame(context, frame_bytes_max));
        if matches!(heard, Err(LinkError::Gone)) {
            // Who closes waits for our close. A link that is gone is not written to any more, so it goes out here, if
            // the peer takes it at once.
            self.put_close();
            let _ = self.write_unsent(context, &mut false);
        }
        Poll::Ready(heard)
    }

    fn poll_say(
        &mut self,
        context: &mut Context<'_>,
        frames: &mut Vec<Outgoing>,
        client_version: u32,
    ) -> Result<Said, LinkError> {
        let mut progress = false;
        if !self.write_unsent(context, &mut progress)? {
            return Ok(Said::Blocked { progress });
        }
        if let Some(pong) = self.pong.take() {
            put_control(Kind::Pong, &pong, self.unsent.get_or_insert_default());
            if !self.write_unsent(context, &mut progress)? {
                return Ok(Said::Blocked { progress });
            }
        }
        let put = |frame: &Outgoing, saying: &mut BytesMut| {
            put_head(Kind::Binary, frame.length(), saying);
            frame.put(client_version, saying);
        };
        write_frames(&mut self.stream, context, frames, &mut self.unsent, progress, put)
    }

    fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.put_close();
        match self.write_unsent(context, &mut false) {
            Ok(true) => Pin::new(&mut self.stream).poll_shutdown(context),
            Ok(false) => Poll::Pending,
            Err(LinkError::Io(error)) => Poll::Ready(Err(error)),
            Err(error) => Poll::Ready(Err(io::Error::other(error))),
        }
    }

    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        (self.partial, self.message) = (None, None);
        poll_read_and_forget(&mut self.stream, context)
    }
}
